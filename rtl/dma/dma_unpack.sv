// Beats of a wide bus for one requester, cut into its words of 128 bits, one a cycle. A beat brings the words lo..hi of it; all fit, because
// a requester asks only for what it has room for and never for more than 2^Log2 words at a time. The words lie in as many banks as a
// beat has, dense, so that a beat is written in one cycle wherever it begins.
`include "assert.svh"
module dma_unpack #(
  parameter int unsigned Width = 128,   // of a word
  parameter int unsigned Ratio = 4,     // words of a beat, a power of two above 1
  parameter int unsigned TagW = 6,
  parameter int unsigned Log2 = 8,      // words held
  parameter int unsigned LaneW = $clog2(Ratio)
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,                   // some register here changes at the next edge

  input  logic beat_valid_i,
  input  logic [Ratio*Width-1:0] beat_data_i,
  input  logic [LaneW-1:0] beat_lo_i,   // first and last word wanted
  input  logic [LaneW-1:0] beat_hi_i,
  input  logic beat_err_i,
  input  logic beat_last_i,             // of its burst
  input  logic [TagW-1:0] beat_tag_i,

  output logic rsp_valid_o,
  output logic [Width-1:0] rsp_data_o,
  output logic rsp_err_o,
  output logic rsp_last_o,
  output logic [TagW-1:0] rsp_tag_o
);
  localparam int unsigned RowW = Log2 - LaneW;
  localparam int unsigned EntryW = Width + TagW + 2;

  logic [Log2:0] wptr_q, rptr_q, wend;  // in words
  logic [Ratio*EntryW-1:0] heads;       // of every bank, at the row that is read
  logic [EntryW-1:0] head;

  assign wend = wptr_q + (Log2 + 1)'(beat_hi_i) - (Log2 + 1)'(beat_lo_i) + 1'b1;

  for (genvar b = 0; b < Ratio; b++) begin : gen_bank
    logic [EntryW-1:0] mem [1 << RowW];
    logic [LaneW-1:0] step, lane;       // this bank's place after wptr_q, and the word that goes there
    logic [LaneW:0] sum;
    logic [Log2:0] at;
    logic we;
    always_comb begin
      step = LaneW'(b) - wptr_q[LaneW-1:0];
      sum = {1'b0, beat_lo_i} + {1'b0, step};
      lane = sum[LaneW-1:0];
      we = beat_valid_i && sum <= {1'b0, beat_hi_i};
      at = wptr_q + (Log2 + 1)'(step);
    end
    always_ff @(posedge clk_i) begin
      if (we) mem[at[Log2-1:LaneW]] <= {beat_tag_i, beat_err_i, beat_last_i && lane == beat_hi_i, beat_data_i[Width*lane +: Width]};
    end
    assign heads[EntryW*b +: EntryW] = mem[rptr_q[Log2-1:LaneW]];
    logic unused_at;
    assign unused_at = ^{at[Log2], at[LaneW-1:0]};
  end

  assign head = heads[EntryW*rptr_q[LaneW-1:0] +: EntryW];
  assign rsp_valid_o = wptr_q != rptr_q;
  assign {rsp_tag_o, rsp_err_o, rsp_last_o, rsp_data_o} = head;
  assign act_o = beat_valid_i || rsp_valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wptr_q <= '0;
      rptr_q <= '0;
    end else begin
      if (beat_valid_i) wptr_q <= wend;
      if (rsp_valid_o) rptr_q <= rptr_q + 1'b1;
    end
  end

  `ASSERT_CONST(RatioIsPowerOfTwo, Ratio == 1 << LaneW && Ratio > 1)
  `ASSERT_NEVER(BeatWithoutWords, beat_valid_i && beat_lo_i > beat_hi_i)
  `ASSERT_NEVER(WordsOverflow, beat_valid_i && (Log2 + 1)'(wend - rptr_q) > (Log2 + 1)'(1 << Log2))
endmodule
