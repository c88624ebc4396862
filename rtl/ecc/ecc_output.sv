// Results of an operation: captured digits of its context into numbers of 32 (P-384: 48) bytes, for the port or for the secret store. What goes to the
// store goes first, so that a store that refuses leaves nothing behind. The list of numbers depends on the program alone.
`include "assert.svh"

module ecc_output (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [3:0]   prog_i,        // enum ecc_job_pkg::prog_e; held during the work, as the next two
  input  logic         wide_i,        // P-384
  input  logic         secret_i,      // the private key or the shared secret goes to the store
  input  logic [2:0]   ctx_i,
  output logic         busy_o,
  output logic         done_o,        // one cycle, after the last word was taken
  output logic         empty_o,       // with done_o: nothing went to the port
  output logic         refused_o,     // with done_o: the store did not take it
  // captured digits
  output logic         dg_re_o,
  input  logic         dg_ready_i,
  output logic [9:0]   dg_addr_o,     // {context, slot, digit}
  input  logic [16:0]  dg_data_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic         out_last_o,
  // a write to the secret store: wanted until granted, then two or three beats; one comes back
  output logic         sec_want_o,
  input  logic         sec_grant_i,
  output logic         sec_req_o,
  input  logic         sec_req_ready_i,
  output logic [127:0] sec_data_o,
  output logic         sec_last_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i
);
  typedef enum logic [3:0] {StIdle, StNext, StRead, StShift, StOut, StSecWant, StSec, StSecRsp, StDone, StError} state_e;
  state_e state_q, state_d;

  // list of {there is one, slot}; with secret_i the one that sec_at says is left out of the port's and goes to the store
  logic [11:0] list;
  logic [2:0]  item;
  logic [1:0]  at_q, at_d, sec_slot;
  logic        store_q, store_d;  // the number in hand is the store's
  logic        little, more;
  always_comb begin
    sec_slot = 2'd3;
    unique case (prog_i)
      ecc_job_pkg::PgKeygen:   list = {3'd7, 3'd5, 3'd6, 3'd0};
      ecc_job_pkg::PgEcdh:     begin list = {3'd5, 9'd0}; sec_slot = 2'd1; end
      ecc_job_pkg::PgRespond:  list = {3'd5, 3'd6, 3'd7, 3'd0};
      ecc_job_pkg::PgMul, ecc_job_pkg::PgSign: list = {3'd5, 3'd6, 6'd0};
      ecc_job_pkg::PgXKeygen:  begin list = {3'd4, 3'd5, 6'd0}; sec_slot = 2'd0; end
      ecc_job_pkg::PgXEcdh:    begin list = {3'd5, 9'd0}; sec_slot = 2'd1; end
      ecc_job_pkg::PgXRespond: list = {3'd5, 3'd7, 6'd0};
      ecc_job_pkg::PgEdPoint:  list = {3'd6, 9'd0};
      ecc_job_pkg::PgEd:       list = {3'd6, 3'd7, 6'd0};
      default:                 list = 12'd0;
    endcase
  end
  logic [2:0] after;
  logic       beyond;
  always_comb begin
    unique case (at_q)
      2'd0:    begin item = list[11:9]; after = list[8:6]; beyond = list[5]; end
      2'd1:    begin item = list[8:6]; after = list[5:3]; beyond = list[2]; end
      2'd2:    begin item = list[5:3]; after = list[2:0]; beyond = 1'b0; end
      default: begin item = list[2:0]; after = 3'd0; beyond = 1'b0; end
    endcase
  end
  // one more for the port behind this one: lists have at most three numbers
  assign more  = after[2] && !(secret_i && after[1:0] == sec_slot && !beyond);
  assign little = prog_i == ecc_job_pkg::PgXKeygen || prog_i == ecc_job_pkg::PgXEcdh || prog_i == ecc_job_pkg::PgXRespond ||
                  prog_i == ecc_job_pkg::PgEdPoint || prog_i == ecc_job_pkg::PgEd;

  logic [407:0] row_q, row_d;
  logic [127:0] half, half_be;
  logic [4:0]   digit_q, digit_d;
  logic [1:0]   word_q, word_d, word_last, at_word;  // words given; number of the last one; where in the row the next one is
  logic         empty_q, empty_d, refused_q, refused_d;
  logic [1:0]   slot;
  assign slot = store_q ? sec_slot : item[1:0];
  // big-endian numbers leave upper words first
  assign word_last = wide_i ? 2'd2 : 2'd1;
  assign at_word   = little ? word_q : word_last - word_q;
  always_comb begin
    half    = 128'd0;
    half_be = 128'd0;
    if (state_q == StOut || state_q == StSec) half = at_word == 2'd2 ? row_q[383:256] : at_word == 2'd1 ? row_q[255:128] : row_q[127:0];
    if (state_q == StOut || state_q == StSec) for (int b = 0; b < 16; b++) half_be[8*b +: 8] = little ? half[8*b +: 8] : half[8*(15-b) +: 8];
  end

  always_comb begin
    state_d   = state_q;
    at_d      = at_q;
    store_d   = store_q;
    row_d     = row_q;
    digit_d   = digit_q;
    word_d    = word_q;
    empty_d   = empty_q;
    refused_d = refused_q;
    unique case (state_q)
      StIdle: if (start_i) begin
        state_d   = StNext;
        at_d      = 2'd0;
        store_d   = secret_i;
        empty_d   = 1'b1;
        refused_d = 1'b0;
      end
      StNext: begin
        digit_d = 5'd0;
        word_d  = 2'd0;
        if (store_q) begin
          state_d = StRead;
        end else if (!item[2]) begin
          state_d = StDone;
        end else begin
          state_d = StRead;
          if (secret_i && item[1:0] == sec_slot) begin
            state_d = StNext;
            at_d    = at_q + 2'd1;
          end
        end
      end
      StRead: if (dg_ready_i) state_d = StShift;
      StShift: begin
        row_d   = wide_i ? {dg_data_i, row_q[407:17]} : {136'd0, dg_data_i, row_q[271:17]};
        digit_d = digit_q + 5'd1;
        state_d = digit_q == (wide_i ? 5'd23 : 5'd15) ? (store_q ? StSecWant : StOut) : StRead;
      end
      StOut: if (out_ready_i) begin
        word_d  = word_q + 2'd1;
        empty_d = 1'b0;
        if (word_q == word_last) begin
          at_d    = at_q + 2'd1;
          row_d   = 408'd0;
          state_d = StNext;
        end
      end
      StSecWant: if (sec_grant_i) state_d = StSec;
      StSec: if (sec_req_ready_i) begin
        word_d = word_q + 2'd1;
        if (word_q == word_last) begin
          row_d   = 408'd0;
          state_d = StSecRsp;
        end
      end
      StSecRsp: if (sec_rsp_valid_i) begin
        store_d   = 1'b0;
        refused_d = !sec_rsp_ok_i;
        state_d   = sec_rsp_ok_i ? StNext : StDone;
      end
      StDone: state_d = StIdle;
      default: state_d = StError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StIdle;
      at_q      <= 2'd0;
      store_q   <= 1'b0;
      row_q     <= 408'd0;
      digit_q   <= 5'd0;
      word_q    <= 2'd0;
      empty_q   <= 1'b0;
      refused_q <= 1'b0;
    end else begin
      state_q   <= state_d;
      at_q      <= at_d;
      store_q   <= store_d;
      if (state_q != StIdle) row_q <= row_d;
      digit_q   <= digit_d;
      word_q    <= word_d;
      empty_q   <= empty_d;
      refused_q <= refused_d;
    end
  end

  assign busy_o          = state_q != StIdle;
  assign done_o          = state_q == StDone;
  assign empty_o         = empty_q;
  assign refused_o       = refused_q;
  assign dg_re_o         = state_q == StRead;
  assign dg_addr_o       = {ctx_i, slot, digit_q};
  assign out_valid_o     = state_q == StOut;
  assign out_data_o      = state_q == StOut ? half_be : 128'd0;
  assign out_last_o      = state_q == StOut && word_q == word_last && !more;
  assign sec_want_o      = state_q == StSecWant;
  assign sec_req_o       = state_q == StSec;
  assign sec_data_o      = state_q == StSec ? half_be : 128'd0;
  assign sec_last_o      = state_q == StSec && word_q == word_last;
  assign sec_rsp_ready_o = state_q == StSecRsp;

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_STABLE(ResultHolds, out_valid_o, out_ready_i, out_data_o)
  `ASSERT_NEVER(ASecretDoesNotLeave, out_valid_o && secret_i && slot == sec_slot)
endmodule
