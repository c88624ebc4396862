// AES key schedule (FIPS 197 5.2), one 128-bit round key per cycle: 11 cycles for AES-128, 15 for AES-256. Gives each round key twice:
// as encryption uses it, and passed through InvMixColumns where the equivalent inverse cipher wants that (rounds 1..Nr-1).
// The time depends on the key's length only. What it held is wiped when the last round key leaves.
`include "assert.svh"

module aes_key_expand (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,      // only while ready_o
  output logic         ready_o,
  input  logic [255:0] key_i,        // byte 0 in bits 7:0; AES-128 uses bits 127:0
  input  logic         key_256_i,
  input  logic         want_dec_i,   // 0: rk_dec_o stays zero (no power for keys that only encrypt)
  output logic         rk_valid_o,   // one round key
  output logic [3:0]   rk_round_o,   // 0..Nr
  output logic         rk_last_o,    // round Nr
  output logic [127:0] rk_o,
  output logic [127:0] rk_dec_o
);
`include "rtl/aes/aes_enc.svh"

  // InvMixColumns of one column by xtime chains: 9 = 8+1, 11 = 8+2+1, 13 = 8+4+1, 14 = 8+4+2
  function automatic logic [31:0] xtime(input logic [31:0] w);
    logic [31:0] hi;
    hi = {7'd0, w[31], 7'd0, w[23], 7'd0, w[15], 7'd0, w[7]};
    // 0x1b = 1 + 2 + 8 + 16
    xtime = {w[30:24], 1'b0, w[22:16], 1'b0, w[14:8], 1'b0, w[6:0], 1'b0} ^ hi ^ (hi << 1) ^ (hi << 3) ^ (hi << 4);
  endfunction

  function automatic logic [31:0] inv_mix(input logic [31:0] w);
    logic [31:0] x2, x4, x8, x9, xb, xd, xe;
    x2 = xtime(w);
    x4 = xtime(x2);
    x8 = xtime(x4);
    x9 = x8 ^ w;
    xb = x9 ^ x2;
    xd = x9 ^ x4;
    xe = x8 ^ x4 ^ x2;
    inv_mix = xe ^ {x9[23:0], x9[31:24]} ^ {xd[15:0], xd[31:16]} ^ {xb[7:0], xb[31:8]};
  endfunction

  function automatic logic [127:0] inv_mix_all(input logic [127:0] s);
    inv_mix_all = {inv_mix(s[127:96]), inv_mix(s[95:64]), inv_mix(s[63:32]), inv_mix(s[31:0])};
  endfunction

  // the next 128 bits of schedule after `prev` (the four words Nk before are `base`), with g already applied to the last word
  function automatic logic [127:0] chain(input logic [127:0] base, input logic [31:0] g);
    logic [31:0] w0, w1, w2, w3;
    w0 = base[31:0] ^ g;
    w1 = base[63:32] ^ w0;
    w2 = base[95:64] ^ w1;
    w3 = base[127:96] ^ w2;
    chain = {w3, w2, w1, w0};
  endfunction

  logic         busy_q, wide_q, dec_q, odd;
  logic [3:0]   round_q, last_round;
  logic [7:0]   rcon_q;
  logic [127:0] cur_q, nxt_q;  // the round key that leaves next; for AES-256 also the one after
  logic [31:0]  rot, g;
  logic         rot_step;

  assign ready_o    = !busy_q;
  assign last_round = wide_q ? 4'd14 : 4'd10;
  // AES-256: after round key r leaves, key r+2 is made; RotWord and Rcon where r+2 is even, SubWord alone where it is odd
  assign odd      = round_q[0];
  assign rot_step = !wide_q || !odd;

  always_comb begin
    rot = 32'd0;
    g   = 32'd0;
    if (busy_q) begin
      rot = wide_q ? nxt_q[127:96] : cur_q[127:96];
      if (rot_step) rot = {rot[7:0], rot[31:8]};
      g = sub_word(rot);
      if (rot_step) g = g ^ {24'd0, rcon_q};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      wide_q  <= 1'b0;
      dec_q   <= 1'b0;
      round_q <= 4'd0;
      rcon_q  <= 8'd0;
      cur_q   <= 128'd0;
      nxt_q   <= 128'd0;
    end else if (!busy_q) begin
      if (start_i) begin
        busy_q  <= 1'b1;
        wide_q  <= key_256_i;
        dec_q   <= want_dec_i;
        round_q <= 4'd0;
        rcon_q  <= 8'd1;
        cur_q   <= key_i[127:0];
        nxt_q   <= key_256_i ? key_i[255:128] : 128'd0;
      end
    end else if (round_q == last_round) begin
      busy_q <= 1'b0;
      cur_q  <= 128'd0;
      nxt_q  <= 128'd0;
    end else begin
      round_q <= round_q + 4'd1;
      if (rot_step) rcon_q <= {rcon_q[6:0], 1'b0} ^ (rcon_q[7] ? 8'h1b : 8'h00);
      if (wide_q) begin
        cur_q <= nxt_q;
        nxt_q <= chain(cur_q, g);
      end else begin
        cur_q <= chain(cur_q, g);
      end
    end
  end

  assign rk_valid_o = busy_q;
  assign rk_round_o = round_q;
  assign rk_last_o  = busy_q && round_q == last_round;
  assign rk_o       = cur_q;
  always_comb begin
    rk_dec_o = 128'd0;
    if (busy_q && dec_q) rk_dec_o = (round_q == 4'd0 || rk_last_o) ? cur_q : inv_mix_all(cur_q);
  end

  `ASSERT_ZERO(NoKeyOnIdleOutputs, rk_valid_o, {rk_o, rk_dec_o})
  `ASSERT_NEVER(StartOnlyWhileReady, start_i && !ready_o)
  `ASSERT_ALWAYS(RoundInRange, round_q <= last_round || !busy_q)
endmodule
