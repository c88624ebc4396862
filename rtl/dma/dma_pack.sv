// Bursts of one requester's 128-bit lines, made into bursts of a wide bus. A burst lies within one block of 16 lines, so its place on the bus is
// its place in the block: line p of the block is word p mod Ratio of beat p / Ratio. A burst is offered when all its lines are here; two
// are held, so that one is gathered while the other leaves. Words of a beat that the burst does not have are zero and without strobes.
`include "assert.svh"
module dma_pack #(
  parameter int unsigned Ratio = 4,     // lines of a beat: 2 or 4
  parameter int unsigned TagW = 4,
  parameter int unsigned LaneW = $clog2(Ratio)
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,                   // some register here changes at the next edge

  // the requester's bursts: as to dma_wr, all lines are there
  input  logic burst_valid_i,
  output logic burst_ready_o,
  input  logic [63:0] burst_addr_i,     // of a line
  input  logic [3:0] burst_len_i,       // lines - 1
  input  logic [TagW-1:0] burst_tag_i,
  input  logic [127:0] line_data_i,
  input  logic [15:0] line_strb_i,
  output logic line_ready_o,

  output logic wide_valid_o,
  input  logic wide_ready_i,
  output logic [63:0] wide_addr_o,      // of a beat
  output logic [3:0] wide_len_o,        // beats - 1
  output logic [TagW-1:0] wide_tag_o,
  output logic [Ratio*128-1:0] beat_data_o,
  output logic [Ratio*16-1:0] beat_strb_o,
  input  logic beat_ready_i
);
  localparam int unsigned BeatW = 4 - LaneW;  // log2 of the beats of a block

  logic [1:0] fill_q, full_q, sent_q, free_q;  // bursts begun, complete, taken by the bus, gone: the low bit is the slot
  logic fill_valid_q, take, line_last;
  logic [3:0] pos_q, end_q;                    // the line that comes next, the last one
  logic [63:0] addr_q [2];
  logic [TagW-1:0] tag_q [2];
  logic [31:0] have_q;                         // by slot: lines of the block that the burst has
  logic [BeatW-1:0] first_q [2];
  logic [BeatW-1:0] last_q [2];
  logic [BeatW-1:0] beat_q;                    // beats of the leaving burst that are gone
  logic [BeatW-1:0] beat;
  logic out, out_last, unused_addr;
  assign unused_addr = ^burst_addr_i[3:0];

  assign line_last = fill_valid_q && pos_q == end_q;
  assign take = burst_valid_i && 2'(fill_q - free_q) != 2'd2 && (!fill_valid_q || line_last);
  assign burst_ready_o = take;
  assign line_ready_o = fill_valid_q;

  assign wide_valid_o = full_q != sent_q;
  assign wide_addr_o = {addr_q[sent_q[0]][63:4+LaneW], (4 + LaneW)'(0)};
  assign wide_len_o = 4'(BeatW'(last_q[sent_q[0]] - first_q[sent_q[0]]));
  assign wide_tag_o = tag_q[sent_q[0]];
  assign beat = first_q[free_q[0]] + beat_q;
  assign out = beat_ready_i;
  assign out_last = beat == last_q[free_q[0]];

  for (genvar w = 0; w < Ratio; w++) begin : gen_word
    logic [143:0] mem [2 << BeatW];            // strobes and data, by slot and beat
    logic [143:0] line;
    always_ff @(posedge clk_i) begin
      if (fill_valid_q && pos_q[LaneW-1:0] == LaneW'(w)) mem[{!fill_q[0], pos_q[3:LaneW]}] <= {line_strb_i, line_data_i};
    end
    assign line = have_q[{free_q[0], beat, LaneW'(w)}] ? mem[{free_q[0], beat}] : '0;
    assign {beat_strb_o[16*w +: 16], beat_data_o[128*w +: 128]} = line;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fill_q <= '0;
      full_q <= '0;
      sent_q <= '0;
      free_q <= '0;
      fill_valid_q <= 1'b0;
      pos_q <= '0;
      end_q <= '0;
      beat_q <= '0;
      have_q <= '0;
      for (int i = 0; i < 2; i++) begin
        addr_q[i] <= '0;
        tag_q[i] <= '0;
        first_q[i] <= '0;
        last_q[i] <= '0;
      end
    end else begin
      if (fill_valid_q) begin
        have_q[{!fill_q[0], pos_q}] <= 1'b1;
        pos_q <= pos_q + 4'd1;
        if (line_last) begin
          fill_valid_q <= 1'b0;
          full_q <= full_q + 2'd1;
        end
      end
      if (take) begin
        fill_valid_q <= 1'b1;
        fill_q <= fill_q + 2'd1;
        pos_q <= burst_addr_i[7:4];
        end_q <= burst_addr_i[7:4] + burst_len_i;
        addr_q[fill_q[0]] <= burst_addr_i;
        tag_q[fill_q[0]] <= burst_tag_i;
        have_q[16*fill_q[0] +: 16] <= '0;
        first_q[fill_q[0]] <= burst_addr_i[7:4+LaneW];
        last_q[fill_q[0]] <= BeatW'(4'(burst_addr_i[7:4] + burst_len_i) >> LaneW);
      end
      if (wide_valid_o && wide_ready_i) sent_q <= sent_q + 2'd1;
      if (out) begin
        beat_q <= out_last ? '0 : beat_q + 1'b1;
        if (out_last) free_q <= free_q + 2'd1;
      end
    end
  end

  assign act_o = take || fill_q != free_q;

  `ASSERT_CONST(BeatsOfABlock, Ratio == 2 || Ratio == 4)
  `ASSERT_NEVER(BurstLeavesItsBlock, take && 5'(burst_addr_i[7:4]) + 5'(burst_len_i) > 5'd15)
  `ASSERT_NEVER(BeatOfNoBurst, beat_ready_i && sent_q == free_q)
endmodule
