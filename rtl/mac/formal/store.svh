// Slots of contexts: one answers as used only after a load that no erase and no reset followed, and holds nothing but zeros otherwise, for any slot, once
// the sweep after reset has passed it. Assumed of the core: it writes only when the sweep is over, and does one thing at a time.
  (* anyconst *) logic [IdxW-1:0] f_slot;
  logic f_loaded_q, f_hit_q, f_swept;
  initial assume (!rst_ni);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) f_loaded_q <= 1'b0;
    else if (erase_i && IdxW'(wr_index_i) == f_slot) f_loaded_q <= 1'b0;
    else if (wr_i && IdxW'(wr_index_i) == f_slot) f_loaded_q <= 1'b1;
    if (!rst_ni) f_hit_q <= 1'b0;
    else if (rd_i) f_hit_q <= in_range && rd_at == f_slot && f_loaded_q;
  end
  assign f_swept = !erasing_q || sweep_q > f_slot;
  logic f_at_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) f_at_q <= 1'b0;
    else if (rd_i) f_at_q <= rd_at == f_slot;
  end
  always_comb begin
    if (rst_ni) begin
      assume (!(erasing_q && (wr_i || wr_record_i || erase_i)));
      assume (!((wr_i || erase_i) && wr_record_i));
      assume (!(wr_i && erase_i));
      assume (!(wr_record_i && IdxW'(wr_index_i) == f_slot && !f_loaded_q));
      assert (!(erasing_q && f_loaded_q));
      assert (valid_q[f_slot] == f_loaded_q);
      assert (!f_at_q || !rd_valid_o || f_hit_q);
      assert (!f_swept || f_loaded_q || (fixed_mem[f_slot] == '0 && record_mem[f_slot] == '0));
    end
  end
