// RECORD_SEAL of TLS 1.0, 1.1, 1.2 CBC records, MAC then encrypt (RFC 2246, 4346, 5246 6.2.3.2): header | [IV] | CBC(data | MAC | padding).
// Data words go to the hash and to the cipher's queue at the same time, so ciphertext leaves while later blocks are hashed, and the hash
// need not wait for the key schedule; only the words that hold the MAC wait for the digest. Minimal padding. TLS 1.1 and later send a random explicit IV; TLS 1.0 goes on from the context's.
// start_i is one cycle, its parameters are held until done_o. iv_o is the next chained IV. Nothing here is secret but data.
`include "assert.svh"

module cbc_seal (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         sha256_i,
  input  logic [15:0]  version_i,
  input  logic [7:0]   type_i,
  input  logic [63:0]  seq_i,
  input  logic [127:0] iv_i,
  input  logic [14:0]  len_i,              // 0..2^14
  output logic         done_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         rnd_valid_i,
  output logic         rnd_ready_o,
  input  logic [127:0] rnd_data_i,
  output logic         h_start_o,
  output logic [26:0]  h_blocks_o,
  output logic [28:0]  h_chunks_o,
  output logic [31:0]  h_len_o,
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
  output logic         o_valid_o,
  input  logic         o_ready_i,
  output logic [127:0] o_data_o,
  output logic [4:0]   o_bytes_o,
  output logic         o_last_o
);
  typedef enum logic [2:0] {
    StIdle   = 3'd0,
    StKey    = 3'd1,                       // the key goes to the AES; the hash starts
    StHeader = 3'd2,                       // header word
    StIv     = 3'd3,                       // explicit IV word, or the chained IV into the cipher
    StBody   = 3'd4,                       // data words
    StMac    = 3'd5,                       // wait for the digest, build the last words
    StTail   = 3'd6,                       // rest of data | MAC | padding
    StError  = 3'd7
  } state_e;
  state_e       state_q, state_d;
  logic         explicit_iv, body_last, feed_ready, feed_valid, whole, word_fire, hash_done_q;
  logic [10:0]  in_q;                      // source words still to come
  logic [10:0]  out_q;                     // ciphertext words still to leave
  logic [2:0]   tail_q;                    // tail words still to be enciphered
  logic [127:0] rest_q;                    // data bytes of the last, not full word
  logic [511:0] tail_data_q;
  logic [5:0]   mac_len;
  logic [10:0]  words;                     // source words
  logic [10:0]  ct_words;
  logic [15:0]  frag_len;
  logic [3:0]   pad;
  logic [14:0]  padded;

  // ---- lengths ------------------------------------------------------------------------------------------------------------------------
  assign explicit_iv = (version_i != 16'h0301);
  assign mac_len     = sha256_i ? 6'd32 : 6'd20;
  assign words       = 11'((len_i + 15'd15) >> 4);
  assign padded      = len_i + {9'd0, mac_len} + 15'd16;   // data, MAC, one to 16 bytes of padding once the low bits are cut
  assign ct_words    = padded[14:4];
  assign pad         = 4'd15 - padded[3:0];                // value of the padding bytes
  assign frag_len    = {1'b0, padded[14:4], 4'd0} + (explicit_iv ? 16'd16 : 16'd0);

  // ---- hash ---------------------------------------------------------------------------------------------------------------------------
  logic [103:0] mac_header;
  always_comb begin
    for (int i = 0; i < 8; i++) mac_header[8*i +: 8] = seq_i[8*(7-i) +: 8];
    mac_header[103:64] = {len_i[7:0], 1'b0, len_i[14:8], version_i[7:0], version_i[15:8], type_i};
  end
  assign h_start_o  = start_i;
  assign h_len_o    = {17'd0, len_i} + 32'd13;
  assign h_blocks_o = 27'((h_len_o + 32'd72) >> 6);
  assign h_chunks_o = {18'd0, words} + 29'd1;
  rec_feed u_feed (
    .clk_i, .rst_ni, .start_i, .header_i(mac_header), .words_i(words), .word_valid_i(feed_valid), .word_ready_o(feed_ready),
    .word_i(in_data_i), .chunk_valid_o(h_chunk_valid_o), .chunk_ready_i(h_chunk_ready_i), .chunk_o(h_chunk_o)
  );

  // ---- source words: to hash and cipher queue in the same cycle -----------------------------------------------------------------------
  logic         q_ready, q_valid, q_pop;
  logic [127:0] q_data;
  logic [2:0]   unused_level;
  assign body_last   = (in_q == '0) || (state_q == StIdle);
  assign whole       = (in_q != 11'd1) || (len_i[3:0] == 4'd0);
  assign feed_valid  = in_valid_i && !body_last && (!whole || q_ready);
  assign in_ready_o  = !body_last && feed_ready && (!whole || q_ready);
  assign word_fire   = in_ready_o && in_valid_i;
  assign q_pop       = (state_q == StBody) && c_ready_i;
  fifo_sync #(.Width(128), .DepthLog2(2)) u_queue (
    .clk_i, .rst_ni, .wr_valid_i(word_fire && whole), .wr_ready_o(q_ready), .wr_data_i(in_data_i),
    .rd_valid_o(q_valid), .rd_ready_i(q_pop), .rd_data_o(q_data), .level_o(unused_level)
  );

  // ---- tail words: rest | MAC | padding -----------------------------------------------------------------------------------------------
  logic [511:0] tail_data;
  logic [9:0]   mac_end;
  always_comb begin
    tail_data = '0;
    mac_end   = '0;
    if (state_q == StMac) begin
      mac_end   = {6'd0, len_i[3:0]} + {4'd0, mac_len};
      tail_data = {256'd0, h_digest_i} << {len_i[3:0], 3'd0};
      for (int i = 0; i < 64; i++) begin
        if (i < 16 && 4'(i) < len_i[3:0]) tail_data[8*i +: 8] = rest_q[8*(i%16) +: 8];
        else if (10'(i) >= mac_end) tail_data[8*i +: 8] = {4'd0, pad};
      end
    end
  end

  always_comb begin
    state_d       = state_q;
    c_key_valid_o = 1'b0;
    c_iv_ld_o     = 1'b0;
    c_iv_o        = '0;
    c_valid_o     = 1'b0;
    c_data_o      = q_data;
    c_out_ready_o = 1'b0;
    o_valid_o     = 1'b0;
    o_data_o      = '0;
    o_bytes_o     = '0;
    o_last_o      = 1'b0;
    rnd_ready_o   = 1'b0;
    done_o        = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) state_d = StKey;
      StKey: begin
        c_key_valid_o = 1'b1;
        if (c_key_ready_i) state_d = StHeader;
      end
      StHeader: begin // RFC 5246 6.2.1: type, version, length
        o_valid_o = 1'b1;
        o_bytes_o = 5'd5;
        o_data_o  = {88'd0, frag_len[7:0], frag_len[15:8], version_i[7:0], version_i[15:8], type_i};
        if (o_ready_i) state_d = StIv;
      end
      StIv: if (explicit_iv) begin // a transfer of the random word needs no room elsewhere: output is ready or it waits
        o_valid_o   = rnd_valid_i;
        o_bytes_o   = 5'd16;
        o_data_o    = rnd_valid_i ? rnd_data_i : '0;
        rnd_ready_o = o_ready_i;
        c_iv_ld_o   = rnd_valid_i && o_ready_i;
        c_iv_o      = rnd_data_i;
        if (rnd_valid_i && o_ready_i) state_d = StBody;
      end else begin
        c_iv_ld_o = 1'b1;
        c_iv_o    = iv_i;
        state_d   = StBody;
      end
      StBody: begin
        c_valid_o     = q_valid;
        o_valid_o     = c_out_valid_i;
        o_data_o      = c_out_data_i;
        o_bytes_o     = 5'd16;
        c_out_ready_o = o_ready_i;
        if (body_last && !q_valid) state_d = StMac;
      end
      StMac: begin
        o_valid_o     = c_out_valid_i;
        o_data_o      = c_out_data_i;
        o_bytes_o     = 5'd16;
        c_out_ready_o = o_ready_i;
        if (hash_done_q) state_d = StTail;
      end
      StTail: begin
        c_valid_o     = (tail_q != '0);
        c_data_o      = tail_data_q[127:0];
        o_valid_o     = c_out_valid_i;
        o_data_o      = c_out_data_i;
        o_bytes_o     = 5'd16;
        o_last_o      = (out_q == 11'd1);
        c_out_ready_o = o_ready_i;
        if (c_out_valid_i && o_ready_i && o_last_o) begin
          done_o  = 1'b1;
          state_d = StIdle;
        end
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      in_q        <= '0;
      out_q       <= '0;
      tail_q      <= '0;
      rest_q      <= '0;
      tail_data_q <= '0;
      hash_done_q <= 1'b0;
    end else begin
      state_q <= state_d;
      if (start_i) begin
        in_q        <= words;
        out_q       <= ct_words;
        tail_q      <= 3'(ct_words - len_i[14:4]);
        hash_done_q <= 1'b0;
      end else begin
        if (h_done_i && (state_q != StIdle)) hash_done_q <= 1'b1;
        if (word_fire) begin
          in_q <= in_q - 11'd1;
          if (!whole) rest_q <= in_data_i;
        end
        if (c_out_valid_i && c_out_ready_o) out_q <= out_q - 11'd1;
        if ((state_q == StMac) && hash_done_q) tail_data_q <= tail_data;
        if ((state_q == StTail) && c_valid_o && c_ready_i) begin
          tail_q      <= tail_q - 3'd1;
          tail_data_q <= {128'd0, tail_data_q[511:128]};
        end
      end
    end
  end

  `ASSERT(StateIsLegal, state_q != StError)
  `ASSERT_NEVER(MoreWordsThanTheRecord, c_out_valid_i && (state_q != StIdle) && (out_q == '0))
endmodule
