// GHASH (NIST SP 800-38D 6.4), one block a cycle: a 4-stage pipelined Karatsuba multiplier and four interleaved sums.
//
// Block k of n is multiplied by H^4 and its product returns to block k+4; the last four are multiplied by H^4..H^1 and their products
// added. So n must be known with the first block. Hashes may follow each other without a gap, under different keys: H^1..H^4 of
// four banks are kept here. The result appears 5 cycles after the last block, with the tag given with that block.
//
// Blocks have byte 0 in bits 7:0. Inside, a block is the integer whose most significant byte is byte 0: with that order the product
// of two reflected polynomials is the reflected product shifted left by one bit, and no bit reversal is needed.
`include "assert.svh"

module ghash (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         h_valid_i,    // write of a power of H
  input  logic [1:0]   h_bank_i,
  input  logic [1:0]   h_pow_i,      // power - 1
  input  logic [127:0] h_data_i,
  input  logic         in_valid_i,
  input  logic         in_first_i,   // first block of a hash
  input  logic [28:0]  in_blocks_i,  // with in_first_i: blocks of this hash, at least 1
  input  logic [1:0]   in_bank_i,
  input  logic [2:0]   in_tag_i,
  input  logic [127:0] in_data_i,
  output logic         out_valid_o,  // for one cycle
  output logic [2:0]   out_tag_o,
  output logic [127:0] out_data_o,
  output logic         busy_o
);
  function automatic logic [127:0] swap(input logic [127:0] x);
    for (int i = 0; i < 16; i++) swap[8*i +: 8] = x[8*(15-i) +: 8];
  endfunction

  // carry-less product of 32-bit words
  function automatic logic [63:0] clmul(input logic [31:0] x, input logic [31:0] y);
    clmul = 64'd0;
    for (int i = 0; i < 32; i++) clmul = clmul ^ (({32'd0, x} << i) & {64{y[i]}});
  endfunction

  function automatic logic [127:0] join3(input logic [63:0] l, input logic [63:0] m, input logic [63:0] h);
    join3 = {h, l} ^ {32'd0, m ^ l ^ h, 32'd0};
  endfunction

  // l, m, h: Karatsuba parts of the 255-bit product. Shifted left by one (reflection), then reduced by x^128 + x^7 + x^2 + x + 1
  // in two folds of 64 bits.
  function automatic logic [127:0] reduce(input logic [127:0] l, input logic [127:0] m, input logic [127:0] h);
    logic [127:0] mm;
    logic [63:0]  x1, x2, y0, y1, y2, y3, d, e1, e0;
    mm = l ^ m ^ h;
    x1 = l[127:64] ^ mm[63:0];
    x2 = h[63:0] ^ mm[127:64];
    y0 = {l[62:0], 1'b0};
    y1 = {x1[62:0], l[63]};
    y2 = {x2[62:0], x1[63]};
    y3 = {h[126:64], x2[63]};
    d  = y1 ^ (y0 << 63) ^ (y0 << 62) ^ (y0 << 57);
    e1 = d ^ (d >> 1) ^ (d >> 2) ^ (d >> 7);
    e0 = y0 ^ ((y0 >> 1) | (d << 63)) ^ ((y0 >> 2) | (d << 62)) ^ ((y0 >> 7) | (d << 57));
    reduce = {y3 ^ e1, y2 ^ e0};
  endfunction

  logic [127:0] h_mem [16];  // {bank, power - 1}
  logic [127:0] sum_mem [4]; // what returns to each of the four interleaved sums

  // position in the hash
  logic [28:0]  left_q, left;
  logic [1:0]   lane_q, lane, pow;
  logic         young_q, young;  // one of the first four blocks: nothing returns yet
  logic         ending;          // one of the last four
  logic         forward;
  logic [127:0] x, h;

  // pipeline: stage 0 operand sums, 1 nine products, 2 joined, 3 reduced
  logic         v0_q, v1_q, v2_q, v3_q;
  logic [7:0]   c0_q, c1_q, c2_q, c3_q;  // lane, ending, first of the ending, last, tag
  logic [31:0]  xa [9];
  logic [31:0]  xb [9];
  logic [63:0]  pr [9];
  logic [127:0] kl_q, km_q, kh_q, p_q;
  logic         done_q;
  logic [2:0]   done_tag_q;
  logic [127:0] acc_q;

  assign left    = in_first_i ? in_blocks_i : left_q;
  assign lane    = in_first_i ? 2'd0 : lane_q;
  assign young   = in_first_i || young_q;
  assign ending  = left <= 29'd4;
  assign pow     = ending ? left[1:0] - 2'd1 : 2'd3;
  assign forward = v3_q && !c3_q[5] && c3_q[7:6] == lane;

  always_comb begin
    x = 128'd0;
    h = 128'd0;
    if (in_valid_i) begin
      h = h_mem[{in_bank_i, pow}];
      x = swap(in_data_i);
      if (!young) x = x ^ (forward ? p_q : sum_mem[lane]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      v0_q    <= 1'b0;
      v1_q    <= 1'b0;
      v2_q    <= 1'b0;
      v3_q    <= 1'b0;
      done_q  <= 1'b0;
      left_q  <= 29'd0;
      lane_q  <= 2'd0;
      young_q <= 1'b0;
    end else begin
      v0_q   <= in_valid_i;
      v1_q   <= v0_q;
      v2_q   <= v1_q;
      v3_q   <= v2_q;
      done_q <= v3_q && c3_q[3];
      if (in_valid_i) begin
        left_q <= left - 29'd1;
        lane_q <= lane + 2'd1;
        if (in_first_i) young_q <= 1'b1;
        else if (lane_q == 2'd3) young_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (h_valid_i) h_mem[{h_bank_i, h_pow_i}] <= swap(h_data_i);
    if (in_valid_i) begin
      c0_q  <= {lane, ending, ending && (in_first_i || left == 29'd4), left == 29'd1, in_tag_i};
      xa[0] <= x[31:0];
      xa[1] <= x[63:32];
      xa[2] <= x[31:0] ^ x[63:32];
      xa[3] <= x[95:64];
      xa[4] <= x[127:96];
      xa[5] <= x[95:64] ^ x[127:96];
      xa[6] <= x[31:0] ^ x[95:64];
      xa[7] <= x[63:32] ^ x[127:96];
      xa[8] <= x[31:0] ^ x[63:32] ^ x[95:64] ^ x[127:96];
      xb[0] <= h[31:0];
      xb[1] <= h[63:32];
      xb[2] <= h[31:0] ^ h[63:32];
      xb[3] <= h[95:64];
      xb[4] <= h[127:96];
      xb[5] <= h[95:64] ^ h[127:96];
      xb[6] <= h[31:0] ^ h[95:64];
      xb[7] <= h[63:32] ^ h[127:96];
      xb[8] <= h[31:0] ^ h[63:32] ^ h[95:64] ^ h[127:96];
    end
    if (v0_q) begin
      c1_q <= c0_q;
      for (int i = 0; i < 9; i++) pr[i] <= clmul(xa[i], xb[i]);
    end
    if (v1_q) begin
      c2_q <= c1_q;
      kl_q <= join3(pr[0], pr[2], pr[1]);
      kh_q <= join3(pr[3], pr[5], pr[4]);
      km_q <= join3(pr[6], pr[8], pr[7]);
    end
    if (v2_q) begin
      c3_q <= c2_q;
      p_q  <= reduce(kl_q, km_q, kh_q);
    end
    if (v3_q) begin
      if (c3_q[5]) begin
        acc_q      <= c3_q[4] ? p_q : acc_q ^ p_q;
        done_tag_q <= c3_q[2:0];
      end else begin
        sum_mem[c3_q[7:6]] <= p_q;
      end
    end
  end

  assign busy_o = v0_q || v1_q || v2_q || v3_q || done_q;
  assign out_valid_o = done_q;
  always_comb begin
    out_tag_o  = 3'd0;
    out_data_o = 128'd0;
    if (done_q) begin
      out_tag_o  = done_tag_q;
      out_data_o = swap(acc_q);
    end
  end

  `ASSERT_ZERO(NoHashOnIdleOutputs, out_valid_o, out_data_o)
  `ASSERT_IF(BlocksAreCounted, in_valid_i, left != 29'd0)
endmodule
