// SESSION_LOAD: takes struct session (8 words), checks it, and has hmac_unit turn the MAC key into its two states. The MAC key itself goes
// no further; everything is wiped in the cycle after done_o. With ok_o the lane writes the slot.
`include "assert.svh"

module mac_sess_load (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  output logic         done_o,
  output logic         ok_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  output logic         h_key_start_o,
  output logic [1:0]   h_alg_o,
  output logic [511:0] h_key_o,
  input  logic         h_done_i,
  output logic [7:0]   alg_o,
  output logic         has_mac_o,
  output logic         key_256_o,
  output logic [15:0]  version_o,
  output logic [255:0] key_o,
  output logic [63:0]  seq_o,
  output logic [127:0] iv_o
);
  typedef enum logic [2:0] {
    StIdle   = 3'd0,
    StTake   = 3'd1,                       // source words
    StCheck  = 3'd2,
    StKeyRun = 3'd3,                       // the two compressions of the MAC key
    StDone   = 3'd4,
    StError  = 3'd7
  } state_e;
  state_e        state_q, state_d;
  logic [1023:0] ctx_q;
  logic          ok_q, good, fire, cipher, record;
  logic [7:0]    key_bytes, mac_bytes;

  assign in_ready_o = (state_q == StTake);
  assign fire       = in_valid_i && in_ready_o;
  assign alg_o      = ctx_q[sluice_pkg::SESSION_ALG_LSB +: 8];
  assign version_o  = ctx_q[sluice_pkg::SESSION_VERSION_LSB +: 16];
  assign seq_o      = ctx_q[sluice_pkg::SESSION_SEQ_LSB +: 64];
  assign iv_o       = ctx_q[sluice_pkg::SESSION_IV_LSB +: 128];
  assign key_bytes  = ctx_q[sluice_pkg::SESSION_KEY_BYTES_LSB +: 8];
  assign mac_bytes  = ctx_q[sluice_pkg::SESSION_MAC_KEY_BYTES_LSB +: 8];
  assign key_256_o  = (key_bytes == 8'd32);
  assign h_key_o    = ctx_q[sluice_pkg::SESSION_MAC_KEY_LSB +: 512];
  always_comb begin
    key_o = '0;
    if (cipher) key_o = key_256_o ? ctx_q[sluice_pkg::SESSION_KEY_LSB +: 256] : {128'd0, ctx_q[sluice_pkg::SESSION_KEY_LSB +: 128]};
  end

  // ---- what a context of this lane may be -----------------------------------------------------------------------------------------------
  always_comb begin
    cipher    = 1'b0;
    record    = 1'b0;
    has_mac_o = 1'b0;
    h_alg_o   = 2'd0;
    good      = 1'b1;
    unique case (alg_o)
      sluice_pkg::ALG_AES_CBC: cipher = 1'b1;
      sluice_pkg::ALG_AES_CBC_HMAC_SHA1, sluice_pkg::ALG_AES_CBC_HMAC_SHA256: begin
        cipher    = 1'b1;
        record    = 1'b1;
        has_mac_o = 1'b1;
        h_alg_o   = {1'b0, alg_o == sluice_pkg::ALG_AES_CBC_HMAC_SHA256};
      end
      sluice_pkg::ALG_HMAC_SHA1: has_mac_o = 1'b1;
      sluice_pkg::ALG_HMAC_SHA256: begin
        has_mac_o = 1'b1;
        h_alg_o   = 2'd1;
      end
      sluice_pkg::ALG_HMAC_SHA384: begin
        has_mac_o = 1'b1;
        h_alg_o   = 2'd2;
      end
      sluice_pkg::ALG_HMAC_SHA512: begin
        has_mac_o = 1'b1;
        h_alg_o   = 2'd3;
      end
      default: good = 1'b0;
    endcase
    if (cipher ? ((key_bytes != 8'd16) && (key_bytes != 8'd32)) : (key_bytes != 8'd0)) good = 1'b0;
    if (mac_bytes > (has_mac_o ? 8'd64 : 8'd0)) good = 1'b0;
    if ((version_o != 16'd0) && !(record && (version_o >= 16'h0301) && (version_o <= 16'h0303))) good = 1'b0;
    if (ctx_q[sluice_pkg::SESSION_FLAGS_LSB +: 24] != '0) good = 1'b0;
  end

  assign h_key_start_o = (state_q == StCheck) && good && has_mac_o;
  assign done_o        = (state_q == StDone);
  assign ok_o          = ok_q;
  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (start_i) state_d = StTake;
      StTake: if (fire && in_last_i) state_d = StCheck;
      StCheck: state_d = h_key_start_o ? StKeyRun : StDone;
      StKeyRun: if (h_done_i) state_d = StDone;
      StDone: state_d = StIdle;
      default: state_d = StError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      ok_q    <= 1'b0;
      ctx_q   <= '0;
    end else begin
      state_q <= state_d;
      if (state_q == StCheck) ok_q <= good;
      if (fire) ctx_q <= {in_data_i, ctx_q[1023:128]};
      else if (state_q == StDone) ctx_q <= '0;
    end
  end

  `ASSERT(StateIsLegal, state_q != StError)
endmodule
