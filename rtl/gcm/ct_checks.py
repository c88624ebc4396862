"""Constant-time checks of the AES cores and the aead lane, for rtl/lint/cones.py.

The lane as a whole lets public source bytes (record headers, the first 8 bytes of a session context) into control on purpose, so it is checked
part by part, each with the signals that are secret there.
"""
PKG = ["rtl/gen/sluice_pkg.sv", "rtl/gcm/aead_pkg.sv"]
ITER = ["rtl/aes/aes_key_expand.sv", "rtl/aes/aes_iter.sv"]
SLOTS = ["rtl/common/rr_arbiter.sv"] + [f"rtl/aes/{m}.sv" for m in ("aes_key_expand", "aes_enc_pipe", "aes_dec_pipe", "aes_slots")]
DATA = PKG + ["rtl/aes/aes_enc_pipe.sv", "rtl/aes/aes_dec_pipe.sv", "rtl/gcm/aead_datapath.sv"]
TAG = PKG + ["rtl/gcm/ghash.sv", "rtl/gcm/aead_tag.sv"]
OUT = PKG + ["rtl/gcm/aead_out.sv"]
CTX = PKG + ["rtl/aes/aes_key_expand.sv", "rtl/gcm/aead_store.sv", "rtl/gcm/aead_check.sv", "rtl/gcm/aead_secret.sv", "rtl/gcm/aead_ctx.sv"]
LANE = CTX + [f"rtl/gcm/{m}.sv" for m in ("ghash", "aead_issue", "aead_datapath", "aead_tag", "aead_out", "aead_selftest", "aead_lane")] + [
    "rtl/common/skid_buffer.sv", "rtl/common/byte_gearbox.sv", "rtl/aes/aes_enc_pipe.sv", "rtl/aes/aes_dec_pipe.sv"]
ISSUE = PKG + ["rtl/gcm/aead_issue.sv"]
GEAR = ["rtl/common/byte_gearbox.sv"]
TAG_SECRET = ["ex_data_i", "ex_result_i", "ex_aes_i", "mul_data_i", "hp_data_i"]
CTX_SECRET = ["l_key_q", "l_h_q", "s_key", "s_h", "h_data_i", "mul_data_i", "rk_enc_o", "sec_rsp_data_i", "l_iv_q"]
SEC_OUT = ["sec_req_valid_o", "sec_req_write_o", "sec_req_handle_o", "sec_req_func_o", "sec_req_kind_o", "sec_req_len_o", "sec_req_data_o",
           "sec_req_last_o", "sec_rsp_ready_o"]
# keys, IVs from secrets, powers of H: in slots, in the cached schedules, on the way from the secret store
LANE_SECRET = ["u_ctx.l_key_q", "u_ctx.l_h_q", "u_ctx.s_key", "u_ctx.s_h", "u_ctx.rk_enc_o", "u_ctx.rk_dec_o", "u_ctx.hp_data_o", "sec_rsp_data_i"]
LANE_OUT = ["cmd_ready_o", "in_ready_o", "out_valid_o", "out_data_o", "out_parity_o", "out_bytes_o", "out_last_o", "rsp_valid_o", "rsp_status_o",
            "rsp_info_o", "rsp_seq_o", "rsp_cycles_o", "rnd_ready_o", "st_done_o", "st_pass_o", "busy_o"] + SEC_OUT

