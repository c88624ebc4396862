#!/bin/sh
# Proves by k-induction, for any traffic of three engines and the kdf unit, that a slot of secret_store never answers under another generation, function
# or kind, never gives a use twice, never gives words that were not written to it, and is never taken by another function.
# A store of two slots of two words of eight bits (and the self test's four): nothing in the logic depends on these sizes. By yosys' own SAT solver:
# z3 does not finish the first step of this one. usage: formal.sh WORKDIR
set -eu
work=$1
depth=7
mkdir -p "$work"
prove() { # name, store's source
	yosys -p "read_verilog -sv -formal -DFORMAL -DSYNTHESIS -Irtl/common rtl/gen/sluice_pkg.sv rtl/keys/kdf_pkg.sv rtl/keys/secret_lane.sv $2; \
		chparam -set NumSecrets 2 -set NumPorts 3 -set Width 8 -set Words 2 secret_store; prep -flatten -top secret_store; memory_map; async2sync; dffunmap; \
		opt -full; sat -tempinduct -prove-asserts -set-assumes -seq 1 -maxsteps $depth -timeout 300" > "$work/$1.log" 2>&1
	grep -q "^Induction step proven: SUCCESS" "$work/$1.log"
}
passed=0 failed=0
if prove store rtl/keys/secret_store.sv; then
	passed=1
else
	failed=1
	tail -5 "$work/store.log"
fi
# negative controls: a store that forgets one comparison is not to be proved
refuse() { # name, sed expression
	sed "$2" rtl/keys/secret_store.sv > "$work/$1.sv"
	if cmp -s "$work/$1.sv" rtl/keys/secret_store.sv; then
		echo "$1: nothing was broken"
		failed=$((failed + 1))
	elif prove "$1" "$work/$1.sv"; then
		echo "$1: the broken store was not refused"
		failed=$((failed + 1))
	elif grep -q "^Reached maximum number of time steps\|model found" "$work/$1.log"; then
		passed=$((passed + 1))
	else
		echo "$1: no verdict"
		failed=$((failed + 1))
	fi
}
refuse generation "s/fits    = in_use && meta_q.gen == r_handle\[31:16\]/fits    = in_use/"
refuse spent "s/kind_ok && (meta_q.spent \& r_uses) == 3'd0/kind_ok/"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
