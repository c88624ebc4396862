// Reset and self-test sequencer: after power-on and after CTRL.RESET it lets what the bus was promised end, holds the front end and the
// engines in reset, waits until they have erased their slots, and runs all self tests at once. Tampering resets the engines in the next cycle,
// whatever they do, then the front end; nothing runs until CTRL.RESET, which starts from the beginning.
`include "assert.svh"
module sluice_seq #(
  parameter int unsigned NumEngines = 3,
  parameter logic [NumEngines-1:0] EngineMask = '1
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,
  output logic fatal_o,

  input  logic reset_i,             // CTRL.RESET written
  input  logic zeroize_i,           // the tamper pin, or CTRL.ZEROIZE written
  input  logic bus_idle_i,          // no AXI transfer under way
  output logic hold_o,              // start no AXI transfer
  output logic run_rst_no,          // front end's own reset
  output logic eng_rst_no,          // engines' reset
  output logic resetting_o,         // CTRL.RESET reads one
  output logic ready_o,
  output logic tamper_o,            // STATUS.TAMPER
  output logic [NumEngines-1:0] done_o,
  output logic [NumEngines-1:0] pass_o,

  input  logic [NumEngines-1:0] busy_i,
  output logic [NumEngines-1:0] st_start_o,
  input  logic [NumEngines-1:0] st_done_i,
  input  logic [NumEngines-1:0] st_pass_i
);
  typedef enum logic [3:0] {StDrain, StReset, StErase, StStart, StTest, StReady, StZero, StWipe, StTamper, StFatal} state_e;
  state_e state_q, state_d;
  logic [1:0] count_q;
  logic run_rst_nq, eng_rst_nq;
  logic [NumEngines-1:0] start_q, done_q, pass_q;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StDrain: if (bus_idle_i) state_d = StReset;                       // AXI promises are kept
      StReset: if (count_q == 2'd3) state_d = StErase;                  // everything held in reset
      StErase: if (count_q == 2'd3 && busy_i == '0) state_d = StStart;  // engines erase their slots
      StStart: state_d = StTest;                                        // one pulse
      StTest: if (count_q == 2'd3 && (st_done_i & EngineMask) == EngineMask) state_d = StReady;
      StReady: state_d = StReady;
      StZero: if (bus_idle_i) state_d = StWipe;                         // engines in reset already; AXI promises are kept
      StWipe: if (count_q == 2'd3) state_d = StTamper;                  // everything held in reset
      StTamper: if (reset_i) state_d = StDrain;                         // engines erase their slots; nothing runs
      StFatal: state_d = StFatal;
      default: state_d = StFatal;
    endcase
    if (zeroize_i && state_q != StZero && state_q != StWipe && state_q != StTamper) state_d = StZero;
    else if (reset_i && (state_q == StReady || state_q == StTest || state_q == StFatal)) state_d = StDrain;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StReset;
      count_q <= '0;
      run_rst_nq <= 1'b0;
      eng_rst_nq <= 1'b0;
      start_q <= '0;
      done_q <= '0;
      pass_q <= '0;
    end else begin
      state_q <= state_d;
      // counts the first cycles of a state: registered flags of the engines need two to tell the truth
      if (state_d != state_q) count_q <= '0;
      else if (count_q != 2'd3) count_q <= count_q + 2'd1;
      run_rst_nq <= state_d != StReset && state_d != StWipe;
      eng_rst_nq <= state_d != StReset && state_d != StWipe && state_d != StZero;
      start_q <= {NumEngines{state_d == StStart}} & EngineMask;
      if (state_d == StReset || state_d == StZero) begin
        done_q <= '0;
        pass_q <= '0;
      end else if (state_q == StTest && count_q == 2'd3) begin
        done_q <= st_done_i & EngineMask;
        pass_q <= st_pass_i & st_done_i & EngineMask;
      end
    end
  end

  assign hold_o = state_q != StReady;
  // the pin acts at once: before the first clock edge the registers hold anything
  assign run_rst_no = run_rst_nq && rst_ni;
  assign eng_rst_no = eng_rst_nq && rst_ni;
  assign resetting_o = state_q != StReady && state_q != StTamper;
  assign ready_o = state_q == StReady;
  assign tamper_o = state_q == StZero || state_q == StWipe || state_q == StTamper;
  assign done_o = done_q;
  assign pass_o = pass_q;
  assign st_start_o = start_q;
  assign fatal_o = state_q == StFatal;
  assign act_o = state_d != state_q || (count_q != 2'd3 && state_q != StReady) || start_q != '0 || reset_i ||
                 (state_q == StTest && done_q != (st_done_i & EngineMask));

  `ASSERT_NEVER(SelfTestWhileBusy, start_q != '0 && busy_i != '0)
endmodule
