"""Constant-time and no-read-path checks of the ecc engine for rtl/lint/cones.py: which inputs may not reach which outputs.

ecc_engine as a whole answers by verdicts that are made of secrets on purpose; so the parts are checked, each at its own border. In ecc_core every
operand enters by ld_data_i; only captured digits and the verdicts may depend on it. The key scalar leaves ecc_input by ld_data_o alone, which
goes to the array's registers and nowhere else, and ecc_unwrap by its three number outputs.
"""
PKG = ["rtl/gen/sluice_pkg.sv", "rtl/ecc/ecc_job_pkg.sv", "rtl/ecc/ecc_prog_pkg.sv", "rtl/ecc/ecc_pkg.sv"]
CORE = ["-DECC_LIMBS=3"] + PKG + ["rtl/ecc/ecc_prog_rom.sv", "rtl/ecc/ecc_const_rom.sv", "rtl/ecc/ecc_mont.sv", "rtl/ecc/ecc_core.sv"]
INPUT = PKG + ["rtl/ecc/ecc_input.sv"]
OUTPUT = PKG + ["rtl/ecc/ecc_output.sv"]

CHECKS = [
    {"top": "ecc_core", "files": CORE, "secret": ["ld_data_i"],
     "control": ["active_o", "astray_o", "busy_o", "ld_ready_o", "dg_ready_o", "erase_ready_o"]},
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
]
