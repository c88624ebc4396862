"""Constant-time and no-read-path checks of the chacha lane, for rtl/lint/cones.py.

The lane as a whole lets public source bytes (record headers, the first 8 bytes of a session context) into control on purpose, so it is checked
part by part, each with the signals that are secret there.
"""
PKG = ["rtl/gen/sluice_pkg.sv", "rtl/chacha/chacha_pkg.sv"]
CORE = ["rtl/chacha/chacha_core.sv"]
KEYSTREAM = CORE + ["rtl/chacha/chacha_keystream.sv"]
POLY = ["rtl/chacha/poly1305_mul.sv", "rtl/chacha/poly1305.sv"]
CTX = PKG + ["rtl/chacha/chacha_store.sv", "rtl/chacha/chacha_check.sv", "rtl/chacha/chacha_ctx.sv"]
FRONT = PKG + ["rtl/chacha/chacha_front.sv"]
EXEC = PKG + ["rtl/chacha/chacha_exec.sv"]
JOBS = PKG + ["rtl/chacha/chacha_jobs.sv"]
OUT = PKG + ["rtl/chacha/chacha_out.sv"]
LANE = PKG + [f"rtl/common/{m}.sv" for m in ("skid_buffer", "byte_gearbox", "fifo_sync")] + [f"rtl/chacha/{m}.sv" for m in (
    "chacha_core", "chacha_keystream", "poly1305_mul", "poly1305", "chacha_store", "chacha_check", "chacha_ctx", "chacha_front", "chacha_exec",
    "chacha_jobs", "chacha_out", "chacha_selftest", "chacha_lane")]
LANE_SECRET = ["u_ctx.l_key_q", "u_ctx.l_iv_q", "u_ctx.s_key", "u_ctx.s_iv", "job_key", "ks_key", "sec_rsp_data_i"]
LANE_OUT = ["cmd_ready_o", "in_ready_o", "out_valid_o", "out_data_o", "out_parity_o", "out_bytes_o", "out_last_o", "rsp_valid_o", "rsp_status_o",
            "rsp_info_o", "rsp_seq_o", "rsp_cycles_o", "rnd_ready_o", "st_done_o", "st_pass_o", "busy_o", "sec_req_valid_o", "sec_req_write_o",
            "sec_req_handle_o", "sec_req_func_o", "sec_req_kind_o", "sec_req_len_o", "sec_req_data_o", "sec_req_last_o", "sec_rsp_ready_o"]

CTX_SECRET = ["l_key_q", "l_iv_q", "s_key", "s_iv", "sec_rsp_data_i"]
CTX_CONTROL = ["cmd_ready_o", "busy_o", "wipe_o", "wipe_idx_o", "job_valid_o", "job_class_o", "job_status_o", "job_idx_o", "job_len_o", "job_aad_o",
               "job_data_o", "job_tls13_o", "job_type_o", "job_seq_o", "job_start_o", "load_done_o", "load_status_o", "sec_req_valid_o",
               "sec_req_handle_o", "sec_req_func_o", "sec_req_slice_o", "sec_rsp_ready_o"]
JOBS_SECRET = ["given_data_i", "tag_data_i", "inner_found_i", "inner_pos_i", "inner_type_i"]

