// Input of an operation: 16 big-endian words into 82 limbs of the operand memory, compared with the modulus on the way.
`include "assert.svh"

module pka_operand #(
  parameter int unsigned KeyAw = 5
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             start_i,
  input  logic [1:0]       slot_i,       // held during the work
  input  logic [KeyAw-1:0] key_i,
  output logic             busy_o,
  output logic             done_o,       // one cycle
  output logic             below_o,      // with done_o: the input is below the modulus
  // 16 whole words, the most significant first
  input  logic             in_valid_i,
  output logic             in_ready_o,
  input  logic [127:0]     in_data_i,
  // modulus in the key memory
  output logic             km_re_o,
  input  logic             km_ready_i,
  output logic [KeyAw+9:0] km_raddr_o,
  input  logic [25:0]      km_rdata_i,
  // operand memory
  output logic             om_we_o,
  input  logic             om_ready_i,
  output logic [9:0]       om_waddr_o,
  output logic [24:0]      om_wdata_o
);
  typedef enum logic [2:0] {StIdle, StFill, StNeed, StCompare, StPut, StDone, StError} state_e;
  state_e state_q, state_d;

  logic [127:0] words [16];
  logic [127:0] word_be;
  logic [3:0]   word_q, word_d;
  logic         empty_q, empty_d;  // every word is in the accumulator
  logic [151:0] acc_q, acc_d;
  logic [7:0]   have_q, have_d;
  logic         hi_q, hi_d, borrow_q, borrow_d;
  logic [5:0]   limb_q, limb_d;
  logic [25:0]  diff;

  // first byte, bits 7:0, is the most significant
  always_comb begin
    word_be = 128'd0;
    if (state_q == StNeed) for (int b = 0; b < 16; b++) word_be[8*b +: 8] = words[word_q][8*(15-b) +: 8];
  end
  assign diff = {1'b0, acc_q[24:0]} - {1'b0, km_rdata_i[24:0]} - {25'd0, borrow_q};

  always_comb begin
    state_d  = state_q;
    word_d   = word_q;
    empty_d  = empty_q;
    acc_d    = acc_q;
    have_d   = have_q;
    hi_d     = hi_q;
    limb_d   = limb_q;
    borrow_d = borrow_q;
    km_re_o  = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) begin
        state_d  = StFill;
        word_d   = 4'd0;
        empty_d  = 1'b0;
        acc_d    = 152'd0;
        have_d   = 8'd0;
        hi_d     = 1'b0;
        limb_d   = 6'd0;
        borrow_d = 1'b0;
      end
      // take the source
      StFill: if (in_valid_i) begin
        word_d = word_q + 4'd1;
        if (word_q == 4'd15) begin
          word_d  = 4'd15;
          state_d = StNeed;
        end
      end
      // enough bits for a limb: fetch the modulus' limb; else the next word from the end
      StNeed: if (have_q < 8'd25 && !empty_q) begin
        acc_d   = acc_q | ({24'd0, word_be} << have_q[4:0]);
        have_d  = have_q + 8'd128;
        word_d  = word_q - 4'd1;
        empty_d = word_q == 4'd0;
      end else begin
        km_re_o = 1'b1;
        if (km_ready_i) state_d = StCompare;
      end
      StCompare: begin
        borrow_d = diff[25];
        state_d  = StPut;
      end
      StPut: if (om_ready_i) begin
        acc_d   = acc_q >> 25;
        have_d  = have_q < 8'd25 ? 8'd0 : have_q - 8'd25;
        limb_d  = limb_q + 6'd1;
        state_d = StNeed;
        if (limb_q == 6'(pka_pkg::Limbs - 1)) begin
          limb_d = 6'd0;
          hi_d   = 1'b1;
          if (hi_q) state_d = StDone;
        end
      end
      StDone: state_d = StIdle;
      default: state_d = StError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      word_q   <= 4'd0;
      empty_q  <= 1'b0;
      acc_q    <= 152'd0;
      have_q   <= 8'd0;
      hi_q     <= 1'b0;
      limb_q   <= 6'd0;
      borrow_q <= 1'b0;
    end else begin
      state_q  <= state_d;
      word_q   <= word_d;
      empty_q  <= empty_d;
      acc_q    <= acc_d;
      have_q   <= have_d;
      hi_q     <= hi_d;
      limb_q   <= limb_d;
      borrow_q <= borrow_d;
    end
    if (state_q == StFill && in_valid_i) words[word_q] <= in_data_i;
  end

  assign busy_o     = state_q != StIdle;
  assign done_o     = state_q == StDone;
  assign below_o    = borrow_q;
  assign in_ready_o = state_q == StFill;
  assign km_raddr_o = {key_i, 1'b1, hi_q ? pka_pkg::PgNHi : pka_pkg::PgNLo, limb_q};
  assign om_we_o    = state_q == StPut;
  assign om_waddr_o = {slot_i, 1'b0, hi_q, limb_q};
  assign om_wdata_o = acc_q[24:0];

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
endmodule
