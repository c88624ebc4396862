// Result side of the chacha lane: a queue that holds the longest TLS 1.3 record, places for tags that are not known yet, and the output
// register, after which (tests only) one data bit can be flipped.
//
// Words of an opened TLS 1.3 record stay here until its tag was found right; then the words of its content leave, the last one cut where the
// content ends, and the rest (inner type, padding) is dropped. With a wrong tag all of them are dropped.
`include "assert.svh"

module chacha_out #(
  parameter int unsigned DepthLog2 = 11   // at least 1026 words
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         hang_i,
  output logic         busy_o,
  output logic         ow_ready_o,     // room for two
  input  logic         ow_valid_i,
  input  logic [127:0] ow_data_i,
  input  logic [4:0]   ow_bytes_i,
  input  logic         ow_last_i,
  input  logic         ow_final_i,
  input  logic         ow_is_tag_i,
  input  logic         ow_hold_i,
  input  logic [2:0]   ow_job_i,
  input  logic         tag_valid_i,    // of sealed jobs
  input  logic [2:0]   tag_job_i,
  input  logic [127:0] tag_data_i,
  output logic [2:0]   job_o,          // the job whose words are at the head
  input  logic         known_i,        // held: its verdict is in
  input  logic         ok_i,
  input  logic [14:0]  pos_i,          // bytes of its content
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

  logic [143:0]         data_mem [1 << DepthLog2];  // parity | data
  logic [11:0]          ctl_mem [1 << DepthLog2];   // last | final | is_tag | hold | job | bytes
  logic [127:0]         tag_mem [8];
  logic [15:0]          tag_parity_mem [8];
  logic [7:0]           tag_known_q;
  logic [DepthLog2-1:0] wr_q, rd_q;
  logic [DepthLog2:0]   level_q;

  // the word at the head, read from the queue
  logic         h_valid_q, h_load, h_take;
  logic [143:0] h_data_q;
  logic [11:0]  h_ctl_q;
  logic [127:0] h_data;
  logic [15:0]  h_parity;
  logic [4:0]   h_bytes;
  logic [2:0]   h_job;
  logic         h_last, h_final, h_is_tag, h_hold;
  assign {h_last, h_final, h_is_tag, h_hold, h_job, h_bytes} = h_ctl_q;
  assign {h_parity, h_data} = h_data_q;
  assign h_load     = level_q != '0 && (!h_valid_q || h_take);
  assign job_o      = h_job;
  assign ow_ready_o = level_q < (DepthLog2+1)'((1 << DepthLog2) - 2);

  // ---- what leaves of it ----------------------------------------------------------------------------------------------------------
  logic         wait_here, drop, load, flip, final_word, flip_used_q, flip_wait_q;
  logic [10:0]  word_q;        // words of a held record that came by
  logic         whole, cut;
  logic [127:0] mask, data;
  logic [15:0]  data_parity, keep;
  logic [4:0]   bytes;

  assign whole      = ok_i && word_q < pos_i[14:4];                       // a whole word of content
  assign cut        = ok_i && word_q == pos_i[14:4] && pos_i[3:0] != 4'd0; // its last, shorter word
  assign wait_here   = (h_is_tag && !tag_known_q[h_job]) || (h_hold && !known_i);
  assign drop        = h_valid_q && h_hold && known_i && !h_last && !whole && !cut && !hang_i;
  assign load        = h_valid_q && !wait_here && !drop && (!out_valid_o || out_ready_i) && !hang_i;
  assign h_take      = load || drop;

  always_comb begin
    keep        = 16'hffff;
    mask        = 128'd0;
    data        = 128'd0;
    data_parity = 16'd0;
    bytes       = 5'd0;
    final_word  = 1'b0;
    if (load) begin
      bytes      = h_bytes;
      final_word = h_final;
      if (h_hold && !h_last) begin
        bytes = whole ? 5'd16 : {1'b0, pos_i[3:0]};
        if (!whole) keep = ~(16'hffff << pos_i[3:0]);
        final_word = cut || (whole && pos_i[3:0] == 4'd0 && word_q + 11'd1 == pos_i[14:4]);
      end
      for (int i = 0; i < 16; i++) mask[8*i +: 8] = {8{keep[i]}};
      data        = (h_is_tag ? tag_mem[h_job] : h_data) & mask;
      data_parity = (h_is_tag ? tag_parity_mem[h_job] : h_parity) & keep;
    end
  end
  assign flip = load && final_word && flip_wait_q;

  assign last_taken_o = out_valid_o && out_ready_i && out_last_o;
  assign busy_o       = level_q != '0 || h_valid_q || out_valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q         <= '0;
      rd_q         <= '0;
      level_q      <= '0;
      h_valid_q    <= 1'b0;
      word_q       <= 11'd0;
      tag_known_q  <= 8'd0;
      flip_wait_q  <= 1'b0;
      flip_used_q  <= 1'b0;
      out_valid_o  <= 1'b0;
      out_data_o   <= 128'd0;
      out_parity_o <= 16'd0;
      out_bytes_o  <= 5'd0;
      out_last_o   <= 1'b0;
    end else begin
      if (ow_valid_i) wr_q <= wr_q + 1'b1;
      if (h_load) rd_q <= rd_q + 1'b1;
      if (ow_valid_i && !h_load) level_q <= level_q + 1'b1;
      if (h_load && !ow_valid_i) level_q <= level_q - 1'b1;
      h_valid_q <= h_load || (h_valid_q && !h_take);
      if (h_take && h_hold) word_q <= h_last ? 11'd0 : word_q + 11'd1;
      if (tag_valid_i) tag_known_q[tag_job_i] <= 1'b1;
      if (load && h_is_tag) tag_known_q[h_job] <= 1'b0;

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
        out_data_o   <= data ^ {127'd0, flip};
        out_parity_o <= data_parity;
        out_bytes_o  <= bytes;
        out_last_o   <= h_last;
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
      ctl_mem[wr_q]  <= {ow_last_i, ow_final_i, ow_is_tag_i, ow_hold_i, ow_job_i, ow_bytes_i};
      data_mem[wr_q] <= {parity(ow_data_i), ow_data_i};
    end
    if (h_load) begin
      h_ctl_q  <= ctl_mem[rd_q];
      h_data_q <= data_mem[rd_q];
    end
    if (tag_valid_i) begin
      tag_mem[tag_job_i]        <= tag_data_i;
      tag_parity_mem[tag_job_i] <= parity(tag_data_i);
    end
  end

  `ASSERT_CONST(HoldsTheLongestRecord, (1 << DepthLog2) >= 2048)
  `ASSERT_ALWAYS(QueueNeverOverflows, level_q <= (DepthLog2+1)'(1 << DepthLog2))
  `ASSERT_STABLE(OutHolds, out_valid_o, out_ready_i, {out_data_o, out_parity_o, out_bytes_o, out_last_o})
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, {out_data_o, out_parity_o, out_bytes_o, out_last_o})
endmodule
