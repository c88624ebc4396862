// Cipher stage of the record unit: the blocks of one record through AES-CBC, in place in its bank.
// Open: the last block is decrypted first: it tells the padding length, so the plaintext's length is known before the hash needs it. Then all
// blocks in order; padding bytes are checked and the MAC (MAC then encrypt) is collected as the words pass, both by masks over the last 19
// words (256 bytes of padding, 48 of MAC). A padding longer than the record counts as padding length 0 and fails. SSL 3.0 (RFC 6101
// 5.2.3.2): padding bytes are arbitrary, no more than a block with the length byte.
// Seal: the plaintext's whole words, then one to four words more: rest | MAC | padding, or (encrypt then MAC) rest | padding. Minimal padding.
// A word whose plaintext or ciphertext the hash stage still has to read (hash_at_i, hash_over_i) is not replaced.
// c_* handshakes, addresses and done_o never depend on c_out_data_i, rdata_i or mac_i; lint-mac-ct proves it.
`include "assert.svh"

module rec_cipher (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  output logic         idle_o,
  input  mac_pkg::record_t rec_i,          // the record: held until done_o
  input  logic [127:0] iv_i,
  input  logic [127:0] prev_i,             // open: the last two ciphertext words
  input  logic [127:0] last_i,             // seal: the last plaintext word
  input  logic [383:0] mac_i,              // seal: the MAC, once mac_valid_i
  input  logic         mac_valid_i,
  input  logic         hash_over_i,        // the hash stage has read all that it wants of this bank
  input  logic [10:0]  hash_at_i,          // else: word that it reads next
  input  logic         hash_re_i,          // it reads from this bank now
  output logic         key_taken_o,        // the AES has the key
  output logic         len_valid_o,        // open, one cycle: len_o is there
  output logic [14:0]  len_o,              // open: plaintext bytes; secret
  output logic [10:0]  at_o,               // words before this one are done
  output logic         want_o,             // done, unless hold_i
  input  logic         hold_i,
  output logic         done_o,             // one cycle, with the next two
  output logic         bad_o,              // open: padding wrong; secret
  output logic [383:0] mac_o,              // open, MAC then encrypt: the record's MAC; secret
  output logic         c_key_valid_o,
  input  logic         c_key_ready_i,
  output logic         c_iv_ld_o,
  output logic [127:0] c_iv_o,
  output logic         c_valid_o,
  input  logic         c_ready_i,
  output logic [127:0] c_data_o,
  input  logic         c_out_valid_i,
  output logic         c_out_ready_o,
  input  logic [127:0] c_out_data_i,
  output logic         re_o,
  output logic [10:0]  raddr_o,
  input  logic [127:0] rdata_i,
  output logic         we_o,
  output logic [10:0]  waddr_o,
  output logic [127:0] wdata_o
);
  localparam logic [11:0] WindowWords = 12'd19;

  typedef enum logic [3:0] {
    StIdle    = 4'd0,
    StKey     = 4'd1,                      // key to the AES
    StPeekIv  = 4'd2,                      // open: chain value for the last block
    StPeek    = 4'd3,                      // last block into the AES
    StPeekOut = 4'd4,                      // padding length out of it
    StLen     = 4'd5,                      // lengths
    StIv      = 4'd6,
    StRun     = 4'd7,
    StTail    = 4'd8,                      // seal: wait for the MAC, build the last words
    StPush    = 4'd9,                      // and encipher them
    StDone    = 4'd10,
    StError   = 4'd15
  } state_e;
  state_e       state_q, state_d;

  // ---- lengths ----------------------------------------------------------------------------------------------------------------------------
  logic         seal, etm, ssl3, fits;
  logic [6:0]   mac_len;                   // bytes of MAC under the cipher
  logic [14:0]  total, need;
  logic [7:0]   peek_q, pad_q;             // secret: padding length as found; as used
  logic [14:0]  len_q, pad_at_q, len_max;  // secret: plaintext bytes; place of the first padding byte. public: the longest plaintext
  logic         bad_q;                     // secret
  assign seal    = rec_i.seal;
  assign etm     = rec_i.etm;
  assign ssl3    = (rec_i.version == 16'h0300);
  assign mac_len = etm ? 7'd0 : mac_pkg::digest_bytes(rec_i.hash);
  assign total   = {rec_i.words, 4'd0};
  assign len_max = total - {8'd0, mac_len} - 15'd1;
  assign need    = {7'd0, peek_q} + {8'd0, mac_len} + 15'd1;
  assign fits    = (need <= total) && !(ssl3 && (peek_q > 8'd15));

  // ---- bank to cipher ---------------------------------------------------------------------------------------------------------------------
  logic         running, have_q, pend_q, take, may_read, all_in;
  logic [10:0]  read_q, out_q, in_words;   // word to read next; word that leaves the cipher next; words that the bank gives
  logic [127:0] word_q;
  assign running  = (state_q == StRun);
  assign in_words = seal ? rec_i.len[14:4] : rec_i.words;
  assign all_in   = (read_q == in_words) && !have_q && !pend_q;
  // the hash stage reads what this one replaces when it hashes what comes in here
  assign may_read = hash_over_i || (seal == etm) || (read_q < hash_at_i);
  assign take     = running && have_q && c_ready_i;
  assign re_o     = running && (read_q != in_words) && !have_q && !pend_q && may_read && !hash_re_i;
  assign raddr_o  = read_q;

  // ---- cipher to bank ---------------------------------------------------------------------------------------------------------------------
  logic         put, in_window, pad_wrong;
  logic [11:0]  window_end;
  assign c_out_ready_o = (state_q == StPeekOut) || running || (state_q == StTail) || (state_q == StPush);
  assign put           = c_out_valid_i && (running || (state_q == StTail) || (state_q == StPush));
  assign we_o          = put;
  assign waddr_o       = out_q;
  assign wdata_o       = c_out_data_i;
  assign at_o          = out_q;
  assign window_end    = {1'b0, out_q} + WindowWords;
  assign in_window     = !seal && (window_end >= {1'b0, rec_i.words});
  always_comb begin
    pad_wrong = 1'b0;
    if (put && in_window && !ssl3) begin
      for (int i = 0; i < 16; i++) pad_wrong = pad_wrong | (({out_q, 4'(i)} >= pad_at_q) && (c_out_data_i[8*i +: 8] != pad_q));
    end
  end
  logic [511:0] mac;
  mac_extract u_mac (
    .clk_i, .rst_ni, .clear_i(start_i), .valid_i(put && in_window && !etm), .index_i({17'd0, out_q}), .word_i(c_out_data_i),
    .start_i({17'd0, len_q}), .len_i(mac_len), .use_i((state_q == StDone) && !seal), .mac_o(mac)
  );
  logic unused_mac;
  assign unused_mac = ^mac[511:384];

  // ---- seal: rest | MAC | padding -----------------------------------------------------------------------------------------------------------
  logic [511:0] tail, tail_q;
  logic [2:0]   push_q;                    // tail words still to be enciphered
  logic [6:0]   tail_end;                  // bytes of rest and MAC
  logic [3:0]   pad;
  logic         tail_ready;
  assign tail_ready = (state_q == StTail) && (etm || mac_valid_i);
  assign tail_end   = {3'd0, rec_i.len[3:0]} + mac_len;
  assign pad        = 4'd15 - tail_end[3:0];
  always_comb begin
    tail = '0;
    if (tail_ready) begin
      if (!etm) tail = {128'd0, mac_i} << {rec_i.len[3:0], 3'd0};
      for (int i = 0; i < 64; i++) begin
        if (i < 16 && 4'(i) < rec_i.len[3:0]) tail[8*i +: 8] = last_i[8*(i%16) +: 8];
        else if (7'(i) >= tail_end) tail[8*i +: 8] = {4'd0, pad};
      end
    end
  end

  assign idle_o      = (state_q == StIdle);
  assign key_taken_o = c_key_valid_o && c_key_ready_i;
  assign len_valid_o = (state_q == StLen);
  assign len_o       = len_max - (fits ? {7'd0, peek_q} : 15'd0);
  assign want_o      = (state_q == StDone);
  assign done_o      = want_o && !hold_i;
  assign bad_o       = bad_q;
  assign mac_o       = mac[383:0];
  always_comb begin
    state_d       = state_q;
    c_key_valid_o = 1'b0;
    c_iv_ld_o     = 1'b0;
    c_iv_o        = iv_i;
    c_valid_o     = 1'b0;
    c_data_o      = word_q;
    unique case (state_q)
      StIdle: if (start_i) state_d = StKey;
      StKey: begin
        c_key_valid_o = 1'b1;
        if (c_key_ready_i) state_d = seal ? StIv : StPeekIv;
      end
      StPeekIv: begin
        c_iv_ld_o = 1'b1;
        c_iv_o    = (rec_i.words == 11'd1) ? iv_i : prev_i;
        state_d   = StPeek;
      end
      StPeek: begin
        c_valid_o = 1'b1;
        c_data_o  = last_i;
        if (c_ready_i) state_d = StPeekOut;
      end
      StPeekOut: if (c_out_valid_i) state_d = StLen;
      StLen: state_d = StIv;
      StIv: begin
        c_iv_ld_o = 1'b1;
        state_d   = StRun;
      end
      StRun: begin
        c_valid_o = have_q;
        if (seal && all_in) state_d = StTail;
        if (!seal && put && (out_q + 11'd1 == rec_i.words)) state_d = StDone;
      end
      StTail: if (tail_ready) state_d = StPush;
      StPush: begin
        c_valid_o = (push_q != '0);
        c_data_o  = tail_q[127:0];
        if (put && (out_q + 11'd1 == rec_i.words)) state_d = StDone;
      end
      StDone: if (!hold_i) state_d = StIdle;
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      have_q   <= 1'b0;
      pend_q   <= 1'b0;
      read_q   <= '0;
      out_q    <= '0;
      peek_q   <= '0;
      pad_q    <= '0;
      len_q    <= '0;
      pad_at_q <= '0;
      bad_q    <= 1'b0;
      push_q   <= '0;
    end else begin
      state_q <= state_d;
      if (start_i) begin
        have_q <= 1'b0;
        pend_q <= 1'b0;
        read_q <= '0;
        out_q  <= '0;
        bad_q  <= 1'b0;
      end else begin
        pend_q <= re_o;
        if (re_o) read_q <= read_q + 11'd1;
        have_q <= pend_q || (have_q && !take);
        if (put) out_q <= out_q + 11'd1;
      end
      if ((state_q == StPeekOut) && c_out_valid_i) peek_q <= c_out_data_i[127:120];
      if (state_q == StLen) begin
        bad_q    <= !fits;
        pad_q    <= fits ? peek_q : '0;
        len_q    <= len_o;
        pad_at_q <= total - 15'd1 - (fits ? {7'd0, peek_q} : 15'd0);
      end else if (pad_wrong) bad_q <= 1'b1;
      if (tail_ready) push_q <= 3'(rec_i.words - in_words);
      else if ((state_q == StPush) && c_valid_o && c_ready_i) push_q <= push_q - 3'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (pend_q) word_q <= rdata_i;
    if (tail_ready) tail_q <= tail;
    else if ((state_q == StPush) && c_valid_o && c_ready_i) tail_q <= {128'd0, tail_q[511:128]};
  end

  `ASSERT(StateIsLegal, state_q != StError)
  `ASSERT_NEVER(MoreWordsThanTheRecord, put && (out_q >= rec_i.words))
endmodule
