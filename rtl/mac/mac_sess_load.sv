// SESSION_LOAD: takes struct session (8 words), checks it, fetches the keys from a secret when handle2 names one, and has hmac_unit turn the MAC
// key into its two states. The MAC key itself goes no further (SSL 3.0: it is what the context keeps); everything is wiped in the cycle after done_o.
// With ok_o the lane writes the slot.
// A secret of kind KEY_BLOCK is RFC 5246 6.3's: client MAC key, server MAC key, client key, server key, client IV, server IV, IVs only for TLS
// 1.0 and SSL 3.0. It comes by the secret port and is cut by place as it passes, four bytes a cycle; the context's check comes first, so
// that a context that is refused spends nothing. The time depends on lengths alone.
`include "assert.svh"

module mac_sess_load (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [31:0]  handle2_i,          // held
  input  logic [7:0]   func_i,             // held
  output logic         done_o,             // until ack_i when ok_o, else one cycle
  input  logic         ack_i,
  output logic         ok_o,
  output logic [7:0]   status_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  // secret port
  output logic         sec_req_valid_o,
  input  logic         sec_req_ready_i,
  output logic [7:0]   sec_req_slice_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i,
  // hash
  output logic         h_key_start_o,
  output logic [1:0]   h_hash_o,
  output logic [511:0] h_key_o,
  input  logic         h_done_i,
  input  logic [511:0] h_inner_i,
  input  logic [511:0] h_outer_i,
  // the context
  output mac_pkg::fixed_t  fixed_o,        // without generation
  output mac_pkg::moving_t moving_o
);
  typedef enum logic [2:0] {
    StIdle   = 3'd0,
    StTake   = 3'd1,                       // source words
    StCheck  = 3'd2,
    StAsk    = 3'd3,                       // secret port: request
    StSecret = 3'd4,                       // and answer
    StKeys   = 3'd5,                       // keys are complete
    StKeyRun = 3'd6,                       // the two compressions of the MAC key
    StDone   = 3'd7
  } state_e;
  state_e        state_q, state_d;
  // the words of struct session: apart from each other, so that nothing public can come out of a key's register
  logic [127:0]  head_q, iv_q;
  logic [255:0]  key_q;
  logic [511:0]  mac_key_q;
  logic          keys_q;                   // a key or IV in the source is not zero
  logic [2:0]    count_q;
  logic          good, fire, cipher, record, has_mac, ssl3, etm, card, ok_q;
  logic [7:0]    alg, key_bytes, mac_bytes, slice, status_q;
  logic [15:0]   version;

  assign in_ready_o = (state_q == StTake);
  assign fire       = in_valid_i && in_ready_o;
  assign alg        = head_q[sluice_pkg::SESSION_ALG_LSB +: 8];
  assign version    = head_q[sluice_pkg::SESSION_VERSION_LSB +: 16];
  assign key_bytes  = head_q[sluice_pkg::SESSION_KEY_BYTES_LSB +: 8];
  assign mac_bytes  = head_q[sluice_pkg::SESSION_MAC_KEY_BYTES_LSB +: 8];
  assign slice      = head_q[sluice_pkg::SESSION_SLICE_LSB +: 8];
  assign etm        = head_q[sluice_pkg::SESSION_FLAGS_LSB];
  assign ssl3       = (version == 16'h0300);
  assign card       = (handle2_i != '0);

  // ---- what a context of this lane may be -------------------------------------------------------------------------------------------------
  always_comb begin
    cipher     = 1'b0;
    record     = 1'b0;
    has_mac    = 1'b0;
    h_hash_o   = mac_pkg::HashSha1;
    good       = 1'b1;
    if ((state_q != StIdle) && (state_q != StTake)) begin
      unique case (alg)
        sluice_pkg::ALG_AES_CBC: cipher = 1'b1;
        sluice_pkg::ALG_AES_CBC_HMAC_SHA1, sluice_pkg::ALG_AES_CBC_HMAC_SHA256, sluice_pkg::ALG_AES_CBC_HMAC_SHA384: begin
          cipher  = 1'b1;
          record  = 1'b1;
          has_mac = 1'b1;
          if (alg == sluice_pkg::ALG_AES_CBC_HMAC_SHA256) h_hash_o = mac_pkg::HashSha256;
          if (alg == sluice_pkg::ALG_AES_CBC_HMAC_SHA384) h_hash_o = mac_pkg::HashSha384;
        end
        sluice_pkg::ALG_HMAC_SHA1: has_mac = 1'b1;
        sluice_pkg::ALG_HMAC_SHA256: begin
          has_mac  = 1'b1;
          h_hash_o = mac_pkg::HashSha256;
        end
        sluice_pkg::ALG_HMAC_SHA384: begin
          has_mac  = 1'b1;
          h_hash_o = mac_pkg::HashSha384;
        end
        sluice_pkg::ALG_HMAC_SHA512: begin
          has_mac  = 1'b1;
          h_hash_o = mac_pkg::HashSha512;
        end
        default: good = 1'b0;
      endcase
      if (cipher ? ((key_bytes != 8'd16) && (key_bytes != 8'd32)) : (key_bytes != 8'd0)) good = 1'b0;
      if (mac_bytes > (has_mac ? 8'd64 : 8'd0)) good = 1'b0;
      if ((version != 16'd0) && !(record && (version >= 16'h0300) && (version <= 16'h0303))) good = 1'b0;
      if (ssl3 && ((alg != sluice_pkg::ALG_AES_CBC_HMAC_SHA1) || (mac_bytes != 8'd20))) good = 1'b0;
      if (etm && (!record || (version <= 16'h0300))) good = 1'b0;
      if (head_q[sluice_pkg::SESSION_FLAGS_LSB + 1 +: 7] != '0) good = 1'b0;
      if (head_q[sluice_pkg::SESSION_RSVD0_LSB +: 8] != '0) good = 1'b0;
      // keys from a secret: a record session, nothing of them in the context
      if (card) begin
        if (!record || (version == 16'd0) || (mac_bytes != {1'b0, mac_pkg::digest_bytes(h_hash_o)})) good = 1'b0;
        if ((slice != sluice_pkg::SLICE_CLIENT) && (slice != sluice_pkg::SLICE_SERVER)) good = 1'b0;
        if (keys_q) good = 1'b0;
      end else if (slice != sluice_pkg::SLICE_NONE) good = 1'b0;
    end
  end

  // ---- the secret: places of this session's keys in the key block, in 4-byte words -----------------------------------------------------------
  logic [5:0]   mac_words, key_words, iv_words, mac_at, key_at, iv_at, need_words, word_q;
  logic [1:0]   part_q;                    // 4-byte word of the beat
  logic         server, part_last, sec_fire;
  logic [31:0]  part;
  assign server          = (slice == sluice_pkg::SLICE_SERVER);
  assign mac_words       = mac_bytes[7:2];
  assign key_words       = key_bytes[7:2];
  assign iv_words        = (version <= 16'h0301) ? 6'd4 : 6'd0;
  assign mac_at          = server ? mac_words : 6'd0;
  assign key_at          = (mac_words << 1) + (server ? key_words : 6'd0);
  assign iv_at           = ((mac_words + key_words) << 1) + (server ? iv_words : 6'd0);
  assign need_words      = (mac_words + key_words + iv_words) << 1;
  assign sec_req_valid_o = (state_q == StAsk);
  assign sec_req_slice_o = sec_req_valid_o ? slice : '0;
  assign part_last       = (part_q == 2'd3);
  assign sec_rsp_ready_o = (state_q == StSecret) && part_last;
  assign sec_fire        = sec_rsp_valid_i && sec_rsp_ready_o;
  assign part            = sec_rsp_data_i[32*part_q +: 32];

  // ---- the context ----------------------------------------------------------------------------------------------------------------------------
  assign h_key_o = mac_key_q;
  always_comb begin
    fixed_o  = '0;
    moving_o = '0;
    if (state_q == StDone) begin
      fixed_o.func    = func_i;
      fixed_o.alg     = alg;
      fixed_o.key_256 = (key_bytes == 8'd32);
      fixed_o.etm     = etm;
      fixed_o.card    = card;
      fixed_o.version = version;
      if (cipher) begin
        fixed_o.key = key_q;
        if (key_bytes == 8'd16) fixed_o.key[255:128] = '0;
      end
      if (has_mac && !ssl3) begin
        fixed_o.inner = h_inner_i;
        fixed_o.outer = h_outer_i;
      end
      if (ssl3) fixed_o.inner[159:0] = h_key_o[159:0];
      moving_o.seq = head_q[sluice_pkg::SESSION_SEQ_LSB +: 64];
      moving_o.iv  = iv_q;
    end
  end

  assign h_key_start_o = (state_q == StKeys) && has_mac && !ssl3;
  assign done_o        = (state_q == StDone);
  assign ok_o          = ok_q;
  assign status_o      = status_q;
  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (start_i) state_d = StTake;
      StTake: if (fire && in_last_i) state_d = StCheck;
      StCheck: state_d = !good ? StDone : (card ? StAsk : StKeys);
      StAsk: if (sec_req_ready_i) state_d = StSecret;
      StSecret: if (sec_fire && sec_rsp_last_i) state_d = (!sec_rsp_ok_i || (sec_rsp_len_i < {need_words, 2'd0})) ? StDone : StKeys;
      StKeys: state_d = h_key_start_o ? StKeyRun : StDone;
      StKeyRun: if (h_done_i) state_d = StDone;
      StDone: if (!ok_q || ack_i) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      ok_q     <= 1'b0;
      status_q <= '0;
      word_q   <= '0;
      part_q    <= '0;
      count_q   <= '0;
      keys_q    <= 1'b0;
      head_q    <= '0;
      key_q     <= '0;
      iv_q      <= '0;
      mac_key_q <= '0;
    end else begin
      state_q <= state_d;
      if (state_q == StCheck) begin
        ok_q     <= good;
        status_q <= good ? sluice_pkg::ST_OK : sluice_pkg::ST_BAD_SESSION;
      end
      if ((state_q == StSecret) && (state_d == StDone)) begin
        ok_q     <= 1'b0;
        status_q <= sec_rsp_ok_i ? sluice_pkg::ST_BAD_SESSION : sluice_pkg::ST_BAD_SECRET;
      end
      if (state_q == StAsk) begin
        word_q <= '0;
        part_q <= '0;
      end else if ((state_q == StSecret) && sec_rsp_valid_i) begin
        part_q <= part_q + 2'd1;
        word_q <= word_q + 6'd1;
      end
      if (start_i) begin
        count_q <= '0;
        keys_q  <= 1'b0;
      end else if (fire) begin
        count_q <= count_q + 3'd1;
        if ((count_q != '0) && (in_data_i != '0)) keys_q <= 1'b1;
        unique case (count_q)
          3'd0:    head_q <= in_data_i;
          3'd1:    key_q[127:0] <= in_data_i;
          3'd2:    key_q[255:128] <= in_data_i;
          3'd3:    iv_q <= in_data_i;
          default: mac_key_q[128*count_q[1:0] +: 128] <= in_data_i;
        endcase
      end else if ((state_q == StDone) && (state_d == StIdle)) begin
        head_q    <= '0;
        key_q     <= '0;
        iv_q      <= '0;
        mac_key_q <= '0;
      end else if ((state_q == StSecret) && sec_rsp_valid_i && sec_rsp_ok_i) begin
        for (int i = 0; i < 16; i++) begin
          if ((6'(i) < mac_words) && (word_q == mac_at + 6'(i))) mac_key_q[32*i +: 32] <= part;
          if ((i < 8) && (6'(i) < key_words) && (word_q == key_at + 6'(i))) key_q[32*(i%8) +: 32] <= part;
          if ((i < 4) && (6'(i) < iv_words) && (word_q == iv_at + 6'(i))) iv_q[32*(i%4) +: 32] <= part;
        end
      end
    end
  end
endmodule
