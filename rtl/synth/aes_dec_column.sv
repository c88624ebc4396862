// For synthesis alone: a quarter of one round of aes_dec_pipe (see aes_enc_column.sv).
module aes_dec_column (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] in_i,    // the column after InvShiftRows
  input  logic [31:0] key_i,
  output logic [31:0] out_o
);
`include "rtl/aes/aes_dec.svh"
  always_ff @(posedge clk_i) if (en_i) out_o <= dec_column(in_i[7:0], in_i[15:8], in_i[23:16], in_i[31:24]) ^ key_i;
endmodule
