// AES encryption rounds on 128-bit states with byte 0 in bits 7:0 (column c in bits 32c+31:32c, row 0 lowest).
// Included inside a module: the tables are that module's own memory, so the functions are usable in its processes only.
`include "rtl/aes/aes_te.svh"

  function automatic logic [7:0] sub_byte(input logic [7:0] x);
    sub_byte = te[x][15:8];
  endfunction

  function automatic logic [31:0] sub_word(input logic [31:0] w);
    sub_word = {sub_byte(w[31:24]), sub_byte(w[23:16]), sub_byte(w[15:8]), sub_byte(w[7:0])};
  endfunction

  // SubBytes and MixColumns of one column, given its four bytes after ShiftRows
  function automatic logic [31:0] enc_column(input logic [7:0] a, input logic [7:0] b, input logic [7:0] c, input logic [7:0] d);
    logic [31:0] t0, t1, t2, t3;
    t0 = te[a];
    t1 = te[b];
    t2 = te[c];
    t3 = te[d];
    enc_column = t0 ^ {t1[23:0], t1[31:24]} ^ {t2[15:0], t2[31:16]} ^ {t3[7:0], t3[31:8]};
  endfunction

  function automatic logic [127:0] enc_round(input logic [127:0] s, input logic [127:0] k);
    enc_round = {enc_column(s[103:96], s[15:8], s[55:48], s[95:88]), enc_column(s[71:64], s[111:104], s[23:16], s[63:56]),
                 enc_column(s[39:32], s[79:72], s[119:112], s[31:24]), enc_column(s[7:0], s[47:40], s[87:80], s[127:120])} ^ k;
  endfunction

  // the last round has no MixColumns
  function automatic logic [127:0] enc_last(input logic [127:0] s, input logic [127:0] k);
    enc_last = {sub_word({s[95:88], s[55:48], s[15:8], s[103:96]}), sub_word({s[63:56], s[23:16], s[111:104], s[71:64]}),
                sub_word({s[31:24], s[119:112], s[79:72], s[39:32]}), sub_word({s[127:120], s[87:80], s[47:40], s[7:0]})} ^ k;
  endfunction
