// Credits: what is free, what is owed and what lies in the beat buffer are the whole of it, so no beat arrives without room, whatever the
// segments, the alignment and the engine do. Assumed: memory answers no more beats than were asked for (an answer may come the cycle after).
  logic [DataLog2:0] f_owed_q;
  initial assume (!rst_ni);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) f_owed_q <= '0;
    else f_owed_q <= f_owed_q + (meta_push ? (DataLog2 + 1)'(beats) : '0) - (DataLog2 + 1)'(rsp_valid_i);
  end
  always_comb begin
    if (rst_ni) begin
      assume (!rsp_valid_i || f_owed_q != '0);
      assert ((DataLog2 + 3)'(free_q) + (DataLog2 + 3)'(f_owed_q) + (DataLog2 + 3)'(unused_beat_count) == (DataLog2 + 3)'(1 << DataLog2));
      assert (!(rsp_valid_i && unused_beat_full));
      assert (!(meta_push && meta_full));
      assert (!(beat_pop && !beat_valid));
      assert (beats <= 5'd16 || !s_step);
    end
  end
