// First-in first-out buffer of 2^Log2 words; the head is visible while valid_o. The caller never writes a full one nor reads an
// empty one (asserted): every user here reserves room before it asks memory for data.
`include "assert.svh"
module dma_fifo #(
  parameter int unsigned Width = 32,
  parameter int unsigned Log2 = 2
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic wr_i,
  input  logic [Width-1:0] wdata_i,
  input  logic rd_i,
  output logic [Width-1:0] rdata_o,
  output logic valid_o,
  output logic full_o,
  output logic [Log2:0] count_o
);
  logic [Width-1:0] mem [1 << Log2];
  logic [Log2:0] wptr_q, rptr_q;

  assign count_o = wptr_q - rptr_q;
  assign valid_o = wptr_q != rptr_q;
  assign full_o = count_o[Log2];
  assign rdata_o = mem[rptr_q[Log2-1:0]];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wptr_q <= '0;
      rptr_q <= '0;
    end else begin
      if (wr_i) wptr_q <= wptr_q + 1'b1;
      if (rd_i) rptr_q <= rptr_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (wr_i) mem[wptr_q[Log2-1:0]] <= wdata_i;
  end

  `ASSERT_NEVER(FifoOverflows, wr_i && full_o)
  `ASSERT_NEVER(FifoUnderflows, rd_i && !valid_o)
`ifdef FORMAL
  // One word written at a place and time of the solver's choice comes out unchanged and in its turn.
  (* anyconst *) logic [Width-1:0] f_word;
  (* anyseq *) logic f_mark;
  logic f_in_q, f_out_q;
  logic [Log2:0] f_at_q;
  initial assume (!rst_ni);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_in_q <= 1'b0;
      f_out_q <= 1'b0;
    end else begin
      if (f_mark && wr_i && !f_in_q) begin
        assume (wdata_i == f_word);
        f_in_q <= 1'b1;
        f_at_q <= wptr_q;
      end
      if (f_in_q && rd_i && rptr_q == f_at_q) f_out_q <= 1'b1;
    end
  end
  always_comb begin
    if (rst_ni) begin
      assume (!(wr_i && full_o));
      assume (!(rd_i && !valid_o));
      assert (count_o <= (Log2 + 1)'(1 << Log2));
      assert (!(f_in_q && !f_out_q) || ((Log2 + 1)'(f_at_q - rptr_q) < count_o));
      assert (!(f_in_q && !f_out_q) || mem[f_at_q[Log2-1:0]] == f_word);
      assert (!(f_in_q && !f_out_q && rptr_q == f_at_q) || rdata_o == f_word);
      assert (!f_out_q || f_in_q);
    end
  end
`endif
endmodule
