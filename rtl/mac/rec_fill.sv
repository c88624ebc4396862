// Intake of a record into its bank, a word a cycle. Seal: the plaintext as it comes. Open: checks the record's header, cuts the source into
// ciphertext words, keeps the explicit IV, the last two ciphertext words (the last block is decrypted first, see rec_cipher), and with
// encrypt-then-MAC the MAC behind them. The lane has checked src_len: lengths are such that everything is whole. done_o is one cycle;
// bad_o with it means that the header was wrong; ended_o that the source's last word was taken. All values are public.
`include "assert.svh"

module rec_fill (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         seal_i,             // these: held
  input  logic         empty_i,            // seal: no source at all
  input  logic [15:0]  version_i,
  input  logic         explicit_iv_i,
  input  logic [15:0]  frag_len_i,
  input  logic [10:0]  words_i,            // open: ciphertext words; what follows them is the MAC
  output logic         done_o,
  output logic         bad_o,
  output logic         ended_o,
  output logic [7:0]   kind_o,
  output logic [127:0] iv_o,
  output logic [127:0] prev_o,             // the word before the last
  output logic [127:0] last_o,             // seal: the plaintext's last word
  output logic [383:0] mac_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  output logic         we_o,
  output logic [10:0]  waddr_o,
  output logic [127:0] wdata_o
);
  typedef enum logic [2:0] {
    StIdle   = 3'd0,
    StHeader = 3'd1,
    StIv     = 3'd2,                       // the word that completes the explicit IV
    StBody   = 3'd3,
    StPlain  = 3'd4                        // seal
  } state_e;
  state_e       state_q, state_d;
  logic         fire, header_ok, in_mac, done_q, bad_q, ended_q;
  logic [87:0]  carry_q;                   // 11 bytes that begin the next ciphertext word
  logic [127:0] word, iv_q, prev_q, last_q;
  logic [383:0] mac_q;
  logic [10:0]  count_q, mac_at;
  logic [7:0]   kind_q;

  assign in_ready_o = (state_q != StIdle);
  assign fire       = in_valid_i && in_ready_o;
  assign word       = (state_q == StPlain) ? in_data_i : {in_data_i[39:0], carry_q};
  assign header_ok  = (in_data_i[23:8] == {version_i[7:0], version_i[15:8]}) &&
                      (in_data_i[39:24] == {frag_len_i[7:0], frag_len_i[15:8]});
  assign in_mac     = (state_q == StBody) && (count_q >= words_i);
  assign mac_at     = count_q - words_i;
  assign we_o       = fire && ((state_q == StPlain) || ((state_q == StBody) && !in_mac));
  assign waddr_o    = count_q;
  assign wdata_o    = we_o ? word : '0;
  assign done_o     = done_q;
  assign bad_o      = bad_q;
  assign ended_o    = ended_q;
  assign kind_o     = kind_q;
  assign iv_o       = iv_q;
  assign prev_o     = prev_q;
  assign last_o     = last_q;
  assign mac_o      = mac_q;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (start_i && !(seal_i && empty_i)) state_d = seal_i ? StPlain : StHeader;
      StHeader: if (fire) state_d = (!header_ok || in_last_i) ? StIdle : (explicit_iv_i ? StIv : StBody);
      StIv: if (fire) state_d = in_last_i ? StIdle : StBody;
      StBody, StPlain: if (fire && in_last_i) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      done_q  <= 1'b0;
      bad_q   <= 1'b0;
      ended_q <= 1'b0;
      count_q <= '0;
      kind_q  <= '0;
    end else begin
      state_q <= state_d;
      done_q  <= (fire && (state_d == StIdle)) || (start_i && seal_i && empty_i);
      bad_q   <= fire && ((state_q == StHeader) || (state_q == StIv));
      ended_q <= (fire && in_last_i) || (start_i && seal_i && empty_i);
      if (start_i) count_q <= '0;
      else if (fire && ((state_q == StBody) || (state_q == StPlain))) count_q <= count_q + 11'd1;
      if (fire && (state_q == StHeader)) kind_q <= in_data_i[7:0];
    end
  end
  always_ff @(posedge clk_i) begin
    if (fire && (state_q != StPlain)) carry_q <= in_data_i[127:40];
    if (fire && (state_q == StIv)) iv_q <= word;
    if (we_o) begin
      prev_q <= last_q;
      last_q <= word;
    end
    if (fire && in_mac) begin
      for (int i = 0; i < 3; i++) if (mac_at[1:0] == 2'(i)) mac_q[128*i +: 128] <= word;
      if (in_last_i && (frag_len_i[3:0] != '0)) mac_q[159:128] <= in_data_i[71:40]; // SHA-1: 4 bytes more
    end
  end

  logic unused_bits;
  assign unused_bits = ^mac_at[10:2];
  `ASSERT_NEVER(StartOnlyWhileIdle, start_i && (state_q != StIdle))
endmodule
