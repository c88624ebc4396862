// RECORD_OPEN of TLS 1.0, 1.1, 1.2 CBC records, MAC then encrypt (RFC 5246 6.2.3.2), in constant time: verify and decrypt a record that
// open_fill has put into the buffer. Everything but data, digest and what follows from them is public.
//   1. The last block is decrypted first: it tells the padding length, so the length in the MAC's header is known before the hash starts.
//   2. Blocks are decrypted in order, written back, and fed to the hash. The number of words fed and of compressions is that of the
//      longest plaintext the record could hold; the secret length only steers byte masks in hash_unit and mac_extract.
//   3. Padding bytes are checked and the MAC is collected as the words pass, both by masks over the last 18 words (256 + 32 bytes).
//   4. One bit joins length, padding and MAC. A padding longer than the record counts as padding length 0 and fails.
// h_* and c_* handshakes, addresses and done_o never depend on c_out_data_i or h_digest_i; lint-mac-ct proves it.
`include "assert.svh"

module cbc_open (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         sha256_i,           // parameters: held until done_o
  input  logic [15:0]  version_i,
  input  logic [7:0]   type_i,
  input  logic [63:0]  seq_i,
  input  logic [127:0] iv_i,
  input  logic [127:0] prev_i,
  input  logic [127:0] last_i,
  input  logic [10:0]  words_i,
  output logic         done_o,             // one cycle, with the next three
  output logic [7:0]   status_o,           // the verdict
  output logic [14:0]  len_o,              // plaintext bytes, 0 unless the verdict is OK
  output logic [10:0]  out_words_o,        // words that any plaintext of this record's length could need
  output logic         key_taken_o,        // the AES has the key
  output logic         h_start_o,
  output logic [26:0]  h_blocks_o,
  output logic [28:0]  h_chunks_o,
  output logic [31:0]  h_len_o,            // secret
  output logic         h_chunk_valid_o,
  input  logic         h_chunk_ready_i,
  output logic [127:0] h_chunk_o,
  input  logic         h_done_i,
  input  logic [255:0] h_digest_i,
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
  localparam logic [10:0] WindowWords = 11'd18;
  localparam logic [14:0] MaxPlain = 15'd16384;            // RFC 5246 6.2.1

  typedef enum logic [3:0] {
    StIdle    = 4'd0,
    StKey     = 4'd1,                      // key to the AES
    StPeekIv  = 4'd2,                      // chain value for the last block
    StPeek    = 4'd3,                      // last block into the AES
    StPeekOut = 4'd4,                      // padding length out of it
    StLen     = 4'd5,                      // lengths
    StStart   = 4'd6,                      // start of the hash, IV into the cipher
    StRun     = 4'd7,                      // decrypt, write back, feed the hash
    StHash    = 4'd8,                      // wait for the digest
    StVerdict = 4'd9,
    StError   = 4'd15
  } state_e;
  state_e       state_q, state_d;

  // ---- lengths --------------------------------------------------------------------------------------------------------------------------
  logic [5:0]   mac_len;
  logic [14:0]  total, len_max;            // public: fragment bytes without IV; longest plaintext
  logic [10:0]  feed_words;                // public
  logic [31:0]  hash_max;                  // public
  logic [7:0]   peek_q, pad_q;             // secret: padding length as found; as used
  logic [14:0]  len_q, pad_at_q;           // secret: plaintext bytes; place of the first padding byte
  logic         bad_q, fits;               // secret
  logic [14:0]  need;
  assign mac_len     = sha256_i ? 6'd32 : 6'd20;
  assign total       = {words_i, 4'd0};
  assign len_max     = total - {9'd0, mac_len} - 15'd1;
  assign feed_words  = 11'((len_max + 15'd15) >> 4);
  assign hash_max    = {17'd0, len_max} + 32'd13;
  assign out_words_o = feed_words;
  assign need        = {7'd0, peek_q} + {9'd0, mac_len} + 15'd1;
  assign fits        = need <= total;

  // ---- hash -----------------------------------------------------------------------------------------------------------------------------
  logic [103:0] mac_header;
  logic         feed_start, feed_valid, feed_ready;
  always_comb begin
    for (int i = 0; i < 8; i++) mac_header[8*i +: 8] = seq_i[8*(7-i) +: 8];
    mac_header[103:64] = {len_q[7:0], 1'b0, len_q[14:8], version_i[7:0], version_i[15:8], type_i};
  end
  assign feed_start = (state_q == StStart);
  assign h_start_o  = feed_start;
  assign h_len_o    = {17'd0, len_q} + 32'd13;
  assign h_blocks_o = 27'((hash_max + 32'd72) >> 6);
  assign h_chunks_o = {18'd0, feed_words} + 29'd1;
  rec_feed u_feed (
    .clk_i, .rst_ni, .start_i(feed_start), .header_i(mac_header), .words_i(feed_words), .word_valid_i(feed_valid), .word_ready_o(feed_ready),
    .word_i(c_out_data_i), .chunk_valid_o(h_chunk_valid_o), .chunk_ready_i(h_chunk_ready_i), .chunk_o(h_chunk_o)
  );

  // ---- buffer to cipher, cipher to buffer and hash ----------------------------------------------------------------------------------------
  logic        running, have_q, take, put, to_feed, in_window;
  logic [10:0] read_q, out_q;              // word to read next; word that leaves the cipher next
  logic [11:0] window_end;
  assign running       = (state_q == StRun);
  assign take          = running && have_q && c_ready_i;
  assign re_o          = running && (read_q != words_i) && (!have_q || take);
  assign raddr_o       = read_q;
  assign to_feed       = out_q < feed_words;
  assign feed_valid    = running && c_out_valid_i && to_feed;
  assign put           = running && c_out_valid_i && (!to_feed || feed_ready);
  assign we_o          = put;
  assign waddr_o       = out_q;
  assign wdata_o       = c_out_data_i;
  assign c_out_ready_o = running ? (!to_feed || feed_ready) : (state_q == StPeekOut);
  assign window_end    = {1'b0, out_q} + {1'b0, WindowWords};
  assign in_window     = window_end >= {1'b0, words_i};

  logic pad_wrong;
  always_comb begin
    pad_wrong = 1'b0;
    if (put && in_window) begin
      for (int i = 0; i < 16; i++) pad_wrong = pad_wrong | (({out_q, 4'(i)} >= pad_at_q) && (c_out_data_i[8*i +: 8] != pad_q));
    end
  end
  logic [511:0] mac;
  mac_extract u_mac (
    .clk_i, .rst_ni, .clear_i(start_i), .valid_i(put && in_window), .index_i({17'd0, out_q}), .word_i(c_out_data_i),
    .start_i({17'd0, len_q}), .len_i({1'b0, mac_len}), .use_i(state_q == StVerdict), .mac_o(mac)
  );

  // ---- verdict --------------------------------------------------------------------------------------------------------------------------
  logic good;
  assign good     = !bad_q && (mac[255:0] == h_digest_i);
  logic unused_mac;
  assign unused_mac = ^mac[511:256];
  assign done_o   = (state_q == StVerdict);
  assign status_o = !good ? sluice_pkg::ST_AUTH_FAILED : ((len_q > MaxPlain) ? sluice_pkg::ST_BAD_RECORD : sluice_pkg::ST_OK);
  assign len_o    = (good && (len_q <= MaxPlain)) ? len_q : '0;

  assign key_taken_o = c_key_valid_o && c_key_ready_i;
  always_comb begin
    state_d       = state_q;
    c_key_valid_o = 1'b0;
    c_iv_ld_o     = 1'b0;
    c_iv_o        = iv_i;
    c_valid_o     = 1'b0;
    c_data_o      = rdata_i;
    unique case (state_q)
      StIdle: if (start_i) state_d = StKey;
      StKey: begin
        c_key_valid_o = 1'b1;
        if (c_key_ready_i) state_d = StPeekIv;
      end
      StPeekIv: begin
        c_iv_ld_o = 1'b1;
        c_iv_o    = prev_i;
        state_d   = StPeek;
      end
      StPeek: begin
        c_valid_o = 1'b1;
        c_data_o  = last_i;
        if (c_ready_i) state_d = StPeekOut;
      end
      StPeekOut: if (c_out_valid_i) state_d = StLen;
      StLen: state_d = StStart;
      StStart: begin
        c_iv_ld_o = 1'b1;
        state_d   = StRun;
      end
      StRun: begin
        c_valid_o = have_q;
        if (put && (out_q + 11'd1 == words_i)) state_d = StHash;
      end
      StHash: if (h_done_i) state_d = StVerdict;
      StVerdict: state_d = StIdle;
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      have_q   <= 1'b0;
      read_q   <= '0;
      out_q    <= '0;
      peek_q   <= '0;
      pad_q    <= '0;
      len_q    <= '0;
      pad_at_q <= '0;
      bad_q    <= 1'b0;
    end else begin
      state_q <= state_d;
      if (start_i) begin
        have_q <= 1'b0;
        read_q <= '0;
        out_q  <= '0;
      end else begin
        if (re_o) read_q <= read_q + 11'd1;
        have_q <= re_o || (have_q && !take);
        if (put) out_q <= out_q + 11'd1;
      end
      if ((state_q == StPeekOut) && c_out_valid_i) peek_q <= c_out_data_i[127:120];
      if (state_q == StLen) begin
        bad_q    <= !fits;
        pad_q    <= fits ? peek_q : '0;
        len_q    <= len_max - (fits ? {7'd0, peek_q} : '0);
        pad_at_q <= total - 15'd1 - (fits ? {7'd0, peek_q} : '0);
      end else if (pad_wrong) bad_q <= 1'b1;
    end
  end

  `ASSERT(StateIsLegal, state_q != StError)
  `ASSERT(DigestComesAfterTheLastWord, h_done_i && (state_q != StIdle) |-> (state_q == StHash))
endmodule
