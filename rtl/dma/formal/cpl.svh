// Order tags: a completion is taken only when it is the next of its queue, so those of a queue are taken in the order of its descriptors.
// Assumed: a runner's completion stays until it is taken.
  logic [NumRunners-1:0] f_valid_q;
  logic [NumRunners*QueueW-1:0] f_queue_q;
  logic [NumRunners*8-1:0] f_order_q;
  logic f_past_q;
  initial assume (!rst_ni);
  always_ff @(posedge clk_i) begin
    f_past_q <= rst_ni;
    f_valid_q <= cpl_valid_i & ~cpl_ready_o;
    f_queue_q <= cpl_queue_i;
    f_order_q <= cpl_order_i;
  end
  always_comb begin
    if (rst_ni && f_past_q) begin
      for (int r = 0; r < NumRunners; r++) begin
        assume (!f_valid_q[r] || (cpl_valid_i[r] && cpl_queue_i[QueueW*r +: QueueW] == f_queue_q[QueueW*r +: QueueW] &&
                                  cpl_order_i[8*r +: 8] == f_order_q[8*r +: 8]));
      end
    end
    if (rst_ni) begin
      assert (state_q != StFatal);
      if (state_q == StTake) assert (f_past_q && f_valid_q[sel_q] && cpl_valid_i[sel_q] && cpl_order_i[8*sel_q +: 8] == expect_q[8*take_queue +: 8]);
      assert ((cpl_ready_o & ~cpl_valid_i) == '0);
      assert (!(queue_push_o && queue_drop_o && !drop_q));
    end
  end
