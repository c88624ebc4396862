// SHA-384 and SHA-512 compression function (FIPS 180-4 6.4.2), one round a cycle: 82 cycles a block (load, 80 rounds, add).
// start_i is taken when ready_o is 1. With first_i the chain starts from state_i, else from the last block's result.
// done_o is 1 for the cycle after the addition; state_o holds the result until the next start.
// Word i of a state is in bits 64i+63:64i; byte k of a block in bits 8k+7:8k. Padding is the caller's (hash_unit).
// The sum h + K[t] + W[t] is made one round early, which takes two adders out of the loop.
`include "assert.svh"

module sha512_core (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          start_i,
  input  logic          first_i,
  input  logic [1023:0] block_i,
  input  logic [511:0]  state_i,
  output logic          ready_o,
  output logic          done_o,
  output logic [511:0]  state_o
);
  // FIPS 180-4 4.2.3
  logic [63:0] k_rom [80];
  initial begin
    k_rom[0] = 64'h428a2f98d728ae22; k_rom[1] = 64'h7137449123ef65cd; k_rom[2] = 64'hb5c0fbcfec4d3b2f; k_rom[3] = 64'he9b5dba58189dbbc;
    k_rom[4] = 64'h3956c25bf348b538; k_rom[5] = 64'h59f111f1b605d019; k_rom[6] = 64'h923f82a4af194f9b; k_rom[7] = 64'hab1c5ed5da6d8118;
    k_rom[8] = 64'hd807aa98a3030242; k_rom[9] = 64'h12835b0145706fbe; k_rom[10] = 64'h243185be4ee4b28c; k_rom[11] = 64'h550c7dc3d5ffb4e2;
    k_rom[12] = 64'h72be5d74f27b896f; k_rom[13] = 64'h80deb1fe3b1696b1; k_rom[14] = 64'h9bdc06a725c71235; k_rom[15] = 64'hc19bf174cf692694;
    k_rom[16] = 64'he49b69c19ef14ad2; k_rom[17] = 64'hefbe4786384f25e3; k_rom[18] = 64'h0fc19dc68b8cd5b5; k_rom[19] = 64'h240ca1cc77ac9c65;
    k_rom[20] = 64'h2de92c6f592b0275; k_rom[21] = 64'h4a7484aa6ea6e483; k_rom[22] = 64'h5cb0a9dcbd41fbd4; k_rom[23] = 64'h76f988da831153b5;
    k_rom[24] = 64'h983e5152ee66dfab; k_rom[25] = 64'ha831c66d2db43210; k_rom[26] = 64'hb00327c898fb213f; k_rom[27] = 64'hbf597fc7beef0ee4;
    k_rom[28] = 64'hc6e00bf33da88fc2; k_rom[29] = 64'hd5a79147930aa725; k_rom[30] = 64'h06ca6351e003826f; k_rom[31] = 64'h142929670a0e6e70;
    k_rom[32] = 64'h27b70a8546d22ffc; k_rom[33] = 64'h2e1b21385c26c926; k_rom[34] = 64'h4d2c6dfc5ac42aed; k_rom[35] = 64'h53380d139d95b3df;
    k_rom[36] = 64'h650a73548baf63de; k_rom[37] = 64'h766a0abb3c77b2a8; k_rom[38] = 64'h81c2c92e47edaee6; k_rom[39] = 64'h92722c851482353b;
    k_rom[40] = 64'ha2bfe8a14cf10364; k_rom[41] = 64'ha81a664bbc423001; k_rom[42] = 64'hc24b8b70d0f89791; k_rom[43] = 64'hc76c51a30654be30;
    k_rom[44] = 64'hd192e819d6ef5218; k_rom[45] = 64'hd69906245565a910; k_rom[46] = 64'hf40e35855771202a; k_rom[47] = 64'h106aa07032bbd1b8;
    k_rom[48] = 64'h19a4c116b8d2d0c8; k_rom[49] = 64'h1e376c085141ab53; k_rom[50] = 64'h2748774cdf8eeb99; k_rom[51] = 64'h34b0bcb5e19b48a8;
    k_rom[52] = 64'h391c0cb3c5c95a63; k_rom[53] = 64'h4ed8aa4ae3418acb; k_rom[54] = 64'h5b9cca4f7763e373; k_rom[55] = 64'h682e6ff3d6b2b8a3;
    k_rom[56] = 64'h748f82ee5defb2fc; k_rom[57] = 64'h78a5636f43172f60; k_rom[58] = 64'h84c87814a1f0ab72; k_rom[59] = 64'h8cc702081a6439ec;
    k_rom[60] = 64'h90befffa23631e28; k_rom[61] = 64'ha4506cebde82bde9; k_rom[62] = 64'hbef9a3f7b2c67915; k_rom[63] = 64'hc67178f2e372532b;
    k_rom[64] = 64'hca273eceea26619c; k_rom[65] = 64'hd186b8c721c0c207; k_rom[66] = 64'heada7dd6cde0eb1e; k_rom[67] = 64'hf57d4f7fee6ed178;
    k_rom[68] = 64'h06f067aa72176fba; k_rom[69] = 64'h0a637dc5a2c898a6; k_rom[70] = 64'h113f9804bef90dae; k_rom[71] = 64'h1b710b35131c471b;
    k_rom[72] = 64'h28db77f523047d84; k_rom[73] = 64'h32caab7b40c72493; k_rom[74] = 64'h3c9ebe0a15c9bebc; k_rom[75] = 64'h431d67c49c100d4c;
    k_rom[76] = 64'h4cc5d4becb3e42b6; k_rom[77] = 64'h597f299cfc657e2a; k_rom[78] = 64'h5fcb6fab3ad6faec; k_rom[79] = 64'h6c44198c4a475817;
  end

  function automatic logic [63:0] ror(input logic [63:0] x, input int n);
    ror = (x >> n) | (x << (64 - n));
  endfunction
  function automatic logic [63:0] bswap(input logic [63:0] x);
    bswap = {x[7:0], x[15:8], x[23:16], x[31:24], x[39:32], x[47:40], x[55:48], x[63:56]};
  endfunction

  logic        run_q, add_q, done_q;
  logic [6:0]  t_q, t_next;
  logic        accept, last;
  assign accept  = start_i && ready_o;
  assign ready_o = !run_q && !add_q;
  assign done_o  = done_q;
  assign last    = (t_q == 7'd79);
  assign t_next  = last ? 7'd0 : t_q + 7'd1;

  // Control: depends on start alone, so that the time of a block is the same for every block.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q  <= 1'b0;
      add_q  <= 1'b0;
      done_q <= 1'b0;
      t_q    <= '0;
    end else begin
      add_q  <= run_q && last;
      done_q <= add_q;
      if (accept) begin
        run_q <= 1'b1;
        t_q   <= '0;
      end else if (run_q) begin
        run_q <= !last;
        t_q   <= t_next;
      end
    end
  end

  logic [511:0]  h_q;                      // chain value
  logic [63:0]   a_q, b_q, c_q, d_q, e_q, f_q, g_q;
  logic [63:0]   s_q;                      // h + K[t] + W[t]
  logic [63:0]   h_last_q;                 // h itself, wanted only for the addition at the end
  logic [1023:0] w_q;                      // W[t+j] in bits 64j+63:64j
  logic [63:0]   t1, w16;
  assign state_o = h_q;

  always_comb begin
    t1  = '0;
    w16 = '0;
    if (run_q) begin
      t1  = s_q + (ror(e_q, 14) ^ ror(e_q, 18) ^ ror(e_q, 41)) + ((e_q & f_q) ^ (~e_q & g_q));
      w16 = w_q[63:0] + w_q[64*9 +: 64]
          + (ror(w_q[127:64], 1) ^ ror(w_q[127:64], 8) ^ (w_q[127:64] >> 7))
          + (ror(w_q[64*14 +: 64], 19) ^ ror(w_q[64*14 +: 64], 61) ^ (w_q[64*14 +: 64] >> 6));
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept) begin
      for (int j = 0; j < 16; j++) w_q[64*j +: 64] <= bswap(block_i[64*j +: 64]);
      if (first_i) h_q <= state_i;
      {g_q, f_q, e_q, d_q, c_q, b_q, a_q} <= first_i ? state_i[447:0] : h_q[447:0];
      s_q <= (first_i ? state_i[511:448] : h_q[511:448]) + k_rom[0] + bswap(block_i[63:0]);
    end else if (run_q) begin
      w_q <= {w16, w_q[1023:64]};
      s_q <= g_q + k_rom[t_next] + w_q[127:64];
      h_last_q <= g_q;
      g_q <= f_q;
      f_q <= e_q;
      e_q <= d_q + t1;
      d_q <= c_q;
      c_q <= b_q;
      b_q <= a_q;
      a_q <= t1 + (ror(a_q, 28) ^ ror(a_q, 34) ^ ror(a_q, 39)) + ((a_q & b_q) ^ (a_q & c_q) ^ (b_q & c_q));
    end else if (add_q) begin
      h_q[63:0]    <= h_q[63:0] + a_q;
      h_q[127:64]  <= h_q[127:64] + b_q;
      h_q[191:128] <= h_q[191:128] + c_q;
      h_q[255:192] <= h_q[255:192] + d_q;
      h_q[319:256] <= h_q[319:256] + e_q;
      h_q[383:320] <= h_q[383:320] + f_q;
      h_q[447:384] <= h_q[447:384] + g_q;
      h_q[511:448] <= h_q[511:448] + h_last_q;
    end
  end
endmodule
