// The lane without its port and store: front, the units that serve the opcodes, and what they share: one hmac_unit, one AES in CBC, one
// source stream, one result stream. One unit at a time has them, chosen by the opcode in hand, or the record unit while it holds records.
`include "assert.svh"

module mac_core #(
  parameter int unsigned NumSessions = 1024,
  parameter bit Records = 1'b1,            // RECORD_SEAL, RECORD_OPEN
  parameter bit Others = 1'b1              // everything else
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
  input  logic         rnd_fail_i,
  // secret port, as in rtl/README.md without what never changes
  output logic         sec_req_valid_o,
  input  logic         sec_req_ready_i,
  output logic [31:0]  sec_req_handle_o,
  output logic [7:0]   sec_req_func_o,
  output logic [7:0]   sec_req_slice_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i,
  // context store
  input  logic         store_ready_i,
  output logic         rd_o,
  input  logic         rd_ready_i,         // taken: the context is there from the next cycle on, until the next read
  output logic [15:0]  rd_index_o,
  input  logic         rd_valid_i,
  input  mac_pkg::fixed_t  rd_fixed_i,
  input  mac_pkg::moving_t rd_moving_i,
  output logic         wr_load_o,          // held, with what it writes, until wr_ready_i; one of the three at a time
  output logic         wr_record_o,
  output logic         wr_erase_o,
  input  logic         wr_ready_i,
  output logic [15:0]  wr_index_o,
  output mac_pkg::fixed_t  wr_fixed_o,
  output mac_pkg::moving_t wr_moving_o,
  // results and responses
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
  // ---- front ------------------------------------------------------------------------------------------------------------------------------
  logic [7:0]   opcode, func, f_status;
  logic [31:0]  handle, handle2, src_len, param0, param1, taken_at;
  logic [1:0]   hash;                      // of the job in hand, as hash_unit's alg_i
  logic [10:0]  words;
  logic [6:0]   digest_len;
  logic         f_busy, f_in_ready, in_range, ld, commit, start, running, unit_done, unit_ok, f_p_valid, f_r_valid;
  logic         rec_idle, hash_idle, cipher_idle, bank_free, fill_start, fill_drop, fill_done, fill_bad, fill_ended;
  logic         cipher_first, go_hash, go_cipher, key_taken, wr_req;
  logic [7:0]   l_status;
  logic         is_load, is_cipher, is_kdf, is_digest, is_decrypt, is_extract, is_expand, is_verify, is_seal;
  assign is_seal    = (opcode == sluice_pkg::OP_RECORD_SEAL);
  assign is_verify  = (opcode == sluice_pkg::OP_HMAC_VERIFY);
  assign is_decrypt = (opcode == sluice_pkg::OP_CIPHER_DEC);
  assign is_extract = (opcode == sluice_pkg::OP_HKDF_EXTRACT);
  assign is_expand  = (opcode == sluice_pkg::OP_HKDF_EXPAND);
  assign is_load    = running && (opcode == sluice_pkg::OP_SESSION_LOAD);
  assign is_cipher  = running && ((opcode == sluice_pkg::OP_CIPHER_ENC) || is_decrypt);
  assign is_kdf     = running && ((opcode == sluice_pkg::OP_TLS_PRF) || is_extract || is_expand);
  assign is_digest  = running && ((opcode == sluice_pkg::OP_HASH) || (opcode == sluice_pkg::OP_HMAC) || is_verify);
  assign digest_len = mac_pkg::digest_bytes(hash);
  assign rd_index_o = handle[15:0];
  assign in_range   = {16'd0, handle[15:0]} < 32'(NumSessions);
  mac_front u_front (
    .clk_i, .rst_ni, .now_i, .tested_i, .busy_o(f_busy), .cmd_valid_i, .cmd_ready_o, .cmd_desc_i,
    .opcode_o(opcode), .handle_o(handle), .handle2_o(handle2), .func_o(func), .src_len_o(src_len), .param0_o(param0), .param1_o(param1),
    .hash_o(hash), .words_o(words), .t0_o(taken_at), .in_valid_i, .in_ready_o(f_in_ready), .in_last_i, .store_ready_i, .in_range_i(in_range), .rd_o,
    .rd_ready_i, .rd_valid_i, .fixed_i(rd_fixed_i), .moving_i(rd_moving_i), .ld_o(ld), .commit_o(commit), .commit_ready_i(wr_ready_i),
    .start_o(start), .running_o(running), .done_i(unit_done), .ok_i(unit_ok), .load_status_i(l_status),
    .rec_idle_i(rec_idle), .hash_idle_i(hash_idle), .cipher_idle_i(cipher_idle), .bank_free_i(bank_free), .fill_start_o(fill_start),
    .fill_drop_o(fill_drop), .fill_done_i(fill_done), .fill_bad_i(fill_bad), .fill_ended_i(fill_ended), .cipher_first_o(cipher_first), .go_hash_o(go_hash),
    .go_cipher_o(go_cipher), .key_taken_i(key_taken), .rnd_valid_i, .rnd_fail_i, .rnd_ready_o,
    .p_valid_o(f_p_valid), .p_ready_i, .r_valid_o(f_r_valid), .r_ready_i(r_ready_i && !o_r_valid), .r_status_o(f_status)
  );

  // ---- units: l_ load, d_ digest, k_ key derivation, x_ cipher, o_ records ------------------------------------------------------------------
  logic         h_done, h_chunk_ready, c_key_ready, c_ready, c_out_valid;
  logic [127:0] c_out_data, c_chain;
  logic [511:0] h_inner, h_outer, h_digest;
  logic         l_done, l_ok, l_in_ready, l_key_start;
  logic [1:0]   l_hash;
  logic [511:0] l_mac_key;
  mac_pkg::fixed_t  l_fixed;
  mac_pkg::moving_t l_moving;
  logic         d_done, d_ok, d_in_ready, d_start, d_chunk_valid, d_o_valid, d_o_last;
  logic [26:0]  d_blocks;
  logic [28:0]  d_chunks;
  logic [127:0] d_o_data;
  logic [4:0]   d_o_bytes;
  logic [31:0]  d_msg_len;
  logic         k_done, k_in_ready, k_key_start, k_start, k_chunk_valid, k_o_valid, k_o_last;
  logic [511:0] k_key;
  logic [26:0]  k_blocks;
  logic [28:0]  k_chunks;
  logic [31:0]  k_len, k_info_len;
  logic [127:0] k_chunk, k_o_data;
  logic [4:0]   k_o_bytes;
  logic         x_done, x_in_ready, x_key_valid, x_iv_ld, x_valid, x_out_ready, x_o_valid, x_o_last;
  logic [4:0]   x_o_bytes;
  assign sec_req_handle_o = sec_req_valid_o ? handle2 : '0;
  assign sec_req_func_o   = sec_req_valid_o ? func : '0;
  assign d_msg_len        = is_verify ? src_len - param0 : src_len;
  assign k_info_len       = src_len - {24'd0, param0[7:0]};
  if (Others) begin : gen_others
    mac_sess_load u_load (
      .clk_i, .rst_ni, .start_i(start && is_load), .handle2_i(handle2), .func_i(func), .done_o(l_done), .ack_i(wr_ready_i), .ok_o(l_ok),
      .status_o(l_status), .in_valid_i(in_valid_i && is_load), .in_ready_o(l_in_ready), .in_data_i, .in_last_i, .sec_req_valid_o,
      .sec_req_ready_i, .sec_req_slice_o, .sec_rsp_valid_i, .sec_rsp_ready_o, .sec_rsp_ok_i, .sec_rsp_len_i, .sec_rsp_data_i,
      .sec_rsp_last_i, .h_key_start_o(l_key_start), .h_hash_o(l_hash), .h_key_o(l_mac_key), .h_done_i(h_done && is_load), .h_inner_i(h_inner),
      .h_outer_i(h_outer), .fixed_o(l_fixed), .moving_o(l_moving)
    );
    mac_digest u_digest (
      .clk_i, .rst_ni, .start_i(start && is_digest), .verify_i(is_verify), .wide_i(hash[1]), .digest_len_i(digest_len), .src_len_i(src_len),
      .msg_len_i(d_msg_len), .tag_len_i(param0[6:0]), .done_o(d_done), .ok_o(d_ok), .in_valid_i(in_valid_i && is_digest),
      .in_ready_o(d_in_ready), .in_data_i, .in_last_i, .h_start_o(d_start), .h_blocks_o(d_blocks), .h_chunks_o(d_chunks),
      .h_chunk_valid_o(d_chunk_valid), .h_chunk_ready_i(h_chunk_ready), .h_done_i(h_done && is_digest), .h_digest_i(h_digest),
      .o_valid_o(d_o_valid), .o_ready_i(p_ready_i && is_digest), .o_data_o(d_o_data), .o_bytes_o(d_o_bytes), .o_last_o(d_o_last)
    );
    mac_kdf u_kdf (
      .clk_i, .rst_ni, .start_i(start && is_kdf), .extract_i(is_extract), .expand_i(is_expand), .wide_i(hash[1]), .digest_len_i(digest_len),
      .key_len_i(param0[6:0]), .info_len_i(k_info_len[8:0]), .out_len_i(is_extract ? {3'd0, digest_len} : param1[9:0]), .done_o(k_done),
      .in_valid_i(in_valid_i && is_kdf), .in_ready_o(k_in_ready), .in_data_i, .in_last_i, .h_key_start_o(k_key_start), .h_key_o(k_key),
      .h_start_o(k_start), .h_blocks_o(k_blocks), .h_chunks_o(k_chunks), .h_len_o(k_len), .h_chunk_valid_o(k_chunk_valid),
      .h_chunk_ready_i(h_chunk_ready), .h_chunk_o(k_chunk), .h_done_i(h_done && is_kdf), .h_digest_i(h_digest), .o_valid_o(k_o_valid),
      .o_ready_i(p_ready_i && is_kdf), .o_data_o(k_o_data), .o_bytes_o(k_o_bytes), .o_last_o(k_o_last)
    );
    mac_cipher u_cipher (
      .clk_i, .rst_ni, .start_i(start && is_cipher), .words_i(src_len[31:4] - 28'd1), .done_o(x_done), .in_valid_i(in_valid_i && is_cipher),
      .in_ready_o(x_in_ready), .c_key_valid_o(x_key_valid), .c_key_ready_i(c_key_ready), .c_iv_ld_o(x_iv_ld), .c_valid_o(x_valid),
      .c_ready_i(c_ready), .c_out_valid_i(c_out_valid && is_cipher), .c_out_ready_o(x_out_ready), .o_valid_o(x_o_valid),
      .o_ready_i(p_ready_i && is_cipher), .o_bytes_o(x_o_bytes), .o_last_o(x_o_last)
    );
  end else begin : gen_no_others
    logic unused_sec;
    assign unused_sec = ^{sec_req_ready_i, sec_rsp_valid_i, sec_rsp_ok_i, sec_rsp_len_i, sec_rsp_data_i, sec_rsp_last_i};
    assign {l_done, l_ok, l_in_ready, l_key_start, l_hash, l_status, l_mac_key, sec_req_valid_o, sec_req_slice_o, sec_rsp_ready_o} = '0;
    assign l_fixed  = '0;
    assign l_moving = '0;
    assign {d_done, d_ok, d_in_ready, d_start, d_blocks, d_chunks, d_chunk_valid, d_o_valid, d_o_data, d_o_bytes, d_o_last} = '0;
    assign {k_done, k_in_ready, k_key_start, k_key, k_start, k_blocks, k_chunks, k_len, k_chunk_valid, k_chunk, k_o_valid, k_o_data,
            k_o_bytes, k_o_last} = '0;
    assign {x_done, x_in_ready, x_key_valid, x_iv_ld, x_valid, x_out_ready, x_o_valid, x_o_bytes, x_o_last} = '0;
  end

  logic         o_in_ready, o_ssl3, o_start, o_chunk_valid, o_decrypt, o_key_valid, o_iv_ld, o_valid, o_out_ready, o_r_valid;
  logic         o_p_valid, o_p_last, o_p_flip;
  logic [1:0]   o_hash;
  logic [26:0]  o_blocks;
  logic [28:0]  o_chunks;
  logic [31:0]  o_len, o_t0, o_seq_hi;
  logic [127:0] o_chunk, o_iv, o_data, o_p_data;
  logic [4:0]   o_p_bytes;
  logic [7:0]   o_status;
  logic [15:0]  o_info, o_index;
  logic [63:0]  o_seq;
  mac_pkg::record_t rec;
  mac_pkg::moving_t o_moving;
  always_comb begin
    rec         = '0;
    rec.seal    = is_seal;
    rec.etm     = rd_fixed_i.etm;
    rec.hash    = hash;
    rec.version = rd_fixed_i.version;
    rec.kind    = param0[7:0];
    rec.len     = src_len[14:0];
    rec.words   = words;
    rec.index   = handle[15:0];
    rec.t0      = taken_at;
  end
  if (Records) begin : gen_records
    rec_pipe u_rec (
      .clk_i, .rst_ni, .idle_o(rec_idle), .hash_idle_o(hash_idle), .cipher_idle_o(cipher_idle), .bank_free_o(bank_free),
      .fill_start_i(fill_start), .fill_drop_i(fill_drop), .rec_i(rec), .fill_empty_i(src_len == '0), .frag_len_i(src_len[15:0] - 16'd5),
      .fill_done_o(fill_done), .fill_bad_o(fill_bad), .fill_ended_o(fill_ended), .in_valid_i, .in_ready_o(o_in_ready), .in_data_i, .in_last_i,
      .cipher_first_i(cipher_first), .go_hash_i(go_hash), .go_cipher_i(go_cipher), .rnd_take_i(rnd_valid_i && rnd_ready_o), .rnd_data_i, .ctx_i(rd_moving_i),
      .key_taken_o(key_taken), .wr_req_o(wr_req), .wr_ready_i, .wr_index_o(o_index), .wr_o(o_moving), .h_hash_o(o_hash), .h_start_o(o_start),
      .h_ssl3_o(o_ssl3), .h_seq_hi_o(o_seq_hi), .h_blocks_o(o_blocks), .h_chunks_o(o_chunks), .h_len_o(o_len), .h_chunk_valid_o(o_chunk_valid),
      .h_chunk_ready_i(h_chunk_ready), .h_chunk_o(o_chunk), .h_done_i(h_done && !rec_idle), .h_digest_i(h_digest), .c_decrypt_o(o_decrypt),
      .c_key_valid_o(o_key_valid), .c_key_ready_i(c_key_ready), .c_iv_ld_o(o_iv_ld), .c_iv_o(o_iv), .c_valid_o(o_valid), .c_ready_i(c_ready),
      .c_data_o(o_data), .c_out_valid_i(c_out_valid && !rec_idle), .c_out_ready_o(o_out_ready), .c_out_data_i(c_out_data), .c_chain_i(c_chain),
      .p_valid_o(o_p_valid), .p_ready_i, .p_data_o(o_p_data), .p_bytes_o(o_p_bytes), .p_last_o(o_p_last), .p_flip_o(o_p_flip),
      .r_valid_o(o_r_valid), .r_ready_i, .r_status_o(o_status), .r_info_o(o_info), .r_seq_o(o_seq), .r_t0_o(o_t0)
    );
  end else begin : gen_no_records
    assign {rec_idle, hash_idle, cipher_idle, bank_free} = '1;
    assign {fill_done, fill_bad, fill_ended, o_in_ready, key_taken, wr_req, o_index, o_hash, o_start, o_ssl3, o_seq_hi, o_blocks, o_chunks, o_len,
            o_chunk_valid, o_chunk, o_decrypt, o_key_valid, o_iv_ld, o_iv, o_valid, o_data, o_out_ready, o_p_valid, o_p_data, o_p_bytes,
            o_p_last, o_p_flip, o_r_valid, o_status, o_info, o_seq, o_t0} = '0;
    assign o_moving = '0;
  end

  assign unit_done  = l_done || d_done || k_done || x_done;
  assign unit_ok    = is_load ? l_ok : d_ok;
  assign in_ready_o = f_in_ready || l_in_ready || d_in_ready || k_in_ready || x_in_ready || o_in_ready;
  assign busy_o     = f_busy || !rec_idle;

  // ---- context store ----------------------------------------------------------------------------------------------------------------------
  assign wr_load_o   = commit && (opcode == sluice_pkg::OP_SESSION_LOAD);
  assign wr_erase_o  = commit && (opcode == sluice_pkg::OP_SESSION_FREE);
  assign wr_record_o = wr_req;
  assign wr_index_o  = wr_req ? o_index : handle[15:0];
  always_comb begin
    wr_fixed_o  = '0;
    wr_moving_o = o_moving;
    if (wr_load_o) begin
      wr_fixed_o     = l_fixed;
      wr_fixed_o.gen = handle[31:16];
      wr_moving_o    = l_moving;
    end
  end

  // ---- the hash -----------------------------------------------------------------------------------------------------------------------------
  logic         h_start, h_key_start, h_hmac, h_chunk_valid, h_ready;
  logic [1:0]   h_alg;
  logic [511:0] h_key;
  logic [26:0]  h_blocks;
  logic [28:0]  h_chunks;
  logic [31:0]  h_len;
  logic [127:0] h_chunk;
  always_comb begin
    h_start       = o_start || d_start || k_start;
    h_key_start   = l_key_start || k_key_start;
    h_alg         = is_load ? l_hash : hash;
    h_hmac        = (opcode != sluice_pkg::OP_HASH) || !rec_idle;
    h_key         = is_kdf ? k_key : l_mac_key;
    h_blocks      = d_blocks;
    h_chunks      = d_chunks;
    h_len         = d_msg_len;
    h_chunk_valid = d_chunk_valid;
    h_chunk       = in_data_i;
    if (!rec_idle) begin
      h_alg         = o_hash;
      h_blocks      = o_blocks;
      h_chunks      = o_chunks;
      h_len         = o_len;
      h_chunk_valid = o_chunk_valid;
      h_chunk       = o_chunk;
    end else if (is_kdf) begin
      h_blocks      = k_blocks;
      h_chunks      = k_chunks;
      h_len         = k_len;
      h_chunk_valid = k_chunk_valid;
      h_chunk       = k_chunk;
    end
  end
  hmac_unit u_hmac (
    .clk_i, .rst_ni, .ready_o(h_ready), .alg_i(h_alg), .ld_i(ld), .ld_inner_i(rd_fixed_i.inner), .ld_outer_i(rd_fixed_i.outer),
    .key_start_i(h_key_start), .key_i(h_key), .start_i(h_start), .hmac_i(h_hmac), .ssl3_i(!rec_idle && o_ssl3), .seq_hi_i(o_seq_hi),
    .blocks_i(h_blocks), .chunks_i(h_chunks), .len_i(h_len), .chunk_valid_i(h_chunk_valid), .chunk_ready_o(h_chunk_ready), .chunk_i(h_chunk),
    .done_o(h_done), .digest_o(h_digest), .inner_o(h_inner), .outer_o(h_outer)
  );

  // ---- the cipher ---------------------------------------------------------------------------------------------------------------------------
  logic         c_valid, c_iv_ld, c_out_ready, c_key_valid, c_idle, c_decrypt;
  logic [127:0] c_data, c_iv;
  always_comb begin
    c_key_valid = o_key_valid || x_key_valid;
    c_decrypt   = rec_idle ? is_decrypt : o_decrypt;
    c_iv_ld     = o_iv_ld || x_iv_ld;
    c_valid     = o_valid || x_valid;
    c_out_ready = o_out_ready || x_out_ready;
    c_iv        = rec_idle ? in_data_i : o_iv;
    c_data      = rec_idle ? in_data_i : o_data;
  end
  mac_cbc u_cbc (
    .clk_i, .rst_ni, .key_valid_i(c_key_valid), .key_ready_o(c_key_ready), .key_i(rd_fixed_i.key), .key_256_i(rd_fixed_i.key_256),
    .iv_ld_i(c_iv_ld), .iv_i(c_iv), .decrypt_i(c_decrypt), .in_valid_i(c_valid), .in_ready_o(c_ready), .in_data_i(c_data),
    .out_valid_o(c_out_valid), .out_ready_i(c_out_ready), .out_data_o(c_out_data), .idle_o(c_idle), .chain_o(c_chain)
  );

  // ---- results and responses ------------------------------------------------------------------------------------------------------------------
  always_comb begin
    p_valid_o = f_p_valid || d_o_valid || k_o_valid || x_o_valid || o_p_valid;
    p_data_o  = d_o_data | k_o_data | o_p_data;
    p_bytes_o = d_o_bytes | k_o_bytes | x_o_bytes | o_p_bytes;
    p_last_o  = f_p_valid || d_o_last || k_o_last || x_o_last || o_p_last;
    p_flip_o  = rec_idle ? (p_last_o && (p_bytes_o != '0)) : o_p_flip;
    if (is_cipher) p_data_o = c_out_data;
    r_valid_o  = f_r_valid || o_r_valid;
    r_status_o = o_r_valid ? o_status : f_status;
    r_info_o   = o_r_valid ? o_info : '0;
    r_seq_o    = o_r_valid ? o_seq : '0;
    r_t0_o     = o_r_valid ? o_t0 : taken_at;
  end

  logic unused_bits;
  assign unused_bits = ^{param0[31:8], param1[31:10], k_info_len[31:9]};
  `ASSERT(CipherIsEmptyBetweenJobs, start |-> c_idle)
  `ASSERT(HashIsEmptyBetweenJobs, start |-> h_ready)
  `ASSERT_NEVER(UnitRunsBesideTheRecordUnit, running && !rec_idle)
  `ASSERT_NEVER(TwoWrites, commit && wr_req)
  `ASSERT_NEVER(WordsOfTwoJobs, o_p_valid && (f_p_valid || d_o_valid || k_o_valid || x_o_valid))
endmodule
