"""The blocks that `make synth` measures.

name      of the block; `top` its module, `files` its sources (packages first), `define` and `param` what is set
limit     ns: the longest path between registers before routing on xc7 (abc9's estimate, 0.3 ns a net, see README.md) that is let pass
route     also placed and routed on an ECP5-85: only what fits, and in reasonable time
prep      passes that go before (PREP in synth.py). no_array: pka_mont is counted apart. rows: the block has memories of two dimensions, [word][limb]: yosys makes one memory of both, and finds that a row is read and written whole only
          when the number of limbs is a power of two and these passes went before. tables: tables that are looked up at many places become logic before yosys
          looks for block RAMs that could be shared by them, which takes it gigabytes
seconds   bound of each step
uram      large memories become UltraRAM (xcup)
"""
PKG = ["rtl/gen/sluice_pkg.sv"]
ECC = ["rtl/ecc/ecc_pkg.sv", "rtl/ecc/ecc_prog_pkg.sv", "rtl/ecc/ecc_const_rom.sv", "rtl/ecc/ecc_wide_const_rom.sv", "rtl/ecc/ecc_mont.sv"]


def block(name, files, top=None, limit=None, route=False, define=(), param=(), seconds=300, families=("xcup", "xc7"), prep="", uram=False):
    return dict(name=name, files=files, top=top or name, limit=limit, route=route, define=list(define), param=list(param), seconds=seconds,
                families=list(families), prep=prep, uram=uram)


BLOCKS = [
    # the AES pipes are 14 rounds of four columns each
    block("aes_enc_column", ["rtl/synth/aes_enc_column.sv"], prep="tables", limit=3.0),
    block("aes_dec_column", ["rtl/synth/aes_dec_column.sv"], prep="tables", limit=3.0),
    block("aes_key_expand", ["rtl/aes/aes_key_expand.sv"], prep="tables", limit=5.5),
    block("ghash", ["rtl/gcm/ghash.sv"], limit=5.5),
    block("aead_tag", PKG + ["rtl/gcm/aead_pkg.sv", "rtl/gcm/ghash.sv", "rtl/gcm/aead_tag.sv"], limit=5.5),
    block("sha1_core", ["rtl/sha/sha1_core.sv"], limit=4.6, route=True),
    block("sha256_core", ["rtl/sha/sha256_core.sv"], limit=6.2, route=True),
    block("sha512_core", ["rtl/sha/sha512_core.sv"], limit=7.2),
    block("chacha_core", ["rtl/chacha/chacha_core.sv"], limit=6.0, route=True),
    block("poly1305", ["rtl/chacha/poly1305_mul.sv", "rtl/chacha/poly1305.sv"], limit=7.5, route=True),
    block("poly1305_8", ["rtl/chacha/poly1305_mul.sv", "rtl/chacha/poly1305.sv"], top="poly1305", param=["Digits=8"], limit=7.5),
    block("dma_rd", PKG + ["rtl/dma/dma_fifo.sv", "rtl/dma/dma_slice.sv", "rtl/dma/dma_rd.sv"], limit=4.0, route=True),
    block("dma_wr", PKG + ["rtl/dma/dma_fifo.sv", "rtl/dma/dma_slice.sv", "rtl/dma/dma_wr.sv"], limit=3.0),
    # One engine of pka as the card has it: the array of 41 limbs, and everything else of pka_core (programs, memory for 16 keys, the self test's among
    # them, operands, queue of jobs). The delay is that of an array of eight: the paths are as long, and abc9 is done in a tenth of the time.
    block("pka_mont", ["rtl/pka/pka_pkg.sv", "rtl/pka/pka_mont.sv"], families=["xcup"], seconds=900),
    block("pka_core_rest", [f"rtl/pka/{f}.sv" for f in ("pka_pkg", "pka_program_pkg", "pka_program_rom", "pka_mont", "pka_seq", "pka_core")],
          top="pka_core", families=["xcup"], prep="no_array", uram=True),
    block("pka_mont_8", ["rtl/pka/pka_pkg.sv", "rtl/pka/pka_mont.sv"], top="pka_mont", define=["PKA_LIMBS=8"], families=["xc7"], limit=10.0),
    # ecc has 11 limbs: with 16, a power of two (see `prep`), yosys removes the multipliers of those that its constants leave empty.
    block("ecc_mont_16", ECC, top="ecc_mont", define=["ECC_LIMBS=16"], prep="rows", limit=10.0),
    # Ed25519 beside the array: SHA-512, messages of eight contexts
    block("ecc_eddsa", ["rtl/ecc/ecc_pkg.sv", "rtl/ecc/ecc_prog_pkg.sv", "rtl/sha/sha512_core.sv", "rtl/ecc/ecc_eddsa.sv"], families=["xcup"], seconds=900),
    # P-384's has 16 of them; yosys 0.23 ends itself on it for 7-series
    block("ecc_mont_wide", ECC, top="ecc_mont", param=["Wide=1"], prep="rows", families=["xcup"]),
]
