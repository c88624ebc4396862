// HMAC of engine kdf (RFC 2104) with SHA-256 and SHA-384, over hmac_unit of rtl/mac: a key of up to 64 bytes, then any number of messages under
// it. A message's length is given first (its blocks and chunks follow from it), then its chunks of 16 bytes. digest_o: byte 0 in 7:0; the
// first 32 or 48 bytes count. A border of its own so that "only an HMAC leads out of the work memory" can be checked on the netlist.
`include "assert.svh"

module kdf_hmac (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         wide_i,        // SHA-384; held
  input  logic         clear_i,       // forgets the key, while nothing runs
  input  logic         key_start_i,
  input  logic [511:0] key_i,         // zeros behind its end; held until done_o
  input  logic         start_i,
  input  logic [9:0]   len_i,         // bytes, at least 1; held until done_o
  input  logic         chunk_valid_i,
  output logic         chunk_ready_o,
  input  logic [127:0] chunk_i,
  output logic         done_o,
  output logic [383:0] digest_o
);
  logic [26:0]  blocks;               // 64 bytes each, or 128; padding takes 9 bytes, or 17
  logic [28:0]  chunks;
  logic [511:0] digest;
  logic         ready, unused;
  logic [511:0] inner, outer;
  assign blocks = wide_i ? (27'(len_i) + 27'd144) >> 7 : (27'(len_i) + 27'd72) >> 6;
  assign chunks = (29'(len_i) + 29'd15) >> 4;
  hmac_unit u_hmac (
    .clk_i, .rst_ni, .ready_o(ready), .alg_i(wide_i ? 2'd2 : 2'd1), .ld_i(clear_i), .ld_inner_i('0), .ld_outer_i('0),
    .key_start_i, .key_i, .start_i, .hmac_i(1'b1), .ssl3_i(1'b0), .seq_hi_i(32'd0), .blocks_i(blocks), .chunks_i(chunks),
    .len_i({22'd0, len_i}), .chunk_valid_i, .chunk_ready_o, .chunk_i, .done_o, .digest_o(digest), .inner_o(inner), .outer_o(outer)
  );
  assign digest_o = wide_i ? digest[383:0] : {128'd0, digest[255:0]};
  assign unused   = ^{inner, outer, digest[511:384], ready};

  `ASSERT_IF(StartsOnlyWhenReady, key_start_i || start_i || clear_i, ready)
endmodule
