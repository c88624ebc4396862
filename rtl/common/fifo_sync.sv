// Synchronous FIFO. Depth is a power of two. The read side shows the oldest word without a wait; it is zero while empty.
`include "assert.svh"

module fifo_sync #(
  parameter int unsigned Width = 8,
  parameter int unsigned DepthLog2 = 2
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 wr_valid_i,
  output logic                 wr_ready_o,
  input  logic [Width-1:0]     wr_data_i,
  output logic                 rd_valid_o,
  input  logic                 rd_ready_i,
  output logic [Width-1:0]     rd_data_o,
  output logic [DepthLog2:0]   level_o
);
  logic [Width-1:0]     mem [1 << DepthLog2];
  logic [DepthLog2-1:0] wr_q, rd_q;
  logic [DepthLog2:0]   level_q;
  logic                 push, pop;

  assign wr_ready_o = !level_q[DepthLog2];
  assign rd_valid_o = level_q != '0;
  assign level_o    = level_q;
  assign push       = wr_valid_i && wr_ready_o;
  assign pop        = rd_valid_o && rd_ready_i;

  always_comb begin
    rd_data_o = '0;
    if (rd_valid_o) rd_data_o = mem[rd_q];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q    <= '0;
      rd_q    <= '0;
      level_q <= '0;
    end else begin
      if (push) wr_q <= wr_q + 1'b1;
      if (pop) rd_q <= rd_q + 1'b1;
      if (push && !pop) level_q <= level_q + 1'b1;
      if (pop && !push) level_q <= level_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) mem[wr_q] <= wr_data_i;
  end

  `ASSERT_ALWAYS(LevelNeverAboveDepth, level_q <= (1 << DepthLog2))
  `ASSERT_ZERO(EmptyReadsZero, rd_valid_o, rd_data_o)
endmodule
