"""Constant-time checks of the AES cores and the aead lane, for rtl/lint/cones.py.

The lane as a whole lets public source bytes (record headers, the first 8 bytes of a session context) into control on purpose, so it is checked
part by part, each with the signals that are secret there.
"""
PKG = ["rtl/gen/sluice_pkg.sv", "rtl/gcm/aead_pkg.sv"]
ITER = ["rtl/aes/aes_key_expand.sv", "rtl/aes/aes_iter.sv"]
DATA = PKG + ["rtl/aes/aes_enc_pipe.sv", "rtl/aes/aes_dec_pipe.sv", "rtl/gcm/aead_datapath.sv"]
TAG = PKG + ["rtl/gcm/ghash.sv", "rtl/gcm/aead_tag.sv"]
OUT = PKG + ["rtl/gcm/aead_out.sv"]
CTX = PKG + ["rtl/aes/aes_key_expand.sv", "rtl/gcm/aead_store.sv", "rtl/gcm/aead_check.sv", "rtl/gcm/aead_ctx.sv"]
ISSUE = PKG + ["rtl/gcm/aead_issue.sv"]
GEAR = ["rtl/common/byte_gearbox.sv"]
TAG_SECRET = ["ex_data_i", "ex_result_i", "ex_aes_i", "mul_data_i", "hp_data_i"]
CTX_SECRET = ["l_key_q", "l_h_q", "s_key", "s_h", "h_data_i", "mul_data_i", "rk_enc_o"]

CHECKS = [
    dict(top="aes_iter", files=ITER, control=["key_ready_o", "blk_ready_o", "res_valid_o"], secret=["key_data_i", "blk_data_i"]),
    dict(top="aes_iter", files=ITER, control=["res_data_o"], secret=["key_data_i"], expect="some"),
    dict(top="aes_iter", files=ITER, control=["res_data_o"], secret=["blk_data_i"], expect="some"),
    dict(top="ghash", files=["rtl/gcm/ghash.sv"], control=["out_valid_o", "out_tag_o", "busy_o"], secret=["in_data_i", "h_data_i"]),
    dict(top="aead_datapath", files=DATA, control=["busy_o", "ex_valid_o", "ex_kind_o", "ex_bank_o", "ex_bytes_o", "ex_final_o"],
         secret=["it_data_i", "it_aes_i", "rk_enc_i", "rk_dec_i"]),
    dict(top="aead_datapath", files=DATA, control=["ex_result_o"], secret=["rk_enc_i"], expect="some"),
    dict(top="aead_datapath", files=DATA, control=["ex_data_o"], secret=["it_data_i"], expect="some"),  # through a memory
    # the verdict is the only way from data to anything but data: status, content type, and the sequence number's advance
    dict(top="aead_tag", files=TAG, secret=TAG_SECRET, control=[
        "busy_o", "drained_o", "slot_ready_o", "chain_valid_o", "verdict_valid_o", "verdict_bank_o", "ret_valid_o", "ret_bank_o", "h_valid_o",
        "mul_done_o", "ow_valid_o", "ow_bytes_o", "ow_last_o", "ow_final_o", "ow_is_tag_o", "ow_job_o", "tag_valid_o", "tag_job_o",
        "rsp_valid_o", "rsp_cycles_o", "rsp_seq_o"]),
    dict(top="aead_tag", files=TAG, control=["rsp_status_o"], secret=["ex_data_i"], expect="some"),
    dict(top="aead_tag", files=TAG, control=["open_inc_o"], secret=["hp_data_i"], expect="some"),
    dict(top="aead_out", files=OUT, control=["busy_o", "credit_o", "last_taken_o", "out_valid_o", "out_bytes_o", "out_last_o"],
         secret=["ow_data_i", "tag_data_i"]),
    dict(top="byte_gearbox", files=GEAR, control=["word_ready_o", "take_ready_o", "empty_o"], secret=["word_data_i"]),
    # keys and powers of H inside the session logic
    dict(top="aead_ctx", files=CTX, secret=CTX_SECRET, control=[
        "cmd_ready_o", "busy_o", "job_valid_o", "job_class_o", "job_status_o", "job_bank_o", "job_len_o", "job_aad_o", "job_data_o", "job_tag_o",
        "job_version_o", "job_salt_o", "job_type_o", "bank_256_o", "seq_o", "load_aes_o", "load_done_o", "load_status_o", "mul_valid_o",
        "rk_valid_o", "rk_bank_o", "rk_enc_slot_o", "rk_dec_slot_o", "hp_valid_o", "hp_pow_o"]),
    # source bytes in control: only version and length of a record's header (bits 39:8 of its first 13 bytes)
    dict(top="aead_issue", files=ISSUE, secret=["take_data_i[127:40]", "take_data_i[7:0]", "chain_data_i[127:0]"], control=[
        "busy_o", "job_take_o", "seal_inc_o", "seal_bank_o", "load_valid_o", "take_bytes_o", "take_o", "slot_start_o", "slot_end_o", "slot_status_o",
        "slot_record_o", "slot_open_o", "credit_use_o", "it_valid_o", "it_kind_o", "it_bank_o", "it_bytes_o", "it_final_o", "it_enc_o", "it_dec_o"]),
    dict(top="aead_issue", files=ISSUE, secret=["take_data_i[39:8]"], control=["it_valid_o"], expect="some"),
]
