// SESSION_LOAD from a secret slot: reads a key block over the secret port and passes on the part that the session's slice names.
//
// TLS 1.2 (RFC 5246 6.3; AES-GCM has no MAC keys): client key | server key | client salt (4) | server salt (4). TLS 1.3: key | IV (12), slice
// WHOLE. Keys are 16 or 32 bytes, so every part starts in a beat of its own but the salts, which share one. The secret must be of
// exactly that length for TLS 1.3; a key block of TLS 1.2 may have more bytes behind what it is made of.
//
// Beats go straight on to aead_ctx; nothing of them is kept here. A request once made is seen through even in a lane that hangs: the secret
// network serves other engines too.
`include "assert.svh"

module aead_secret (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,        // one cycle; the next four are held until done_o
  input  logic [31:0]  handle_i,
  input  logic [7:0]   func_i,
  input  logic         wide_i,         // 32-byte key
  input  logic [1:0]   slice_i,
  output logic         done_o,         // one cycle, after the last strobe
  output logic         ok_o,           // with done_o: the store gave it
  output logic         fits_o,         // with done_o: and it was long enough
  output logic [1:0]   key_we_o,       // data_o is the low, the high half of the key
  output logic         iv_we_o,        // data_o bits 95:0 are the IV, or bits 31:0 the salt
  output logic [127:0] data_o,
  // secret port
  output logic         sec_req_valid_o,
  input  logic         sec_req_ready_i,
  output logic         sec_req_write_o,
  output logic [31:0]  sec_req_handle_o,
  output logic [7:0]   sec_req_func_o,
  output logic [3:0]   sec_req_kind_o,
  output logic [7:0]   sec_req_len_o,
  output logic [127:0] sec_req_data_o,
  output logic         sec_req_last_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i
);
  typedef enum logic [1:0] {StIdle = 2'd0, StReq = 2'd1, StRsp = 2'd2, StDone = 2'd3} state_e;
  state_e      state_q;
  logic        ok_q, fits_q, take, whole, good;
  logic [3:0]  beat_q, key_beat, iv_beat;
  logic [7:0]  want_len;

  assign whole    = slice_i == sluice_pkg::SLICE_WHOLE[1:0];
  assign want_len = whole ? (wide_i ? 8'd44 : 8'd28) : (wide_i ? 8'd72 : 8'd40);
  assign key_beat = slice_i == sluice_pkg::SLICE_SERVER[1:0] ? (wide_i ? 4'd2 : 4'd1) : 4'd0;
  assign iv_beat  = whole ? (wide_i ? 4'd2 : 4'd1) : (wide_i ? 4'd4 : 4'd2);

  assign sec_req_valid_o = state_q == StReq;
  assign sec_req_write_o = 1'b0;
  assign sec_req_len_o   = 8'd0;
  assign sec_req_last_o  = sec_req_valid_o;
  always_comb begin
    sec_req_handle_o = 32'd0;
    sec_req_func_o   = 8'd0;
    sec_req_kind_o   = 4'd0;
    sec_req_data_o   = 128'd0;
    if (sec_req_valid_o) begin
      sec_req_handle_o = handle_i;
      sec_req_func_o   = func_i;
      sec_req_kind_o   = sluice_pkg::SECRET_KEY_BLOCK[3:0];
      sec_req_data_o   = {126'd0, slice_i};  // the store gives each slice once
    end
  end
  assign sec_rsp_ready_o = state_q == StRsp;
  assign take            = sec_rsp_valid_i && sec_rsp_ready_o;
  assign good            = sec_rsp_ok_i && (whole ? sec_rsp_len_i == want_len : sec_rsp_len_i >= want_len);

  assign done_o = state_q == StDone;
  assign ok_o   = done_o && ok_q;
  assign fits_o = done_o && fits_q;
  always_comb begin
    key_we_o = 2'b00;
    iv_we_o  = 1'b0;
    data_o   = 128'd0;
    if (take && good) begin
      key_we_o = {wide_i && beat_q == key_beat + 4'd1, beat_q == key_beat};
      iv_we_o  = beat_q == iv_beat;
      data_o   = sec_rsp_data_i;
      if (iv_we_o && !whole) begin
        data_o = {96'd0, slice_i == sluice_pkg::SLICE_SERVER[1:0] ? sec_rsp_data_i[63:32] : sec_rsp_data_i[31:0]};
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      ok_q    <= 1'b0;
      fits_q  <= 1'b0;
      beat_q  <= 4'd0;
    end else begin
      unique case (state_q)
        StIdle: begin
          ok_q   <= 1'b0;
          fits_q <= 1'b0;
          beat_q <= 4'd0;
          if (start_i) state_q <= StReq;
        end
        StReq: if (sec_req_valid_o && sec_req_ready_i) state_q <= StRsp;
        StRsp: begin
          if (take) begin
            beat_q <= beat_q + 4'd1;
            ok_q   <= sec_rsp_ok_i;
            fits_q <= good && beat_q >= iv_beat;
            if (sec_rsp_last_i) state_q <= StDone;
          end
        end
        StDone: state_q <= StIdle;
        default: state_q <= StIdle;
      endcase
    end
  end

  `ASSERT_NEVER(OneRequestAtATime, start_i && state_q != StIdle)
  `ASSERT_ZERO(NoSecretOnIdleLines, take, data_o)
  `ASSERT_ZERO(NoHandleOnIdleLines, sec_req_valid_o, {sec_req_handle_o, sec_req_func_o, sec_req_kind_o, sec_req_data_o})
endmodule
