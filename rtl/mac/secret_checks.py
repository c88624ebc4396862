"""No read path: keys and HMAC states of a context, and what the secret store gives, reach no output of the lane's core but through AES
and the hash. For rtl/lint/cones.py, which stops at those two."""
import glob

FILES = ["rtl/gen/sluice_pkg.sv", "rtl/common/skid_buffer.sv", "rtl/common/fifo_sync.sv", "rtl/aes/aes_key_expand.sv", "rtl/aes/aes_iter.sv"] + [
    f"rtl/sha/{m}.sv" for m in ("sha1_core", "sha256_core", "sha512_core", "hash_unit")] + ["rtl/mac/mac_pkg.sv"] + sorted(
    f for f in glob.glob("rtl/mac/*.sv") if f != "rtl/mac/mac_pkg.sv")
SEC = ["sec_req_valid_o", "sec_req_handle_o", "sec_req_func_o", "sec_req_slice_o", "sec_rsp_ready_o"]
OUT = ["busy_o", "cmd_ready_o", "in_ready_o", "rnd_ready_o", "p_valid_o", "p_data_o", "p_bytes_o", "p_last_o", "p_flip_o", "r_valid_o", "r_status_o",
       "r_info_o", "r_seq_o", "r_t0_o", "rd_o", "rd_index_o", "wr_load_o", "wr_record_o", "wr_erase_o", "wr_index_o"] + SEC
# fixed_t: key, inner and outer state are its low 1 280 bits
CHECKS = [
    dict(top="mac_core", files=FILES, cut=["aes_iter", "hmac_unit"], control=OUT, secret=["rd_fixed_i[1279:0]", "sec_rsp_data_i[127:0]"]),
    # control: the public fields of a context
    dict(top="mac_core", files=FILES, cut=["aes_iter", "hmac_unit"], control=["r_status_o"], secret=["rd_fixed_i[1330:1280]"], expect="some"),
]
