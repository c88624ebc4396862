// The lane without its port: front, context store, the units that serve the opcodes, and what they share: one hmac_unit, one AES in CBC, one
// source stream, one result stream. One unit at a time has them, chosen by the opcode in hand, or the open pipeline while it works.
`include "assert.svh"

module mac_core #(
  parameter int unsigned NumSessions = 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  now_i,
  input  logic         tested_i,
  output logic         busy_o,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  input  logic         rnd_valid_i,
  output logic         rnd_ready_o,
  input  logic [127:0] rnd_data_i,
  output logic         p_valid_o,
  input  logic         p_ready_i,
  output logic [127:0] p_data_o,
  output logic [4:0]   p_bytes_o,
  output logic         p_last_o,
  output logic         p_flip_o,
  output logic         r_valid_o,
  input  logic         r_ready_i,
  output logic [7:0]   r_status_o,
  output logic [15:0]  r_info_o,
  output logic [63:0]  r_seq_o,
  output logic [31:0]  r_t0_o
);
  // ---- front ----------------------------------------------------------------------------------------------------------------------------
  logic [7:0]   opcode, f_status;
  logic [31:0]  handle, src_len, param0, param1, t0;
  logic [1:0]   hash;                      // of the job in hand, as hash_unit's alg_i
  logic [6:0]   digest_len;
  logic         f_busy, f_in_ready, in_range, rd, ld, commit, start, running, unit_done, unit_ok, f_p_valid, f_r_valid;
  logic         store_ready, rd_valid, rd_key_256, open_idle, work_idle, bank_free, fill_start, fill_drop, fill_done, fill_bad, fill_ended;
  logic         go, key_taken;
  logic [15:0]  rd_gen, rd_version;
  logic [7:0]   rd_alg;
  logic [63:0]  rd_seq, f_seq;
  logic [255:0] rd_key;
  logic [511:0] rd_inner, rd_outer;
  logic [127:0] rd_iv;
  logic         is_load, is_seal, is_cipher, is_kdf, is_digest, is_decrypt, is_extract, is_expand;
  assign is_load    = running && (opcode == sluice_pkg::OP_SESSION_LOAD);
  assign is_seal    = running && (opcode == sluice_pkg::OP_RECORD_SEAL);
  assign is_decrypt = (opcode == sluice_pkg::OP_CIPHER_DEC);
  assign is_cipher  = running && ((opcode == sluice_pkg::OP_CIPHER_ENC) || is_decrypt);
  assign is_kdf     = running && ((opcode == sluice_pkg::OP_TLS_PRF) || is_extract || is_expand);
  assign is_extract = (opcode == sluice_pkg::OP_HKDF_EXTRACT);
  assign is_expand  = (opcode == sluice_pkg::OP_HKDF_EXPAND);
  always_comb begin
    unique case (hash)
      2'd0:    digest_len = 7'd20;
      2'd1:    digest_len = 7'd32;
      2'd2:    digest_len = 7'd48;
      default: digest_len = 7'd64;
    endcase
  end
  assign is_digest  = running && !is_load && !is_seal && !is_cipher && !is_kdf;
  assign in_range   = {16'd0, handle[15:0]} < 32'(NumSessions);
  mac_front u_front (
    .clk_i, .rst_ni, .now_i, .tested_i, .busy_o(f_busy), .cmd_valid_i, .cmd_ready_o, .cmd_desc_i,
    .opcode_o(opcode), .handle_o(handle), .src_len_o(src_len), .param0_o(param0), .param1_o(param1), .hash_o(hash), .t0_o(t0),
    .in_valid_i, .in_ready_o(f_in_ready), .in_last_i, .store_ready_i(store_ready), .in_range_i(in_range), .rd_o(rd),
    .rd_valid_i(rd_valid), .rd_gen_i(rd_gen), .rd_alg_i(rd_alg), .rd_version_i(rd_version), .rd_seq_i(rd_seq),
    .ld_o(ld), .commit_o(commit), .start_o(start), .running_o(running), .done_i(unit_done), .ok_i(unit_ok),
    .open_idle_i(open_idle), .work_idle_i(work_idle), .bank_free_i(bank_free), .fill_start_o(fill_start), .fill_drop_o(fill_drop),
    .fill_done_i(fill_done), .fill_bad_i(fill_bad), .fill_ended_i(fill_ended), .go_o(go), .key_taken_i(key_taken),
    .p_valid_o(f_p_valid), .p_ready_i, .r_valid_o(f_r_valid), .r_ready_i(r_ready_i && !o_r_valid), .r_status_o(f_status), .r_seq_o(f_seq)
  );

  // ---- context store --------------------------------------------------------------------------------------------------------------------
  logic         l_has_mac, l_key_256, l_ok, o_wr, c_decrypt;
  logic [7:0]   l_alg;
  logic [15:0]  l_version, o_wr_index;
  logic [255:0] l_key;
  logic [511:0] h_inner, h_outer, h_digest;
  logic [63:0]  l_seq, o_wr_seq;
  logic [127:0] l_iv, o_wr_iv, c_chain;
  logic         commit_load, commit_free, commit_seal;
  assign commit_load = commit && (opcode == sluice_pkg::OP_SESSION_LOAD);
  assign commit_free = commit && (opcode == sluice_pkg::OP_SESSION_FREE);
  assign commit_seal = commit && (opcode == sluice_pkg::OP_RECORD_SEAL);
  mac_store #(.NumSessions(NumSessions)) u_store (
    .clk_i, .rst_ni, .ready_o(store_ready), .rd_i(rd), .rd_index_i(handle[15:0]), .rd_valid_o(rd_valid), .rd_gen_o(rd_gen),
    .rd_alg_o(rd_alg), .rd_key_256_o(rd_key_256), .rd_version_o(rd_version), .rd_key_o(rd_key), .rd_inner_o(rd_inner), .rd_outer_o(rd_outer),
    .rd_seq_o(rd_seq), .rd_iv_o(rd_iv), .wr_i(commit_load), .wr_record_i(commit_seal || o_wr), .erase_i(commit_free),
    .wr_index_i(o_wr ? o_wr_index : handle[15:0]), .wr_gen_i(handle[31:16]), .wr_alg_i(l_alg), .wr_key_256_i(l_key_256),
    .wr_version_i(l_version), .wr_key_i(l_key), .wr_inner_i(l_has_mac ? h_inner : '0), .wr_outer_i(l_has_mac ? h_outer : '0),
    .wr_seq_i(commit_load ? l_seq : (o_wr ? o_wr_seq : rd_seq + 64'd1)), .wr_iv_i(commit_load ? l_iv : (o_wr ? o_wr_iv : c_chain))
  );

  // ---- units: l_ load, d_ digest, f_ key derivation (f as in function), x_ cipher, s_ seal, o_ open -------------------------------------------------------
  logic         h_done, h_chunk_ready, c_key_ready, c_ready, c_out_valid;
  logic [127:0] c_out_data;
  logic         l_done, l_in_ready, l_key_start;
  logic [1:0]   l_hash;
  logic [511:0] l_mac_key;
  mac_sess_load u_load (
    .clk_i, .rst_ni, .start_i(start && is_load), .done_o(l_done), .ok_o(l_ok), .in_valid_i(in_valid_i && is_load), .in_ready_o(l_in_ready),
    .in_data_i, .in_last_i, .h_key_start_o(l_key_start), .h_alg_o(l_hash), .h_key_o(l_mac_key), .h_done_i(h_done && is_load),
    .alg_o(l_alg), .has_mac_o(l_has_mac), .key_256_o(l_key_256), .version_o(l_version), .key_o(l_key), .seq_o(l_seq), .iv_o(l_iv)
  );

  logic         d_done, d_ok, d_in_ready, d_start, d_chunk_valid, d_o_valid, d_o_last, is_verify;
  logic [26:0]  d_blocks;
  logic [28:0]  d_chunks;
  logic [127:0] d_o_data;
  logic [4:0]   d_o_bytes;
  logic [31:0]  d_msg_len;
  assign is_verify = (opcode == sluice_pkg::OP_HMAC_VERIFY);
  assign d_msg_len = is_verify ? src_len - param0 : src_len;
  mac_digest u_digest (
    .clk_i, .rst_ni, .start_i(start && is_digest), .verify_i(is_verify), .wide_i(hash[1]), .digest_len_i(digest_len), .src_len_i(src_len), .msg_len_i(d_msg_len),
    .tag_len_i(param0[6:0]), .done_o(d_done), .ok_o(d_ok), .in_valid_i(in_valid_i && is_digest), .in_ready_o(d_in_ready), .in_data_i, .in_last_i,
    .h_start_o(d_start), .h_blocks_o(d_blocks), .h_chunks_o(d_chunks), .h_chunk_valid_o(d_chunk_valid), .h_chunk_ready_i(h_chunk_ready),
    .h_done_i(h_done && is_digest), .h_digest_i(h_digest), .o_valid_o(d_o_valid), .o_ready_i(p_ready_i && is_digest), .o_data_o(d_o_data),
    .o_bytes_o(d_o_bytes), .o_last_o(d_o_last)
  );

  logic         f_done, f_in_kdf_ready, f_key_start, f_start, f_chunk_valid, f_o_valid, f_o_last;
  logic [511:0] f_key;
  logic [26:0]  f_blocks;
  logic [28:0]  f_chunks;
  logic [31:0]  f_len, f_seed_len;
  logic [127:0] f_chunk, f_o_data;
  logic [4:0]   f_o_bytes;
  assign f_seed_len = src_len - {24'd0, param0[7:0]};
  mac_kdf u_kdf (
    .clk_i, .rst_ni, .start_i(start && is_kdf), .extract_i(is_extract), .expand_i(is_expand), .wide_i(hash[1]), .digest_len_i(digest_len),
    .key_len_i(param0[6:0]), .info_len_i(f_seed_len[8:0]), .out_len_i(is_extract ? {3'd0, digest_len} : param1[9:0]),
    .done_o(f_done), .in_valid_i(in_valid_i && is_kdf), .in_ready_o(f_in_kdf_ready), .in_data_i, .in_last_i, .h_key_start_o(f_key_start),
    .h_key_o(f_key), .h_start_o(f_start), .h_blocks_o(f_blocks), .h_chunks_o(f_chunks), .h_len_o(f_len), .h_chunk_valid_o(f_chunk_valid),
    .h_chunk_ready_i(h_chunk_ready), .h_chunk_o(f_chunk), .h_done_i(h_done && is_kdf), .h_digest_i(h_digest), .o_valid_o(f_o_valid),
    .o_ready_i(p_ready_i && is_kdf), .o_data_o(f_o_data), .o_bytes_o(f_o_bytes), .o_last_o(f_o_last)
  );

  logic         x_done, x_in_ready, x_key_valid, x_iv_ld, x_valid, x_out_ready, x_o_valid, x_o_last;
  logic [4:0]   x_o_bytes;
  mac_cipher u_cipher (
    .clk_i, .rst_ni, .start_i(start && is_cipher), .words_i(src_len[31:4] - 28'd1), .done_o(x_done), .in_valid_i(in_valid_i && is_cipher),
    .in_ready_o(x_in_ready), .c_key_valid_o(x_key_valid), .c_key_ready_i(c_key_ready), .c_iv_ld_o(x_iv_ld), .c_valid_o(x_valid),
    .c_ready_i(c_ready), .c_out_valid_i(c_out_valid && is_cipher), .c_out_ready_o(x_out_ready), .o_valid_o(x_o_valid),
    .o_ready_i(p_ready_i && is_cipher), .o_bytes_o(x_o_bytes), .o_last_o(x_o_last)
  );

  logic         s_done, s_in_ready, s_start, s_chunk_valid, s_key_valid, s_iv_ld, s_valid, s_out_ready, s_o_valid, s_o_last;
  logic [26:0]  s_blocks;
  logic [28:0]  s_chunks;
  logic [31:0]  s_len;
  logic [127:0] s_chunk, s_iv, s_data, s_o_data;
  logic [4:0]   s_o_bytes;
  cbc_seal u_seal (
    .clk_i, .rst_ni, .start_i(start && is_seal), .sha256_i(hash[0]), .version_i(rd_version), .type_i(param0[7:0]), .seq_i(rd_seq), .iv_i(rd_iv),
    .len_i(src_len[14:0]), .done_o(s_done), .in_valid_i(in_valid_i && is_seal), .in_ready_o(s_in_ready), .in_data_i, .rnd_valid_i,
    .rnd_ready_o, .rnd_data_i, .h_start_o(s_start), .h_blocks_o(s_blocks), .h_chunks_o(s_chunks), .h_len_o(s_len),
    .h_chunk_valid_o(s_chunk_valid), .h_chunk_ready_i(h_chunk_ready), .h_chunk_o(s_chunk), .h_done_i(h_done && is_seal), .h_digest_i(h_digest[255:0]),
    .c_key_valid_o(s_key_valid), .c_key_ready_i(c_key_ready), .c_iv_ld_o(s_iv_ld), .c_iv_o(s_iv), .c_valid_o(s_valid), .c_ready_i(c_ready),
    .c_data_o(s_data), .c_out_valid_i(c_out_valid && is_seal), .c_out_ready_o(s_out_ready), .c_out_data_i(c_out_data), .o_valid_o(s_o_valid),
    .o_ready_i(p_ready_i && is_seal), .o_data_o(s_o_data), .o_bytes_o(s_o_bytes), .o_last_o(s_o_last)
  );

  logic         working, o_in_ready, o_sha256, o_start, o_chunk_valid, o_key_valid, o_iv_ld, o_valid, o_out_ready, draining, o_r_valid;
  logic         o_p_valid, o_p_last, o_p_flip;
  logic [26:0]  o_blocks;
  logic [28:0]  o_chunks;
  logic [31:0]  o_len, o_t0;
  logic [127:0] o_chunk, o_iv, o_data, o_p_data;
  logic [4:0]   o_p_bytes;
  logic [7:0]   o_status;
  logic [15:0]  o_info;
  logic [63:0]  o_seq;
  mac_open u_open (
    .clk_i, .rst_ni, .idle_o(open_idle), .work_idle_o(work_idle), .working_o(working), .bank_free_o(bank_free), .fill_start_i(fill_start),
    .fill_drop_i(fill_drop), .version_i(rd_version), .frag_len_i(src_len[15:0] - 16'd5), .fill_done_o(fill_done), .fill_bad_o(fill_bad),
    .fill_ended_o(fill_ended), .in_valid_i, .in_ready_o(o_in_ready), .in_data_i, .in_last_i, .go_i(go), .sha256_i(hash[0]), .seq_i(rd_seq),
    .iv_i(rd_iv), .index_i(handle[15:0]), .t0_i(t0), .key_taken_o(key_taken), .sha256_o(o_sha256), .h_start_o(o_start), .h_blocks_o(o_blocks),
    .h_chunks_o(o_chunks), .h_len_o(o_len), .h_chunk_valid_o(o_chunk_valid), .h_chunk_ready_i(h_chunk_ready), .h_chunk_o(o_chunk),
    .h_done_i(h_done), .h_digest_i(h_digest[255:0]), .c_key_valid_o(o_key_valid), .c_key_ready_i(c_key_ready), .c_iv_ld_o(o_iv_ld), .c_iv_o(o_iv),
    .c_valid_o(o_valid), .c_ready_i(c_ready), .c_data_o(o_data), .c_out_valid_i(c_out_valid), .c_out_ready_o(o_out_ready),
    .c_out_data_i(c_out_data), .wr_record_o(o_wr), .wr_index_o(o_wr_index), .wr_seq_o(o_wr_seq), .wr_iv_o(o_wr_iv), .draining_o(draining),
    .p_valid_o(o_p_valid), .p_ready_i, .p_data_o(o_p_data), .p_bytes_o(o_p_bytes), .p_last_o(o_p_last), .p_flip_o(o_p_flip),
    .r_valid_o(o_r_valid), .r_ready_i, .r_status_o(o_status), .r_info_o(o_info), .r_seq_o(o_seq), .r_t0_o(o_t0)
  );

  assign unit_done  = l_done || d_done || f_done || x_done || s_done;
  assign unit_ok    = is_load ? l_ok : d_ok;
  assign in_ready_o = f_in_ready || l_in_ready || d_in_ready || f_in_kdf_ready || x_in_ready || s_in_ready || o_in_ready;
  assign busy_o     = f_busy || !open_idle;

  // ---- the hash ---------------------------------------------------------------------------------------------------------------------------
  logic         h_start, h_key_start, h_hmac, h_chunk_valid, h_ready;
  logic [1:0]   h_alg;
  logic [511:0] h_key;
  logic [26:0]  h_blocks;
  logic [28:0]  h_chunks;
  logic [31:0]  h_len;
  logic [127:0] h_chunk;
  always_comb begin
    h_start       = working ? o_start : (d_start || f_start || s_start);
    h_key_start   = l_key_start || f_key_start;
    h_alg         = working ? {1'b0, o_sha256} : (is_load ? l_hash : hash);
    h_hmac        = (opcode != sluice_pkg::OP_HASH) || working;
    h_key         = is_kdf ? f_key : l_mac_key;
    h_blocks      = d_blocks;
    h_chunks      = d_chunks;
    h_len         = d_msg_len;
    h_chunk_valid = d_chunk_valid;
    h_chunk       = in_data_i;
    if (working) begin
      h_blocks      = o_blocks;
      h_chunks      = o_chunks;
      h_len         = o_len;
      h_chunk_valid = o_chunk_valid;
      h_chunk       = o_chunk;
    end else if (is_seal) begin
      h_blocks      = s_blocks;
      h_chunks      = s_chunks;
      h_len         = s_len;
      h_chunk_valid = s_chunk_valid;
      h_chunk       = s_chunk;
    end else if (is_kdf) begin
      h_blocks      = f_blocks;
      h_chunks      = f_chunks;
      h_len         = f_len;
      h_chunk_valid = f_chunk_valid;
      h_chunk       = f_chunk;
    end
  end
  hmac_unit u_hmac (
    .clk_i, .rst_ni, .ready_o(h_ready), .alg_i(h_alg), .ld_i(ld), .ld_inner_i(rd_inner), .ld_outer_i(rd_outer),
    .key_start_i(h_key_start), .key_i(h_key), .start_i(h_start), .hmac_i(h_hmac), .ssl3_i(1'b0), .seq_hi_i(32'd0), .blocks_i(h_blocks), .chunks_i(h_chunks), .len_i(h_len),
    .chunk_valid_i(h_chunk_valid), .chunk_ready_o(h_chunk_ready), .chunk_i(h_chunk), .done_o(h_done), .digest_o(h_digest), .inner_o(h_inner),
    .outer_o(h_outer)
  );

  // ---- the cipher -------------------------------------------------------------------------------------------------------------------------
  logic         c_valid, c_iv_ld, c_out_ready, c_key_valid, c_idle;
  logic [127:0] c_data, c_iv;
  always_comb begin
    c_key_valid = working ? o_key_valid : (s_key_valid || x_key_valid);
    c_decrypt   = working || (!is_seal && is_decrypt);
    c_iv_ld     = working ? o_iv_ld : (s_iv_ld || x_iv_ld);
    c_valid     = working ? o_valid : (s_valid || x_valid);
    c_out_ready = working ? o_out_ready : (is_seal ? s_out_ready : x_out_ready);
    c_iv        = working ? o_iv : (is_seal ? s_iv : in_data_i);
    c_data      = working ? o_data : (is_seal ? s_data : in_data_i);
  end
  mac_cbc u_cbc (
    .clk_i, .rst_ni, .key_valid_i(c_key_valid), .key_ready_o(c_key_ready), .key_i(rd_key), .key_256_i(rd_key_256), .iv_ld_i(c_iv_ld),
    .iv_i(c_iv), .decrypt_i(c_decrypt), .in_valid_i(c_valid), .in_ready_o(c_ready), .in_data_i(c_data), .out_valid_o(c_out_valid),
    .out_ready_i(c_out_ready), .out_data_o(c_out_data), .idle_o(c_idle), .chain_o(c_chain)
  );

  // ---- results and responses ----------------------------------------------------------------------------------------------------------------
  always_comb begin
    p_valid_o = f_p_valid || d_o_valid || f_o_valid || x_o_valid || s_o_valid;
    p_data_o  = d_o_data | f_o_data;
    p_bytes_o = d_o_bytes | f_o_bytes | x_o_bytes | s_o_bytes;
    p_last_o  = f_p_valid || d_o_last || f_o_last || x_o_last || s_o_last;
    p_flip_o  = p_last_o && (p_bytes_o != '0);
    if (is_seal) p_data_o = s_o_data;
    if (is_cipher) p_data_o = c_out_data;
    if (draining) begin
      p_valid_o = o_p_valid;
      p_data_o  = o_p_data;
      p_bytes_o = o_p_bytes;
      p_last_o  = o_p_last;
      p_flip_o  = o_p_flip;
    end
    r_valid_o  = f_r_valid || o_r_valid;
    r_status_o = o_r_valid ? o_status : f_status;
    r_info_o   = o_r_valid ? o_info : '0;
    r_seq_o    = o_r_valid ? o_seq : f_seq;
    r_t0_o     = o_r_valid ? o_t0 : t0;
  end

  logic unused_bits;
  assign unused_bits = ^{param0[31:16], param1[31:10], f_seed_len[31:9]};
  `ASSERT(CipherIsEmptyBetweenJobs, start |-> c_idle)
  `ASSERT(HashIsEmptyBetweenJobs, start |-> h_ready)
  `ASSERT_NEVER(UnitRunsBesideTheOpenPipeline, running && !open_idle)
  `ASSERT_NEVER(WordsOfTwoJobs, draining && (f_p_valid || d_o_valid || f_o_valid || x_o_valid || s_o_valid))
endmodule
