// Ring indexes of any one queue, whatever software writes into its registers, any other queue does and the windows are: no burst takes more descriptors
// than lie between head and tail or leaves the ring, none is fetched without room for its completion, and no completion is written over one that
// software has not read. Assumed of the completion writer: it pushes completions of fetched descriptors of a running queue, at most one for each.
// A tail that software moved out of the ring of the head, in whatever cycle, has nothing fetched.
  (* anyconst *) logic [QueueW-1:0] f_q;
  logic [15:0] f_ring, f_used, f_fetched, f_ahead;
  logic f_calc;
  assign f_ring = 16'h1 << size_log2[f_q];
  assign f_used = cq_tail[f_q] - cq_head[f_q];
  assign f_fetched = sq_head[f_q] - cq_head[f_q];
  assign f_ahead = sq_tail[f_q] - sq_head[f_q];
  assign f_calc = fetch && queue_q == f_q;
  initial assume (!rst_ni);
  always_comb begin
    if (rst_ni) begin
      assume (!(cpl_push_i && cpl_queue_i == f_q) || (enable_q[f_q] && sq_head[f_q] != cq_tail[f_q]));
      assert (state_q != StFatal);
      if (enable_q[f_q]) begin
        assert (f_used <= f_fetched);
        assert (f_fetched == 16'h0 || f_fetched <= f_ring);
        assert (halted_q[f_q] || (size_log2[f_q] != 4'd0 && size_log2[f_q] <= 4'(sluice_pkg::MaxRingLog2)));
        assert (!(cpl_push_i && cpl_queue_i == f_q) || f_used < f_ring);
      end
      if (f_calc) begin
        assert (enable_q[f_q] && !halted_q[f_q]);
        assert ({13'h0, n} <= f_ahead && f_ahead <= f_ring);
        assert (f_fetched + {13'h0, n} <= f_ring);
        assert ({1'b0, slot} + {14'h0, n} <= {1'b0, f_ring});
      end
    end
  end
