// Assertions for every module: always on in simulation, absent in synthesis (yosys defines SYNTHESIS by itself).
//
// All are clocked by clk_i and held off while rst_ni is low, so a module that uses them has both ports. Names are sentences in
// CamelCase. Properties use what Verilator 5.006 reads: |->, |=>, $past, $stable, $rose, $fell; no ##N, no s_eventually.
//
//   `ASSERT(Name, prop)                  prop holds at every clock edge
//   `ASSERT_NEVER(Name, expr)            expr is false at every clock edge
//   `ASSERT_STABLE(Name, vld, rdy, data) a stream: once vld is 1, vld and data hold until rdy
//   `ASSERT_ZERO(Name, vld, data)        data is zero while vld is 0 (no key material on idle outputs)
//   `ASSERT_CONST(Name, expr)            an elaboration-time condition on parameters
`ifndef SLUICE_ASSERT_SVH
`define SLUICE_ASSERT_SVH

`ifdef SYNTHESIS

`define ASSERT(__name, __prop)
`define ASSERT_NEVER(__name, __expr)
`define ASSERT_STABLE(__name, __vld, __rdy, __data)
`define ASSERT_ZERO(__name, __vld, __data)
`define ASSERT_CONST(__name, __expr)

`else

`define ASSERT(__name, __prop) \
  __name: assert property (@(posedge clk_i) disable iff (!rst_ni) __prop) \
    else $error("assertion failed: %m");

`define ASSERT_NEVER(__name, __expr) \
  __name: assert property (@(posedge clk_i) disable iff (!rst_ni) !(__expr)) \
    else $error("assertion failed: %m");

`define ASSERT_STABLE(__name, __vld, __rdy, __data) \
  __name``Valid: assert property (@(posedge clk_i) disable iff (!rst_ni) \
    ((__vld) && !(__rdy)) |=> (__vld)) else $error("assertion failed: %m"); \
  __name``Data: assert property (@(posedge clk_i) disable iff (!rst_ni) \
    ((__vld) && !(__rdy)) |=> $stable(__data)) else $error("assertion failed: %m");

`define ASSERT_ZERO(__name, __vld, __data) \
  __name: assert property (@(posedge clk_i) disable iff (!rst_ni) (!(__vld)) |-> ((__data) == 0)) \
    else $error("assertion failed: %m");

`define ASSERT_CONST(__name, __expr) \
  initial begin : __name \
    if (!(__expr)) $fatal(1, "parameter check failed: %m"); \
  end

`endif
`endif
