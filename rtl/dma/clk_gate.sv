// Clock gate: a latch that is transparent while the clock is low holds the enable through the high phase, so the gated clock has whole
// pulses only. On an FPGA replace it by the family's clock buffer with enable.
module clk_gate (
  input  logic clk_i,
  input  logic en_i,   // from registers clocked by the rising edge
  output logic clk_o
);
  logic en_l;
  always_latch begin
    if (!clk_i) en_l = en_i;
  end
  assign clk_o = clk_i && en_l;
endmodule
