# Induction of one step by yosys' SAT solver, for scripts that source this. The caller sets $work.

# sat NAME FILE TOP PROPERTIES OTHERS PARAMETERS CUT CHANGE: FILE with the lines of PROPERTIES before its end, changed by the sed expression CHANGE, and the
# files OTHERS as they are; CUT are wires that may have any value
sat() {
	local name=$1 file=$2 top=$3 props=$4 others=$5 params=$6 cut=$7 change=$8
	sed "$change" "$file" | awk -v p="$props" '/^endmodule/ { while ((getline line < p) > 0) print line } { print }' > "$work/$name.sv"
	yosys -p "read_verilog -sv -DSYNTHESIS -Irtl/common rtl/gen/sluice_pkg.sv $others; read_verilog -sv -formal -DSYNTHESIS -Irtl/common $work/$name.sv; $params prep -flatten -top $top; delete -output o:*; opt_clean -purge; ${cut:+cutpoint $cut; opt_clean -purge;} memory_map; opt -fast; opt_clean -purge; async2sync; dffunmap; opt -full; opt_clean -purge; sat -tempinduct -prove-asserts -set-assumes -seq 1 -maxsteps 1 -timeout 1200" > "$work/$name.log" 2>&1
}
# prove_sat, arguments as above: 0 when FILE is proved and the one changed by CHANGE is refused
prove_sat() {
	local name=$1 broken=$8
	sat "${@:1:7}" "" && grep -q '^Induction step proven: SUCCESS' "$work/$name.log" || { echo "$name: not proved"; tail -3 "$work/$name.log"; return 1; }
	sat "${name}_broken" "${@:2:6}" "$broken" || { echo "$name: control not read"; tail -3 "$work/${name}_broken.log"; return 1; }
	cmp -s "$work/$name.sv" "$work/${name}_broken.sv" && { echo "$name: the control changes nothing"; return 1; }
	grep -q '^Induction step failed\|model found' "$work/${name}_broken.log" || { echo "$name: the broken one was not refused"; return 1; }
	echo "$name: proved, control refused"
}
