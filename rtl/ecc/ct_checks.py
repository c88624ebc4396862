"""Constant-time and no-read-path checks of the ecc engine for rtl/lint/cones.py: which inputs may not reach which outputs.

ecc_engine as a whole answers by verdicts that are made of secrets on purpose; so the parts are checked, each at its own border. In ecc_core every
operand enters by ld_data_i; only captured digits and the verdicts may depend on it. The key scalar leaves ecc_input by ld_data_o alone, which
goes to the array's registers and nowhere else, and ecc_unwrap by its three number outputs. Seed and prefix of an
Ed25519 key leave ecc_eddsa as digests alone.
"""
PKG = ["rtl/gen/sluice_pkg.sv", "rtl/ecc/ecc_job_pkg.sv", "rtl/ecc/ecc_prog_pkg.sv", "rtl/ecc/ecc_pkg.sv"]
CORE = ["-DECC_LIMBS=3"] + PKG + ["rtl/ecc/ecc_prog_rom.sv", "rtl/ecc/ecc_const_rom.sv", "rtl/ecc/ecc_wide_prog_rom.sv",
                                "rtl/ecc/ecc_wide_const_rom.sv", "rtl/ecc/ecc_mont.sv", "rtl/ecc/ecc_core.sv"]
INPUT = PKG + ["rtl/ecc/ecc_input.sv"]
OUTPUT = PKG + ["rtl/ecc/ecc_output.sv"]
AES = ["-I.", "rtl/aes/aes_key_expand.sv", "rtl/aes/aes_iter.sv"]
UNWRAP = AES + PKG + ["rtl/ecc/ecc_unwrap.sv"]
ENGINE = ["-I."] + CORE + AES[1:] + ["rtl/sha/sha512_core.sv"] + \
    [f"rtl/ecc/{m}.sv" for m in ("ecc_unwrap", "ecc_input", "ecc_output", "ecc_eddsa", "ecc_keys", "ecc_jobs", "ecc_decode", "ecc_program", "ecc_selftest_rom",
                                  "ecc_engine")]
ENGINE_SECRET = ["key_scalar", "key_prefix", "ed_digest", "un_scalar", "inp_ld_data", "kek_i", "rnd_data_i", "sec_rsp_data_i"]
ENGINE_OUT = ["cmd_ready_o", "in_ready_o", "out_valid_o", "out_data_o", "out_parity_o", "out_bytes_o", "out_last_o", "rsp_valid_o", "rsp_status_o",
              "rsp_info_o", "rsp_seq_o", "rsp_cycles_o", "rnd_ready_o", "st_done_o", "st_pass_o", "busy_o", "sec_req_valid_o", "sec_req_write_o",
              "sec_req_handle_o", "sec_req_func_o", "sec_req_kind_o", "sec_req_len_o", "sec_req_data_o", "sec_req_last_o", "sec_rsp_ready_o"]
EDDSA = PKG + ["rtl/sha/sha512_core.sv", "rtl/ecc/ecc_eddsa.sv"]

CHECKS = [
    {"top": "ecc_core", "files": CORE, "secret": ["ld_data_i"],
     "control": ["active_o", "astray_o", "busy_o", "ld_ready_o", "dg_ready_o", "erase_ready_o"]},
    {"top": "ecc_core", "files": CORE, "params": {"Wide": 1}, "secret": ["ld_data_i"],
     "control": ["active_o", "astray_o", "busy_o", "ld_ready_o", "dg_ready_o", "erase_ready_o"]},
    {"top": "ecc_core", "files": CORE, "params": {"Wide": 1}, "secret": ["ld_data_i"], "control": ["dg_data_o"], "expect": "some"},
    {"top": "ecc_core", "files": CORE, "secret": ["ld_data_i"], "control": ["dg_data_o"], "expect": "some"},
    {"top": "ecc_core", "files": CORE, "secret": ["ld_data_i"], "control": ["flags_o"], "expect": "some"},
    {"top": "ecc_input", "files": INPUT, "secret": ["key_i", "rnd_data_i", "sec_rsp_data_i"],
     "control": ["busy_o", "done_o", "bad_input_o", "bad_sig_o", "bad_secret_o", "no_entropy_o", "in_ready_o", "rnd_ready_o", "sec_want_o", "sec_req_o", "sec_rsp_ready_o",
                 "ld_valid_o", "ld_addr_o"]},
    {"top": "ecc_input", "files": INPUT, "secret": ["key_i"], "control": ["ld_data_o"], "expect": "some"},
    {"top": "ecc_input", "files": INPUT, "secret": ["in_data_i"], "control": ["bad_input_o"], "expect": "some"},
    {"top": "ecc_output", "files": OUTPUT, "secret": ["dg_data_i"],
     "control": ["busy_o", "done_o", "empty_o", "refused_o", "dg_re_o", "dg_addr_o", "out_valid_o", "out_last_o", "sec_want_o", "sec_req_o",
                 "sec_last_o", "sec_rsp_ready_o"]},
    {"top": "ecc_output", "files": OUTPUT, "secret": ["dg_data_i"], "control": ["out_data_o"], "expect": "some"},
    # the engine as a whole has no read path: scalars in slots, from the unwrapper, the generator and the secret store, and the card's key, reach no
    # output but through the array. The unwrapper is cut: its verdict is made of the scalar (is it in range?), and of nothing that it gives is more.
    {"top": "ecc_engine", "files": ENGINE, "cut": ["ecc_core", "ecc_unwrap"], "secret": ENGINE_SECRET, "control": ENGINE_OUT},
    {"top": "ecc_engine", "files": ENGINE, "cut": ["ecc_unwrap"], "secret": ["key_scalar"], "control": ["out_data_o"], "expect": "some"},
    {"top": "ecc_engine", "files": ENGINE, "cut": ["ecc_core", "ecc_unwrap"], "secret": ENGINE_SECRET, "control": ENGINE_OUT,
     "broken": ("rtl/ecc/ecc_engine.sv", "assign rsp_info_o   = 16'd0;", "assign rsp_info_o   = key_scalar[15:0];")},
    {"top": "ecc_unwrap", "files": UNWRAP, "cut": ["aes_iter"], "secret": ["kek_i"], "control": ["busy_o", "done_o", "ok_o", "in_ready_o", "scalar_o", "x_o", "y_o"]},
    {"top": "ecc_unwrap", "files": UNWRAP, "cut": ["aes_iter"], "secret": ["scalar_q"], "control": ["busy_o", "done_o", "in_ready_o"]},
    {"top": "ecc_unwrap", "files": UNWRAP, "cut": ["aes_iter"], "secret": ["scalar_q"], "control": ["ok_o"], "expect": "some"},
    {"top": "ecc_eddsa", "files": EDDSA, "secret": ["f_seed_i", "f_prefix_i", "f_public_i", "msg_data_i", "pt_data_i"],
     "control": ["f_done_o", "f_busy_o", "b_done_o", "b_busy_o", "pt_ready_o", "row_valid_o", "row_reg_o", "erase_ready_o"]},
    {"top": "ecc_eddsa", "files": EDDSA, "secret": ["f_prefix_i"], "control": ["row_data_o"], "expect": "some"},
]
