// TLS_PRF, HKDF_EXTRACT and HKDF_EXPAND over hmac_unit. Source: key (key_len_i bytes) | info: label and seed, keying material, or info.
//   PRF (RFC 5246 5):       HMAC(key, A(1) | info) | HMAC(key, A(2) | info) | …, A(1) = HMAC(key, info), A(i+1) = HMAC(key, A(i))
//   extract (RFC 5869 2.2): HMAC(key, info), the key being the salt
//   expand (RFC 5869 2.3):  T(1) | T(2) | …, T(i) = HMAC(key, T(i-1) | info | i), T(0) empty
// The info is turned to word boundaries as it comes in; the key becomes the HMAC key. The time depends on lengths alone.
`include "assert.svh"

module mac_kdf (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         extract_i,          // held, as all of these
  input  logic         expand_i,
  input  logic         wide_i,             // blocks of 128 bytes
  input  logic [6:0]   digest_len_i,       // 20, 32, 48 or 64
  input  logic [6:0]   key_len_i,          // 0..64
  input  logic [8:0]   info_len_i,         // 0..256
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
  input  logic [511:0] h_digest_i,
  output logic         o_valid_o,
  input  logic         o_ready_i,
  output logic [127:0] o_data_o,
  output logic [4:0]   o_bytes_o,
  output logic         o_last_o
);
  typedef enum logic [3:0] {
    StIdle   = 4'd0,
    StIntake = 4'd1,                       // source words
    StFlush  = 4'd2,                       // the info's last bytes are still in prev_q
    StKey    = 4'd3,                       // start of the key's compressions
    StKeyRun = 4'd4,
    StA      = 4'd5,                       // PRF: start of A(1) or A(i+1)
    StARun   = 4'd6,
    StP      = 4'd7,                       // start of the HMAC that is given out
    StPRun   = 4'd8,
    StOut    = 4'd9,                       // its bytes, or as many as are wanted
    StError  = 4'd15
  } state_e;
  state_e       state_q, state_d;
  logic [511:0] key_q, a_q;                // a_q: A(i) or T(i-1)
  logic [127:0] prev_q;
  logic [127:0] info_mem [32];             // 16 words hold an info; the rest of the indexes are never written
  logic         first_q, fire, in_a, with_a, with_info, info_we, round_last;
  logic [4:0]   word_q, base, info_at, read_at;   // base: the source word in which the info begins
  logic [4:0]   chunk_q;                   // chunk that goes to the hash next
  logic [2:0]   a_words;                   // whole words of a_q in a message
  logic [1:0]   out_q;                     // word of the digest
  logic [7:0]   count_q;                   // expand: i
  logic [9:0]   left_q;
  logic [6:0]   digest_left;
  logic [4:0]   bytes;
  logic [127:0] turned;
  logic [8:0]   msg_len, last_at;

  assign base       = {2'b0, key_len_i[6:4]};
  assign in_ready_o = (state_q == StIntake);
  assign fire       = in_valid_i && in_ready_o;
  // the info word that word_q completes begins in the word before it
  assign info_at    = word_q - base - 5'd1;
  assign info_we    = (fire || (state_q == StFlush)) && (word_q > base) && (info_at < 5'd16);
  always_comb begin
    turned = '0;
    if (info_we) turned = 128'({(state_q == StFlush) ? 128'd0 : in_data_i, prev_q} >> {key_len_i[3:0], 3'd0});
  end

  // ---- a message: [a_q] | [info] | [i] ----------------------------------------------------------------------------------------------------
  assign in_a            = (state_q == StA) || (state_q == StARun);
  assign with_a          = !extract_i && (in_a ? !first_q : (!expand_i || !first_q));
  assign with_info       = !in_a || first_q;
  assign a_words         = digest_len_i[6:4];
  assign read_at         = with_a ? chunk_q - {2'd0, a_words} : chunk_q;
  assign last_at         = msg_len - 9'd1;
  assign h_chunk_valid_o = (state_q == StARun) || (state_q == StPRun);
  always_comb begin
    h_chunk_o = '0;
    if (h_chunk_valid_o) begin
      if (with_info) h_chunk_o = info_mem[read_at];
      if (with_a) begin
        if (chunk_q < {2'd0, a_words}) h_chunk_o = a_q[128*chunk_q[1:0] +: 128];
        else if (digest_len_i[2]) begin // SHA-1: 20 bytes, so the info is 4 bytes off
          h_chunk_o = {h_chunk_o[95:0], (read_at == '0) ? a_q[159:128] : info_mem[read_at - 5'd1][127:96]};
        end
      end
      if (expand_i && (chunk_q == last_at[8:4])) begin
        for (int i = 0; i < 16; i++) if (last_at[3:0] == 4'(i)) h_chunk_o[8*i +: 8] = count_q;
      end
    end
  end
  assign h_key_start_o = (state_q == StKey);
  assign h_key_o       = key_q;
  assign h_start_o     = (state_q == StA) || (state_q == StP);
  assign h_len_o       = {23'd0, msg_len};
  assign h_blocks_o    = wide_i ? 27'((h_len_o + 32'd144) >> 7) : 27'((h_len_o + 32'd72) >> 6);
  assign h_chunks_o    = 29'((h_len_o + 32'd15) >> 4);
  assign msg_len       = (with_a ? {2'd0, digest_len_i} : 9'd0) + (with_info ? info_len_i : 9'd0) + {8'd0, expand_i};

  // ---- output -----------------------------------------------------------------------------------------------------------------------------
  assign digest_left = digest_len_i - {1'b0, out_q, 4'd0};
  assign round_last  = (digest_left <= 7'd16);
  assign bytes       = round_last ? digest_left[4:0] : 5'd16;
  always_comb begin
    state_d   = state_q;
    o_valid_o = 1'b0;
    o_data_o  = '0;
    o_bytes_o = '0;
    o_last_o  = 1'b0;
    done_o    = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) state_d = ((key_len_i == '0) && (info_len_i == '0)) ? StKey : StIntake;
      StIntake: if (fire && in_last_i) state_d = StFlush;
      StFlush: state_d = StKey;
      StKey: state_d = StKeyRun;
      StKeyRun: if (h_done_i) state_d = (extract_i || expand_i) ? StP : StA;
      StA: state_d = StARun;
      StARun: if (h_done_i) state_d = StP;
      StP: state_d = StPRun;
      StPRun: if (h_done_i) state_d = StOut;
      StOut: begin
        o_valid_o = 1'b1;
        o_data_o  = h_digest_i[128*out_q +: 128];
        o_last_o  = (left_q <= {5'd0, bytes});
        o_bytes_o = o_last_o ? left_q[4:0] : bytes;
        if (o_ready_i && round_last) state_d = expand_i ? StP : StA;
        if (o_ready_i && o_last_o) state_d = StIdle;
        done_o = o_ready_i && o_last_o;
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      key_q   <= '0;
      first_q <= 1'b0;
      word_q  <= '0;
      chunk_q <= '0;
      out_q   <= '0;
      count_q <= '0;
      left_q  <= '0;
    end else begin
      state_q <= state_d;
      if (start_i && (state_q == StIdle)) begin
        key_q   <= '0;
        first_q <= 1'b1;
        word_q  <= '0;
        count_q <= 8'd1;
        left_q  <= out_len_i;
      end
      if (fire) begin
        word_q <= word_q + 5'd1;
        for (int i = 0; i < 64; i++) begin
          if ((word_q == 5'(i / 16)) && (7'(i) < key_len_i)) key_q[8*i +: 8] <= in_data_i[8*(i%16) +: 8];
        end
      end
      if (h_done_i && ((state_q == StARun) || (expand_i && (state_q == StPRun)))) first_q <= 1'b0;
      if (h_start_o) chunk_q <= '0;
      else if (h_chunk_valid_o && h_chunk_ready_i) chunk_q <= chunk_q + 5'd1;
      if (state_q != StOut) out_q <= '0;
      else if (o_ready_i) begin
        out_q   <= out_q + 2'd1;
        left_q  <= left_q - {5'd0, o_bytes_o};
        if (round_last) count_q <= count_q + 8'd1;
      end
      if (done_o) key_q <= '0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (fire) prev_q <= in_data_i;
    if (info_we) info_mem[info_at] <= turned;
    if (h_done_i && ((state_q == StARun) || (expand_i && (state_q == StPRun)))) a_q <= h_digest_i;
  end

  `ASSERT(StateIsLegal, state_q != StError)
endmodule
