// Register slice of a stream: every output is a register, so that nothing behind it depends on out_ready_i in the same cycle. One word a cycle.
// Data is zero while out_valid_o is 0.
`include "assert.svh"
module dma_slice #(
  parameter int unsigned Width = 32
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic in_valid_i,
  output logic in_ready_o,
  input  logic [Width-1:0] in_data_i,
  output logic out_valid_o,
  input  logic out_ready_i,
  output logic [Width-1:0] out_data_o
);
  logic valid_q, spare_valid_q;      // the spare word is the later one
  logic [Width-1:0] data_q, spare_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      spare_valid_q <= 1'b0;
      data_q <= '0;
      spare_q <= '0;
    end else if (in_valid_i && !spare_valid_q) begin
      if (valid_q && !out_ready_i) begin
        spare_valid_q <= 1'b1;
        spare_q <= in_data_i;
      end else begin
        valid_q <= 1'b1;
        data_q <= in_data_i;
      end
    end else if (valid_q && out_ready_i) begin
      valid_q <= spare_valid_q;
      data_q <= spare_q;
      spare_valid_q <= 1'b0;
      if (spare_valid_q) spare_q <= '0;
    end
  end

  assign in_ready_o = !spare_valid_q;
  assign out_valid_o = valid_q;
  assign out_data_o = data_q;

  `ASSERT_NEVER(SpareWithoutFirst, spare_valid_q && !valid_q)
`ifdef FORMAL
  // what went in and not yet out is at most two words, in order: count them, and follow one word chosen by the solver
  (* anyconst *) logic [Width-1:0] f_word;
  (* anyseq *) logic f_mark;
  logic f_in_q, f_out_q;
  logic [1:0] f_ahead_q;             // words in front of the marked one
  initial assume (!rst_ni);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_in_q <= 1'b0;
      f_out_q <= 1'b0;
      f_ahead_q <= '0;
    end else begin
      if (f_mark && in_valid_i && in_ready_o && !f_in_q) begin
        assume (in_data_i == f_word);
        f_in_q <= 1'b1;
        f_ahead_q <= 2'(valid_q) + 2'(spare_valid_q) - 2'(out_valid_o && out_ready_i);
      end else if (f_in_q && !f_out_q && out_valid_o && out_ready_i) begin
        if (f_ahead_q == 2'd0) f_out_q <= 1'b1;
        else f_ahead_q <= f_ahead_q - 2'd1;
      end
    end
  end
  always_comb begin
    if (rst_ni) begin
      assert (!spare_valid_q || valid_q);
      assert (valid_q || data_q == '0);
      assert (spare_valid_q || spare_q == '0);
      assert (!(f_in_q && !f_out_q) || f_ahead_q < 2'(valid_q) + 2'(spare_valid_q));
      assert (!(f_in_q && !f_out_q && f_ahead_q == 2'd0) || data_q == f_word);
      assert (!(f_in_q && !f_out_q && f_ahead_q == 2'd1) || spare_q == f_word);
    end
  end
`endif
endmodule
