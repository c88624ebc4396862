// Result side of the aead lane: a queue of words with their parity, places for tags that are not known yet, and the output
// register, after which (tests only) one data bit can be flipped.
//
// Words of an opened TLS 1.3 record wait here for the verdict on it, so the queue holds the longest such record. Then each of them leaves in its
// turn, those behind the content's end (its type, its padding) empty, and all of them when the verdict was bad: when words leave and
// how many says nothing about what is in them.
`include "assert.svh"

module aead_out #(
  parameter int unsigned Log2Words = 11
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         hang_i,
  output logic         busy_o,
  output logic         credit_o,       // room for one more word beyond those promised
  input  logic         credit_use_i,
  input  logic         ow_valid_i,
  input  logic [127:0] ow_data_i,
  input  logic [4:0]   ow_bytes_i,
  input  logic         ow_last_i,
  input  logic         ow_final_i,
  input  logic         ow_is_tag_i,
  input  logic [2:0]   ow_job_i,
  input  logic         ow_gated_i,
  input  logic         tag_valid_i,
  input  logic [2:0]   tag_job_i,
  input  logic [127:0] tag_data_i,
  input  logic         gate_valid_i,   // the verdict on a job with gated words
  input  logic [2:0]   gate_job_i,
  input  logic [14:0]  gate_keep_i,    // bytes that leave
  input  logic         lane_busy_i,
  input  logic         flip_i,         // while there is work: flip the next final word, once until it falls or the lane is idle
  output logic         last_taken_o,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic [15:0]  out_parity_o,
  output logic [4:0]   out_bytes_o,
  output logic         out_last_o
);
  // even parity of each byte
  function automatic logic [15:0] parity(input logic [127:0] x);
    logic [127:0] a, b, c;
    a = x ^ (x >> 4);
    b = a ^ (a >> 2);
    c = b ^ (b >> 1);
    for (int i = 0; i < 16; i++) parity[i] = c[8*i];
  endfunction

  // data up to the given number of bytes
  function automatic logic [127:0] cut(input logic [127:0] x, input logic [4:0] n);
    cut = x;
    if (!n[4]) cut = x & ~({128{1'b1}} << {n[3:0], 3'd0});
  endfunction

  localparam int unsigned Words = 1 << Log2Words;
  logic [127:0] data_mem [Words];
  logic [15:0]  parity_mem [Words];
  logic [11:0]  ctl_mem [Words];
  logic [127:0] tag_mem [8];
  logic [15:0]  tag_parity_mem [8];
  logic [14:0]  keep_mem [8];
  logic [7:0]   tag_known_q, gate_known_q;
  logic [Log2Words-1:0] wr_q, rd_q;
  logic [Log2Words:0]   level_q, promised_q;

  // the word fetched from the queue
  logic         f_valid_q;
  logic [127:0] f_data_q;
  logic [15:0]  f_parity_q;
  logic [11:0]  f_ctl_q;
  logic [4:0]   f_bytes, bytes;
  logic [2:0]   job;
  logic         gated, last, final_word, is_tag, known, fetch, load, flip, flip_used_q, flip_wait_q;
  // of the gated job whose words leave: content bytes from the fetched word on
  logic         left_first_q;
  logic [14:0]  left_q, left;

  assign {gated, f_bytes, last, final_word, is_tag, job} = f_ctl_q;
  assign known = (!is_tag || tag_known_q[job]) && (!gated || gate_known_q[job]);
  assign load  = f_valid_q && known && (!out_valid_o || out_ready_i) && !hang_i;
  assign fetch = level_q != '0 && (!f_valid_q || load);
  assign left  = left_first_q ? keep_mem[job] : left_q;
  assign bytes = !gated ? f_bytes : left >= 15'd16 ? 5'd16 : left[4:0];
  // the last word that is not empty
  assign flip  = load && flip_wait_q && (gated ? left != 15'd0 && left <= 15'd16 : final_word);

  assign credit_o     = !promised_q[Log2Words];
  assign last_taken_o = out_valid_o && out_ready_i && out_last_o;
  assign busy_o       = promised_q != '0 || out_valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q         <= '0;
      rd_q         <= '0;
      level_q      <= '0;
      promised_q   <= '0;
      tag_known_q  <= 8'd0;
      gate_known_q <= 8'd0;
      f_valid_q    <= 1'b0;
      left_first_q <= 1'b1;
      left_q       <= 15'd0;
      flip_wait_q  <= 1'b0;
      flip_used_q  <= 1'b0;
      out_valid_o  <= 1'b0;
      out_data_o   <= 128'd0;
      out_parity_o <= 16'd0;
      out_bytes_o  <= 5'd0;
      out_last_o   <= 1'b0;
    end else begin
      if (ow_valid_i) wr_q <= wr_q + 1'b1;
      if (fetch) rd_q <= rd_q + 1'b1;
      if (ow_valid_i && !fetch) level_q <= level_q + 1'b1;
      if (fetch && !ow_valid_i) level_q <= level_q - 1'b1;
      if (credit_use_i && !load) promised_q <= promised_q + 1'b1;
      if (load && !credit_use_i) promised_q <= promised_q - 1'b1;
      if (fetch) f_valid_q <= 1'b1;
      else if (load) f_valid_q <= 1'b0;
      if (tag_valid_i) tag_known_q[tag_job_i] <= 1'b1;
      if (load && is_tag) tag_known_q[job] <= 1'b0;
      if (gate_valid_i) gate_known_q[gate_job_i] <= 1'b1;
      if (load && gated) begin
        if (last) gate_known_q[job] <= 1'b0;
        left_first_q <= last;
        left_q       <= left - {10'd0, bytes};
      end

      // idle cycles change nothing here, so it makes no difference whether they are simulated
      if (flip_i && lane_busy_i && !flip_used_q) flip_wait_q <= 1'b1;
      if (flip) begin
        flip_wait_q <= 1'b0;
        flip_used_q <= flip_i;
      end else if (!flip_i || !lane_busy_i) begin
        flip_used_q <= 1'b0;
      end

      if (load) begin
        out_valid_o  <= 1'b1;
        out_data_o   <= (is_tag ? tag_mem[job] : gated ? cut(f_data_q, bytes) : f_data_q) ^ {127'd0, flip};
        out_parity_o <= is_tag ? tag_parity_mem[job] : gated ? f_parity_q & ~(16'hffff << bytes) : f_parity_q;
        out_bytes_o  <= bytes;
        out_last_o   <= last;
      end else if (out_valid_o && out_ready_i) begin
        out_valid_o  <= 1'b0;
        out_data_o   <= 128'd0;
        out_parity_o <= 16'd0;
        out_bytes_o  <= 5'd0;
        out_last_o   <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (ow_valid_i) begin
      ctl_mem[wr_q]    <= {ow_gated_i, ow_bytes_i, ow_last_i, ow_final_i, ow_is_tag_i, ow_job_i};
      data_mem[wr_q]   <= ow_data_i;
      parity_mem[wr_q] <= parity(ow_data_i);
    end
    if (fetch) begin
      f_ctl_q    <= ctl_mem[rd_q];
      f_data_q   <= data_mem[rd_q];
      f_parity_q <= parity_mem[rd_q];
    end
    if (tag_valid_i) begin
      tag_mem[tag_job_i]        <= tag_data_i;
      tag_parity_mem[tag_job_i] <= parity(tag_data_i);
    end
    if (gate_valid_i) keep_mem[gate_job_i] <= gate_keep_i;
  end

  `ASSERT_CONST(HoldsTheLongestRecord, Words >= 16624 / 16 + 64)
  `ASSERT_ALWAYS(QueueNeverOverflows, level_q <= (Log2Words + 1)'(Words))
  `ASSERT_ALWAYS(WordsWerePromised, level_q + {{Log2Words{1'b0}}, f_valid_q} <= promised_q)
  `ASSERT_STABLE(OutHolds, out_valid_o, out_ready_i, {out_data_o, out_parity_o, out_bytes_o, out_last_o})
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, {out_data_o, out_parity_o, out_bytes_o, out_last_o})
endmodule
