// Two-entry buffer between two streams: both ready and valid come from registers, one word a cycle passes.
// Data is zero while the output is not valid.
`include "assert.svh"

module skid_buffer #(
  parameter int unsigned Width = 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             in_valid_i,
  output logic             in_ready_o,
  input  logic [Width-1:0] in_data_i,
  output logic             out_valid_o,
  input  logic             out_ready_i,
  output logic [Width-1:0] out_data_o
);
  logic             out_valid_q, skid_valid_q, push, move;
  logic [Width-1:0] out_q, skid_q;

  assign in_ready_o  = !skid_valid_q;
  assign out_valid_o = out_valid_q;
  assign out_data_o  = out_q;
  assign push        = in_valid_i && in_ready_o;
  assign move        = !out_valid_q || out_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      out_valid_q  <= 1'b0;
      skid_valid_q <= 1'b0;
      out_q        <= '0;
      skid_q       <= '0;
    end else begin
      if (move) begin
        out_valid_q  <= skid_valid_q || push;
        skid_valid_q <= 1'b0;
        if (skid_valid_q) out_q <= skid_q;
        else if (push) out_q <= in_data_i;
        else if (out_valid_q) out_q <= '0;
      end else if (push) begin
        skid_valid_q <= 1'b1;
        skid_q       <= in_data_i;
      end
    end
  end

  `ASSERT_STABLE(OutHolds, out_valid_o, out_ready_i, out_data_o)
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, out_data_o)
endmodule
