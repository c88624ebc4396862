// The S-box and its inverse as the cores' tables have them, for the equivalence proof of `make lint-aes-ct`.
module aes_sbox_rom (
  input  logic [7:0] x_i,
  output logic [7:0] fwd_o,
  output logic [7:0] inv_o
);
`include "rtl/aes/aes_te.svh"
`include "rtl/aes/aes_td.svh"

  // Three of te's bytes and four of td's follow from the S-boxes; gen_tables.py --check compares them with the field arithmetic.
  logic [31:0] unused_td;
  assign unused_td = td[x_i];
  assign fwd_o     = te[x_i][15:8];
  assign inv_o     = si[x_i];
endmodule