CHECKS = [
    dict(top="aes_iter", files=ITER, control=["key_ready_o", "blk_ready_o", "res_valid_o"], secret=["key_data_i", "blk_data_i"]),
    dict(top="aes_iter", files=ITER, control=["res_data_o"], secret=["key_data_i"], expect="some"),
    dict(top="aes_iter", files=ITER, control=["res_data_o"], secret=["blk_data_i"], expect="some"),
    dict(top="aes_slots", files=SLOTS, control=["key_ready_o", "keyed_o", "req_ready_o", "enc_valid_o", "dec_valid_o", "busy_o"],
         secret=["key_data_i", "req_data_i"]),
    dict(top="aes_slots", files=SLOTS, control=["enc_data_o"], secret=["key_data_i"], expect="some"),
    # keys of the slots reach no output but through the rounds
    dict(top="aes_slots", files=SLOTS, cut=["aes_enc_pipe", "aes_dec_pipe"], secret=["key_data_i"], control=[
        "key_ready_o", "keyed_o", "req_ready_o", "enc_valid_o", "enc_data_o", "dec_valid_o", "dec_data_o", "busy_o"]),
    dict(top="ghash", files=["rtl/gcm/ghash.sv"], control=["out_valid_o", "out_tag_o", "busy_o"], secret=["in_data_i", "h_data_i"]),
    dict(top="aead_datapath", files=DATA, control=["busy_o", "ex_valid_o", "ex_kind_o", "ex_bank_o", "ex_bytes_o", "ex_final_o"],
         secret=["it_data_i", "it_aes_i", "rk_enc_i", "rk_dec_i"]),
    dict(top="aead_datapath", files=DATA, control=["ex_result_o"], secret=["rk_enc_i"], expect="some"),
    dict(top="aead_datapath", files=DATA, control=["ex_data_o"], secret=["it_data_i"], expect="some"),  # through a memory
    # the verdict is the only way from data to anything but data: status, content type, and the sequence number's advance
    dict(top="aead_tag", files=TAG, secret=TAG_SECRET, control=[
        "busy_o", "drained_o", "slot_ready_o", "chain_valid_o", "verdict_valid_o", "verdict_bank_o", "ret_valid_o", "ret_bank_o", "h_valid_o",
        "mul_done_o", "ow_valid_o", "ow_bytes_o", "ow_last_o", "ow_final_o", "ow_is_tag_o", "ow_job_o", "tag_valid_o", "tag_job_o", "ow_gated_o", "gate_valid_o", "gate_job_o",
        "rsp_valid_o", "rsp_cycles_o", "rsp_seq_o"]),
    dict(top="aead_tag", files=TAG, control=["rsp_status_o"], secret=["ex_data_i"], expect="some"),
    dict(top="aead_tag", files=TAG, control=["gate_keep_o"], secret=["ex_result_i"], expect="some"),  # content bytes of an opened TLS 1.3 record
    dict(top="aead_tag", files=TAG, control=["open_inc_o"], secret=["hp_data_i"], expect="some"),
    dict(top="aead_out", files=OUT, control=["busy_o", "credit_o", "last_taken_o", "out_valid_o", "out_bytes_o", "out_last_o"],
         secret=["ow_data_i", "tag_data_i"]),
    # how much of an opened TLS 1.3 record is content decides how many bytes its words have, and nothing else
    dict(top="aead_out", files=OUT, control=["busy_o", "credit_o", "last_taken_o", "out_valid_o", "out_last_o"], secret=["gate_keep_i"]),
    dict(top="aead_out", files=OUT, control=["out_bytes_o"], secret=["gate_keep_i"], expect="some"),
    dict(top="byte_gearbox", files=GEAR, control=["word_ready_o", "take_ready_o", "empty_o"], secret=["word_data_i"]),
    # keys and powers of H inside the session logic
    dict(top="aead_ctx", files=CTX, secret=CTX_SECRET, control=[
        "cmd_ready_o", "busy_o", "job_valid_o", "job_class_o", "job_status_o", "job_bank_o", "job_len_o", "job_aad_o", "job_data_o", "job_tag_o",
        "job_version_o", "job_tls13_o", "job_type_o", "bank_256_o", "seq_o", "load_aes_o", "load_done_o", "load_status_o", "mul_valid_o",
        "rk_valid_o", "rk_bank_o", "rk_enc_slot_o", "rk_dec_slot_o", "hp_valid_o", "hp_pow_o"] + SEC_OUT),
    dict(top="aead_ctx", files=CTX, control=["job_iv_o"], secret=["sec_rsp_data_i"], expect="some"),
    # source bytes in control: only type (TLS 1.3), version and length of a record's header (bits 39:0 of its first 13 bytes)
    dict(top="aead_issue", files=ISSUE, secret=["take_data_i[127:40]", "chain_data_i[127:0]", "job_iv_i[95:0]"], control=[
        "busy_o", "job_take_o", "seal_inc_o", "seal_bank_o", "load_valid_o", "take_bytes_o", "take_o", "slot_start_o", "slot_end_o", "slot_status_o",
        "slot_record_o", "slot_open_o", "slot_tls13_o", "slot_aad_o", "slot_data_o", "slot_seq_o", "credit_use_o", "it_valid_o", "it_kind_o", "it_bank_o", "it_bytes_o", "it_final_o", "it_enc_o", "it_dec_o"]),
    dict(top="aead_issue", files=ISSUE, secret=["take_data_i[39:8]"], control=["it_valid_o"], expect="some"),
    # no read path: keys, schedules, powers of H and what the secret store gives reach no output of the lane but through the ciphers and GHASH
    dict(top="aead_lane", files=LANE, cut=["aes_enc_pipe", "aes_dec_pipe", "ghash"], secret=LANE_SECRET, control=LANE_OUT),
    dict(top="aead_lane", files=LANE, secret=["u_ctx.s_key"], control=["out_data_o"], expect="some"),
    dict(top="aead_lane", files=LANE, cut=["aes_dec_pipe", "ghash"], secret=["u_ctx.rk_enc_o"], control=["out_data_o"], expect="some"),
]
