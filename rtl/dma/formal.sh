#!/bin/sh
# Proves by k-induction, for any traffic, that dma_fifo never loses, repeats, reorders or changes a word and that its level stays in range:
# the index logic under every ring and buffer of the front end. usage: formal.sh WORKDIR
set -eu
work=$1
mkdir -p "$work"
prove() { # name, yosys commands after reading
	yosys -q -p "read_verilog -sv -formal -DFORMAL -DSYNTHESIS -Irtl/common rtl/dma/dma_fifo.sv; $2 chparam -set Width 3 -set Log2 2 dma_fifo; prep -flatten -top dma_fifo; memory_map; async2sync; dffunmap; write_smt2 -wires $work/$1.smt2"
	yosys-smtbmc -s z3 -t 12 "$work/$1.smt2" > "$work/$1.bmc" 2>&1 && yosys-smtbmc -s z3 -i -t 12 "$work/$1.smt2" > "$work/$1.ind" 2>&1
}
passed=0 failed=0
if prove fifo ""; then passed=1; else failed=1; tail -5 "$work"/fifo.bmc "$work"/fifo.ind 2>/dev/null; fi
# negative control: a read pointer that moves without being asked must be refused
sed 's/if (rd_i) rptr_q <= /if (rd_i || (wr_i \&\& wptr_q == 3)) rptr_q <= /' rtl/dma/dma_fifo.sv > "$work/broken.sv"
yosys -q -p "read_verilog -sv -formal -DFORMAL -DSYNTHESIS -Irtl/common $work/broken.sv; chparam -set Width 3 -set Log2 2 dma_fifo; prep -flatten -top dma_fifo; memory_map; async2sync; dffunmap; write_smt2 -wires $work/broken.smt2"
if yosys-smtbmc -s z3 -t 12 "$work/broken.smt2" > "$work/broken.bmc" 2>&1; then
	echo "the broken FIFO was not refused"
	failed=$((failed + 1))
else
	passed=$((passed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
