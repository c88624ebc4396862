// Gives a finished record out of its bank. Seal: header, explicit IV, ciphertext, and with encrypt-then-MAC the MAC. Open: the plaintext; the
// number of words is public (that of the longest plaintext the record could hold); words behind the plaintext's end are empty, and
// all are after a failed verdict. So the time to the response tells nothing about padding or verdict.
`include "assert.svh"

module rec_drain (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  mac_pkg::record_t rec_i,          // these: held until done_o
  input  logic [127:0] iv_i,
  input  logic [383:0] mac_i,
  input  logic [14:0]  len_i,              // open: plaintext bytes; secret until the verdict, and for good when it is bad
  output logic         busy_o,
  output logic         done_o,             // one cycle: the last word has left
  output logic         re_o,
  output logic [10:0]  addr_o,
  input  logic [127:0] data_i,
  output logic         o_valid_o,
  input  logic         o_ready_i,
  output logic [127:0] o_data_o,
  output logic [4:0]   o_bytes_o,
  output logic         o_last_o,
  output logic         o_flip_o            // the last word that is not empty
);
  typedef enum logic [2:0] {
    StIdle   = 3'd0,
    StHeader = 3'd1,
    StIv     = 3'd2,
    StBody   = 3'd3,
    StMac    = 3'd4,
    StError  = 3'd7
  } state_e;
  state_e       state_q, state_d;
  logic         have_q, fire, body, body_last, explicit_iv;
  logic [10:0]  read_q, out_q, words;
  logic [14:0]  left_q, len_max;           // plaintext bytes from this word on
  logic [6:0]   mac_len, mac_left;
  logic [1:0]   mac_at_q;
  logic [15:0]  frag_len;
  assign explicit_iv = mac_pkg::explicit_iv(rec_i.version);
  assign mac_len     = mac_pkg::digest_bytes(rec_i.hash);
  assign len_max     = {rec_i.words, 4'd0} - {8'd0, mac_len} - 15'd1;
  assign words       = (rec_i.seal || rec_i.etm) ? rec_i.words : 11'((len_max + 15'd15) >> 4);
  assign frag_len    = {1'b0, rec_i.words, 4'd0} + (explicit_iv ? 16'd16 : 16'd0) + (rec_i.etm ? {9'd0, mac_len} : 16'd0);
  assign mac_left    = mac_len - {1'b0, mac_at_q, 4'd0};
  assign body        = (state_q == StBody);
  assign body_last   = (out_q + 11'd1 == words);
  assign busy_o      = (state_q != StIdle);
  assign fire        = o_valid_o && o_ready_i;
  assign re_o        = busy_o && (read_q != words) && (!have_q || (body && fire));
  assign addr_o      = read_q;
  assign done_o      = fire && o_last_o;

  always_comb begin
    state_d   = state_q;
    o_valid_o = 1'b0;
    o_data_o  = '0;
    o_bytes_o = '0;
    o_last_o  = 1'b0;
    o_flip_o  = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) state_d = rec_i.seal ? StHeader : StBody;
      StHeader: begin // RFC 5246 6.2.1: type, version, length
        o_valid_o = 1'b1;
        o_bytes_o = 5'd5;
        o_data_o  = {88'd0, frag_len[7:0], frag_len[15:8], rec_i.version[7:0], rec_i.version[15:8], rec_i.kind};
        if (o_ready_i) state_d = explicit_iv ? StIv : StBody;
      end
      StIv: begin
        o_valid_o = 1'b1;
        o_bytes_o = 5'd16;
        o_data_o  = iv_i;
        if (o_ready_i) state_d = StBody;
      end
      StBody: begin
        o_valid_o = have_q;
        o_last_o  = have_q && body_last && !(rec_i.seal && rec_i.etm);
        o_flip_o  = o_last_o;
        o_bytes_o = have_q ? 5'd16 : 5'd0;
        if (have_q) o_data_o = data_i;
        if (!rec_i.seal && have_q) begin
          o_bytes_o = (left_q >= 15'd16) ? 5'd16 : left_q[4:0];
          o_flip_o  = (left_q != '0) && (left_q <= 15'd16);
        end
        if (fire && body_last) state_d = o_last_o ? StIdle : StMac;
      end
      StMac: begin
        o_valid_o = 1'b1;
        o_bytes_o = (mac_left > 7'd16) ? 5'd16 : mac_left[4:0];
        o_data_o  = mac_i[128*mac_at_q +: 128];
        o_last_o  = (mac_left <= 7'd16);
        o_flip_o  = o_last_o;
        if (o_ready_i && o_last_o) state_d = StIdle;
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      have_q   <= 1'b0;
      read_q   <= '0;
      out_q    <= '0;
      left_q   <= '0;
      mac_at_q <= '0;
    end else begin
      state_q <= state_d;
      if (start_i) begin
        have_q   <= 1'b0;
        read_q   <= '0;
        out_q    <= '0;
        left_q   <= len_i;
        mac_at_q <= '0;
      end else if (busy_o) begin
        if (re_o) read_q <= read_q + 11'd1;
        have_q <= re_o || (have_q && !(body && fire));
        if (body && fire) begin
          out_q  <= out_q + 11'd1;
          left_q <= (left_q >= 15'd16) ? left_q - 15'd16 : '0;
        end
        if ((state_q == StMac) && fire) mac_at_q <= mac_at_q + 2'd1;
        if (done_o) left_q <= '0;
      end
    end
  end

  `ASSERT_NEVER(StartOnlyWhileIdle, start_i && busy_o)
  `ASSERT(StateIsLegal, state_q != StError)
endmodule
