// What Ed25519 (RFC 8032 5.1) has beside the array: SHA-512, and for each context the words that go into it.
//
// The front side hashes a seed when a key is loaded, and prefix | M for a signature's nonce; the digest is its until it says clear. The back
// side, when the point R is known, loads the challenge R | A | M, the nonce once more and the challenge once more into registers of the array.
// The two share one core: it belongs to one of them at a time. What a core keeps of its last message is public: the front side ends
// with the hash of nothing, the back side with a challenge. No time depends on anything but the length of the message.
//
// A context has 32 words of 16 bytes: 0..15 message (or seed), 16 prefix, 18 public key A, 20 point R, 22 A once more, for the second challenge: a
// challenge of another A with the same nonce would give the key away. Byte k of a word in bits 8k+7:8k.
`include "assert.svh"

module ecc_eddsa (
  input  logic         clk_i,
  input  logic         rst_ni,
  // words of the message, {context, word}
  input  logic         msg_valid_i,
  input  logic [7:0]   msg_addr_i,
  input  logic [127:0] msg_data_i,
  // front side; numbers are held during the work, from the cycle after f_start_i
  input  logic         f_start_i,
  input  logic         f_key_i,       // hash the seed
  input  logic [2:0]   f_ctx_i,
  input  logic [8:0]   f_len_i,       // bytes of the message, to 256
  input  logic [255:0] f_seed_i,      // byte 0 in bits 7:0, as in all that follow
  input  logic [255:0] f_prefix_i,
  input  logic [255:0] f_public_i,
  output logic         f_done_o,      // digest_o is right, until f_clear_i
  input  logic         f_clear_i,
  output logic         f_busy_o,
  output logic [511:0] digest_o,
  // back side
  input  logic         b_start_i,
  input  logic [2:0]   b_ctx_i,
  input  logic [8:0]   b_len_i,
  output logic         b_done_o,      // one cycle
  output logic         b_busy_o,
  input  logic         pt_valid_i,    // R: two words, before b_start_i
  output logic         pt_ready_o,
  input  logic [127:0] pt_data_i,
  output logic         row_valid_o,   // register of context b_ctx_i
  input  logic         row_ready_i,
  output logic [5:0]   row_reg_o,
  output logic [255:0] row_data_o,
  // erases a word
  input  logic         erase_i,
  output logic         erase_ready_o,
  input  logic [7:0]   erase_addr_i
);
  localparam logic [511:0] Iv = {64'h5be0cd19137e2179, 64'h1f83d9abfb41bd6b, 64'h9b05688c2b3e6c1f, 64'h510e527fade682d1,
                                 64'ha54ff53a5f1d36f1, 64'h3c6ef372fe94f82b, 64'hbb67ae8584caa73b, 64'h6a09e667f3bcc908};

  typedef enum logic [2:0] {FtIdle, FtWords, FtWait, FtHash, FtHold, FtClear, FtClearing, FtError} front_e;
  typedef enum logic [2:0] {BkIdle, BkWait, BkHash, BkLow, BkHigh, BkDone, BkError} back_e;
  typedef enum logic [2:0] {HsIdle, HsRead, HsTake, HsStart, HsRun, HsError} hash_e;
  front_e ft_q, ft_d;
  back_e  bk_q, bk_d;
  hash_e  hs_q, hs_d;

  // ---- who has the core
  logic       lock_ft_q, lock_bk_q, hash_start, hash_done;
  logic [2:0] word_q;
  logic [1:0] which_q, which_d;
  always_comb begin
    ft_d = ft_q;
    unique case (ft_q)
      FtIdle:     if (f_start_i) ft_d = FtWords;
      FtWords:    if (word_q == 3'd5) ft_d = FtWait;
      FtWait:     if (lock_ft_q) ft_d = FtHash;
      FtHash:     if (hash_done) ft_d = FtHold;
      FtHold:     if (f_clear_i) ft_d = FtClear;
      FtClear:    ft_d = FtClearing;
      FtClearing: if (hash_done) ft_d = FtIdle;
      default:    ft_d = FtError;
    endcase
  end
  always_comb begin
    bk_d    = bk_q;
    which_d = which_q;
    unique case (bk_q)
      BkIdle: if (b_start_i) begin
        bk_d    = BkWait;
        which_d = 2'd0;
      end
      BkWait: if (lock_bk_q) bk_d = BkHash;
      BkHash: if (hash_done) bk_d = BkLow;
      BkLow:  if (row_ready_i) bk_d = BkHigh;
      BkHigh: if (row_ready_i) begin
        which_d = which_q + 2'd1;
        bk_d    = which_q == 2'd2 ? BkDone : BkWait;
      end
      BkDone:  bk_d = BkIdle;
      default: bk_d = BkError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ft_q      <= FtClear;  // nothing stays in the core from before
      bk_q      <= BkIdle;
      which_q   <= 2'd0;
      word_q    <= 3'd0;
      lock_ft_q <= 1'b1;
      lock_bk_q <= 1'b0;
    end else begin
      ft_q    <= ft_d;
      bk_q    <= bk_d;
      which_q <= which_d;
      word_q  <= ft_q == FtWords ? word_q + 3'd1 : 3'd0;
      if (bk_q == BkDone) lock_bk_q <= 1'b0;
      else if (bk_q == BkWait && !lock_ft_q) lock_bk_q <= 1'b1;
      if (lock_ft_q && ft_d == FtIdle) lock_ft_q <= 1'b0;
      else if (ft_q == FtWait && !lock_bk_q && bk_q != BkWait) lock_ft_q <= 1'b1;
    end
  end
  assign hash_start = (ft_q == FtWait && lock_ft_q) || ft_q == FtClear || (bk_q == BkWait && lock_bk_q);

  // ---- the words
  logic [127:0] mem [256];
  logic [127:0] rd_q, wr_data, front_word;
  logic [7:0]   wr_addr, rd_addr;
  logic         wr_en, front_wr, point_q;
  always_comb begin
    front_word = 128'd0;
    if (ft_q == FtWords && f_key_i) front_word = word_q[2:1] != 2'd0 ? 128'd0 : word_q[0] ? f_seed_i[255:128] : f_seed_i[127:0];
    else if (ft_q == FtWords) unique case (word_q)
      3'd0:       front_word = f_prefix_i[127:0];
      3'd1:       front_word = f_prefix_i[255:128];
      3'd2, 3'd4: front_word = f_public_i[127:0];
      default:    front_word = f_public_i[255:128];
    endcase
  end
  assign front_wr      = msg_valid_i || ft_q == FtWords;
  assign pt_ready_o    = !front_wr;
  assign erase_ready_o = !front_wr;
  always_comb begin
    wr_en   = 1'b1;
    wr_addr = 8'd0;
    wr_data = 128'd0;
    if (msg_valid_i) begin
      wr_addr = msg_addr_i;
      wr_data = msg_data_i;
    end else if (ft_q == FtWords) begin
      wr_addr = {f_ctx_i, !f_key_i, 1'b0, word_q[2], word_q[2] || word_q[1], word_q[0]};
      wr_data = front_word;
    end else if (pt_valid_i) begin
      wr_addr = {b_ctx_i, 4'b1010, point_q};
      wr_data = pt_data_i;
    end else begin
      wr_en   = erase_i;
      wr_addr = erase_addr_i;
    end
  end
  always_ff @(posedge clk_i) begin
    if (wr_en) mem[wr_addr] <= wr_data;
    if (hs_q == HsRead) rd_q <= mem[rd_addr];
    else if (hs_q == HsTake) rd_q <= 128'd0;
    if (!rst_ni) point_q <= 1'b0;
    else if (pt_valid_i && pt_ready_o) point_q <= !point_q;
  end

  // ---- one message: up to four words before it, itself, padding (FIPS 180-4 5.1.2)
  logic [2:0]    head;          // words before the message
  logic [2:0]    ctx;
  logic [8:0]    len, total;
  logic [1:0]    blocks;
  logic [4:0]    chunk_q;
  logic signed [10:0] left;     // bytes of the message from this word on
  logic [4:0]    body;          // word of the message
  logic          in_head;
  logic [127:0]  word;
  logic [1023:0] block_q;
  logic [511:0]  state;
  logic          core_ready, core_done;
  always_comb begin
    head = 3'd0;
    ctx  = f_ctx_i;
    len  = 9'd0;
    if (lock_bk_q) begin
      head = which_q == 2'd1 ? 3'd2 : 3'd4;
      ctx  = b_ctx_i;
      len  = b_len_i;
    end else if (ft_q == FtHash || ft_q == FtWait) begin
      head = f_key_i ? 3'd0 : 3'd2;
      len  = f_key_i ? 9'd32 : f_len_i;
    end
  end
  assign total   = len + {2'd0, head, 4'd0};
  assign blocks  = 2'((10'(total) + 10'd144) >> 7);
  assign in_head = chunk_q < {2'd0, head};
  assign body    = chunk_q - {2'd0, head};
  assign left    = $signed({2'd0, len}) - $signed({2'd0, body, 4'd0});
  always_comb begin
    rd_addr = {ctx, 1'b0, body[3:0]};
    if (in_head) rd_addr = {ctx, !head[2] ? 4'b1000 : !chunk_q[1] ? 4'b1010 : which_q == 2'd2 ? 4'b1011 : 4'b1001, chunk_q[0]};
  end
  always_comb begin
    word = rd_q;
    if (!in_head) for (int b = 0; b < 16; b++) begin
      if (left <= 11'(b)) word[8*b +: 8] = 8'd0;
      if (left == 11'(b)) word[8*b +: 8] = 8'h80;
    end
    if (chunk_q == {blocks, 3'd7} - 5'd8) begin
      word[119:112] = {4'd0, total[8:5]};
      word[127:120] = {total[4:0], 3'd0};
    end
  end
  always_comb begin
    hs_d      = hs_q;
    hash_done = 1'b0;
    unique case (hs_q)
      HsIdle:  if (hash_start) hs_d = HsRead;
      HsRead:  hs_d = HsTake;
      HsTake:  hs_d = chunk_q[2:0] == 3'd7 ? HsStart : HsRead;
      HsStart: if (core_ready) hs_d = HsRun;
      HsRun: if (core_done) begin
        hs_d = HsRead;
        if (chunk_q == {blocks, 3'd0}) begin
          hs_d      = HsIdle;
          hash_done = 1'b1;
        end
      end
      default: hs_d = HsError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      hs_q    <= HsIdle;
      chunk_q <= 5'd0;
    end else begin
      hs_q <= hs_d;
      if (hs_q == HsIdle) chunk_q <= 5'd0;
      else if (hs_q == HsTake) chunk_q <= chunk_q + 5'd1;
    end
    if (hs_q == HsTake) block_q <= {word, block_q[1023:128]};
  end
  sha512_core u_sha (
    .clk_i, .rst_ni, .start_i(hs_q == HsStart), .first_i(chunk_q == 5'd8), .block_i(block_q), .state_i(Iv), .ready_o(core_ready), .done_o(core_done),
    .state_o(state)
  );
  // the digest's bytes, in order
  always_comb for (int b = 0; b < 64; b++) digest_o[8*b +: 8] = state[64*(b/8) + 8*(7 - b%8) +: 8];

  assign f_done_o    = ft_q == FtHold;
  assign f_busy_o    = ft_q != FtIdle;
  assign b_done_o    = bk_q == BkDone;
  assign b_busy_o    = bk_q != BkIdle;
  assign row_valid_o = bk_q == BkLow || bk_q == BkHigh;
  assign row_data_o  = bk_q == BkLow ? digest_o[255:0] : bk_q == BkHigh ? digest_o[511:256] : 256'd0;
  always_comb begin
    unique case (which_q)
      2'd0:    row_reg_o = bk_q == BkLow ? ecc_prog_pkg::RU : ecc_prog_pkg::RV;
      2'd1:    row_reg_o = bk_q == BkLow ? ecc_prog_pkg::RE : ecc_prog_pkg::RS;
      default: row_reg_o = bk_q == BkLow ? ecc_prog_pkg::RC0 : ecc_prog_pkg::RC1;
    endcase
  end

  `ASSERT_NEVER(StateIsLegal, ft_q == FtError || bk_q == BkError || hs_q == HsError)
  `ASSERT_NEVER(OneOwnerOfTheCore, lock_ft_q && lock_bk_q)
  `ASSERT_NEVER(MessageFits, (f_start_i && f_len_i > 9'd256) || (b_start_i && b_len_i > 9'd256))
  `ASSERT_NEVER(SidesUseTheirOwnContexts, b_busy_o && f_busy_o && ft_q != FtClear && ft_q != FtClearing && b_ctx_i == f_ctx_i)
endmodule
