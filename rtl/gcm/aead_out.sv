// Result side of the aead lane: a queue of 32 words with their parity, places for tags that are not known yet, and the output
// register, after which (tests only) one data bit can be flipped.
`include "assert.svh"

module aead_out (
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
  input  logic         tag_valid_i,
  input  logic [2:0]   tag_job_i,
  input  logic [127:0] tag_data_i,
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

  logic [127:0] data_mem [32];
  logic [15:0]  parity_mem [32];
  logic [10:0]  ctl_mem [32];
  logic [127:0] tag_mem [8];
  logic [15:0]  tag_parity_mem [8];
  logic [7:0]   tag_known_q;
  logic [4:0]   wr_q, rd_q;
  logic [5:0]   level_q, promised_q;

  logic [4:0]   bytes;
  logic [2:0]   job;
  logic         last, final_word, is_tag, load, flip, flip_used_q, flip_wait_q;

  assign {bytes, last, final_word, is_tag, job} = ctl_mem[rd_q];
  assign load = level_q != 6'd0 && (!is_tag || tag_known_q[job]) && (!out_valid_o || out_ready_i) && !hang_i;
  assign flip = load && final_word && flip_wait_q;

  assign credit_o     = !promised_q[5];
  assign last_taken_o = out_valid_o && out_ready_i && out_last_o;
  assign busy_o       = promised_q != 6'd0 || out_valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q         <= 5'd0;
      rd_q         <= 5'd0;
      level_q      <= 6'd0;
      promised_q   <= 6'd0;
      tag_known_q  <= 8'd0;
      flip_wait_q  <= 1'b0;
      flip_used_q  <= 1'b0;
      out_valid_o  <= 1'b0;
      out_data_o   <= 128'd0;
      out_parity_o <= 16'd0;
      out_bytes_o  <= 5'd0;
      out_last_o   <= 1'b0;
    end else begin
      if (ow_valid_i) wr_q <= wr_q + 5'd1;
      if (load) rd_q <= rd_q + 5'd1;
      if (ow_valid_i && !load) level_q <= level_q + 6'd1;
      if (load && !ow_valid_i) level_q <= level_q - 6'd1;
      if (credit_use_i && !load) promised_q <= promised_q + 6'd1;
      if (load && !credit_use_i) promised_q <= promised_q - 6'd1;
      if (tag_valid_i) tag_known_q[tag_job_i] <= 1'b1;
      if (load && is_tag) tag_known_q[job] <= 1'b0;

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
        out_data_o   <= (is_tag ? tag_mem[job] : data_mem[rd_q]) ^ {127'd0, flip};
        out_parity_o <= is_tag ? tag_parity_mem[job] : parity_mem[rd_q];
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
      ctl_mem[wr_q] <= {ow_bytes_i, ow_last_i, ow_final_i, ow_is_tag_i, ow_job_i};
      if (!ow_is_tag_i) begin
        data_mem[wr_q]   <= ow_data_i;
        parity_mem[wr_q] <= parity(ow_data_i);
      end
    end
    if (tag_valid_i) begin
      tag_mem[tag_job_i]        <= tag_data_i;
      tag_parity_mem[tag_job_i] <= parity(tag_data_i);
    end
  end

  `ASSERT_ALWAYS(QueueNeverOverflows, level_q <= 6'd32)
  `ASSERT_ALWAYS(WordsWerePromised, level_q <= promised_q)
  `ASSERT_STABLE(OutHolds, out_valid_o, out_ready_i, {out_data_o, out_parity_o, out_bytes_o, out_last_o})
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, {out_data_o, out_parity_o, out_bytes_o, out_last_o})
endmodule
