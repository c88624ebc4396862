// Health tests of the noise source (SP 800-90B 4.4), one byte of it a cycle: repetition count and adaptive proportion, over all bytes that were ever
// taken. Samples are bytes that are taken to hold at least 4 bits of entropy; a false alarm has a probability of 2^-30 a test.
// A word is taken when word_ready_o; the verdict over it stands when busy_o falls. fail_o stays 1 until reset.
`include "assert.svh"

module drbg_health #(
  parameter int unsigned RepeatCutoff = 9,   // 1 + 30 / 4
  parameter int unsigned Window = 512,
  parameter int unsigned PropCutoff = 71     // 1 + critbinom(512, 2^-4, 1 - 2^-30)
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         word_valid_i,
  output logic         word_ready_o,
  input  logic [127:0] word_i,
  output logic         busy_o,
  output logic         fail_o
);
  logic [127:0] word_q;
  logic [4:0]   left_q;               // bytes of the word that are still to come
  logic [7:0]   last_q, first_q, sample;
  logic         seen_q, fail_q;
  logic [7:0]   run_q;                // the same byte so many times
  logic [9:0]   at_q, same_q;         // in the window: samples, and those equal to its first
  assign sample       = word_q[7:0];
  assign word_ready_o = left_q == 5'd0;
  assign busy_o       = left_q != 5'd0;
  assign fail_o       = fail_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      word_q  <= 128'd0;
      left_q  <= 5'd0;
      last_q  <= 8'd0;
      first_q <= 8'd0;
      seen_q  <= 1'b0;
      fail_q  <= 1'b0;
      run_q   <= 8'd0;
      at_q    <= 10'd0;
      same_q  <= 10'd0;
    end else if (word_valid_i && word_ready_o) begin
      word_q <= word_i;
      left_q <= 5'd16;
    end else if (busy_o) begin
      word_q <= {8'd0, word_q[127:8]};
      left_q <= left_q - 5'd1;
      // 4.4.1
      seen_q <= 1'b1;
      last_q <= sample;
      run_q  <= seen_q && sample == last_q ? run_q + 8'd1 : 8'd1;
      if (seen_q && sample == last_q && run_q + 8'd1 >= 8'(RepeatCutoff)) fail_q <= 1'b1;
      // 4.4.2
      at_q <= at_q == 10'(Window - 1) ? 10'd0 : at_q + 10'd1;
      if (at_q == 10'd0) begin
        first_q <= sample;
        same_q  <= 10'd1;
      end else if (sample == first_q) begin
        same_q <= same_q + 10'd1;
        if (same_q + 10'd1 >= 10'(PropCutoff)) fail_q <= 1'b1;
      end
    end
  end

  `ASSERT_CONST(CountersHold, Window <= 1024 && RepeatCutoff < 256 && PropCutoff <= Window)
endmodule
