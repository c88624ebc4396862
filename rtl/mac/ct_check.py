#!/usr/bin/env python3
"""Structural proof of constant time: no secret input lies in the fan-in cone of an output that tells time (rtl/mac/README.md).

For every row, yosys flattens the module (memories as cells, so that cones cross them) and selects what the secret inputs and the cones of the timing outputs have in common; that must be
nothing. Rows marked LEAK are controls: outputs that do depend on the secret, which the same check must refuse.
"""
import os
import subprocess
import sys

FILES = ("rtl/gen/sluice_pkg.sv rtl/common/skid_buffer.sv rtl/common/fifo_sync.sv rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv rtl/sha/sha1_core.sv "
         "rtl/sha/sha256_core.sv rtl/sha/sha512_core.sv rtl/sha/hash_unit.sv").split()
MAC = ["rtl/mac/mac_pkg.sv"] + sorted(f"rtl/mac/{n}" for n in os.listdir("rtl/mac") if n.endswith(".sv") and n != "mac_pkg.sv")

TIMING = True
LEAK = False
CHECKS = [
    # module, timing outputs, secret inputs, expectation
    ("sha1_core", "ready_o done_o", "block_i state_i", TIMING),
    ("sha1_core", "state_o", "block_i", LEAK),
    ("sha256_core", "ready_o done_o", "block_i state_i", TIMING),
    ("sha256_core", "state_o", "block_i", LEAK),
    ("sha512_core", "ready_o done_o", "block_i state_i", TIMING),
    ("sha512_core", "state_o", "block_i", LEAK),
    ("hash_unit", "ready_o done_o chunk_ready_o", "chunk_i len_i state_i", TIMING),
    ("hash_unit", "state_o", "len_i", LEAK),
    ("hmac_unit", "ready_o done_o chunk_ready_o", "chunk_i len_i key_i ld_inner_i ld_outer_i", TIMING),
    ("mac_cbc", "in_ready_o out_valid_o key_ready_o idle_o", "in_data_i key_i iv_i", TIMING),
    ("mac_digest", "done_o in_ready_o o_valid_o o_last_o o_bytes_o h_start_o h_chunk_valid_o", "in_data_i h_digest_i", TIMING),
    ("mac_digest", "ok_o", "h_digest_i", LEAK),
    ("mac_kdf", "done_o in_ready_o o_valid_o o_last_o o_bytes_o h_start_o h_key_start_o h_chunk_valid_o h_len_o", "in_data_i h_digest_i", TIMING),
    ("mac_kdf", "h_chunk_o", "in_data_i", LEAK),
    ("mac_sess_load", "done_o ok_o status_o in_ready_o sec_req_valid_o sec_req_slice_o sec_rsp_ready_o h_key_start_o h_hash_o",
     "sec_rsp_data_i h_inner_i h_outer_i", TIMING),
    ("mac_sess_load", "h_key_o", "sec_rsp_data_i", LEAK),
    ("rec_fill", "done_o bad_o ended_o in_ready_o we_o waddr_o", "words_i", LEAK),
    ("rec_cipher", "idle_o key_taken_o len_valid_o at_o want_o done_o c_key_valid_o c_iv_ld_o c_valid_o c_out_ready_o re_o raddr_o we_o waddr_o",
     "c_out_data_i rdata_i prev_i last_i mac_i iv_i", TIMING),
    ("rec_cipher", "len_o", "c_out_data_i", LEAK),
    ("rec_cipher", "bad_o", "c_out_data_i", LEAK),
    ("rec_hash", "idle_o over_o at_o want_o done_o h_start_o h_ssl3_o h_blocks_o h_chunks_o h_chunk_valid_o re_o raddr_o",
     "rdata_i len_i mac_i bad_i h_digest_i iv_i", TIMING),
    ("rec_hash", "h_len_o", "len_i", LEAK),
    ("rec_hash", "status_o", "h_digest_i", LEAK),
    ("rec_hash", "status_o", "bad_i", LEAK),
    ("rec_drain", "busy_o done_o re_o addr_o o_valid_o o_last_o", "len_i data_i mac_i iv_i", TIMING),
    ("rec_drain", "o_bytes_o", "len_i", LEAK),
    ("rec_pipe", "idle_o hash_idle_o cipher_idle_o bank_free_o fill_done_o in_ready_o key_taken_o wr_req_o wr_index_o h_start_o h_blocks_o h_chunks_o "
     "h_chunk_valid_o c_decrypt_o c_key_valid_o c_iv_ld_o c_valid_o c_out_ready_o p_valid_o p_last_o r_valid_o r_seq_o r_t0_o",
     "c_out_data_i h_digest_i c_chain_i rnd_data_i", TIMING),
    ("rec_pipe", "r_status_o", "h_digest_i", LEAK),
    ("rec_pipe", "p_bytes_o", "c_out_data_i", LEAK),
]


def cone_is_free(module, outputs, secrets):
    """(True when no secret input is in the cones, yosys' output). Anything but the assertion's own failure is an error."""
    outs = " ".join(f"o:{o} %u" if i else f"o:{o}" for i, o in enumerate(outputs))
    ins = " ".join(f"i:{s} %u" if i else f"i:{s}" for i, s in enumerate(secrets))
    script = (f"read_verilog -sv -I. -Irtl/common {' '.join(FILES + MAC)}; hierarchy -check -top {module}; proc; flatten; opt_clean; memory -nomap; "
              + "".join(f"select -assert-count 1 {kind}:{n}; " for kind, names in (("o", outputs), ("i", secrets)) for n in names)
              + f"select -assert-none {outs} %ci* {ins} %i")
    r = subprocess.run(["yosys", "-q", "-p", script], capture_output=True, text=True)
    text = r.stdout + r.stderr
    if r.returncode and "Assertion failed: selection is not empty" not in text:
        sys.exit(f"{module}: yosys failed:\n{text}")
    return r.returncode == 0, text


def main():
    bad = 0
    for module, outputs, secrets, expect in CHECKS:
        free, _ = cone_is_free(module, outputs.split(), secrets.split())
        ok = free == expect
        bad += not ok
        what = "independent of" if expect else "refused, as it should be:"
        print(f"{'ok  ' if ok else 'FAIL'} {module}: {outputs} {what} {secrets}")
    print(f"{len(CHECKS) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
