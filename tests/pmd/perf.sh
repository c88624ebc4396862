#!/bin/bash
# Smoke run of dpdk-test-crypto-perf on the driver as a plug-in: small op counts, three kinds of work, throughput and verify.
# usage: perf.sh DRIVER.so SIMULATION.so [OPS]; ends with a line `N passed, N failed`.
set -u
driver=$1 lib=$2 ops=${3:-200}
# DPDK refuses plug-ins below a folder that everybody may write to, as /tmp is: load a copy from one that nobody else may.
tmp=$(mktemp -d -p /run 2>/dev/null || mktemp -d -p "$HOME")
trap 'rm -rf "$tmp"' EXIT
head -c 32 /dev/urandom >"$tmp/kek"
chmod 600 "$tmp/kek"
cp "$driver" "$tmp/" && driver=$tmp/${driver##*/}
passed=0 failed=0

perf() {
	timeout 300 dpdk-test-crypto-perf -l 0,1 --no-huge -m 256 --no-pci --iova-mode=va --no-telemetry --file-prefix="sluiceperf$$" \
		-d "$driver" --vdev "crypto_sluice0,lib=$lib,kek=$tmp/kek" -- --devtype crypto_sluice --silent \
		--total-ops "$ops" --burst-sz 16 --desc-nb 256 "$@"
}

# name, lines of results wanted (one per buffer size), arguments. Every op must have been dequeued.
run() {
	local name=$1 lines=$2
	shift 2
	if perf "$@" >"$tmp/out" 2>&1 &&
		[ "$(awk -v n="$ops" '$1 ~ /^[0-9]+$/ && NF >= 7 && $4 == n && $5 == n' "$tmp/out" | wc -l)" -eq "$lines" ]; then
		echo "ok - $name"
		awk '$1 ~ /^[0-9]+$/ && NF >= 7 { print "#   " $0 }' "$tmp/out"
		passed=$((passed + 1))
	else
		echo "not ok - $name"
		tail -15 "$tmp/out" | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}

# The verify mode compares with a vector: GCM test case 4 (McGrew and Viega, The Galois/Counter Mode, appendix B).
cat >"$tmp/gcm.data" <<'DATA'
plaintext =
0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5, 0xaf, 0xf5, 0x26, 0x9a,
0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31, 0x8a, 0x72,
0x1c, 0x3c, 0x0c, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49, 0xa6, 0xb5, 0x25,
0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39
aead_key =
0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08
aead_iv =
0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88
aead_aad =
0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef,
0xab, 0xad, 0xda, 0xd2
ciphertext =
0x42, 0x83, 0x1e, 0xc2, 0x21, 0x77, 0x74, 0x24, 0x4b, 0x72, 0x21, 0xb7, 0x84, 0xd0, 0xd4, 0x9c,
0xe3, 0xaa, 0x21, 0x2f, 0x2c, 0x02, 0xa4, 0xe0, 0x35, 0xc1, 0x7e, 0x23, 0x29, 0xac, 0xa1, 0x2e,
0x21, 0xd5, 0x14, 0xb2, 0x54, 0x66, 0x93, 0x1c, 0x7d, 0x8f, 0x6a, 0x5a, 0xac, 0x84, 0xaa, 0x05,
0x1b, 0xa3, 0x0b, 0x39, 0x6a, 0x0a, 0xac, 0x97, 0x3d, 0x58, 0xe0, 0x91
[smoke]
digest =
0x5b, 0xc9, 0x4f, 0xbc, 0x32, 0x21, 0xa5, 0xdb, 0x94, 0xfa, 0xe9, 0x5a, 0xe7, 0x12, 0x1a, 0x47
DATA

aead="--optype aead --aead-algo aes-gcm --aead-op encrypt --aead-key-sz 16 --aead-iv-sz 12 --digest-sz 16"
chain="--optype cipher-then-auth --cipher-algo aes-cbc --cipher-op encrypt --cipher-key-sz 16 --cipher-iv-sz 16
	--auth-algo sha1-hmac --auth-op generate --auth-key-sz 64 --digest-sz 20"
mte="--optype auth-then-cipher --cipher-algo aes-cbc --cipher-op encrypt --cipher-key-sz 16 --cipher-iv-sz 16
	--auth-algo sha2-256-hmac --auth-op generate --auth-key-sz 64 --digest-sz 32"
auth="--optype auth-only --auth-algo sha2-256-hmac --auth-op generate --auth-key-sz 64 --digest-sz 32"
# name, arguments: the tool must end with an error of its own, having asked the capabilities.
refused() {
	local name=$1
	shift
	perf "$@" >"$tmp/out" 2>&1
	if [ $? -eq 1 ] && grep -q 'does not support capabilities' "$tmp/out"; then
		echo "ok - $name"
		passed=$((passed + 1))
	else
		echo "not ok - $name"
		tail -15 "$tmp/out" | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}

# shellcheck disable=SC2086 # the words of these are arguments
{
	run 'throughput of AES-128-GCM' 2 --ptest throughput $aead --aead-aad-sz 16 --buffer-sz 64,1024
	run 'throughput of AES-128-GCM out of place' 1 --ptest throughput $aead --aead-aad-sz 16 --buffer-sz 1024 --segment-sz 2048 --out-of-place
	run 'throughput of AES-128-CBC then HMAC-SHA1' 2 --ptest throughput $chain --buffer-sz 64,1024
	run 'throughput of HMAC-SHA256' 2 --ptest throughput $auth --buffer-sz 64,1024
	run 'throughput of AES-128-GCM decryption' 1 --ptest throughput ${aead/encrypt/decrypt} --aead-aad-sz 16 --buffer-sz 1024
	run 'throughput of AES-256-CBC' 1 --ptest throughput --optype cipher-only --cipher-algo aes-cbc --cipher-op encrypt --cipher-key-sz 32 --cipher-iv-sz 16 --buffer-sz 1024
	run 'throughput of AES-128-CTR' 1 --ptest throughput --optype cipher-only --cipher-algo aes-ctr --cipher-op decrypt --cipher-key-sz 16 --cipher-iv-sz 16 --buffer-sz 1024
	run 'throughput of HMAC-SHA256 then AES-128-CBC' 1 --ptest throughput $mte --buffer-sz 1024
	run 'throughput of ChaCha20-Poly1305' 1 --ptest throughput --optype aead --aead-algo chacha20-poly1305 --aead-op encrypt --aead-key-sz 32 --aead-iv-sz 12 --aead-aad-sz 16 --digest-sz 16 --buffer-sz 1024
	run 'throughput of HMAC-SHA384' 1 --ptest throughput --optype auth-only --auth-algo sha2-384-hmac --auth-op generate --auth-key-sz 64 --digest-sz 48 --buffer-sz 1024
	run 'latency of AES-128-CBC then HMAC-SHA1' 0 --ptest latency $chain --buffer-sz 64
	run 'throughput of AES-128-GCM in segments' 1 --ptest throughput $aead --aead-aad-sz 16 --buffer-sz 1024 --segment-sz 256
	run 'latency of AES-128-GCM' 0 --ptest latency $aead --aead-aad-sz 16 --buffer-sz 64
	# 22.11 has moduli of 60, 128, 255 and 448 bytes, the engine 256, 384 and 512 (dataplane/pmd/README.md)
	refused 'modular exponentiation is refused' --ptest throughput --optype modex
	run 'verification of AES-128-GCM' 1 --ptest verify $aead --aead-aad-sz 20 --buffer-sz 60 --test-file "$tmp/gcm.data" --test-name smoke
}
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
