"""No read path: keys and HMAC states of a context, and what the secret store gives, reach no output of the lane's core but through AES
and the hash. For rtl/lint/cones.py, which stops at those two."""
import glob

FILES = ["rtl/gen/sluice_pkg.sv", "rtl/common/skid_buffer.sv", "rtl/common/fifo_sync.sv", "rtl/aes/aes_key_expand.sv", "rtl/aes/aes_iter.sv"] + [
    f"rtl/sha/{m}.sv" for m in ("sha1_core", "sha256_core", "sha512_core", "hash_unit")] + ["rtl/mac/mac_pkg.sv"] + sorted(
    f for f in glob.glob("rtl/mac/*.sv") if f != "rtl/mac/mac_pkg.sv")
SEC = ["sec_req_valid_o", "sec_req_handle_o", "sec_req_func_o", "sec_req_slice_o", "sec_rsp_ready_o"]
OUT = ["busy_o", "cmd_ready_o", "in_ready_o", "rnd_ready_o", "p_valid_o", "p_data_o", "p_bytes_o", "p_last_o", "p_flip_o", "r_valid_o", "r_status_o",
       "r_info_o", "r_seq_o", "r_t0_o", "rd_o", "rd_index_o", "wr_load_o", "wr_record_o", "wr_erase_o", "wr_index_o"] + SEC
LANE_OUT = ["cmd_ready_o", "in_ready_o", "out_valid_o", "out_data_o", "out_parity_o", "out_bytes_o", "out_last_o", "rsp_valid_o", "rsp_status_o",
            "rsp_info_o", "rsp_seq_o", "rsp_cycles_o", "rnd_ready_o", "st_done_o", "st_pass_o", "busy_o", "sec_req_valid_o", "sec_req_write_o",
            "sec_req_handle_o", "sec_req_func_o", "sec_req_kind_o", "sec_req_len_o", "sec_req_data_o", "sec_req_last_o", "sec_rsp_ready_o"]
# fixed_t: key, inner and outer state are its low 1 280 bits
CHECKS = [
    dict(top="mac_core", files=FILES, cut=["aes_iter", "hmac_unit"], control=OUT, secret=["rd_fixed_i[1279:0]", "sec_rsp_data_i[127:0]"]),
    # control: the public fields of a context
    dict(top="mac_core", files=FILES, cut=["aes_iter", "hmac_unit"], control=["r_status_o"], secret=["rd_fixed_i[1330:1280]"], expect="some"),
    # The lane around the core (above): what the store of contexts gives goes to the core alone. One memory holds a context's key and its public fields,
    # so cones cannot cross the store: the two checks meet at its port.
    dict(top="mac_lane", files=FILES, cut=["mac_core"], control=LANE_OUT, secret=["gen_one.rd_fixed", "gen_one.rd_moving", "sec_rsp_data_i", "rnd_data_i"]),
    dict(top="mac_lane", files=FILES, cut=["mac_core"], control=LANE_OUT, secret=["gen_one.rd_fixed"],
         broken=("rtl/mac/mac_lane.sv", "assign sec_req_len_o    = '0;", "assign sec_req_len_o    = gen_one.rd_fixed[7:0];")),
]
