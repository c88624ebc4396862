// Hash stage of the record unit: the MAC of one record (RFC 5246 6.2.3.1, 7366 3; RFC 6101 5.2.3.1), and on open the verdict.
//   MAC then encrypt: header | plaintext. On open the plaintext's length is secret: words fed and compressions run are those of the longest
//     plaintext that the record could hold; the secret length only steers byte masks in hash_unit.
//   Encrypt then MAC: header | [IV] | ciphertext; all of it public.
// Words come from the bank: when this stage hashes what the cipher stage makes, it stays behind it (cipher_at_i, cipher_over_i).
// h_* handshakes, addresses and done_o never depend on rdata_i, len_i, mac_i or h_digest_i; lint-mac-ct proves it.
`include "assert.svh"

module rec_hash (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  output logic         idle_o,
  input  mac_pkg::record_t rec_i,          // the record: held until done_o
  input  logic [63:0]  seq_i,
  input  logic [127:0] iv_i,
  input  logic         len_valid_i,        // open, MAC then encrypt: len_i is there
  input  logic [14:0]  len_i,              // open: plaintext bytes; secret
  input  logic         cipher_over_i,      // the cipher stage is done with this bank
  input  logic [10:0]  cipher_at_i,        // else: words before this one are done
  output logic         over_o,             // this stage has read all that it wants
  output logic [10:0]  at_o,               // word that it reads next
  input  logic         bad_i,              // open, once cipher_over_i: padding wrong
  input  logic [383:0] mac_i,              // open: the record's MAC
  output logic         want_o,             // done, unless hold_i
  input  logic         hold_i,
  output logic         done_o,             // one cycle, with the next two
  output logic [7:0]   status_o,           // the verdict; OK for seal
  output logic [14:0]  len_o,              // open: plaintext bytes, 0 unless the verdict is OK
  output logic         h_start_o,
  output logic         h_ssl3_o,
  output logic [31:0]  h_seq_hi_o,
  output logic [26:0]  h_blocks_o,
  output logic [28:0]  h_chunks_o,
  output logic [31:0]  h_len_o,            // secret
  output logic         h_chunk_valid_o,
  input  logic         h_chunk_ready_i,
  output logic [127:0] h_chunk_o,
  input  logic         h_done_i,
  input  logic [511:0] h_digest_i,
  output logic         re_o,
  output logic [10:0]  raddr_o,
  input  logic [127:0] rdata_i
);
  typedef enum logic [2:0] {
    StIdle    = 3'd0,
    StLen     = 3'd1,                      // until the length is there
    StStart   = 3'd2,
    StRun     = 3'd3,
    StVerdict = 3'd4,
    StError   = 3'd7
  } state_e;
  state_e       state_q, state_d;

  // ---- lengths ----------------------------------------------------------------------------------------------------------------------------
  logic         seal, etm, ssl3, iv_first, secret_len, follow;
  logic [6:0]   mac_len;
  logic [14:0]  len_max, data_len, data_max; // public; secret on open of MAC then encrypt; public
  logic [31:0]  head, hash_max;
  logic [10:0]  feed_words;
  assign seal       = rec_i.seal;
  assign etm        = rec_i.etm;
  assign ssl3       = (rec_i.version == 16'h0300);
  assign iv_first   = etm && mac_pkg::explicit_iv(rec_i.version);
  assign secret_len = !seal && !etm;
  assign follow     = (seal == etm);
  assign mac_len    = mac_pkg::digest_bytes(rec_i.hash);
  assign head       = ssl3 ? 32'd71 : 32'd13;              // SSL 3.0: secret, pad1 and all
  assign len_max    = {rec_i.words, 4'd0} - {8'd0, mac_len} - 15'd1;
  assign data_max   = etm ? {rec_i.words, 4'd0} + {10'd0, iv_first, 4'd0} : (seal ? rec_i.len : len_max);
  assign data_len   = secret_len ? len_i : data_max;
  assign feed_words = etm ? rec_i.words : 11'((data_max + 15'd15) >> 4);
  assign hash_max   = {17'd0, data_max} + head;
  assign h_ssl3_o   = ssl3;
  assign h_seq_hi_o = {seq_i[39:32], seq_i[47:40], seq_i[55:48], seq_i[63:56]};
  assign h_len_o    = {17'd0, data_len} + head;
  assign h_blocks_o = rec_i.hash[1] ? 27'((hash_max + 32'd144) >> 7) : 27'((hash_max + 32'd72) >> 6);
  assign h_chunks_o = {18'd0, feed_words} + {28'd0, iv_first} + 29'd1;

  // ---- bank to hash -----------------------------------------------------------------------------------------------------------------------
  logic [103:0] header;
  logic         feed_start, feed_ready, have_q, pend_q, iv_q, take, busy, may_read;
  logic [10:0]  read_q;
  logic [127:0] word_q;
  always_comb begin
    header = '0;
    if (feed_start) begin
      for (int i = 0; i < 8; i++) header[8*i +: 8] = seq_i[8*(7-i) +: 8];
      header[103:64] = {data_len[7:0], 1'b0, data_len[14:8], rec_i.version[7:0], rec_i.version[15:8], rec_i.kind};
      if (ssl3) header = {48'd0, data_len[7:0], 1'b0, data_len[14:8], rec_i.kind, seq_i[7:0], seq_i[15:8], seq_i[23:16], seq_i[31:24]};
    end
  end
  assign feed_start = (state_q == StStart);
  assign h_start_o  = feed_start;
  rec_feed u_feed (
    .clk_i, .rst_ni, .start_i(feed_start), .short_i(ssl3), .header_i(header), .words_i(feed_words + {10'd0, iv_first}),
    .word_valid_i(have_q || iv_q), .word_ready_o(feed_ready), .word_i(iv_q ? iv_i : word_q), .chunk_valid_o(h_chunk_valid_o),
    .chunk_ready_i(h_chunk_ready_i), .chunk_o(h_chunk_o)
  );
  assign busy     = (state_q == StStart) || (state_q == StRun) || (state_q == StLen);
  assign may_read = !follow || cipher_over_i || (read_q < cipher_at_i);
  assign take     = feed_ready && have_q && !iv_q;
  assign re_o     = busy && (read_q != feed_words) && !pend_q && (!have_q || take) && may_read;
  assign raddr_o  = read_q;
  assign at_o     = read_q;
  assign over_o   = (state_q != StIdle) && (read_q == feed_words);

  // ---- verdict ----------------------------------------------------------------------------------------------------------------------------
  logic same, good;
  always_comb begin
    same = 1'b1;
    if (state_q == StVerdict) begin
      for (int i = 0; i < 48; i++) if (7'(i) < mac_len) same = same && (h_digest_i[8*i +: 8] == mac_i[8*i +: 8]);
    end
  end
  logic unused_digest;
  assign unused_digest = ^h_digest_i[511:384];
  assign good     = !bad_i && same;
  assign idle_o   = (state_q == StIdle);
  assign want_o   = (state_q == StVerdict) && (seal || cipher_over_i);
  assign done_o   = want_o && !hold_i;
  always_comb begin
    status_o = sluice_pkg::ST_OK;
    if (!seal && !good) status_o = sluice_pkg::ST_AUTH_FAILED;
    else if (!seal && (len_i > mac_pkg::MaxPlain)) status_o = sluice_pkg::ST_BAD_RECORD;
  end
  assign len_o = (!seal && (status_o == sluice_pkg::ST_OK)) ? len_i : '0;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (start_i) state_d = StLen;
      StLen: if (!secret_len || len_valid_i) state_d = StStart;
      StStart: state_d = StRun;
      StRun: if (h_done_i) state_d = StVerdict;
      StVerdict: if (done_o) state_d = StIdle;
      default: state_d = StError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      have_q   <= 1'b0;
      pend_q   <= 1'b0;
      iv_q     <= 1'b0;
      read_q   <= '0;
    end else begin
      state_q <= state_d;
      if (start_i) begin
        have_q <= 1'b0;
        pend_q <= 1'b0;
        iv_q   <= 1'b0;
        read_q <= '0;
      end else begin
        pend_q <= re_o;
        if (re_o) read_q <= read_q + 11'd1;
        have_q <= pend_q || (have_q && !take);
        if (state_q == StStart) iv_q <= iv_first;
        else if (feed_ready) iv_q <= 1'b0;
      end
    end
  end
  always_ff @(posedge clk_i) if (pend_q) word_q <= rdata_i;

  `ASSERT(StateIsLegal, state_q != StError)
  `ASSERT(DigestComesAfterTheLastWord, h_done_i && (state_q != StIdle) |-> over_o)
endmodule
