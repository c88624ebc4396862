#!/bin/bash
# Proves by induction that a slot of mac_store answers only after a load that no erase and no reset followed, and is zero otherwise; a store whose sweep
# after reset leaves one slot out is refused. A store of four slots: nothing in the logic depends on their number. usage: formal.sh WORKDIR
set -u
work=$1
mkdir -p "$work"
cd "$(dirname "$0")/../.."
. rtl/lint/induct.sh
if prove_sat store rtl/mac/mac_store.sv mac_store rtl/mac/formal/store.svh rtl/mac/mac_pkg.sv "chparam -set NumSessions 4 mac_store;" "" \
	's/erasing_q <= (sweep_q != IdxW.(NumSessions - 1))/erasing_q <= (sweep_q != IdxW'"'"'(NumSessions - 2))/'; then
	echo "1 passed, 0 failed"
else
	echo "0 passed, 1 failed"
	exit 1
fi
