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
  output logic         err_o,          // something kept twice differs
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
  logic [12:0]  ctl_mem [Words];    // with a bit of parity
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
  logic [12:0]  f_ctl_q;
  logic [4:0]   f_bytes, bytes;
  logic [2:0]   job;
  logic         valid_q, last_q, differ;
  logic [4:0]   bytes_q;
  logic [127:0] data_q;
  logic [15:0]  parity_q;
  logic [11:0]  ctl;
  logic         gated, last, final_word, is_tag, known, fetch, load, flip, flip_used_q, flip_wait_q;
  // of the gated job whose words leave: content bytes from the fetched word on
  logic         left_first_q;
  logic [14:0]  left_q, left;

  assign {gated, f_bytes, last, final_word, is_tag, job} = f_ctl_q[11:0];
  assign ctl   = {ow_gated_i, ow_bytes_i, ow_last_i, ow_final_i, ow_is_tag_i, ow_job_i};
  assign known = (!is_tag || tag_known_q[job]) && (!gated || gate_known_q[job]);
  assign load  = f_valid_q && known && (!valid_q || out_ready_i) && !hang_i && !err_o;
  assign fetch = level_q != '0 && (!f_valid_q || load) && !err_o;
  assign left  = left_first_q ? keep_mem[job] : left_q;
  assign bytes = !gated ? f_bytes : left >= 15'd16 ? 5'd16 : left[4:0];
  // the last word that is not empty
  assign flip  = load && flip_wait_q && (gated ? left != 15'd0 && left <= 15'd16 : final_word);

  assign credit_o     = !promised_q[Log2Words];
  assign last_taken_o = out_valid_o && out_ready_i && out_last_o;
  assign busy_o       = promised_q != '0 || valid_q;

  logic [Log2Words-1:0] wr_d, rd_d;
  logic [Log2Words:0]   level_d, promised_d;
  logic [7:0]           tag_known_d, gate_known_d;
  logic                 f_valid_d, left_first_d, valid_d, last_d;
  logic [14:0]          left_d;
  logic [4:0]           bytes_d;
  always_comb begin
    wr_d         = wr_q + {{(Log2Words-1){1'b0}}, ow_valid_i};
    rd_d         = rd_q + {{(Log2Words-1){1'b0}}, fetch};
    level_d      = level_q;
    promised_d   = promised_q;
    tag_known_d  = tag_known_q;
    gate_known_d = gate_known_q;
    left_first_d = left_first_q;
    left_d       = left_q;
    if (ow_valid_i && !fetch) level_d = level_q + 1'b1;
    if (fetch && !ow_valid_i) level_d = level_q - 1'b1;
    if (credit_use_i && !load) promised_d = promised_q + 1'b1;
    if (load && !credit_use_i) promised_d = promised_q - 1'b1;
    f_valid_d = fetch || (f_valid_q && !load);
    if (tag_valid_i) tag_known_d[tag_job_i] = 1'b1;
    if (load && is_tag) tag_known_d[job] = 1'b0;
    if (gate_valid_i) gate_known_d[gate_job_i] = 1'b1;
    if (load && gated) begin
      if (last) gate_known_d[job] = 1'b0;
      left_first_d = last;
      left_d       = left - {10'd0, bytes};
    end
    valid_d = load || (valid_q && !(out_valid_o && out_ready_i));
    bytes_d = load ? bytes : valid_d ? bytes_q : 5'd0;
    last_d  = load ? last : valid_d && last_q;
  end

  // all of it is kept twice, the second time inverted; where the two differ nothing leaves any more, and the lane stops. Sizes may follow from
  // what was opened, so they must not decide when anything happens: where they differ, the word leaves with wrong parity
  // (in two parts of at most 64 bits, which simulate faster than a wide one)
  localparam int unsigned PlaceW = 4 * Log2Words + 2;
  localparam logic [19:0] Empty  = 20'd4;  // left_first_q
  logic [PlaceW-1:0] place, place_d, place_twin_q;
  logic [19:0]       kept, kept_d, kept_twin_q;
  logic [19:0]       size, size_d, size_twin_q;
  logic              bad_size;
  logic             ctl_bad;  // a word's control bits and their parity differ
  assign place   = {wr_q, rd_q, level_q, promised_q};
  assign place_d = {wr_d, rd_d, level_d, promised_d};
  assign kept    = {tag_known_q, gate_known_q, f_valid_q, left_first_q, valid_q, last_q};
  assign size    = {left_q, bytes_q};
  assign kept_d  = {tag_known_d, gate_known_d, f_valid_d, left_first_d, valid_d, last_d};
  assign size_d  = {left_d, bytes_d};
  assign bad_size = size != ~size_twin_q;
  assign ctl_bad = f_valid_q && ^f_ctl_q;
  assign differ  = place != ~place_twin_q || kept != ~kept_twin_q;
  assign err_o   = differ || ctl_bad;
  assign out_valid_o = valid_q && !differ;
  assign out_bytes_o = differ ? 5'd0 : bad_size && valid_q ? 5'd16 : bytes_q;
  assign out_last_o  = last_q && !differ;
  always_comb begin
    out_data_o   = 128'd0;
    out_parity_o = 16'd0;
    if (!differ) begin
      out_data_o   = data_q;
      out_parity_o = bad_size && valid_q ? ~parity_q : parity_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {wr_q, rd_q, level_q, promised_q} <= '0;
      {tag_known_q, gate_known_q, f_valid_q, left_first_q, valid_q, last_q} <= Empty;
      {left_q, bytes_q} <= 20'd0;
      size_twin_q  <= ~20'd0;
      place_twin_q <= '1;
      kept_twin_q  <= ~Empty;
      flip_wait_q  <= 1'b0;
      flip_used_q  <= 1'b0;
      data_q       <= 128'd0;
      parity_q     <= 16'd0;
    end else begin
      {wr_q, rd_q, level_q, promised_q} <= place_d;
      {tag_known_q, gate_known_q, f_valid_q, left_first_q, valid_q, last_q} <= kept_d;
      {left_q, bytes_q} <= size_d;
      // once they differ the copies stay as they are, so that they never agree again by chance
      if (!bad_size) size_twin_q <= ~size_d;
      if (!differ) begin
        place_twin_q <= ~place_d;
        kept_twin_q  <= ~kept_d;
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
        data_q   <= (is_tag ? tag_mem[job] : gated ? cut(f_data_q, bytes) : f_data_q) ^ {127'd0, flip};
        parity_q <= is_tag ? tag_parity_mem[job] : gated ? f_parity_q & ~(16'hffff << bytes) : f_parity_q;
      end else if (out_valid_o && out_ready_i) begin
        data_q   <= 128'd0;
        parity_q <= 16'd0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (ow_valid_i) begin
      ctl_mem[wr_q]    <= {^ctl, ctl};
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
