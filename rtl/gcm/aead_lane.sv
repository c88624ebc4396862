// The aead lane: an engine (rtl/README.md) for AES-GCM records of TLS 1.2 and 1.3, AES-GCM, AES-CTR and AES-CBC at one block a cycle.
//
//   commands -> aead_ctx (session, keys) -> aead_issue (bytes -> items) -> aead_datapath (AES) -> aead_tag (GHASH, tags, answers) -> aead_out
//   source words -> skid buffer -> byte gearbox --^
//
// Every output is a function of registers.
`include "assert.svh"

module aead_lane #(
  parameter int unsigned NumSessions = sluice_pkg::NumSessions
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
  // secret port, for SESSION_LOAD with handle2
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

  aead_selftest u_selftest (
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

  // ---- the four parts ---------------------------------------------------------------------------------------------------------------
  logic         ctx_busy, issue_busy, data_busy, tag_busy, out_busy, drained, tag_err, out_err;
  logic         job_valid, job_take;
  logic [3:0]   job_class, bank_256;
  logic [7:0]   job_status, job_type;
  logic [1:0]   job_bank;
  logic [31:0]  job_len, job_data, job_start;
  logic         job_tls13;
  logic [95:0]  job_iv;
  logic [16:0]  job_aad;
  logic [4:0]   job_tag;
  logic [15:0]  job_version;
  logic         ret_valid, seal_inc, open_inc, load_valid, load_aes, load_done, h_valid, mul_valid, mul_done;
  logic [1:0]   ret_bank, seal_bank, rk_bank, hp_pow;
  logic [255:0] seq;
  logic [127:0] load_data, h_data, mul_data, mul_result, rk_enc, rk_dec, hp_data;
  logic [7:0]   load_status;
  logic         rk_valid, hp_valid;
  logic [3:0]   rk_enc_slot, rk_dec_slot;
  logic         slot_ready, slot_start, slot_end, slot_record, slot_open;
  logic [1:0]   slot_bank;
  logic [31:0]  slot_start_cycle, slot_data;
  logic [16:0]  slot_aad;
  logic [4:0]   slot_tag;
  logic [15:0]  slot_version;
  logic         slot_tls13, ow_gated, gate_valid;
  logic [2:0]   gate_job;
  logic [14:0]  gate_keep;
  logic [7:0]   slot_type, slot_status;
  logic [63:0]  slot_seq;
  logic         credit, credit_use, it_valid, it_final, it_enc, it_dec;
  logic [3:0]   it_kind, ex_kind;
  logic [1:0]   it_bank, ex_bank, verdict_bank;
  logic [4:0]   it_bytes, ex_bytes, ow_bytes;
  logic [127:0] it_data, it_aes, ex_data, ex_result, ex_aes, chain_data, ow_data, tag_data;
  logic         ex_valid, ex_final, chain_valid, verdict_valid, ow_valid, ow_last, ow_final, ow_is_tag, tag_valid, last_taken;
  logic [2:0]   ow_job, tag_job;

  aead_ctx #(.NumSessions(NumSessions)) u_ctx (
    .clk_i, .rst_ni,
    .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready), .cmd_desc_i(cmd_desc), .cycle_i(cycle_q),
    .allowed_i(st_pass_o || run), .drained_i(drained && !issue_busy), .busy_o(ctx_busy),
    .job_valid_o(job_valid), .job_take_i(job_take), .job_class_o(job_class), .job_status_o(job_status), .job_bank_o(job_bank),
    .job_len_o(job_len), .job_aad_o(job_aad), .job_data_o(job_data), .job_tag_o(job_tag), .job_version_o(job_version),
    .job_tls13_o(job_tls13), .job_iv_o(job_iv), .job_type_o(job_type), .job_start_o(job_start),
    .ret_valid_i(ret_valid), .ret_bank_i(ret_bank), .bank_256_o(bank_256), .seq_o(seq),
    .seal_inc_i(seal_inc), .seal_bank_i(seal_bank), .open_inc_i(open_inc), .open_bank_i(verdict_bank),
    .load_valid_i(load_valid), .load_data_i(load_data), .load_aes_o(load_aes), .load_done_o(load_done), .load_status_o(load_status),
    .h_valid_i(h_valid), .h_data_i(h_data), .mul_valid_o(mul_valid), .mul_data_o(mul_data), .mul_done_i(mul_done),
    .mul_data_i(mul_result),
    .rk_valid_o(rk_valid), .rk_bank_o(rk_bank), .rk_enc_slot_o(rk_enc_slot), .rk_dec_slot_o(rk_dec_slot),
    .rk_enc_o(rk_enc), .rk_dec_o(rk_dec), .hp_valid_o(hp_valid), .hp_pow_o(hp_pow), .hp_data_o(hp_data),
    .sec_req_valid_o, .sec_req_ready_i, .sec_req_write_o, .sec_req_handle_o, .sec_req_func_o, .sec_req_kind_o, .sec_req_len_o,
    .sec_req_data_o, .sec_req_last_o, .sec_rsp_valid_i, .sec_rsp_ready_o, .sec_rsp_ok_i, .sec_rsp_len_i, .sec_rsp_data_i, .sec_rsp_last_i
  );

  aead_issue u_issue (
    .clk_i, .rst_ni, .cycle_i(cycle_q), .busy_o(issue_busy),
    .job_valid_i(job_valid), .job_take_o(job_take), .job_class_i(job_class), .job_status_i(job_status), .job_bank_i(job_bank),
    .job_len_i(job_len), .job_aad_i(job_aad), .job_data_i(job_data), .job_tag_i(job_tag), .job_version_i(job_version),
    .job_tls13_i(job_tls13), .job_iv_i(job_iv), .job_type_i(job_type), .job_start_i(job_start),
    .seq_i(seq), .seal_inc_o(seal_inc), .seal_bank_o(seal_bank),
    .load_valid_o(load_valid), .load_data_o(load_data), .load_aes_i(load_aes), .load_done_i(load_done), .load_status_i(load_status),
    .take_bytes_o(take_bytes), .take_ready_i(take_ready), .take_o(take), .take_data_i(take_data),
    .slot_ready_i(slot_ready), .slot_start_o(slot_start), .slot_bank_o(slot_bank), .slot_start_cycle_o(slot_start_cycle),
    .slot_aad_o(slot_aad), .slot_data_o(slot_data), .slot_tag_o(slot_tag), .slot_version_o(slot_version), .slot_tls13_o(slot_tls13), .slot_type_o(slot_type),
    .slot_seq_o(slot_seq), .slot_end_o(slot_end), .slot_status_o(slot_status), .slot_record_o(slot_record), .slot_open_o(slot_open),
    .credit_i(credit), .credit_use_o(credit_use),
    .it_valid_o(it_valid), .it_kind_o(it_kind), .it_bank_o(it_bank), .it_bytes_o(it_bytes), .it_final_o(it_final),
    .it_data_o(it_data), .it_enc_o(it_enc), .it_dec_o(it_dec), .it_aes_o(it_aes),
    .chain_valid_i(chain_valid), .chain_data_i(chain_data), .verdict_valid_i(verdict_valid), .verdict_bank_i(verdict_bank)
  );

  aead_datapath u_datapath (
    .clk_i, .rst_ni, .busy_o(data_busy),
    .rk_valid_i(rk_valid), .rk_bank_i(rk_bank), .rk_enc_slot_i(rk_enc_slot), .rk_dec_slot_i(rk_dec_slot),
    .rk_enc_i(rk_enc), .rk_dec_i(rk_dec), .bank_256_i(bank_256),
    .it_valid_i(it_valid), .it_kind_i(it_kind), .it_bank_i(it_bank), .it_bytes_i(it_bytes), .it_final_i(it_final),
    .it_data_i(it_data), .it_enc_i(it_enc), .it_dec_i(it_dec), .it_aes_i(it_aes),
    .ex_valid_o(ex_valid), .ex_kind_o(ex_kind), .ex_bank_o(ex_bank), .ex_bytes_o(ex_bytes), .ex_final_o(ex_final),
    .ex_data_o(ex_data), .ex_result_o(ex_result), .ex_aes_o(ex_aes)
  );

  aead_tag u_tag (
    .clk_i, .rst_ni, .cycle_i(cycle_q), .hang_i(hang_q), .busy_o(tag_busy), .err_o(tag_err), .drained_o(drained),
    .slot_ready_o(slot_ready), .slot_start_i(slot_start), .slot_bank_i(slot_bank), .slot_start_cycle_i(slot_start_cycle),
    .slot_aad_i(slot_aad), .slot_data_i(slot_data), .slot_tag_i(slot_tag), .slot_version_i(slot_version), .slot_tls13_i(slot_tls13), .slot_type_i(slot_type),
    .slot_seq_i(slot_seq), .slot_end_i(slot_end), .slot_status_i(slot_status), .slot_record_i(slot_record), .slot_open_i(slot_open),
    .ex_valid_i(ex_valid), .ex_kind_i(ex_kind), .ex_bank_i(ex_bank), .ex_bytes_i(ex_bytes), .ex_final_i(ex_final),
    .ex_data_i(ex_data), .ex_result_i(ex_result), .ex_aes_i(ex_aes),
    .chain_valid_o(chain_valid), .chain_data_o(chain_data), .verdict_valid_o(verdict_valid), .verdict_bank_o(verdict_bank),
    .seq_i(seq), .open_inc_o(open_inc), .ret_valid_o(ret_valid), .ret_bank_o(ret_bank),
    .h_valid_o(h_valid), .h_data_o(h_data), .mul_valid_i(mul_valid), .mul_data_i(mul_data), .mul_done_o(mul_done),
    .mul_data_o(mul_result),
    .hp_valid_i(hp_valid), .hp_bank_i(rk_bank), .hp_pow_i(hp_pow), .hp_data_i(hp_data),
    .ow_valid_o(ow_valid), .ow_data_o(ow_data), .ow_bytes_o(ow_bytes), .ow_last_o(ow_last), .ow_final_o(ow_final),
    .ow_is_tag_o(ow_is_tag), .ow_job_o(ow_job), .tag_valid_o(tag_valid), .tag_job_o(tag_job), .tag_data_o(tag_data),
    .ow_gated_o(ow_gated), .gate_valid_o(gate_valid), .gate_job_o(gate_job), .gate_keep_o(gate_keep), .last_taken_i(last_taken),
    .rsp_valid_o(rsp_valid), .rsp_ready_i(rsp_ready), .rsp_status_o(rsp_status), .rsp_info_o(rsp_info), .rsp_seq_o(rsp_seq),
    .rsp_cycles_o(rsp_cycles)
  );

  aead_out u_out (
    .clk_i, .rst_ni, .hang_i(hang_q), .busy_o(out_busy), .err_o(out_err), .credit_o(credit), .credit_use_i(credit_use),
    .ow_valid_i(ow_valid), .ow_data_i(ow_data), .ow_bytes_i(ow_bytes), .ow_last_i(ow_last), .ow_final_i(ow_final),
    .ow_is_tag_i(ow_is_tag), .ow_job_i(ow_job), .tag_valid_i(tag_valid), .tag_job_i(tag_job), .tag_data_i(tag_data),
    .ow_gated_i(ow_gated), .gate_valid_i(gate_valid), .gate_job_i(gate_job), .gate_keep_i(gate_keep),
    .lane_busy_i(busy_q || cmd_valid), .flip_i(flt_flip_i), .last_taken_o(last_taken),
    .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data), .out_parity_o(out_parity),
    .out_bytes_o(out_bytes), .out_last_o(out_last)
  );

  // ---- busy: one cycle longer than there is work --------------------------------------------------------------------------------------
  assign busy_o = busy_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b1;
      hang_q  <= 1'b0;
      cycle_q <= 32'd0;
    end else begin
      busy_q <= (cmd_valid && cmd_ready) || (in_valid && skid_ready) || st_start_i || run || ctx_busy || issue_busy || data_busy ||
                tag_busy || out_busy || word_valid || !gear_empty || hang_q || flt_hang_i || tag_err || out_err;
      // a lane that contradicts itself stops as one that hangs
      hang_q <= hang_q || flt_hang_i || tag_err || out_err;
      if (busy_q) cycle_q <= cycle_q + 32'd1;
    end
  end

  `ASSERT_NEVER(IdleMeansEmpty, !busy_q && (run || ctx_busy || issue_busy || data_busy || tag_busy || out_busy || word_valid))
  `ASSERT_IF(SourceWordsHaveBytes, in_valid_i, in_bytes_i != 5'd0 && in_bytes_i <= 5'd16)
  `ASSERT_IF(OnlyLastWordsAreShort, in_valid_i && in_bytes_i != 5'd16, in_last_i)
endmodule
