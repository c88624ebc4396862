#!/bin/bash
# Fetches the source package of the installed DPDK and unpacks the named headers below a folder, keeping their directories.
# The machine's own mirror, suite and keyring are used, through a temporary source list and temporary apt state: the user's
# lists and caches are read, never written. Does nothing when the headers of the installed version are already there.
# usage: dpdk-headers.sh FOLDER HEADER...
set -euo pipefail

fail() {
	printf 'dpdk-headers: %s\n' "$1" >&2
	shift
	printf '  %s\n' "$@" >&2
	exit 1
}

out=$1
shift
version=$(dpkg-query -W -f '${Version}' libdpdk-dev 2>/dev/null) ||
	fail 'libdpdk-dev is not installed' 'run: make deps'
source=$(dpkg-query -W -f '${source:Package}' libdpdk-dev)
source_version=$(dpkg-query -W -f '${source:Version}' libdpdk-dev)

complete() {
	local header
	[ "$(cat "$out/.version" 2>/dev/null)" = "$version" ] || return 1
	for header in "$@"; do
		[ -s "$out/$header" ] || return 1
	done
}
if complete "$@"; then
	exit 0
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial" "$tmp/get"

# Where did the installed version come from? apt's own index of what it can install answers, whatever form the source lists have.
entries() {
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Identifier: Packages' | sort -u
}
from=$(apt-cache madison libdpdk-dev | awk -F' *[|] *' -v v="$version" '{ gsub(/ /, "", $2) } $2 == v { print $3 }' | awk '{ print $1 }' | sort -u)
while read -r uri release component origin; do
	if [ -n "$from" ] && ! grep -qxF "${uri%/}" <<<"$from"; then
		continue
	fi
	keyring=/usr/share/keyrings/${origin,,}-archive-keyring.gpg
	printf 'deb-src %s%s %s %s\n' "$([ -r "$keyring" ] && echo "[signed-by=$keyring] ")" "$uri" "$release" "$component"
done < <(entries) >"$tmp/sources.list"
[ -s "$tmp/sources.list" ] ||
	fail 'apt knows no archive to fetch the source from' 'run: apt-get update, then make dpdk-headers'

cat >"$tmp/apt.conf" <<CONF
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "$tmp/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$tmp/lists";
Dir::Cache "$tmp/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
apt-get -q -c "$tmp/apt.conf" update >"$tmp/log" 2>&1 &&
	(cd "$tmp/get" && apt-get -q -c "$tmp/apt.conf" source --download-only --only-source "$source=$source_version") >>"$tmp/log" 2>&1 || {
	tail -5 "$tmp/log" >&2
	fail "cannot fetch the source of $source $source_version" \
		'check that the machine reaches its Debian mirror (apt-get update);' \
		'if the mirror has dropped this version: apt-get update && apt-get install --only-upgrade libdpdk-dev, then make dpdk-headers'
}

mkdir -p "$out"
patterns=()
for header in "$@"; do
	patterns+=("*/$header")
done
tar -xf "$tmp"/get/*.orig.tar.* -C "$out" --strip-components=1 --wildcards --no-anchored "${patterns[@]}" ||
	fail "the source of $source $source_version lacks a header that the driver needs" "wanted: $*"
printf '%s\n' "$version" >"$out/.version"
complete "$@" || fail "unpacking left headers out" "remove $out and run: make dpdk-headers"
touch "$out/.stamp"
