"""Structural checks of engine kdf for rtl/lint/cones.py: time does not depend on secrets, and no secret has a way to the host.

Slot words enter everything by u_store.rd_q, the only register that the slots' memory is read into; what other engines write by buf_mem.
The ways out that there are: an HMAC (public results), the cipher (wrapped secrets). With both cut away nothing is left, neither of data nor of
time; that the two take their time whatever they work on is checked on them alone. kdf_wrap's ok_o, whether a blob unwrapped, is made of secrets.
"""
PKG = ["rtl/gen/sluice_pkg.sv", "rtl/keys/kdf_pkg.sv", "rtl/keys/kdf_rom_pkg.sv"]
AES = ["-I.", "rtl/aes/aes_key_expand.sv", "rtl/aes/aes_iter.sv"]
HASH = ["rtl/sha/sha1_core.sv", "rtl/sha/sha256_core.sv", "rtl/sha/sha512_core.sv", "rtl/sha/hash_unit.sv", "rtl/mac/hmac_unit.sv", "rtl/keys/kdf_hmac.sv"]
STORE = PKG + ["rtl/keys/secret_lane.sv", "rtl/keys/secret_store.sv"]
SEQ = PKG + HASH + ["rtl/keys/kdf_seq.sv"]
WRAP = AES + PKG + ["rtl/keys/kdf_wrap.sv"]
ENGINE = AES + STORE + HASH + ["rtl/keys/" + f for f in ("kdf_seq.sv", "kdf_wrap.sv", "kdf_rom.sv", "kdf_selftest_rom.sv", "kdf_engine.sv")]

SECRETS = ["u_store.rd_q", "kek_i", "wk", "mem_rdata"]
PUBLIC = ["cmd_ready_o", "in_ready_o", "out_valid_o", "out_bytes_o", "out_last_o", "rsp_valid_o", "rsp_status_o", "rsp_info_o", "rsp_seq_o", "rsp_cycles_o",
          "st_done_o", "busy_o", "sec_req_ready_o", "sec_rsp_valid_o", "sec_rsp_ok_o", "sec_rsp_len_o", "sec_rsp_last_o"]

CHECKS = [
    # time
    {"top": "secret_store", "files": STORE, "secret": ["rd_q", "own_data_i", "gen_lane[2].u_lane.word_o"],
     "control": ["req_ready_o", "rsp_valid_o", "rsp_ok_o", "rsp_len_o", "rsp_last_o", "own_done_o", "own_ok_o", "own_kind_o", "own_len_o", "own_we_o",
                 "own_addr_o", "busy_o"]},
    {"top": "kdf_seq", "files": SEQ, "secret": ["mem_wdata_i", "rd"], "control": ["busy_o", "done_o", "pc_o", "string_o", "byte_addr_o"]},
    {"top": "kdf_wrap", "files": WRAP, "secret": ["rdata_i", "key_i"], "control": ["done_o", "raddr_o", "we_o", "waddr_o"]},
    {"top": "kdf_wrap", "files": WRAP, "secret": ["rdata_i"], "control": ["ok_o"], "expect": "some"},
    {"top": "kdf_hmac", "files": PKG + HASH, "secret": ["key_i", "chunk_i"], "control": ["done_o", "chunk_ready_o"]},
    {"top": "kdf_hmac", "files": PKG + HASH, "secret": ["key_i"], "control": ["digest_o"], "expect": "some"},
    {"top": "kdf_engine", "files": ENGINE, "secret": ["u_store.rd_q"], "control": ["rsp_status_o"], "expect": "some"},
    # no way to the host but an HMAC or the cipher, and no influence on when and how the host is answered
    {"top": "kdf_engine", "files": ENGINE, "cut": ["kdf_hmac", "kdf_wrap"], "secret": SECRETS, "control": ["out_data_o", "out_parity_o"] + PUBLIC},
    {"top": "kdf_engine", "files": ENGINE, "cut": ["kdf_wrap"], "secret": ["u_store.rd_q"], "control": ["out_data_o"], "expect": "some"},
    {"top": "kdf_wrap", "files": WRAP, "cut": ["aes_iter"], "secret": ["rdata_i", "key_i"], "control": ["ct_o"], "expect": "none"},
    {"top": "kdf_wrap", "files": WRAP, "secret": ["rdata_i"], "control": ["ct_o"], "expect": "some"},
    {"top": "kdf_seq", "files": SEQ, "cut": ["kdf_hmac"], "secret": ["mem_wdata_i", "rd"], "control": ["pub_o", "wk_o"]},
    {"top": "kdf_seq", "files": SEQ, "secret": ["mem_wdata_i"], "control": ["pub_o"], "expect": "some"},
    # the wrapping key goes nowhere but into the cipher
    {"top": "kdf_engine", "files": ENGINE, "cut": ["kdf_wrap"], "secret": ["wk"], "control": ["out_data_o", "sec_rsp_data_o"] + PUBLIC},
    # slots reach the engines that may have them
    {"top": "kdf_engine", "files": ENGINE, "cut": ["kdf_hmac", "kdf_wrap"], "secret": ["u_store.rd_q"], "control": ["sec_rsp_data_o"], "expect": "some"},
]
