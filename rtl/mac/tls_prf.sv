// TLS 1.2 PRF with SHA-256 (RFC 5246 5): P_SHA256(secret, seed) = HMAC(secret, A(1) | seed) | HMAC(secret, A(2) | seed) | …,
// A(1) = HMAC(secret, seed), A(i+1) = HMAC(secret, A(i)); seed is the label and the seed together.
// Source: secret (secret_len_i bytes) | seed. The seed is turned to word boundaries as it comes in; the secret becomes the HMAC key.
// Time: 2 compressions for the key, then per 32 bytes of output those of A(i) | seed, of A(i+1) and their outer ones.
`include "assert.svh"

module tls_prf (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [6:0]   secret_len_i,       // 0..64, held
  input  logic [8:0]   seed_len_i,         // 0..256, held
  input  logic [9:0]   out_len_i,          // 1..512
  output logic         done_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  output logic         h_key_start_o,
  output logic [511:0] h_key_o,
  output logic         h_start_o,
  output logic [26:0]  h_blocks_o,
  output logic [28:0]  h_chunks_o,
  output logic [31:0]  h_len_o,
  output logic         h_chunk_valid_o,
  input  logic         h_chunk_ready_i,
  output logic [127:0] h_chunk_o,
  input  logic         h_done_i,
  input  logic [255:0] h_digest_i,
  output logic         o_valid_o,
  input  logic         o_ready_i,
  output logic [127:0] o_data_o,
  output logic [4:0]   o_bytes_o,
  output logic         o_last_o
);
  typedef enum logic [3:0] {
    StIdle   = 4'd0,
    StIntake = 4'd1,                       // source words
    StFlush  = 4'd2,                       // the seed's last bytes are still in prev_q
    StKey    = 4'd3,                       // start of the key's compressions
    StKeyRun = 4'd4,
    StA      = 4'd5,                       // start of A(1) or A(i+1)
    StARun   = 4'd6,
    StP      = 4'd7,                       // start of HMAC(secret, A(i) | seed)
    StPRun   = 4'd8,
    StLow    = 4'd9,                       // output bytes 0..15 of this round
    StHigh   = 4'd10,                      // output bytes 16..31
    StError  = 4'd15
  } state_e;
  state_e       state_q, state_d;
  logic [511:0] secret_q;
  logic [127:0] prev_q;
  logic [127:0] seed_mem [32];             // 16 words hold a seed; the rest of the indexes are never written
  logic [255:0] a_q;
  logic         first_a_q, fire, with_a, with_seed, seed_we;
  logic [4:0]   word_q, base, seed_at, read_at;   // base: the source word in which the seed begins
  logic [4:0]   chunk_q;                   // chunk that goes to the hash next
  logic [9:0]   left_q;
  logic [127:0] turned;
  logic [8:0]   msg_len;

  assign base       = {2'b0, secret_len_i[6:4]};
  assign in_ready_o = (state_q == StIntake);
  assign fire       = in_valid_i && in_ready_o;
  // the seed word that word_q completes begins in the word before it
  assign turned     = 128'({(state_q == StFlush) ? 128'd0 : in_data_i, prev_q} >> {secret_len_i[3:0], 3'd0});
  assign seed_at    = word_q - base - 5'd1;
  assign seed_we    = (fire || (state_q == StFlush)) && (word_q > base) && (seed_at < 5'd16);

  assign with_a          = !((state_q == StARun) && first_a_q);
  assign with_seed       = (state_q == StPRun) || !with_a;
  assign read_at         = with_a ? chunk_q - 5'd2 : chunk_q;
  assign h_chunk_valid_o = (state_q == StARun) || (state_q == StPRun);
  always_comb begin
    h_chunk_o = '0;
    if (h_chunk_valid_o) begin
      if (with_a && (chunk_q < 5'd2)) h_chunk_o = chunk_q[0] ? a_q[255:128] : a_q[127:0];
      else if (with_seed) h_chunk_o = seed_mem[read_at];
    end
  end
  assign h_key_start_o = (state_q == StKey);
  assign h_key_o       = secret_q;
  assign h_start_o     = (state_q == StA) || (state_q == StP);
  assign h_len_o       = {23'd0, msg_len};
  assign h_blocks_o    = 27'((h_len_o + 32'd72) >> 6);
  assign h_chunks_o    = 29'((h_len_o + 32'd15) >> 4);
  always_comb begin
    msg_len = 9'd32 + seed_len_i;
    if ((state_q == StA) || (state_q == StARun)) msg_len = first_a_q ? seed_len_i : 9'd32;
  end

  always_comb begin
    state_d   = state_q;
    o_valid_o = 1'b0;
    o_data_o  = '0;
    o_bytes_o = '0;
    o_last_o  = 1'b0;
    done_o    = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) state_d = ((secret_len_i == '0) && (seed_len_i == '0)) ? StKey : StIntake;
      StIntake: if (fire && in_last_i) state_d = StFlush;
      StFlush: state_d = StKey;
      StKey: state_d = StKeyRun;
      StKeyRun: if (h_done_i) state_d = StA;
      StA: state_d = StARun;
      StARun: if (h_done_i) state_d = StP;
      StP: state_d = StPRun;
      StPRun: if (h_done_i) state_d = StLow;
      StLow: begin
        o_valid_o = 1'b1;
        o_data_o  = h_digest_i[127:0];
        o_bytes_o = (left_q > 10'd16) ? 5'd16 : left_q[4:0];
        o_last_o  = (left_q <= 10'd16);
        if (o_ready_i) state_d = o_last_o ? StIdle : StHigh;
        done_o = o_ready_i && o_last_o;
      end
      StHigh: begin
        o_valid_o = 1'b1;
        o_data_o  = h_digest_i[255:128];
        o_bytes_o = (left_q > 10'd16) ? 5'd16 : left_q[4:0];
        o_last_o  = (left_q <= 10'd16);
        if (o_ready_i) state_d = o_last_o ? StIdle : StA;
        done_o = o_ready_i && o_last_o;
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StIdle;
      secret_q  <= '0;
      first_a_q <= 1'b0;
      word_q    <= '0;
      chunk_q   <= '0;
      left_q    <= '0;
    end else begin
      state_q <= state_d;
      if (start_i && (state_q == StIdle)) begin
        secret_q  <= '0;
        first_a_q <= 1'b1;
        word_q    <= '0;
        left_q    <= out_len_i;
      end
      if (fire) begin
        word_q <= word_q + 5'd1;
        for (int i = 0; i < 64; i++) begin
          if ((word_q == 5'(i / 16)) && (7'(i) < secret_len_i)) secret_q[8*i +: 8] <= in_data_i[8*(i%16) +: 8];
        end
      end
      if ((state_q == StARun) && h_done_i) first_a_q <= 1'b0;
      if (h_start_o) chunk_q <= '0;
      else if (h_chunk_valid_o && h_chunk_ready_i) chunk_q <= chunk_q + 5'd1;
      if (o_valid_o && o_ready_i && !o_last_o) left_q <= left_q - 10'd16;
      if (done_o) secret_q <= '0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (fire) prev_q <= in_data_i;
    if (seed_we) seed_mem[seed_at] <= turned;
    if ((state_q == StARun) && h_done_i) a_q <= h_digest_i;
  end

  `ASSERT(StateIsLegal, state_q != StError)
endmodule
