// Session contexts of the lane: one slot each, written by SESSION_LOAD, read only by the lane itself. What a load fixes and what every
// record changes (sequence number, chained IV) are separate memories. Reset clears all valid bits at once and then erases slot by slot;
// ready_o rises when that is over. Read data come one cycle after rd_i and hold until the next read.
`include "assert.svh"

module mac_store #(
  parameter int unsigned NumSessions = 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         ready_o,
  input  logic         rd_i,
  input  logic [15:0]  rd_index_i,
  output logic         rd_valid_o,
  output mac_pkg::fixed_t  rd_fixed_o,
  output mac_pkg::moving_t rd_moving_o,
  input  logic         wr_i,               // a load: everything
  input  logic         wr_record_i,        // after a record: sequence number and IV
  input  logic         erase_i,
  input  logic [15:0]  wr_index_i,
  input  mac_pkg::fixed_t  wr_fixed_i,
  input  mac_pkg::moving_t wr_moving_i
);
  localparam int unsigned IdxW = (NumSessions > 1) ? $clog2(NumSessions) : 1;
  localparam int unsigned FixedW = $bits(wr_fixed_i);
  localparam int unsigned MovingW = $bits(wr_moving_i);

  logic [FixedW-1:0]      fixed_mem [NumSessions];
  logic [MovingW-1:0]     record_mem [NumSessions];
  logic [NumSessions-1:0] valid_q;
  logic [FixedW-1:0]      fixed_q;
  logic [MovingW-1:0]     record_q;
  logic                   hit_q, erasing_q, write_fixed, write_record;
  logic [IdxW-1:0]        sweep_q, rd_at, wr_at;
  logic                   in_range;

  logic                   unused_index;
  assign unused_index = ^wr_index_i;       // the lane checked its range when it was read
  assign ready_o      = !erasing_q;
  assign rd_at        = IdxW'(rd_index_i);
  assign in_range     = {16'd0, rd_index_i} < 32'(NumSessions);
  assign wr_at        = erasing_q ? sweep_q : IdxW'(wr_index_i);
  assign write_fixed  = erasing_q || erase_i || wr_i;
  assign write_record = write_fixed || wr_record_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q   <= '0;
      erasing_q <= 1'b1;
      sweep_q   <= '0;
      hit_q     <= 1'b0;
    end else begin
      if (erasing_q) begin
        sweep_q   <= sweep_q + 1'b1;
        erasing_q <= (sweep_q != IdxW'(NumSessions - 1));
      end else if (erase_i) valid_q[wr_at] <= 1'b0;
      else if (wr_i) valid_q[wr_at] <= 1'b1;
      if (rd_i) hit_q <= in_range && valid_q[rd_at];
    end
  end
  always_ff @(posedge clk_i) begin
    if (write_fixed) fixed_mem[wr_at] <= (erasing_q || erase_i) ? '0 : wr_fixed_i;
    if (write_record) record_mem[wr_at] <= (erasing_q || erase_i) ? '0 : wr_moving_i;
    if (rd_i) begin
      fixed_q  <= fixed_mem[rd_at];
      record_q <= record_mem[rd_at];
    end
  end
  assign rd_valid_o = hit_q;
  assign rd_fixed_o  = fixed_q;
  assign rd_moving_o = record_q;

  `ASSERT_NEVER(WriteWhileErasing, erasing_q && (wr_i || wr_record_i || erase_i))
  `ASSERT_NEVER(TwoWriters, (wr_i || erase_i) && wr_record_i)
endmodule
