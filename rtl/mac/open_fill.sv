// Intake of RECORD_OPEN: checks the record's header, cuts the source into ciphertext words and writes them to a bank of open_buf at a
// word a cycle. Keeps the explicit IV and the last two ciphertext words: the last block is decrypted first (see cbc_open).
// The lane has checked src_len_i: the fragment is whole blocks, long enough and not too long. done_o is one cycle; bad_o with it means that
// the header was wrong; ended_o that the source's last word was taken. All values are public.
`include "assert.svh"

module open_fill (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [15:0]  version_i,          // held
  input  logic         explicit_iv_i,      // held
  input  logic [15:0]  frag_len_i,         // held
  output logic         done_o,
  output logic         bad_o,
  output logic         ended_o,
  output logic [7:0]   type_o,
  output logic [127:0] iv_o,
  output logic [127:0] prev_o,             // the ciphertext block before the last
  output logic [127:0] last_o,
  output logic [10:0]  words_o,            // ciphertext words
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  output logic         we_o,
  output logic [10:0]  waddr_o,
  output logic [127:0] wdata_o
);
  typedef enum logic [1:0] {
    StIdle   = 2'd0,
    StHeader = 2'd1,
    StIv     = 2'd2,                       // the word that completes the explicit IV
    StBody   = 2'd3
  } state_e;
  state_e       state_q, state_d;
  logic         fire, header_ok, done_q, bad_q, ended_q;
  logic [87:0]  carry_q;                   // 11 bytes that begin the next ciphertext word
  logic [127:0] word, iv_q, prev_q, last_q;
  logic [10:0]  count_q;
  logic [7:0]   type_q;

  assign in_ready_o = (state_q != StIdle);
  assign fire       = in_valid_i && in_ready_o;
  assign word       = {in_data_i[39:0], carry_q};
  assign header_ok  = (in_data_i[23:8] == {version_i[7:0], version_i[15:8]}) &&
                      (in_data_i[39:24] == {frag_len_i[7:0], frag_len_i[15:8]});
  assign we_o       = fire && (state_q == StBody);
  assign waddr_o    = count_q;
  assign wdata_o    = we_o ? word : '0;
  assign done_o     = done_q;
  assign bad_o      = bad_q;
  assign ended_o    = ended_q;
  assign type_o     = type_q;
  assign iv_o       = iv_q;
  assign prev_o     = prev_q;
  assign last_o     = last_q;
  assign words_o    = count_q;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (start_i) state_d = StHeader;
      StHeader: if (fire) state_d = (!header_ok || in_last_i) ? StIdle : (explicit_iv_i ? StIv : StBody);
      StIv: if (fire) state_d = in_last_i ? StIdle : StBody;
      StBody: if (fire && in_last_i) state_d = StIdle;
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
      type_q  <= '0;
    end else begin
      state_q <= state_d;
      done_q  <= fire && (state_d == StIdle);
      bad_q   <= fire && (state_q != StBody);
      ended_q <= fire && in_last_i;
      if (start_i) count_q <= '0;
      else if (we_o) count_q <= count_q + 11'd1;
      if (fire && (state_q == StHeader)) type_q <= in_data_i[7:0];
    end
  end
  always_ff @(posedge clk_i) begin
    if (fire) carry_q <= in_data_i[127:40];
    if (fire && (state_q == StIv)) iv_q <= word;
    if (we_o) begin
      prev_q <= last_q;
      last_q <= word;
    end
  end

  `ASSERT_NEVER(StartOnlyWhileIdle, start_i && (state_q != StIdle))
endmodule
