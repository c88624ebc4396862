// Secret network: the engines' secret ports (rtl/README.md) to the store of engine kdf, one request at a time, round robin. Requests and
// answers pass through one register stage each, so that every output is a function of registers only. Without a store (HasStore 0)
// every request is taken to its end and answered with ok = 0. No word outlives its transfer: the stages are cleared when they are taken.
`include "assert.svh"
module sluice_secnet #(
  parameter int unsigned NumPorts = 3,
  parameter bit HasStore = 1'b0,
  parameter int unsigned SelW = NumPorts > 1 ? $clog2(NumPorts) : 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,
  output logic idle_o,
  output logic fatal_o,

  // engines
  input  logic [NumPorts-1:0] req_valid_i,
  output logic [NumPorts-1:0] req_ready_o,
  input  logic [NumPorts-1:0] req_write_i,
  input  logic [NumPorts*32-1:0] req_handle_i,
  input  logic [NumPorts*8-1:0] req_func_i,
  input  logic [NumPorts*4-1:0] req_kind_i,
  input  logic [NumPorts*8-1:0] req_len_i,
  input  logic [NumPorts*128-1:0] req_data_i,
  input  logic [NumPorts-1:0] req_last_i,
  output logic [NumPorts-1:0] rsp_valid_o,
  input  logic [NumPorts-1:0] rsp_ready_i,
  output logic rsp_ok_o,                   // to all; for the one whose rsp_valid_o is 1
  output logic [7:0] rsp_len_o,
  output logic [127:0] rsp_data_o,
  output logic rsp_last_o,

  // store
  output logic store_req_valid_o,
  input  logic store_req_ready_i,
  output logic store_req_write_o,
  output logic [31:0] store_req_handle_o,
  output logic [7:0] store_req_func_o,
  output logic [3:0] store_req_kind_o,
  output logic [7:0] store_req_len_o,
  output logic [127:0] store_req_data_o,
  output logic store_req_last_o,
  input  logic store_rsp_valid_i,
  output logic store_rsp_ready_o,
  input  logic store_rsp_ok_i,
  input  logic [7:0] store_rsp_len_i,
  input  logic [127:0] store_rsp_data_i,
  input  logic store_rsp_last_i
);
  typedef enum logic [1:0] {StIdle, StRequest, StAnswer, StFatal} state_e;
  state_e state_q, state_d;
  logic [SelW-1:0] sel_q, sel;
  logic req_take, req_gone, rsp_take, rsp_gone;
  logic req_valid_q, req_write_q, req_last_q, rsp_valid_q, rsp_ok_q, rsp_last_q;
  logic [31:0] req_handle_q;
  logic [7:0] req_func_q, req_len_q, rsp_len_q;
  logic [3:0] req_kind_q;
  logic [127:0] req_data_q, rsp_data_q;

  always_comb begin
    sel = sel_q;
    for (int i = NumPorts; i > 0; i--) begin
      if (req_valid_i[(32'(sel_q) + i) % NumPorts]) sel = SelW'((32'(sel_q) + i) % NumPorts);
    end
  end

  assign req_take = state_q == StRequest && !req_valid_q && req_valid_i[sel_q];
  assign req_gone = req_valid_q && (!HasStore || store_req_ready_i);
  assign rsp_take = state_q == StAnswer && !rsp_valid_q && (!HasStore || store_rsp_valid_i);
  assign rsp_gone = rsp_valid_q && rsp_ready_i[sel_q];

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (req_valid_i != '0) state_d = StRequest;           // whose turn is it
      StRequest: if (req_gone && req_last_q) state_d = StAnswer;    // beats of the request to the store
      StAnswer: if (rsp_gone && rsp_last_q) state_d = StIdle;       // beats of the answer to the engine
      StFatal: state_d = StFatal;
      default: state_d = StFatal;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      sel_q <= '0;
      req_valid_q <= 1'b0;
      req_write_q <= 1'b0;
      req_last_q <= 1'b0;
      req_handle_q <= '0;
      req_func_q <= '0;
      req_kind_q <= '0;
      req_len_q <= '0;
      req_data_q <= '0;
      rsp_valid_q <= 1'b0;
      rsp_ok_q <= 1'b0;
      rsp_last_q <= 1'b0;
      rsp_len_q <= '0;
      rsp_data_q <= '0;
    end else if (act_o) begin
      state_q <= state_d;
      if (state_q == StIdle) sel_q <= sel;
      if (req_take) begin
        req_valid_q <= 1'b1;
        req_write_q <= req_write_i[sel_q];
        req_last_q <= req_last_i[sel_q];
        req_handle_q <= req_handle_i[32*sel_q +: 32];
        req_func_q <= req_func_i[8*sel_q +: 8];
        req_kind_q <= req_kind_i[4*sel_q +: 4];
        req_len_q <= req_len_i[8*sel_q +: 8];
        req_data_q <= req_data_i[128*sel_q +: 128];
      end else if (req_gone) begin
        req_valid_q <= 1'b0;
        req_data_q <= '0;
      end
      if (rsp_take) begin
        rsp_valid_q <= 1'b1;
        rsp_ok_q <= HasStore && store_rsp_ok_i;
        rsp_last_q <= !HasStore || store_rsp_last_i;
        rsp_len_q <= HasStore ? store_rsp_len_i : '0;
        rsp_data_q <= HasStore ? store_rsp_data_i : '0;
      end else if (rsp_gone) begin
        rsp_valid_q <= 1'b0;
        rsp_data_q <= '0;
      end
    end
  end

  always_comb begin
    req_ready_o = '0;
    rsp_valid_o = '0;
    req_ready_o[sel_q] = state_q == StRequest && !req_valid_q;
    rsp_valid_o[sel_q] = rsp_valid_q;
  end
  assign rsp_ok_o = rsp_ok_q;
  assign rsp_len_o = rsp_len_q;
  assign rsp_data_o = rsp_data_q;
  assign rsp_last_o = rsp_last_q;
  assign store_req_valid_o = HasStore && req_valid_q;
  assign store_req_write_o = req_write_q;
  assign store_req_handle_o = req_handle_q;
  assign store_req_func_o = req_func_q;
  assign store_req_kind_o = req_kind_q;
  assign store_req_len_o = req_len_q;
  assign store_req_data_o = req_data_q;
  assign store_req_last_o = req_last_q;
  assign store_rsp_ready_o = HasStore && state_q == StAnswer && !rsp_valid_q;
  assign idle_o = state_q == StIdle && req_valid_i == '0;
  assign fatal_o = state_q == StFatal;
  assign act_o = state_q != StIdle || req_valid_i != '0;

  `ASSERT_STABLE(StoreReq, store_req_valid_o, store_req_ready_i, {store_req_handle_o, store_req_data_o, store_req_last_o})
  `ASSERT_ZERO(NoSecretOnIdleRequest, req_valid_q, req_data_q)
  `ASSERT_ZERO(NoSecretOnIdleAnswer, rsp_valid_q, rsp_data_q)
  `ASSERT_NEVER(AnswerWithoutRequest, HasStore && store_rsp_valid_i && state_q == StIdle)
endmodule
