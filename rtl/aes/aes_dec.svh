// AES decryption rounds of the equivalent inverse cipher (FIPS 197 5.3.5): same order of steps as encryption, with the middle round
// keys passed through InvMixColumns (aes_key_expand does that). Included inside a module, as aes_enc.svh.
`include "rtl/aes/aes_td.svh"

  // InvSubBytes and InvMixColumns of one column, given its four bytes after InvShiftRows
  function automatic logic [31:0] dec_column(input logic [7:0] a, input logic [7:0] b, input logic [7:0] c, input logic [7:0] d);
    logic [31:0] t0, t1, t2, t3;
    t0 = td[a];
    t1 = td[b];
    t2 = td[c];
    t3 = td[d];
    dec_column = t0 ^ {t1[23:0], t1[31:24]} ^ {t2[15:0], t2[31:16]} ^ {t3[7:0], t3[31:8]};
  endfunction

  function automatic logic [127:0] dec_round(input logic [127:0] s, input logic [127:0] k);
    dec_round = {dec_column(s[103:96], s[79:72], s[55:48], s[31:24]), dec_column(s[71:64], s[47:40], s[23:16], s[127:120]),
                 dec_column(s[39:32], s[15:8], s[119:112], s[95:88]), dec_column(s[7:0], s[111:104], s[87:80], s[63:56])} ^ k;
  endfunction

  function automatic logic [31:0] inv_sub_word(input logic [31:0] w);
    inv_sub_word = {si[w[31:24]], si[w[23:16]], si[w[15:8]], si[w[7:0]]};
  endfunction

  // the last round has no InvMixColumns
  function automatic logic [127:0] dec_last(input logic [127:0] s, input logic [127:0] k);
    dec_last = {inv_sub_word({s[31:24], s[55:48], s[79:72], s[103:96]}), inv_sub_word({s[127:120], s[23:16], s[47:40], s[71:64]}),
                inv_sub_word({s[95:88], s[119:112], s[15:8], s[39:32]}), inv_sub_word({s[63:56], s[87:80], s[111:104], s[7:0]})} ^ k;
  endfunction
