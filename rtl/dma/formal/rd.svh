// Round robin: only who asks is served, and who asks without a break waits for at most one grant of each other requester.
  (* anyconst *) logic [SelW-1:0] f_r;
  logic [SelW:0] f_wait_q, f_far;
  assign f_far = {1'b0, SelW'(f_r - last_q - 1'b1)};
  initial assume (!rst_ni);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) f_wait_q <= '0;
    else if (!asking[f_r] || (grant && sel == f_r)) f_wait_q <= '0;
    else if (grant) f_wait_q <= f_wait_q + 1'b1;
  end
  always_comb begin
    if (rst_ni) begin
      if (grant) assert (asking[sel]);
      assert ($countones(req_ready_o) <= 1);
      assert ({1'b0, f_wait_q} + {1'b0, f_far} <= (SelW + 2)'((1 << SelW) - 1));
    end
  end
