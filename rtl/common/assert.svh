// Assertions for every module: always on in simulation, absent in synthesis (yosys defines SYNTHESIS by itself).
//
// All are clocked by clk_i and held off while rst_ni is low, so a module that uses them has both ports. Names are sentences in
// CamelCase. All but ASSERT are clocked immediate assertions: Verilator copies every signal of a property at every evaluation, which
// cost the aead lane a quarter of its speed, so prefer them where signals are wide. Properties use what Verilator 5.006 reads: |->, |=>, $past, $stable, $rose, $fell; no ##N, no
// s_eventually.
//
//   `ASSERT(Name, prop)                  prop holds at every clock edge
//   `ASSERT_ALWAYS(Name, expr)           expr is true at every clock edge
//   `ASSERT_IF(Name, when, expr)         expr is true at every clock edge at which `when` is
//   `ASSERT_NEVER(Name, expr)            expr is false at every clock edge
//   `ASSERT_STABLE(Name, vld, rdy, data) a stream: once vld is 1, vld and data hold until rdy
//   `ASSERT_ZERO(Name, vld, data)        data is zero while vld is 0 (no key material on idle outputs)
//   `ASSERT_CONST(Name, expr)            an elaboration-time condition on parameters
`ifndef SLUICE_ASSERT_SVH
`define SLUICE_ASSERT_SVH

`ifdef SYNTHESIS

`define ASSERT(__name, __prop)
`define ASSERT_ALWAYS(__name, __expr)
`define ASSERT_IF(__name, __when, __expr)
`define ASSERT_NEVER(__name, __expr)
`define ASSERT_STABLE(__name, __vld, __rdy, __data)
`define ASSERT_ZERO(__name, __vld, __data)
`define ASSERT_CONST(__name, __expr)

`else

`define ASSERT(__name, __prop) \
  __name: assert property (@(posedge clk_i) disable iff (!rst_ni) __prop) \
    else $error("assertion failed: %m");

`define ASSERT_ALWAYS(__name, __expr) \
  if (1) begin : __name \
    always @(posedge clk_i) if (rst_ni) assert (__expr) else $error("assertion failed: %m"); \
  end

`define ASSERT_IF(__name, __when, __expr) \
  if (1) begin : __name \
    always @(posedge clk_i) if (rst_ni && (__when)) assert (__expr) else $error("assertion failed: %m"); \
  end

`define ASSERT_NEVER(__name, __expr) \
  if (1) begin : __name \
    always @(posedge clk_i) if (rst_ni) assert (!(__expr)) else $error("assertion failed: %m"); \
  end

`define ASSERT_STABLE(__name, __vld, __rdy, __data) \
  if (1) begin : __name \
    logic assert_hold_q; \
    logic [$bits(__data)-1:0] assert_data_q; \
    always @(posedge clk_i) begin \
      if (rst_ni && assert_hold_q) assert ((__vld) && (__data) == assert_data_q) else $error("assertion failed: %m"); \
      assert_hold_q <= rst_ni && (__vld) && !(__rdy); \
      if ((__vld) && !(__rdy)) assert_data_q <= (__data); \
    end \
  end

`define ASSERT_ZERO(__name, __vld, __data) \
  if (1) begin : __name \
    always @(posedge clk_i) if (rst_ni && !(__vld)) assert ((__data) == 0) else $error("assertion failed: %m"); \
  end

`define ASSERT_CONST(__name, __expr) \
  initial begin : __name \
    if (!(__expr)) $fatal(1, "parameter check failed: %m"); \
  end

`endif
`endif
