"""Constant-time checks of the public-key engine for rtl/lint/cones.py: which inputs may not reach which outputs.

pka_engine as a whole answers by the fault check's verdict, which is made of secrets on purpose; so the parts are checked, each at its own
border. In pka_core every key and operand word enters by km_wdata_i and om_wdata_i; only its data outputs and the verdict may depend on them.
"""
PKG = ["rtl/gen/sluice_pkg.sv", "rtl/pka/pka_pkg.sv"]
CORE = ["-DPKA_LIMBS=3"] + PKG + [f"rtl/pka/{f}.sv" for f in ("pka_program_pkg", "pka_program_rom", "pka_mont", "pka_seq", "pka_core")]
RESULT = PKG + ["rtl/pka/pka_result.sv"]
OPERAND = PKG + ["rtl/pka/pka_operand.sv"]

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
]
