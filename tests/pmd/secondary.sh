#!/bin/bash
# A secondary process gets no Sluice device, is told why, and does the primary no harm: testpmd as the primary, dpdk-proc-info as the secondary.
# Processes share memory only in huge pages: without 64 MB of them this says so and passes nothing.
# usage: secondary.sh DRIVER.so SIMULATION.so; ends with a line `N passed, N failed`.
set -u
driver=$1 lib=$(realpath "$2")
free=$(awk '/HugePages_Free/ { n = $2 } /Hugepagesize/ { kb = $2 } END { print n * kb / 1024 }' /proc/meminfo)
if [ "${free%.*}" -lt 64 ]; then
	echo "# no huge pages: processes cannot share memory here"
	echo "0 passed, 0 failed"
	exit 0
fi
# as in perf.sh: DPDK refuses plug-ins below /tmp
tmp=$(mktemp -d -p /run 2>/dev/null || mktemp -d -p "$HOME")
prefix="sluicesec$$"
primary=
trap '[ -n "$primary" ] && kill "$primary" 2>/dev/null; rm -rf "$tmp" "/dev/hugepages/${prefix}"map_*' EXIT
head -c 32 /dev/urandom >"$tmp/kek"
chmod 600 "$tmp/kek"
cp "$driver" "$tmp/" && driver=$tmp/${driver##*/}
passed=0 failed=0

check() {
	local name=$1
	shift
	if "$@"; then
		echo "ok - $name"
		passed=$((passed + 1))
	else
		echo "not ok - $name"
		sed 's/^/# /' "$tmp/primary" "$tmp/secondary" 2>/dev/null | tail -25
		failed=$((failed + 1))
	fi
}

mkfifo "$tmp/commands"
dpdk-testpmd -l 0,1 -m 64 --no-pci --iova-mode=va --file-prefix="$prefix" -d "$driver" \
	--vdev "crypto_sluice0,lib=$lib,kek=$tmp/kek" --vdev net_null0 -- -i --total-num-mbufs=2048 <"$tmp/commands" >"$tmp/primary" 2>&1 &
primary=$!
exec 8>"$tmp/commands"
for ((i = 0; i < 600; i++)); do
	grep -q 'testpmd>' "$tmp/primary" && break
	kill -0 "$primary" 2>/dev/null || break
	read -rt 0.1 <> <(:) || true
done
check 'the primary has the device' grep -q 'testpmd>' "$tmp/primary"
timeout 60 dpdk-proc-info --no-pci --iova-mode=va --file-prefix="$prefix" -d "$driver" -- --show-crypto >"$tmp/secondary" 2>&1
check 'the secondary ends well' test $? -eq 0
check 'it is told why it has no device' grep -q 'crypto_sluice0: a secondary process cannot use it' "$tmp/secondary"
check 'the primary goes on' kill -0 "$primary"
echo quit >&8
exec 8>&-
wait "$primary"
check 'and ends well' test $? -eq 0
primary=
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