CHECKS = [
    dict(top="chacha_core", files=CORE, control=["ready_o", "done_o", "busy_o"], secret=["key_i", "counter_i", "nonce_i"]),
    dict(top="chacha_core", files=CORE, control=["block_o"], secret=["key_i"], expect="some"),
    dict(top="chacha_keystream", files=KEYSTREAM, control=["busy_o", "req_ready_o", "key_valid_o", "word_valid_o"], secret=["req_key_i", "req_nonce_i"]),
    dict(top="chacha_keystream", files=KEYSTREAM, control=["word_data_o"], secret=["req_key_i"], expect="some"),
    dict(top="poly1305", files=POLY, control=["busy_o", "key_ready_o", "blk_ready_o", "tag_valid_o", "tag_job_o"], secret=["key_data_i", "blk_data_i"]),
    dict(top="poly1305", files=POLY, control=["tag_data_o"], secret=["key_data_i"], expect="some"),
    dict(top="poly1305", files=POLY, control=["tag_data_o"], secret=["blk_data_i"], expect="some"),
    # keys inside the session logic: to the keystream's key and nonce, nowhere else
    dict(top="chacha_ctx", files=CTX, secret=CTX_SECRET, control=CTX_CONTROL),
    dict(top="chacha_ctx", files=CTX, secret=["sec_rsp_data_i"], control=["job_key_o"], expect="some"),
    # whether a tag was right: only the sequence number
    dict(top="chacha_ctx", files=CTX, secret=["open_inc_i"], control=["cmd_ready_o", "job_idx_o", "job_len_o", "load_status_o", "wipe_o"], expect="some"),
    # source bytes in control: the record header (bits 39:0)
    dict(top="chacha_front", files=FRONT, secret=["take_data_i[127:40]", "job_key_i[255:0]", "job_nonce_i[95:0]"], control=[
        "busy_o", "job_take_o", "load_valid_o", "take_bytes_o", "take_o", "ks_valid_o", "ks_blocks_o", "slot_start_o", "slot_open_o", "slot_record_o",
        "slot_hold_o", "slot_aad_o", "slot_end_o", "slot_status_o", "it_valid_o", "it_kind_o", "it_bytes_o", "it_final_o"]),
    dict(top="chacha_front", files=FRONT, secret=["take_data_i[39:8]"], control=["it_valid_o"], expect="some"),
    # keys leave the front for the keystream alone: no item holds any bit of them
    dict(top="chacha_front", files=FRONT, secret=["job_key_i[255:0]", "job_nonce_i[95:0]"], control=["it_data_o", "load_data_o"]),
    # the end of a TLS 1.3 record's content: found, but no control before the verdict
    dict(top="chacha_exec", files=EXEC, secret=["it_data_i", "word_data_i"], control=[
        "busy_o", "it_ready_o", "job_o", "word_take_o", "word_last_o", "blk_valid_o", "given_valid_o", "ow_valid_o", "ow_bytes_o", "ow_last_o",
        "ow_final_o", "ow_is_tag_o", "ow_hold_o", "ow_job_o", "inner_valid_o", "inner_job_o"]),
    dict(top="chacha_exec", files=EXEC, secret=["word_data_i"], control=["inner_pos_o"], expect="some"),
    dict(top="chacha_jobs", files=JOBS, secret=JOBS_SECRET, control=[
        "busy_o", "slot_ready_o", "exec_hold_o", "exec_tls13_o", "exec_aad_o", "exec_data_o", "blk_count_o", "seal_tag_o", "open_valid_o", "open_idx_o",
        "verdict_valid_o", "verdict_idx_o", "verdict_seq_o", "out_known_o", "rsp_valid_o", "rsp_cycles_o"]),
    dict(top="chacha_jobs", files=JOBS, secret=["tag_data_i"], control=["rsp_status_o"], expect="some"),
    dict(top="chacha_jobs", files=JOBS, secret=["tag_data_i"], control=["out_ok_o"], expect="some"),
    dict(top="chacha_out", files=OUT, secret=["ow_data_i", "tag_data_i"], control=[
        "busy_o", "ow_ready_o", "job_o", "last_taken_o", "out_valid_o", "out_bytes_o", "out_last_o"]),
    # the lane as a whole has no read path: keys and IVs, in slots, on their way and from the secret store, reach no output but through the keystream
    # (and what the tags are made of)
    dict(top="chacha_lane", files=LANE, cut=["chacha_keystream", "poly1305"], secret=LANE_SECRET, control=LANE_OUT),
    dict(top="chacha_lane", files=LANE, cut=["poly1305"], secret=["job_key"], control=["out_data_o"], expect="some"),
    dict(top="chacha_lane", files=LANE, cut=["chacha_keystream", "poly1305"], secret=LANE_SECRET, control=LANE_OUT,
         broken=("rtl/chacha/chacha_lane.sv", "assign sec_req_len_o   = 8'd0;", "assign sec_req_len_o   = job_key[7:0];")),
]
