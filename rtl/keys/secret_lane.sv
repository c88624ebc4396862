// One lane of the secret port (rtl/README.md): takes an engine's request whole, has it served by the store in one go, hands out the answer
// at the engine's pace. So a transfer is atomic, and an engine that stops in the middle of one holds up nobody else.
// The buffer is erased word by word as it is read, and after reset.
`include "assert.svh"

module secret_lane #(
  parameter int unsigned Width = 128,
  parameter int unsigned Words = 12
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  output logic             busy_o,
  // the engine
  input  logic             req_valid_i,
  output logic             req_ready_o,
  input  logic             req_write_i,
  input  logic [31:0]      req_handle_i,
  input  logic [7:0]       req_func_i,
  input  logic [3:0]       req_kind_i,
  input  logic [7:0]       req_len_i,
  input  logic [Width-1:0] req_data_i,
  input  logic             req_last_i,
  output logic             rsp_valid_o,
  input  logic             rsp_ready_i,
  output logic             rsp_ok_o,
  output logic [7:0]       rsp_len_o,
  output logic [Width-1:0] rsp_data_o,
  output logic             rsp_last_o,
  // the store: ask_o holds until fin_i
  output logic             ask_o,
  output logic             ask_write_o,
  output logic [31:0]      ask_handle_o,
  output logic [7:0]       ask_func_o,
  output logic [3:0]       ask_kind_o,
  output logic [7:0]       ask_len_o,
  output logic [7:0]       ask_slice_o,
  output logic             ask_bad_o,     // a write whose beats do not fit its length
  input  logic [3:0]       word_addr_i,
  output logic [Width-1:0] word_o,        // a write's words
  input  logic             word_we_i,     // a read's words
  input  logic [Width-1:0] word_i,
  input  logic             fin_i,
  input  logic             fin_ok_i,
  input  logic [7:0]       fin_len_i
);
  typedef enum logic [2:0] {StErase, StIdle, StFill, StAsk, StAnswer, StClear, StError} state_e;
  state_e state_q, state_d;

  logic [Width-1:0] buf_mem [16];
  logic [3:0]  idx_q, idx_d, last_word;
  logic        write_q, over_q, ok_q, fire, take, buf_we;
  logic [31:0] handle_q;
  logic [7:0]  func_q, len_q, slice_q;
  logic [3:0]  kind_q, buf_addr, full_words;
  logic [Width-1:0] buf_data;

  assign fire      = req_valid_i && req_ready_o;
  assign take      = rsp_valid_o && rsp_ready_i;
  assign full_words = 4'((9'(len_q) + 9'd15) >> 4);   // words that hold the secret
  assign last_word = (write_q || !ok_q) ? 4'd0 : full_words - 4'd1;

  always_comb begin
    state_d  = state_q;
    idx_d    = idx_q;
    buf_we   = 1'b0;
    buf_addr = idx_q;
    buf_data = '0;
    unique case (state_q)
      // zeros into the buffer, after reset and after a write
      StErase, StClear: begin
        buf_we = 1'b1;
        idx_d  = idx_q + 4'd1;
        if (idx_q == 4'(Words - 1)) begin
          idx_d   = 4'd0;
          state_d = state_q == StErase ? StIdle : StAnswer;
        end
      end
      // the first beat of a request
      StIdle: if (fire) begin
        buf_we   = req_write_i;
        buf_data = req_data_i;
        idx_d    = 4'd1;
        state_d  = !req_write_i || req_last_i ? StAsk : StFill;
      end
      // the other beats of a write; what does not fit is dropped, and the request refused
      StFill: if (fire) begin
        buf_we   = idx_q < 4'(Words);
        buf_data = req_data_i;
        if (idx_q != 4'd15) idx_d = idx_q + 4'd1;
        if (req_last_i) state_d = StAsk;
      end
      // the store works
      StAsk: begin
        buf_we   = word_we_i;
        buf_addr = word_addr_i;
        buf_data = word_i;
        if (fin_i) begin
          idx_d   = 4'd0;
          state_d = write_q ? StClear : StAnswer;
        end
      end
      // the answer's beats
      StAnswer: if (take) begin
        buf_we = 1'b1;
        idx_d  = idx_q + 4'd1;
        if (rsp_last_o) begin
          idx_d   = 4'd0;
          state_d = StIdle;
        end
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StErase;
      idx_q    <= 4'd0;
      write_q  <= 1'b0;
      over_q   <= 1'b0;
      ok_q     <= 1'b0;
      handle_q <= 32'd0;
      func_q   <= 8'd0;
      kind_q   <= 4'd0;
      len_q    <= 8'd0;
      slice_q  <= 8'd0;
    end else begin
      state_q <= state_d;
      idx_q   <= idx_d;
      if (state_q == StIdle && fire) begin
        write_q  <= req_write_i;
        handle_q <= req_handle_i;
        func_q   <= req_func_i;
        kind_q   <= req_kind_i;
        len_q    <= req_len_i;
        slice_q  <= req_write_i ? 8'd0 : req_data_i[7:0];
        over_q   <= 1'b0;
      end
      if (state_q == StFill && fire && idx_q >= 4'(Words)) over_q <= 1'b1;
      if (state_q == StAsk && fin_i) begin
        ok_q  <= fin_ok_i;
        len_q <= fin_ok_i ? fin_len_i : 8'd0;
      end
    end
    if (buf_we) buf_mem[buf_addr] <= buf_data;
  end

  assign req_ready_o  = state_q == StIdle || state_q == StFill;
  assign rsp_valid_o  = state_q == StAnswer;
  assign rsp_ok_o     = rsp_valid_o && ok_q;
  assign rsp_len_o    = rsp_valid_o ? len_q : 8'd0;
  assign rsp_last_o   = rsp_valid_o && idx_q == last_word;
  always_comb begin
    rsp_data_o = '0;
    if (rsp_valid_o && ok_q && !write_q) rsp_data_o = buf_mem[idx_q];
  end
  assign ask_o        = state_q == StAsk;
  assign ask_write_o  = write_q;
  assign ask_handle_o = handle_q;
  assign ask_func_o   = func_q;
  assign ask_kind_o   = kind_q;
  assign ask_len_o    = len_q;
  assign ask_slice_o  = slice_q;
  assign ask_bad_o    = write_q && (over_q || len_q == 8'd0 || idx_q != full_words);
  assign word_o       = buf_mem[word_addr_i];
  assign busy_o       = state_q != StIdle;

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_IF(ARequestBeginsAtWordZero, state_q == StIdle, idx_q == 4'd0)
  `ASSERT_STABLE(AnswerHolds, rsp_valid_o, rsp_ready_i, rsp_data_o)
  `ASSERT_ZERO(NoDataOnIdleOutputs, rsp_valid_o, rsp_data_o)
  `ASSERT_NEVER(TheStoreMovesOnlyWhenAsked, (word_we_i || fin_i) && state_q != StAsk)
endmodule
