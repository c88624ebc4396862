"""Constant-time checks of the public-key engine for rtl/lint/cones.py: which inputs may not reach which outputs.

pka_engine as a whole answers by the fault check's verdict, which is made of secrets on purpose; so the parts are checked, each at its own
border. In pka_core every key and operand word enters by km_wdata_i and om_wdata_i; only its data outputs and the verdict may depend on them.
"""
PKG = ["rtl/gen/sluice_pkg.sv", "rtl/pka/pka_pkg.sv"]
CORE = ["-DPKA_LIMBS=3"] + PKG + [f"rtl/pka/{f}.sv" for f in ("pka_program_pkg", "pka_program_rom", "pka_mont", "pka_seq", "pka_core")]
RESULT = PKG + ["rtl/pka/pka_result.sv"]
OPERAND = PKG + ["rtl/pka/pka_operand.sv"]
AES = ["-I.", "rtl/aes/aes_key_expand.sv", "rtl/aes/aes_iter.sv"]
UNWRAP = AES + PKG + ["rtl/pka/pka_unwrap.sv"]
ENGINE = ["-I."] + CORE + AES[1:] + [f"rtl/pka/{m}.sv" for m in ("pka_unwrap", "pka_operand", "pka_const", "pka_result", "pka_selftest_rom", "pka_engine")]
ENGINE_OUT = ["cmd_ready_o", "in_ready_o", "out_valid_o", "out_data_o", "out_parity_o", "out_bytes_o", "out_last_o", "rsp_valid_o", "rsp_status_o",
              "rsp_info_o", "rsp_seq_o", "rsp_cycles_o", "rnd_ready_o", "st_done_o", "st_pass_o", "busy_o", "sec_req_valid_o", "sec_req_write_o",
              "sec_req_handle_o", "sec_req_func_o", "sec_req_kind_o", "sec_req_len_o", "sec_req_data_o", "sec_req_last_o", "sec_rsp_ready_o"]

CHECKS = [
    {"top": "pka_result", "files": RESULT, "secret": ["om_rdata_i", "rnd_data_i"],
     "control": ["busy_o", "done_o", "rnd_ready_o", "om_re_o", "om_raddr_o", "out_valid_o", "out_last_o"]},
    {"top": "pka_result", "files": RESULT, "secret": ["om_rdata_i"], "control": ["out_data_o"], "expect": "some"},
    {"top": "pka_operand", "files": OPERAND, "secret": ["in_data_i", "km_rdata_i"],
     "control": ["busy_o", "done_o", "in_ready_o", "km_re_o", "km_raddr_o", "om_we_o", "om_waddr_o", "om_re_o", "om_raddr_o", "upper_o"]},
    {"top": "pka_operand", "files": OPERAND, "secret": ["km_rdata_i"], "control": ["good_o"], "expect": "some"},
    # of the key memory, what an operand is compared with goes nowhere else
    {"top": "pka_operand", "files": OPERAND, "secret": ["km_rdata_i"], "control": ["om_wdata_o", "om_waddr_o", "om_raddr_o", "upper_n_o", "lower_n_o"]},
    {"top": "pka_core", "files": CORE, "secret": ["km_wdata_i", "om_wdata_i"],
     "control": ["done_o", "abort_o", "busy_o", "key_busy_o", "km_ready_o", "km_wready_o", "om_ready_o", "om_wready_o"]},
    {"top": "pka_core", "files": CORE, "secret": ["km_wdata_i"], "control": ["pass_o"], "expect": "some"},
    # the engine as a whole has no read path: words of private keys and the card's key reach no output but through the array; what the operand is
    # compared with (above: only the verdict) is in a part of its own
    {"top": "pka_engine", "files": ENGINE, "cut": ["pka_core", "aes_iter"], "secret": ["un_wdata", "kek_i"], "control": ENGINE_OUT},
    {"top": "pka_engine", "files": ENGINE, "cut": ["pka_core", "aes_iter", "pka_operand"], "secret": ["un_wdata", "kek_i", "km_rdata"], "control": ENGINE_OUT},
    {"top": "pka_engine", "files": ENGINE, "cut": ["pka_core", "aes_iter"], "secret": ["un_wdata", "kek_i"], "control": ENGINE_OUT,
     "broken": ("rtl/pka/pka_engine.sv", "assign rsp_info_o   = 16'd0;", "assign rsp_info_o   = un_wdata[15:0];")},
    {"top": "pka_engine", "files": ENGINE, "cut": ["pka_core", "aes_iter"], "secret": ["km_rdata"], "control": ["rsp_status_o"], "expect": "some"},
    {"top": "pka_core", "files": CORE, "cut": ["pka_mont"], "secret": ["km_wdata_i"], "control": ["om_rdata_o", "done_o", "pass_o", "abort_o", "busy_o"]},
    {"top": "pka_core", "files": CORE, "secret": ["km_wdata_i"], "control": ["om_rdata_o"], "expect": "some"},
    {"top": "pka_unwrap", "files": UNWRAP, "cut": ["aes_iter"], "secret": ["kek_i"], "control": ["busy_o", "done_o", "ok_o", "in_ready_o", "km_we_o", "km_waddr_o", "km_wdata_o"]},
]
