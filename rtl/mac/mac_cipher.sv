// CIPHER_ENC and CIPHER_DEC of AES-CBC: source IV | data, result data. The key goes to the AES while the IV is on its way.
`include "assert.svh"

module mac_cipher (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [27:0]  words_i,            // data words, without the IV
  output logic         done_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  output logic         c_key_valid_o,
  input  logic         c_key_ready_i,
  output logic         c_iv_ld_o,
  output logic         c_valid_o,
  input  logic         c_ready_i,
  input  logic         c_out_valid_i,
  output logic         c_out_ready_o,
  output logic         o_valid_o,
  input  logic         o_ready_i,
  output logic [4:0]   o_bytes_o,
  output logic         o_last_o
);
  typedef enum logic [2:0] {
    StIdle  = 3'd0,
    StKey   = 3'd1,
    StIv    = 3'd2,                        // the first source word is the IV
    StData  = 3'd3,
    StNone  = 3'd4,                        // no data: one empty result word
    StError = 3'd7
  } state_e;
  state_e      state_q, state_d;
  logic [27:0] in_q, out_q;                // words still to come, to leave

  always_comb begin
    state_d       = state_q;
    in_ready_o    = 1'b0;
    c_key_valid_o = 1'b0;
    c_iv_ld_o     = 1'b0;
    c_valid_o     = 1'b0;
    c_out_ready_o = 1'b0;
    o_valid_o     = 1'b0;
    o_bytes_o     = '0;
    o_last_o      = 1'b0;
    done_o        = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) state_d = StKey;
      StKey: begin
        c_key_valid_o = 1'b1;
        if (c_key_ready_i) state_d = StIv;
      end
      StIv: begin
        in_ready_o = 1'b1;
        c_iv_ld_o  = in_valid_i;
        if (in_valid_i) state_d = (in_q == '0) ? StNone : StData;
      end
      StData: begin
        c_valid_o     = in_valid_i && (in_q != '0);
        in_ready_o    = c_ready_i && (in_q != '0);
        o_valid_o     = c_out_valid_i;
        o_bytes_o     = 5'd16;
        o_last_o      = (out_q == 28'd1);
        c_out_ready_o = o_ready_i;
        if (c_out_valid_i && o_ready_i && o_last_o) begin
          done_o  = 1'b1;
          state_d = StIdle;
        end
      end
      StNone: begin
        o_valid_o = 1'b1;
        o_last_o  = 1'b1;
        done_o    = o_ready_i;
        if (o_ready_i) state_d = StIdle;
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      in_q    <= '0;
      out_q   <= '0;
    end else begin
      state_q <= state_d;
      if (start_i) begin
        in_q  <= words_i;
        out_q <= words_i;
      end else begin
        if (c_valid_o && c_ready_i) in_q <= in_q - 28'd1;
        if ((state_q == StData) && c_out_valid_i && o_ready_i) out_q <= out_q - 28'd1;
      end
    end
  end

  `ASSERT(StateIsLegal, state_q != StError)
endmodule
