// Turns a stream of 16-byte words (each with 1..16 valid bytes, byte 0 in bits 7:0) into a queue of bytes of which the reader takes
// 0..16 a cycle. Words of different jobs simply follow each other: the reader counts bytes and so knows where a job ends.
//
// One word and up to 15 bytes left over from the one before are visible, so a take of n bytes can be served when n are left over, or
// when a word is there. The reader never asks for more bytes than its job has left, and a job's words but the last are full, so
// the word then always has enough; the assertion at the end says so.
`include "assert.svh"

module byte_gearbox (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         word_valid_i,
  output logic         word_ready_o,  // depends on take_i
  input  logic [127:0] word_data_i,   // bytes beyond word_bytes_i are ignored
  input  logic [4:0]   word_bytes_i,
  input  logic [4:0]   take_bytes_i,  // 0..16
  output logic         take_ready_o,  // take_bytes_i bytes are there
  input  logic         take_i,        // only while take_ready_o
  output logic [127:0] take_data_o,   // zero beyond take_bytes_i, and while not ready
  output logic         empty_o
);
  // byte shifts by powers of two: what a barrel shifter is, and quick to simulate
  function automatic logic [127:0] left(input logic [127:0] x, input logic [3:0] n);
    left = x;
    if (n[0]) left = {left[119:0], 8'd0};
    if (n[1]) left = {left[111:0], 16'd0};
    if (n[2]) left = {left[95:0], 32'd0};
    if (n[3]) left = {left[63:0], 64'd0};
  endfunction
  function automatic logic [127:0] right(input logic [127:0] x, input logic [3:0] n);
    right = x;
    if (n[0]) right = {8'd0, right[127:8]};
    if (n[1]) right = {16'd0, right[127:16]};
    if (n[2]) right = {32'd0, right[127:32]};
    if (n[3]) right = {64'd0, right[127:64]};
  endfunction
  // the low n bytes (n < 16)
  function automatic logic [127:0] low(input logic [127:0] x, input logic [3:0] n);
    low = x & ~left({128{1'b1}}, n);
  endfunction

  logic [127:0] rest_q, word;
  logic [3:0]   rest_bytes_q;
  logic         from_rest, pop;
  logic [4:0]   used;  // bytes of the word that a take consumes

  assign from_rest    = take_bytes_i <= {1'b0, rest_bytes_q};
  assign take_ready_o = from_rest || word_valid_i;
  assign pop          = take_i && !from_rest;
  assign word_ready_o = pop;
  assign used         = take_bytes_i - {1'b0, rest_bytes_q};
  assign empty_o      = rest_bytes_q == 4'd0;

  always_comb begin
    word = 128'd0;
    if (word_valid_i) begin
      word = word_data_i;
      if (!word_bytes_i[4]) word = low(word_data_i, word_bytes_i[3:0]);
    end
    take_data_o = 128'd0;
    if (take_ready_o) begin
      take_data_o = word;
      if (rest_bytes_q != 4'd0) take_data_o = rest_q | left(word, rest_bytes_q);
      if (!take_bytes_i[4]) take_data_o = low(take_data_o, take_bytes_i[3:0]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rest_q       <= 128'd0;
      rest_bytes_q <= 4'd0;
    end else if (take_i) begin
      if (from_rest) begin
        rest_q       <= right(rest_q, take_bytes_i[3:0]);
        rest_bytes_q <= rest_bytes_q - take_bytes_i[3:0];
      end else begin
        rest_q       <= used[4] ? 128'd0 : right(word, used[3:0]);
        rest_bytes_q <= word_bytes_i[3:0] - used[3:0];
      end
    end
  end

  `ASSERT_NEVER(TakeOnlyWhatIsThere, take_i && !take_ready_o)
  `ASSERT_IF(WordHasEnough, pop, word_bytes_i >= used)
  `ASSERT_ALWAYS(TakeAtMostAWord, take_bytes_i <= 5'd16)
  `ASSERT_ALWAYS(RestBeyondCountIsZero, (left(~128'd0, rest_bytes_q) & rest_q) == 128'd0)
endmodule
