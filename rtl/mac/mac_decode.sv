// What a command asks of the lane, and whether it may: opcode, lengths and parameters against the context that its handle names.
// Combinational; the lane registers the answer. Everything here is public.
module mac_decode (
  input  logic [7:0]  opcode_i,
  input  logic [31:0] handle_i,
  input  logic [31:0] src_len_i,
  input  logic [31:0] param0_i,
  input  logic [31:0] param1_i,
  input  logic        tested_i,            // the self test passed, or is running
  input  logic        in_range_i,          // the handle's index names a slot
  input  logic        own_i,               // not in use by another function
  input  logic        hit_i,               // in use, function and generation right
  input  mac_pkg::fixed_t fixed_i,         // its context
  output logic [7:0]  status_o,
  output logic [1:0]  hash_o,              // enum hash less one
  output logic        mac_o,               // the session's HMAC states are used
  output logic [10:0] words_o              // records: ciphertext words
);
  localparam logic [31:0] MaxFrag = 32'(sluice_pkg::MaxRecord) - 32'd5;

  logic        alg_record, alg_mac, alg_cbc, record_ok, host_ok, frag_ok, kdf_ok;
  logic [31:0] frag, digest, iv_bytes, info, body, sealed;
  logic [1:0]  alg_hash;
  logic [7:0]  alg_i;
  assign alg_i      = fixed_i.alg;
  assign alg_record = (alg_i == sluice_pkg::ALG_AES_CBC_HMAC_SHA1) || (alg_i == sluice_pkg::ALG_AES_CBC_HMAC_SHA256) ||
                      (alg_i == sluice_pkg::ALG_AES_CBC_HMAC_SHA384);
  assign alg_mac    = alg_record || (alg_i == sluice_pkg::ALG_HMAC_SHA1) || (alg_i == sluice_pkg::ALG_HMAC_SHA256) ||
                      (alg_i == sluice_pkg::ALG_HMAC_SHA384) || (alg_i == sluice_pkg::ALG_HMAC_SHA512);
  assign alg_cbc    = alg_record || (alg_i == sluice_pkg::ALG_AES_CBC);
  assign record_ok  = alg_record && (fixed_i.version != '0);
  // keys that came out of a secret serve records only: else the host could choose what goes under them
  assign host_ok    = !fixed_i.card;
  // whole blocks; at least MAC and one byte of padding length, at most RFC 5246 6.2.3's 2^14 + 2048
  assign iv_bytes   = mac_pkg::explicit_iv(fixed_i.version) ? 32'd16 : 32'd0;
  assign frag       = src_len_i - 32'd5;
  assign body       = frag - iv_bytes - (fixed_i.etm ? digest : 32'd0);
  assign frag_ok    = (src_len_i > 32'd5) && (frag <= MaxFrag) && (frag >= iv_bytes + digest + (fixed_i.etm ? 32'd16 : 32'd1)) &&
                      (body[3:0] == 4'd0);
  logic unused_bits;
  assign unused_bits = ^{body[31:15], sealed[31:15], sealed[3:0]};
  assign sealed     = src_len_i + 32'd16 + (fixed_i.etm ? 32'd0 : digest);
  assign words_o    = (opcode_i == sluice_pkg::OP_RECORD_SEAL) ? sealed[14:4] : body[14:4];
  // secret or salt or PRK of 0..64 bytes, the rest of the source 0..256
  assign info       = src_len_i - {24'd0, param0_i[7:0]};
  assign kdf_ok     = (handle_i == '0) && (param0_i[31:16] == '0) && (param0_i[7:0] <= 8'd64) && ({24'd0, param0_i[7:0]} <= src_len_i) &&
                      (info <= 32'd256);
  always_comb begin
    alg_hash = 2'd0;
    digest   = 32'd20;
    unique case (alg_i)
      sluice_pkg::ALG_AES_CBC_HMAC_SHA256, sluice_pkg::ALG_HMAC_SHA256: begin
        alg_hash = 2'd1;
        digest   = 32'd32;
      end
      sluice_pkg::ALG_AES_CBC_HMAC_SHA384, sluice_pkg::ALG_HMAC_SHA384: begin
        alg_hash = 2'd2;
        digest   = 32'd48;
      end
      sluice_pkg::ALG_HMAC_SHA512: begin
        alg_hash = 2'd3;
        digest   = 32'd64;
      end
      default: ;
    endcase
  end

  always_comb begin
    status_o = sluice_pkg::ST_OK;
    hash_o   = alg_hash;
    mac_o    = 1'b0;
    unique case (opcode_i)
      sluice_pkg::OP_NOP: ;
      sluice_pkg::OP_SESSION_LOAD: begin
        if (src_len_i != 32'(sluice_pkg::SESSION_BYTES)) status_o = sluice_pkg::ST_BAD_DESC;
        else if (!in_range_i || !own_i || (handle_i[31:16] == '0)) status_o = sluice_pkg::ST_BAD_HANDLE;
      end
      sluice_pkg::OP_SESSION_FREE: if (!hit_i) status_o = sluice_pkg::ST_BAD_HANDLE;
      sluice_pkg::OP_RECORD_SEAL: begin // the sequence number is looked at when the record's turn comes
        mac_o = 1'b1;
        if ((param0_i[31:8] != '0) || (param1_i != '0)) status_o = sluice_pkg::ST_BAD_DESC;
        else if (!hit_i) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (!record_ok) status_o = sluice_pkg::ST_BAD_SESSION;
        else if (src_len_i > {17'd0, mac_pkg::MaxPlain}) status_o = sluice_pkg::ST_BAD_RECORD;
      end
      sluice_pkg::OP_RECORD_OPEN: begin
        mac_o = 1'b1;
        if (!hit_i) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (!record_ok) status_o = sluice_pkg::ST_BAD_SESSION;
        else if (!frag_ok) status_o = sluice_pkg::ST_BAD_RECORD;
      end
      sluice_pkg::OP_CIPHER_ENC, sluice_pkg::OP_CIPHER_DEC: begin
        if (!hit_i) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (!alg_cbc || !host_ok) status_o = sluice_pkg::ST_BAD_SESSION;
        else if ((src_len_i < 32'd16) || (src_len_i[3:0] != 4'd0)) status_o = sluice_pkg::ST_BAD_DESC;
      end
      sluice_pkg::OP_HASH: begin
        hash_o = 2'(param0_i[2:0] - 3'd1);
        if ((handle_i != '0) || (param0_i == '0) || (param0_i > {24'd0, sluice_pkg::HASH_SHA512})) status_o = sluice_pkg::ST_BAD_DESC;
      end
      sluice_pkg::OP_HMAC: begin
        mac_o = 1'b1;
        if (!hit_i) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (!alg_mac || !host_ok || (fixed_i.version == 16'h0300)) status_o = sluice_pkg::ST_BAD_SESSION;
      end
      sluice_pkg::OP_HMAC_VERIFY: begin
        mac_o = 1'b1;
        if (!hit_i) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (!alg_mac || !host_ok || (fixed_i.version == 16'h0300)) status_o = sluice_pkg::ST_BAD_SESSION;
        else if ((param0_i < 32'd4) || (param0_i > digest) || (param0_i > src_len_i)) status_o = sluice_pkg::ST_BAD_DESC;
      end
      sluice_pkg::OP_TLS_PRF: begin // hash 0 is SHA-256: the encoding of map version 1
        hash_o = (param0_i[15:8] == sluice_pkg::HASH_SHA384) ? 2'd2 : 2'd1;
        if (!kdf_ok || ((param0_i[15:8] != '0) && (param0_i[15:8] != sluice_pkg::HASH_SHA256) && (param0_i[15:8] != sluice_pkg::HASH_SHA384)) ||
            (param1_i == '0) || (param1_i > 32'd512)) status_o = sluice_pkg::ST_BAD_DESC;
      end
      sluice_pkg::OP_HKDF_EXTRACT, sluice_pkg::OP_HKDF_EXPAND: begin
        hash_o = 2'(param0_i[10:8] - 3'd1);
        if (!kdf_ok || (param0_i[15:8] == '0) || (param0_i[15:8] > sluice_pkg::HASH_SHA512)) status_o = sluice_pkg::ST_BAD_DESC;
        else if ((opcode_i == sluice_pkg::OP_HKDF_EXTRACT) ? (param1_i != '0) : ((param1_i == '0) || (param1_i > 32'd512))) begin
          status_o = sluice_pkg::ST_BAD_DESC;
        end
      end
      default: status_o = sluice_pkg::ST_BAD_DESC;
    endcase
    if (!tested_i) status_o = sluice_pkg::ST_SELFTEST_FAILED;
  end
endmodule
