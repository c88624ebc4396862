#!/bin/bash
# k-induction of the front end's index logic, for any traffic: by yosys-smtbmc and z3, or by yosys' own SAT solver where z3 does not get through the
# first step. Properties stand in the modules (FORMAL) or in rtl/dma/formal/; each proof has a negative control: the same with one thing broken, which
# must be refused. usage: formal.sh WORKDIR [rings]; with `rings` the ring indexes alone, which take longer
set -u
work=$1
mkdir -p "$work"
cd "$(dirname "$0")/../.."
. rtl/lint/induct.sh
deps="rtl/dma/dma_fifo.sv rtl/dma/dma_slice.sv"

# model NAME TOP PROPERTIES PARAMETERS SED: the module with its properties (FIFOs inside without theirs), changed by SED, as SMT
model() {
	local name=$1 top=$2 props=$3 params=$4 change=$5 file=$work/$1.sv others=
	sed "$change" "rtl/dma/$top.sv" | awk -v p="${props:+rtl/dma/formal/$props.svh}" '/^endmodule/ && p { while ((getline line < p) > 0) print line } { print }' > "$file"
	case $top in dma_fifo | dma_slice) others= ;; *) others=$deps ;; esac
	yosys -q -p "read_verilog -sv -DSYNTHESIS -Irtl/common rtl/gen/sluice_pkg.sv $others; read_verilog -sv -formal -DSYNTHESIS -Irtl/common $file; $params prep -flatten -top $top; delete -output o:*; opt_clean -purge; memory_map; opt -fast; opt_clean -purge; async2sync; dffunmap; write_smt2 -wires $work/$name.smt2" 2> "$work/$name.log" >&2
}
# prove NAME TOP PROPERTIES PARAMETERS DEPTH BREAK: 0 when proved and the broken one refused
prove() {
	local name=$1 top=$2 props=$3 params=$4 depth=$5 broken=$6
	model "$name" "$top" "$props" "$params" "" || { echo "$name: not read"; tail -3 "$work/$name.log"; return 1; }
	yosys-smtbmc -s z3 -t "$depth" "$work/$name.smt2" > "$work/$name.bmc" 2>&1 || { echo "$name: counterexample"; tail -4 "$work/$name.bmc"; return 1; }
	yosys-smtbmc -s z3 -i -t "$depth" "$work/$name.smt2" > "$work/$name.ind" 2>&1 || { echo "$name: no induction"; tail -4 "$work/$name.ind"; return 1; }
	model "${name}_broken" "$top" "$props" "$params" "$broken" || { echo "$name: control not read"; return 1; }
	cmp -s "$work/$name.smt2" "$work/${name}_broken.smt2" && { echo "$name: the control changes nothing"; return 1; }
	# refused: a counterexample, or the induction does not close
	if yosys-smtbmc -s z3 -t "$depth" "$work/${name}_broken.smt2" > "$work/${name}_broken.bmc" 2>&1 &&
		yosys-smtbmc -s z3 -i -t "$depth" "$work/${name}_broken.smt2" > "$work/${name}_broken.ind" 2>&1; then
		echo "$name: the broken one was not refused"
		return 1
	fi
	echo "$name: proved, control refused"
}
run() { local how=$1; shift; "$how" "$@" > "$work/$1.out" 2>&1; echo $? > "$work/$1.rc"; }

if [ "${2:-}" = rings ]; then
	names=queues
	run prove_sat queues rtl/dma/dma_queues.sv dma_queues rtl/dma/formal/queues.svh "" "chparam -set NumQueues 2 -set NumClasses 2 -set ClassMask 3 -set QueueW 1 -set ClassW 1 dma_queues;" \
		"w:win_left w:win_full w:sq_denied w:fetch_addr" 's/if (room < {13.h0, n}) n = room\[2:0\];//'
else
names="fifo slice arbiter order reader"
(
	run prove fifo dma_fifo "" "chparam -set Width 3 -set Log2 2 dma_fifo;" 8 's/if (rd_i) rptr_q <= /if (rd_i || (wr_i \&\& wptr_q == 3)) rptr_q <= /'
	run prove arbiter dma_rd rd "chparam -set NumReq 3 -set TagW 2 dma_rd;" 5 's/for (int i = 1 << SelW; i > 0; i--)/for (int i = 1; i <= 1 << SelW; i++)/'
) &
(
	run prove slice dma_slice "" "chparam -set Width 3 dma_slice;" 6 's/if (valid_q \&\& !out_ready_i) begin/if (valid_q) begin/'
	run prove order dma_cpl cpl "chparam -set NumRunners 3 -set NumQueues 2 -set QueueW 1 -set RunW 2 dma_cpl;" 3 's/next\[r\] = cpl_valid_i\[r\] \&\& .*/next[r] = cpl_valid_i[r];/'
) &
run prove_sat reader rtl/dma/dma_reader.sv dma_reader rtl/dma/formal/reader.svh "$deps" "chparam -set IdxW 2 -set DataLog2 5 dma_reader;" "" 's/free_q >= (DataLog2 + 1).(16)/free_q >= (DataLog2 + 1)'"'"'(8)/'
wait
fi
passed=0 failed=0
for n in $names; do
	cat "$work/$n.out"
	if [ "$(cat "$work/$n.rc")" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
