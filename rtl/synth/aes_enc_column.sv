// For synthesis alone: a quarter of one round of aes_enc_pipe, one column through its tables, with its register. The pipe is 14 rounds of four of these:
// yosys takes gigabytes for a module with all its 224 table lookups.
module aes_enc_column (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] in_i,    // the column after ShiftRows
  input  logic [31:0] key_i,
  output logic [31:0] out_o
);
`include "rtl/aes/aes_enc.svh"
  always_ff @(posedge clk_i) if (en_i) out_o <= enc_column(in_i[7:0], in_i[15:8], in_i[23:16], in_i[31:24]) ^ key_i;
endmodule
