// The chacha lane: an engine (rtl/README.md) for ChaCha20-Poly1305: AEAD of RFC 8439, records of TLS 1.2 (RFC 7905) and TLS 1.3 (RFC 8446 5.2).
//
//   commands -> chacha_ctx (session, nonce) -> chacha_front (bytes -> items) -> queue -> chacha_exec -> chacha_out -> result words
//   source words -> skid buffer -> byte gearbox --^  |                                  ^    |
//                                                    +-> chacha_keystream (cores) ------+    +-> queue -> poly1305 -> chacha_jobs -> responses
//
// Every output is a function of registers. Cores: 1, 2 or 4 ChaCha cores at 20 cycles a block each, and a Poly1305 fast enough for them.
`include "assert.svh"

module chacha_lane #(
  parameter int unsigned NumSessions = sluice_pkg::NumSessions,
  parameter int unsigned Cores = 1
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic [4:0]   in_bytes_i,
  input  logic         in_last_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic [15:0]  out_parity_o,
  output logic [4:0]   out_bytes_o,
  output logic         out_last_o,
  output logic         rsp_valid_o,
  input  logic         rsp_ready_i,
  output logic [7:0]   rsp_status_o,
  output logic [15:0]  rsp_info_o,
  output logic [63:0]  rsp_seq_o,
  output logic [31:0]  rsp_cycles_o,
  input  logic         rnd_valid_i,
  output logic         rnd_ready_o,
  input  logic [127:0] rnd_data_i,
  input  logic         st_start_i,
  output logic         st_done_o,
  output logic         st_pass_o,
  input  logic         flt_hang_i,
  input  logic         flt_flip_i,
  output logic         busy_o,
  // the secret port (rtl/README.md): this engine only reads
  output logic         sec_req_valid_o,
  input  logic         sec_req_ready_i,
  output logic         sec_req_write_o,
  output logic [31:0]  sec_req_handle_o,
  output logic [7:0]   sec_req_func_o,
  output logic [3:0]   sec_req_kind_o,
  output logic [7:0]   sec_req_len_o,
  output logic [127:0] sec_req_data_o,
  output logic         sec_req_last_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i
);
  localparam int unsigned Digits = Cores == 1 ? 2 : Cores == 2 ? 4 : 8;

  logic        busy_q, hang_q, run;
  logic [31:0] cycle_q;  // counts while busy

  // ---- ports, or the self test in their place ---------------------------------------------------------------------------------------
  logic         cmd_valid, cmd_ready, st_cmd_valid, in_valid, skid_ready, st_in_valid;
  logic [511:0] cmd_desc, st_cmd_desc;
  logic [127:0] in_data, st_in_data, out_data;
  logic [4:0]   in_bytes, st_in_bytes, out_bytes;
  logic         out_valid, out_ready, out_last, rsp_valid, rsp_ready;
  logic [15:0]  out_parity, rsp_info;
  logic [7:0]   rsp_status;
  logic [63:0]  rsp_seq;
  logic [31:0]  rsp_cycles;

  chacha_selftest u_selftest (
    .clk_i, .rst_ni,
    .start_i(st_start_i && !hang_q), .run_o(run), .done_o(st_done_o), .pass_o(st_pass_o),
    .cmd_valid_o(st_cmd_valid), .cmd_ready_i(cmd_ready && !hang_q), .cmd_desc_o(st_cmd_desc),
    .in_valid_o(st_in_valid), .in_ready_i(skid_ready && !hang_q), .in_data_o(st_in_data), .in_bytes_o(st_in_bytes),
    .out_valid_i(run && out_valid), .out_data_i(out_data), .out_bytes_i(out_bytes), .out_last_i(out_last),
    .rsp_valid_i(run && rsp_valid), .rsp_status_i(rsp_status)
  );

  assign cmd_ready_o = cmd_ready && !run && !hang_q;
  assign in_ready_o  = skid_ready && !run && !hang_q;
  assign cmd_valid   = (run ? st_cmd_valid : cmd_valid_i) && !hang_q;
  assign in_valid    = (run ? st_in_valid : in_valid_i) && !hang_q;
  assign out_ready   = run || out_ready_i;
  assign rsp_ready   = run || rsp_ready_i;
  assign out_valid_o = out_valid && !run;
  assign rsp_valid_o = rsp_valid && !run;
  always_comb begin
    cmd_desc     = cmd_desc_i;
    in_data      = in_data_i;
    in_bytes     = in_bytes_i;
    out_data_o   = out_data;
    out_parity_o = out_parity;
    out_bytes_o  = out_bytes;
    out_last_o   = out_last;
    rsp_status_o = rsp_status;
    rsp_info_o   = rsp_info;
    rsp_seq_o    = rsp_seq;
    rsp_cycles_o = rsp_cycles;
    if (run) begin
      cmd_desc     = st_cmd_desc;
      in_data      = st_in_data;
      in_bytes     = st_in_bytes;
      out_data_o   = 128'd0;
      out_parity_o = 16'd0;
      out_bytes_o  = 5'd0;
      out_last_o   = 1'b0;
      rsp_status_o = 8'd0;
      rsp_info_o   = 16'd0;
      rsp_seq_o    = 64'd0;
      rsp_cycles_o = 32'd0;
    end
  end
  assign rnd_ready_o = 1'b0;

  // ---- source bytes -----------------------------------------------------------------------------------------------------------------
  logic         word_valid, word_ready, take_ready, take, gear_empty;
  logic [127:0] word_data, take_data;
  logic [4:0]   word_bytes, take_bytes;

  skid_buffer #(.Width(133)) u_skid (
    .clk_i, .rst_ni,
    .in_valid_i(in_valid), .in_ready_o(skid_ready), .in_data_i({in_bytes, in_data}),
    .out_valid_o(word_valid), .out_ready_i(word_ready), .out_data_o({word_bytes, word_data})
  );
  byte_gearbox u_gearbox (
    .clk_i, .rst_ni,
    .word_valid_i(word_valid), .word_ready_o(word_ready), .word_data_i(word_data), .word_bytes_i(word_bytes),
    .take_bytes_i(take_bytes), .take_ready_o(take_ready), .take_i(take), .take_data_o(take_data), .empty_o(gear_empty)
  );

  // ---- the parts --------------------------------------------------------------------------------------------------------------------
  logic         ctx_busy, front_busy, exec_busy, jobs_busy, ks_busy, poly_busy, out_busy, drained, wipe;
  logic [4:0]   wipe_idx;
  logic         job_valid, job_take, job_tls13;
  logic [2:0]   job_class;
  logic [7:0]   job_status, job_type, load_status;
  logic [15:0]  job_idx, verdict_idx;
  logic [31:0]  job_len, job_data, job_start, exec_data;
  logic [16:0]  job_aad, slot_aad, exec_aad;
  logic [63:0]  job_seq, verdict_seq;
  logic [255:0] job_key, ks_key, key_data;
  logic [95:0]  job_nonce, ks_nonce;
  logic [7:0]   open_valid, slot_type, slot_status;
  logic [127:0] open_idx, load_data, ks_word, blk_data, q_data, pq_data, given_data, ow_data, tag_data, it_data;
  logic         verdict_valid, verdict_ok, load_valid, load_done, ks_valid, ks_ready, key_valid, key_ready;
  logic [26:0]  ks_blocks;
  logic         slot_ready, slot_start, slot_open, slot_record, slot_hold, slot_end;
  logic         it_valid, it_ready, it_final, q_valid, q_ready, q_final;
  logic [2:0]   it_kind, q_kind, exec_job, pq_job, tag_job, ow_job, inner_job, out_job;
  logic [4:0]   it_bytes, q_bytes, ow_bytes;
  logic         exec_hold, exec_tls13, ks_word_valid, ks_word_take, ks_word_last, blk_valid, blk_ready, pq_valid, pq_ready, given_valid;
  logic         ow_ready, ow_valid, ow_last, ow_final, ow_is_tag, ow_hold, inner_valid, inner_found, tag_valid, last_taken;
  logic [14:0]  inner_pos, out_pos;
  logic [7:0]   inner_type;
  logic [28:0]  blk_count;
  logic         out_known, out_ok, seal_tag;
  logic [7:0]   sec_slice;

  chacha_ctx #(.NumSessions(NumSessions)) u_ctx (
    .clk_i, .rst_ni,
    .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready), .cmd_desc_i(cmd_desc), .cycle_i(cycle_q),
    .allowed_i(st_pass_o || run), .drained_i(drained), .busy_o(ctx_busy), .wipe_o(wipe), .wipe_idx_o(wipe_idx),
    .job_valid_o(job_valid), .job_take_i(job_take), .job_class_o(job_class), .job_status_o(job_status), .job_idx_o(job_idx),
    .job_len_o(job_len), .job_aad_o(job_aad), .job_data_o(job_data), .job_tls13_o(job_tls13), .job_type_o(job_type), .job_seq_o(job_seq),
    .job_start_o(job_start), .job_key_o(job_key), .job_nonce_o(job_nonce),
    .open_valid_i(open_valid), .open_idx_i(open_idx), .open_inc_i(verdict_ok), .verdict_valid_i(verdict_valid),
    .verdict_idx_i(verdict_idx), .verdict_seq_i(verdict_seq),
    .load_valid_i(load_valid), .load_data_i(load_data), .load_done_o(load_done), .load_status_o(load_status),
    .sec_req_valid_o, .sec_req_ready_i, .sec_req_handle_o, .sec_req_func_o, .sec_req_slice_o(sec_slice),
    .sec_rsp_valid_i, .sec_rsp_ready_o, .sec_rsp_ok_i, .sec_rsp_len_i, .sec_rsp_data_i, .sec_rsp_last_i
  );
  assign sec_req_write_o = 1'b0;
  assign sec_req_kind_o  = sec_req_valid_o ? 4'(sluice_pkg::SECRET_KEY_BLOCK) : 4'd0;
  assign sec_req_len_o   = 8'd0;
  assign sec_req_data_o  = {120'd0, sec_slice};
  assign sec_req_last_o  = sec_req_valid_o;

  chacha_front u_front (
    .clk_i, .rst_ni, .busy_o(front_busy),
    .job_valid_i(job_valid), .job_take_o(job_take), .job_class_i(job_class), .job_status_i(job_status), .job_len_i(job_len),
    .job_aad_i(job_aad), .job_data_i(job_data), .job_tls13_i(job_tls13), .job_type_i(job_type), .job_seq_i(job_seq), .job_key_i(job_key),
    .job_nonce_i(job_nonce),
    .load_valid_o(load_valid), .load_data_o(load_data), .load_done_i(load_done), .load_status_i(load_status),
    .take_bytes_o(take_bytes), .take_ready_i(take_ready), .take_o(take), .take_data_i(take_data),
    .ks_valid_o(ks_valid), .ks_ready_i(ks_ready), .ks_key_o(ks_key), .ks_nonce_o(ks_nonce), .ks_blocks_o(ks_blocks),
    .slot_ready_i(slot_ready), .slot_start_o(slot_start), .slot_open_o(slot_open), .slot_record_o(slot_record), .slot_hold_o(slot_hold),
    .slot_aad_o(slot_aad), .slot_type_o(slot_type), .slot_end_o(slot_end), .slot_status_o(slot_status),
    .it_valid_o(it_valid), .it_ready_i(it_ready), .it_kind_o(it_kind), .it_bytes_o(it_bytes), .it_final_o(it_final), .it_data_o(it_data)
  );

  chacha_keystream #(.Cores(Cores)) u_keystream (
    .clk_i, .rst_ni, .wipe_i(wipe), .wipe_idx_i(wipe_idx), .busy_o(ks_busy),
    .req_valid_i(ks_valid), .req_ready_o(ks_ready), .req_key_i(ks_key), .req_nonce_i(ks_nonce), .req_blocks_i(ks_blocks),
    .key_valid_o(key_valid), .key_ready_i(key_ready), .key_data_o(key_data),
    .word_valid_o(ks_word_valid), .word_take_i(ks_word_take), .word_last_i(ks_word_last), .word_data_o(ks_word)
  );

  logic [4:0] q_level;
  fifo_sync #(.Width(137), .DepthLog2(4)) u_items (
    .clk_i, .rst_ni,
    .wr_valid_i(it_valid), .wr_ready_o(it_ready), .wr_data_i({it_final, it_kind, it_bytes, it_data}),
    .rd_valid_o(q_valid), .rd_ready_i(q_ready), .rd_data_o({q_final, q_kind, q_bytes, q_data}), .level_o(q_level)
  );

  chacha_exec u_exec (
    .clk_i, .rst_ni, .busy_o(exec_busy),
    .it_valid_i(q_valid && !hang_q), .it_ready_o(q_ready), .it_kind_i(q_kind), .it_bytes_i(q_bytes), .it_final_i(q_final), .it_data_i(q_data),
    .job_o(exec_job), .job_hold_i(exec_hold), .job_aad_i(exec_aad), .job_data_i(exec_data), .job_tls13_i(exec_tls13),
    .word_valid_i(ks_word_valid), .word_take_o(ks_word_take), .word_last_o(ks_word_last), .word_data_i(ks_word),
    .blk_valid_o(blk_valid), .blk_ready_i(blk_ready), .blk_data_o(blk_data), .given_valid_o(given_valid), .given_data_o(given_data),
    .ow_ready_i(ow_ready), .ow_valid_o(ow_valid), .ow_data_o(ow_data), .ow_bytes_o(ow_bytes), .ow_last_o(ow_last), .ow_final_o(ow_final),
    .ow_is_tag_o(ow_is_tag), .ow_hold_o(ow_hold), .ow_job_o(ow_job),
    .inner_valid_o(inner_valid), .inner_job_o(inner_job), .inner_found_o(inner_found), .inner_pos_o(inner_pos), .inner_type_o(inner_type)
  );

  logic [3:0] pq_level;
  fifo_sync #(.Width(131), .DepthLog2(3)) u_blocks (
    .clk_i, .rst_ni,
    .wr_valid_i(blk_valid), .wr_ready_o(blk_ready), .wr_data_i({exec_job, blk_data}),
    .rd_valid_o(pq_valid), .rd_ready_i(pq_ready), .rd_data_o({pq_job, pq_data}), .level_o(pq_level)
  );

  poly1305 #(.Digits(Digits)) u_poly1305 (
    .clk_i, .rst_ni, .wipe_i(wipe), .wipe_idx_i(wipe_idx[3:0]), .busy_o(poly_busy),
    .key_valid_i(key_valid), .key_ready_o(key_ready), .key_data_i(key_data),
    .blk_valid_i(pq_valid), .blk_ready_o(pq_ready), .blk_data_i(pq_data), .blk_job_i(pq_job), .blk_count_i(blk_count),
    .tag_valid_o(tag_valid), .tag_job_o(tag_job), .tag_data_o(tag_data)
  );

  chacha_jobs u_jobs (
    .clk_i, .rst_ni, .cycle_i(cycle_q), .hang_i(hang_q), .busy_o(jobs_busy),
    .slot_ready_o(slot_ready), .slot_start_i(slot_start), .slot_open_i(slot_open), .slot_record_i(slot_record), .slot_hold_i(slot_hold),
    .slot_tls13_i(job_tls13), .slot_aad_i(slot_aad), .slot_data_i(job_data), .slot_type_i(slot_type), .slot_seq_i(job_seq),
    .slot_idx_i(job_idx), .slot_start_cycle_i(job_start), .slot_end_i(slot_end), .slot_status_i(slot_status),
    .exec_job_i(exec_job), .exec_hold_o(exec_hold), .exec_tls13_o(exec_tls13), .exec_aad_o(exec_aad), .exec_data_o(exec_data),
    .blk_job_i(pq_job), .blk_count_o(blk_count), .given_valid_i(given_valid), .given_data_i(given_data),
    .inner_valid_i(inner_valid), .inner_job_i(inner_job), .inner_found_i(inner_found), .inner_pos_i(inner_pos), .inner_type_i(inner_type),
    .tag_valid_i(tag_valid), .tag_job_i(tag_job), .tag_data_i(tag_data), .seal_tag_o(seal_tag),
    .open_valid_o(open_valid), .open_idx_o(open_idx), .verdict_valid_o(verdict_valid), .verdict_ok_o(verdict_ok), .verdict_idx_o(verdict_idx),
    .verdict_seq_o(verdict_seq),
    .out_job_i(out_job), .out_known_o(out_known), .out_ok_o(out_ok), .out_pos_o(out_pos), .last_taken_i(last_taken),
    .rsp_valid_o(rsp_valid), .rsp_ready_i(rsp_ready), .rsp_status_o(rsp_status), .rsp_info_o(rsp_info), .rsp_seq_o(rsp_seq),
    .rsp_cycles_o(rsp_cycles)
  );

  chacha_out u_out (
    .clk_i, .rst_ni, .hang_i(hang_q), .busy_o(out_busy),
    .ow_ready_o(ow_ready), .ow_valid_i(ow_valid), .ow_data_i(ow_data), .ow_bytes_i(ow_bytes), .ow_last_i(ow_last), .ow_final_i(ow_final),
    .ow_is_tag_i(ow_is_tag), .ow_hold_i(ow_hold), .ow_job_i(ow_job), .tag_valid_i(seal_tag), .tag_job_i(tag_job), .tag_data_i(tag_data),
    .job_o(out_job), .known_i(out_known), .ok_i(out_ok), .pos_i(out_pos),
    .lane_busy_i(busy_q || cmd_valid), .flip_i(flt_flip_i), .last_taken_o(last_taken),
    .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data), .out_parity_o(out_parity),
    .out_bytes_o(out_bytes), .out_last_o(out_last)
  );

  // ---- busy: one cycle longer than there is work --------------------------------------------------------------------------------------
  assign drained = !front_busy && !exec_busy && !jobs_busy && !ks_busy && !poly_busy && !out_busy && q_level == 5'd0 && pq_level == 4'd0;
  assign busy_o  = busy_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b1;
      hang_q  <= 1'b0;
      cycle_q <= 32'd0;
    end else begin
      busy_q <= (cmd_valid && cmd_ready) || (in_valid && skid_ready) || st_start_i || run || ctx_busy || !drained || word_valid ||
                !gear_empty || hang_q || flt_hang_i;
      hang_q <= hang_q || flt_hang_i;
      if (busy_q) cycle_q <= cycle_q + 32'd1;
    end
  end

  `ASSERT_NEVER(IdleMeansEmpty, !busy_q && (run || ctx_busy || !drained || word_valid))
  `ASSERT_IF(SourceWordsHaveBytes, in_valid_i, in_bytes_i != 5'd0 && in_bytes_i <= 5'd16)
  `ASSERT_IF(OnlyLastWordsAreShort, in_valid_i && in_bytes_i != 5'd16, in_last_i)
  `ASSERT_ZERO(NoRequestDataWhileIdle, sec_req_valid_o, {sec_req_handle_o, sec_req_func_o, sec_req_kind_o, sec_req_data_o})
endmodule
