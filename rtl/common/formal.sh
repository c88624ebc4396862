#!/bin/sh
# Proves by k-induction, for any traffic, that rr_arbiter grants one request whenever there is one and that none waits for more than
# Num - 1 grants to others. usage: formal.sh WORKDIR
set -eu
work=$1
mkdir -p "$work"
smt() { # name, source, numbers
	yosys -q -p "read_verilog -sv -formal -DFORMAL -DSYNTHESIS -Irtl/common $2; chparam -set Num $3 rr_arbiter; prep -flatten -top rr_arbiter; async2sync; dffunmap; write_smt2 -wires $work/$1.smt2"
}
prove() { # name
	yosys-smtbmc -s z3 -t 8 "$work/$1.smt2" > "$work/$1.bmc" 2>&1 && yosys-smtbmc -s z3 -i -t 4 "$work/$1.smt2" > "$work/$1.ind" 2>&1
}
passed=0 failed=0
for n in 4 5 16; do
	smt "rr$n" rtl/common/rr_arbiter.sv $n
	if prove "rr$n"; then passed=$((passed + 1)); else failed=$((failed + 1)); tail -5 "$work/rr$n.bmc" "$work/rr$n.ind" 2>/dev/null; fi
done
# negative control: a turn that does not move lets one request starve the others
sed 's/else if (take_i && req_i/else if (take_i \&\& !grant_o[0] \&\& req_i/' rtl/common/rr_arbiter.sv > "$work/broken.sv"
smt broken "$work/broken.sv" 4
if prove broken || ! grep -q 'Assert failed' "$work/broken.bmc" "$work/broken.ind"; then
	echo "the broken arbiter was not refused"
	failed=$((failed + 1))
else
	passed=$((passed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
