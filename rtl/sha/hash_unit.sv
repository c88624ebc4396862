// One message through SHA-1, SHA-256, SHA-384 or SHA-512: takes 16-byte chunks, pads (FIPS 180-4 5.1), runs the compressions, keeps the digest.
// The same circuit serves public and secret lengths: the caller names the number of blocks and of chunks (public), and len_i, which may
// be secret, only steers byte masks: bytes at len_i and after are replaced by 0x80, zeros and the length, and the state is captured after the
// block in which the length stands. Control never reads len_i, so the time is a function of alg_i, blocks_i and the arrival of chunks.
// A block is 64 bytes (4 chunks) for SHA-1 and SHA-256, 128 bytes (8 chunks) for SHA-384 and SHA-512.
// raw_i: no padding (key blocks of HMAC); the state after the last block is the result. prefix_i: one block was hashed before (HMAC).
// States are bytes, as FIPS 180-4 writes the digest: byte k in bits 8k+7:8k; 20, 32 or 64 bytes count (SHA-384: its digest is the first 48
// of 64), the rest is zero. One start_i while ready_o; done_o is 1 for one cycle, state_o then holds until the next start. Byte k of a
// chunk in bits 8k+7:8k.
`include "assert.svh"

module hash_unit (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  output logic         ready_o,
  input  logic [1:0]   alg_i,              // 0 SHA-1, 1 SHA-256, 2 SHA-384, 3 SHA-512: enum hash less one
  input  logic         iv_i,               // start from the algorithm's own initial value
  input  logic         raw_i,
  input  logic         prefix_i,
  input  logic [511:0] state_i,
  input  logic [26:0]  blocks_i,           // compressions to run, at least 1
  input  logic [28:0]  chunks_i,           // chunks the caller delivers; the rest is made here
  input  logic [31:0]  len_i,              // message bytes; held from start_i to done_o
  input  logic         chunk_valid_i,
  output logic         chunk_ready_o,
  input  logic [127:0] chunk_i,
  output logic         done_o,
  output logic [511:0] state_o
);
  // FIPS 180-4 5.3: word 0 in the low bits
  localparam logic [159:0] Sha1Iv = {32'hc3d2e1f0, 32'h10325476, 32'h98badcfe, 32'hefcdab89, 32'h67452301};
  localparam logic [255:0] Sha256Iv = {32'h5be0cd19, 32'h1f83d9ab, 32'h9b05688c, 32'h510e527f,
                                       32'ha54ff53a, 32'h3c6ef372, 32'hbb67ae85, 32'h6a09e667};
  localparam logic [511:0] Sha384Iv = {64'h47b5481dbefa4fa4, 64'hdb0c2e0d64f98fa7, 64'h8eb44a8768581511, 64'h67332667ffc00b31,
                                       64'h152fecd8f70e5939, 64'h9159015a3070dd17, 64'h629a292a367cd507, 64'hcbbb9d5dc1059ed8};
  localparam logic [511:0] Sha512Iv = {64'h5be0cd19137e2179, 64'h1f83d9abfb41bd6b, 64'h9b05688c2b3e6c1f, 64'h510e527fade682d1,
                                       64'ha54ff53a5f1d36f1, 64'h3c6ef372fe94f82b, 64'hbb67ae8584caa73b, 64'h6a09e667f3bcc908};

  // bytes to words and back
  function automatic logic [511:0] swap(input logic [511:0] s, input logic words64);
    swap = '0;
    if (words64) for (int i = 0; i < 8; i++) swap[64*i +: 64] = {s[64*i +: 8], s[64*i+8 +: 8], s[64*i+16 +: 8], s[64*i+24 +: 8],
                                                                s[64*i+32 +: 8], s[64*i+40 +: 8], s[64*i+48 +: 8], s[64*i+56 +: 8]};
    else for (int i = 0; i < 8; i++) swap[32*i +: 32] = {s[32*i +: 8], s[32*i+8 +: 8], s[32*i+16 +: 8], s[32*i+24 +: 8]};
  endfunction

  logic          busy_q, raw_q, prefix_q, first_q, done_q;
  logic [1:0]    alg_q;
  logic [511:0]  init_q, digest_q;         // words; bytes
  logic [26:0]   blocks_q;                 // blocks in all
  logic [26:0]   fed_q;                    // block being filled
  logic [26:0]   out_q;                    // block the core finishes next
  logic [28:0]   need_q;                   // chunks still to come from the caller
  logic [3:0]    fill_q;                   // chunks in the block
  logic [1023:0] block_q;                  // the newest chunk on top

  logic         wide, full, core_ready, core_done, core_start, take;
  logic [511:0] core_state;
  assign wide          = alg_q[1];
  assign full          = wide ? fill_q[3] : fill_q[2];
  assign ready_o       = !busy_q;
  assign done_o        = done_q;
  assign state_o       = digest_q;
  assign chunk_ready_o = busy_q && !full && (need_q != '0) && (fed_q != blocks_q);
  assign take          = busy_q && !full && (fed_q != blocks_q) && ((need_q == '0) || chunk_valid_i);
  assign core_start    = busy_q && full && core_ready;

  // ---- padding by masks -------------------------------------------------------------------------------------------------------------
  logic [32:0]  left;                      // message bytes from this chunk's first on (two's complement, below zero behind the end)
  logic [127:0] padded;
  logic [63:0]  bits;
  logic [26:0]  len_block;                 // the block in which the length stands
  assign len_block = wide ? 27'(({1'b0, len_i} + 33'd16) >> 7) : 27'(({1'b0, len_i} + 33'd8) >> 6);
  always_comb begin
    left   = '0;
    padded = '0;
    bits   = '0;
    if (take) begin
      left = {1'b0, len_i} - (wide ? {fed_q[25:0], fill_q[2:0], 4'd0} : {fed_q, fill_q[1:0], 4'd0});
      bits = {28'd0, {1'b0, len_i, 3'd0} + (prefix_q ? (wide ? 36'd1024 : 36'd512) : 36'd0)};
      for (int i = 0; i < 16; i++) begin
        if (raw_q || (!left[32] && (left > 33'(i)))) padded[8*i +: 8] = (need_q == '0) ? 8'd0 : chunk_i[8*i +: 8];
        else if (left == 33'(i)) padded[8*i +: 8] = 8'h80;
      end
      if (!raw_q && (fill_q == (wide ? 4'd7 : 4'd3)) && (fed_q == len_block)) begin
        for (int i = 0; i < 8; i++) padded[8*(i+8) +: 8] = padded[8*(i+8) +: 8] | bits[8*(7-i) +: 8];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q   <= 1'b0;
      done_q   <= 1'b0;
      alg_q    <= '0;
      raw_q    <= 1'b0;
      prefix_q <= 1'b0;
      first_q  <= 1'b0;
      blocks_q <= '0;
      fed_q    <= '0;
      out_q    <= '0;
      need_q   <= '0;
      fill_q   <= '0;
    end else begin
      done_q <= 1'b0;
      if (start_i && !busy_q) begin
        busy_q   <= 1'b1;
        alg_q    <= alg_i;
        raw_q    <= raw_i;
        prefix_q <= prefix_i;
        first_q  <= 1'b1;
        blocks_q <= blocks_i;
        fed_q    <= '0;
        out_q    <= '0;
        need_q   <= chunks_i;
        fill_q   <= '0;
      end else if (busy_q) begin
        if (take) begin
          fill_q <= fill_q + 4'd1;
          if (need_q != '0) need_q <= need_q - 29'd1;
        end
        if (core_start) begin
          first_q <= 1'b0;
          fill_q  <= '0;
          fed_q   <= fed_q + 27'd1;
        end
        if (core_done) begin
          out_q <= out_q + 27'd1;
          if (out_q + 27'd1 == blocks_q) begin
            busy_q <= 1'b0;
            done_q <= 1'b1;
          end
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i && !busy_q) begin
      if (!iv_i) init_q <= swap(state_i, alg_i[1]);
      else begin
        unique case (alg_i)
          2'd0:    init_q <= {352'd0, Sha1Iv};
          2'd1:    init_q <= {256'd0, Sha256Iv};
          2'd2:    init_q <= Sha384Iv;
          default: init_q <= Sha512Iv;
        endcase
      end
    end
    // 64-byte blocks use the upper half, so the lower one need not move for them
    if (take) begin
      block_q[1023:512] <= {padded, block_q[1023:640]};
      if (wide) block_q[511:0] <= block_q[639:128];
    end
    // captured under a mask: which block is the right one may be secret
    if (core_done) digest_q <= (raw_q || (out_q == len_block)) ? swap(core_state, wide) : digest_q;
  end

  // ---- the cores --------------------------------------------------------------------------------------------------------------------
  logic         ready1, ready256, ready512, done1, done256, done512;
  logic [159:0] state1;
  logic [255:0] state256;
  logic [511:0] state512;
  assign core_ready = wide ? ready512 : (alg_q[0] ? ready256 : ready1);
  assign core_done  = busy_q && (done1 || done256 || done512);
  always_comb begin
    core_state = '0;
    if (core_done) core_state = wide ? state512 : (alg_q[0] ? {256'd0, state256} : {352'd0, state1});
  end
  sha1_core u_sha1 (
    .clk_i, .rst_ni, .start_i(core_start && (alg_q == 2'd0)), .first_i(first_q), .block_i(block_q[1023:512]), .state_i(init_q[159:0]),
    .ready_o(ready1), .done_o(done1), .state_o(state1)
  );
  sha256_core u_sha256 (
    .clk_i, .rst_ni, .start_i(core_start && (alg_q == 2'd1)), .first_i(first_q), .block_i(block_q[1023:512]), .state_i(init_q[255:0]),
    .ready_o(ready256), .done_o(done256), .state_o(state256)
  );
  sha512_core u_sha512 (
    .clk_i, .rst_ni, .start_i(core_start && wide), .first_i(first_q), .block_i(block_q), .state_i(init_q),
    .ready_o(ready512), .done_o(done512), .state_o(state512)
  );
endmodule
