// SHA-256 compression function (FIPS 180-4 6.2.2), one round a cycle: 66 cycles a block (load, 64 rounds, add).
// start_i is taken when ready_o is 1. With first_i the chain starts from state_i, else from the last block's result.
// done_o is 1 for the cycle after the addition; state_o holds the result until the next start.
// Word i of a state is in bits 32i+31:32i; byte k of a block in bits 8k+7:8k. Padding is the caller's (hash_unit).
// The sum h + K[t] + W[t] is made one round early, which takes two adders out of the loop.
`include "assert.svh"

module sha256_core (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         first_i,
  input  logic [511:0] block_i,
  input  logic [255:0] state_i,
  output logic         ready_o,
  output logic         done_o,
  output logic [255:0] state_o
);
  // FIPS 180-4 4.2.2
  logic [31:0] k_rom [64];
  initial begin
    k_rom[0] = 32'h428a2f98; k_rom[1] = 32'h71374491; k_rom[2] = 32'hb5c0fbcf; k_rom[3] = 32'he9b5dba5;
    k_rom[4] = 32'h3956c25b; k_rom[5] = 32'h59f111f1; k_rom[6] = 32'h923f82a4; k_rom[7] = 32'hab1c5ed5;
    k_rom[8] = 32'hd807aa98; k_rom[9] = 32'h12835b01; k_rom[10] = 32'h243185be; k_rom[11] = 32'h550c7dc3;
    k_rom[12] = 32'h72be5d74; k_rom[13] = 32'h80deb1fe; k_rom[14] = 32'h9bdc06a7; k_rom[15] = 32'hc19bf174;
    k_rom[16] = 32'he49b69c1; k_rom[17] = 32'hefbe4786; k_rom[18] = 32'h0fc19dc6; k_rom[19] = 32'h240ca1cc;
    k_rom[20] = 32'h2de92c6f; k_rom[21] = 32'h4a7484aa; k_rom[22] = 32'h5cb0a9dc; k_rom[23] = 32'h76f988da;
    k_rom[24] = 32'h983e5152; k_rom[25] = 32'ha831c66d; k_rom[26] = 32'hb00327c8; k_rom[27] = 32'hbf597fc7;
    k_rom[28] = 32'hc6e00bf3; k_rom[29] = 32'hd5a79147; k_rom[30] = 32'h06ca6351; k_rom[31] = 32'h14292967;
    k_rom[32] = 32'h27b70a85; k_rom[33] = 32'h2e1b2138; k_rom[34] = 32'h4d2c6dfc; k_rom[35] = 32'h53380d13;
    k_rom[36] = 32'h650a7354; k_rom[37] = 32'h766a0abb; k_rom[38] = 32'h81c2c92e; k_rom[39] = 32'h92722c85;
    k_rom[40] = 32'ha2bfe8a1; k_rom[41] = 32'ha81a664b; k_rom[42] = 32'hc24b8b70; k_rom[43] = 32'hc76c51a3;
    k_rom[44] = 32'hd192e819; k_rom[45] = 32'hd6990624; k_rom[46] = 32'hf40e3585; k_rom[47] = 32'h106aa070;
    k_rom[48] = 32'h19a4c116; k_rom[49] = 32'h1e376c08; k_rom[50] = 32'h2748774c; k_rom[51] = 32'h34b0bcb5;
    k_rom[52] = 32'h391c0cb3; k_rom[53] = 32'h4ed8aa4a; k_rom[54] = 32'h5b9cca4f; k_rom[55] = 32'h682e6ff3;
    k_rom[56] = 32'h748f82ee; k_rom[57] = 32'h78a5636f; k_rom[58] = 32'h84c87814; k_rom[59] = 32'h8cc70208;
    k_rom[60] = 32'h90befffa; k_rom[61] = 32'ha4506ceb; k_rom[62] = 32'hbef9a3f7; k_rom[63] = 32'hc67178f2;
  end

  function automatic logic [31:0] ror(input logic [31:0] x, input int n);
    ror = (x >> n) | (x << (32 - n));
  endfunction
  function automatic logic [31:0] bswap(input logic [31:0] x);
    bswap = {x[7:0], x[15:8], x[23:16], x[31:24]};
  endfunction

  logic        run_q, add_q, done_q;
  logic [5:0]  t_q;
  logic        accept;
  assign accept  = start_i && ready_o;
  assign ready_o = !run_q && !add_q;
  assign done_o  = done_q;

  // Control: depends on start alone, so that the time of a block is the same for every block.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q  <= 1'b0;
      add_q  <= 1'b0;
      done_q <= 1'b0;
      t_q    <= '0;
    end else begin
      add_q  <= run_q && (t_q == 6'd63);
      done_q <= add_q;
      if (accept) begin
        run_q <= 1'b1;
        t_q   <= '0;
      end else if (run_q) begin
        run_q <= (t_q != 6'd63);
        t_q   <= t_q + 6'd1;
      end
    end
  end

  logic [255:0] h_q;                       // chain value
  logic [31:0]  a_q, b_q, c_q, d_q, e_q, f_q, g_q;
  logic [31:0]  s_q;                       // h + K[t] + W[t]
  logic [31:0]  h_last_q;                  // h itself, wanted only for the addition at the end
  logic [511:0] w_q;                       // W[t+j] in bits 32j+31:32j
  logic [31:0]  t1, w16;
  assign state_o = h_q;

  always_comb begin
    t1  = '0;
    w16 = '0;
    if (run_q) begin
      t1  = s_q + (ror(e_q, 6) ^ ror(e_q, 11) ^ ror(e_q, 25)) + ((e_q & f_q) ^ (~e_q & g_q));
      w16 = w_q[31:0] + w_q[32*9 +: 32]
          + (ror(w_q[63:32], 7) ^ ror(w_q[63:32], 18) ^ (w_q[63:32] >> 3))
          + (ror(w_q[32*14 +: 32], 17) ^ ror(w_q[32*14 +: 32], 19) ^ (w_q[32*14 +: 32] >> 10));
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept) begin
      for (int j = 0; j < 16; j++) w_q[32*j +: 32] <= bswap(block_i[32*j +: 32]);
      if (first_i) h_q <= state_i;
      {g_q, f_q, e_q, d_q, c_q, b_q, a_q} <= first_i ? state_i[223:0] : h_q[223:0];
      s_q <= (first_i ? state_i[255:224] : h_q[255:224]) + k_rom[0] + bswap(block_i[31:0]);
    end else if (run_q) begin
      w_q <= {w16, w_q[511:32]};
      s_q <= g_q + k_rom[t_q + 6'd1] + w_q[63:32];
      h_last_q <= g_q;
      g_q <= f_q;
      f_q <= e_q;
      e_q <= d_q + t1;
      d_q <= c_q;
      c_q <= b_q;
      b_q <= a_q;
      a_q <= t1 + (ror(a_q, 2) ^ ror(a_q, 13) ^ ror(a_q, 22)) + ((a_q & b_q) ^ (a_q & c_q) ^ (b_q & c_q));
    end else if (add_q) begin
      h_q[31:0]    <= h_q[31:0] + a_q;
      h_q[63:32]   <= h_q[63:32] + b_q;
      h_q[95:64]   <= h_q[95:64] + c_q;
      h_q[127:96]  <= h_q[127:96] + d_q;
      h_q[159:128] <= h_q[159:128] + e_q;
      h_q[191:160] <= h_q[191:160] + f_q;
      h_q[223:192] <= h_q[223:192] + g_q;
      h_q[255:224] <= h_q[255:224] + h_last_q;
    end
  end
endmodule
