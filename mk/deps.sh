#!/bin/bash
# Lists the Debian packages of mk/packages.txt that are missing and installs them; sets hugepages aside; fetches DPDK's driver-side
# headers. Seconds when there is nothing to do. Usage: mk/deps.sh BUILD_DIR [--list]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:?usage: mk/deps.sh BUILD_DIR [--list]}
pages=${SLUICE_HUGEPAGES:-512}

missing=()
while read -r name _; do
	case $name in '' | \#*) continue ;; esac
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
done < mk/packages.txt

if [ "${2:-}" = --list ]; then
	printf '%s\n' "${missing[@]:-nothing is missing}"
	exit 0
fi
if [ ${#missing[@]} -gt 0 ]; then
	echo "deps: ${#missing[@]} packages are missing: ${missing[*]}"
	if [ "$(id -u)" != 0 ]; then
		echo "deps: run as root, or: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
		exit 1
	fi
	# Servers are only run by the tests, in namespaces of their own: keep Debian from starting them as services.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		trap 'rm -f $policy' EXIT
		printf '#!/bin/sh\nexit 101\n' > $policy
		chmod 755 $policy
	fi
	log=$build/deps.log
	mkdir -p "$build"
	echo "deps: installing (log: $log)"
	apt-get update > "$log" 2>&1 || { tail -5 "$log" >&2; echo "deps: apt-get update failed; is the network up?" >&2; exit 1; }
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >> "$log" 2>&1 &
	apt=$!
	while kill -0 $apt 2>/dev/null; do
		printf '\rdeps: %-100.100s' "$(grep -E '^(Get:|Unpacking|Setting up)' "$log" | tail -1)"
		sleep 1
	done
	printf '\r%-106s\r' ''
	wait $apt || { tail -15 "$log" >&2; echo "deps: installing failed; see $log" >&2; exit 1; }
	echo "deps: installed"
fi

if [ "$(id -u)" = 0 ]; then
	mount | grep -q 'on /dev/hugepages type hugetlbfs' || { mkdir -p /dev/hugepages && mount -t hugetlbfs none /dev/hugepages; }
	have=$(cat /proc/sys/vm/nr_hugepages)
	if [ "$have" -lt "$pages" ]; then
		echo "$pages" > /proc/sys/vm/nr_hugepages
		have=$(cat /proc/sys/vm/nr_hugepages)
		[ "$have" -ge "$pages" ] || echo "deps: only $have of $pages hugepages of 2 MiB could be had; free memory or set SLUICE_HUGEPAGES" >&2
	fi
fi
