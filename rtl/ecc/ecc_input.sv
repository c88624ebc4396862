// Operands of an operation into its context's registers: numbers of the source, digest, key, secret, random numbers, in the order that its
// program's list gives. What is public is checked here (coordinates below p, r and s in [1, n)); the list does not depend on any number.
`include "assert.svh"

module ecc_input (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [3:0]   prog_i,        // enum ecc_job_pkg::prog_e; held during the work, as all that follows
  input  logic         wide_i,        // P-384: numbers of 48 bytes
  input  logic         secret_i,      // the private key is in the secret store
  input  logic [2:0]   ctx_i,
  output logic         busy_o,
  output logic         done_o,        // one cycle
  output logic         bad_input_o,   // with done_o: a coordinate is not below p; the operation must not start
  output logic         bad_sig_o,     // r or s is not in [1, n)
  output logic         bad_secret_o,
  output logic         no_entropy_o,
  // source, as in the engine port; taken to its end
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic [4:0]   in_bytes_i,
  input  logic         in_last_i,
  input  logic         rnd_valid_i,
  output logic         rnd_ready_o,
  input  logic [127:0] rnd_data_i,
  input  logic         rnd_fail_i,
  input  logic [383:0] key_i,         // of the key slot
  // a read of the secret store: wanted until granted, then one beat; two or three beats come back
  output logic         sec_want_o,
  input  logic         sec_grant_i,
  output logic         sec_req_o,
  input  logic         sec_req_ready_i,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i,
  // array's registers
  output logic         ld_valid_o,
  input  logic         ld_ready_i,
  output logic [8:0]   ld_addr_o,
  output logic [383:0] ld_data_o
);
  typedef enum logic [3:0] {StIdle, StNext, StSource, StDigest, StRandom, StSecWant, StSecReq, StSecRsp, StRow, StDone, StError} state_e;
  state_e state_q, state_d;

  // A step: what to fetch, and the register (K0 + n) that it is for
  localparam logic [2:0] SEnd = 3'd0, SNum = 3'd1, SDig = 3'd2, SRnd = 3'd3, SRnd1 = 3'd4, SOne = 3'd5, SKey = 3'd6, SSec = 3'd7;
  localparam logic [2:0] K0 = 3'd0, K1 = 3'd1, L = 3'd2, U = 3'd3, V = 3'd4, E = 3'd5, D = 3'd6, S = 3'd7;
  logic [41:0] list;  // first step in the upper bits
  logic [5:0]  step;
  logic [2:0]  at_q, at_d, kind, idx;
  logic        is_x;
  always_comb begin
    unique case (prog_i)
      ecc_job_pkg::PgKeygen:   list = {SRnd, K0, SRnd1, K1, SRnd, L, 24'd0};
      ecc_job_pkg::PgEcdh:     list = secret_i ? {SNum, U, SNum, V, SSec, K0, SRnd, L, 18'd0} : {SNum, K0, SNum, U, SNum, V, SRnd, L, 18'd0};
      ecc_job_pkg::PgRespond:  list = {SNum, U, SNum, V, SRnd, K0, SRnd1, K1, SRnd, L, 12'd0};
      ecc_job_pkg::PgMul:      list = {SNum, K0, SNum, U, SNum, V, SRnd, L, 18'd0};
      ecc_job_pkg::PgSign:     list = {SDig, E, SKey, D, SRnd, K0, SRnd1, K1, SRnd, L, 12'd0};
      ecc_job_pkg::PgVerify:   list = {SNum, E, SNum, S, SNum, U, SNum, V, SDig, D, SOne, L, 6'd0};
      ecc_job_pkg::PgXKeygen:  list = {SRnd, K0, SRnd, L, 30'd0};
      ecc_job_pkg::PgXEcdh:    list = secret_i ? {SNum, U, SSec, K0, SRnd, L, 24'd0} : {SNum, K0, SNum, U, SRnd, L, 24'd0};
      ecc_job_pkg::PgXRespond: list = {SNum, U, SRnd, K0, SRnd, L, 24'd0};
      ecc_job_pkg::PgEd:       list = {SRnd, L, SKey, D, 30'd0};  // message and nonce go another way
      default:                 list = 42'd0;
    endcase
  end
  assign step = list[41 - 6*at_q -: 6];
  assign kind = step[5:3];
  assign idx  = step[2:0];
  assign is_x = prog_i == ecc_job_pkg::PgXKeygen || prog_i == ecc_job_pkg::PgXEcdh || prog_i == ecc_job_pkg::PgXRespond;

  logic [383:0] row_q, row_d;        // a number of the source, that may be looked at
  logic [383:0] hidden_q, hidden_d;  // random or from the store: goes to the array only, as the key does
  logic [383:0] row;
  logic [127:0] word, word_be, in_be;
  logic [1:0]   word_q, word_d, word_last;  // words taken, number of the last one
  logic         below_p, below_n, bad_input_q, bad_input_d, bad_sig_q, bad_sig_d, bad_secret_q, bad_secret_d, no_entropy_q, no_entropy_d;
  logic [2:0]   dig_q, dig_d;   // digest words taken
  logic [7:0]   dig_shift;
  assign dig_shift = {in_bytes_i, 3'd0};
  assign word_last = kind == SRnd1 ? 2'd0 : wide_i ? 2'd2 : 2'd1;
  assign below_p   = wide_i ? row_q < ecc_prog_pkg::ModP384[383:0] : row_q < {128'd0, ecc_prog_pkg::ModP[255:0]};
  assign below_n   = wide_i ? row_q < ecc_prog_pkg::ModN384[383:0] : row_q < {128'd0, ecc_prog_pkg::ModN[255:0]};
  always_comb begin
    word    = 128'd0;
    if (state_q == StRandom) word = rnd_data_i;
    else if (state_q == StSecRsp) word = sec_rsp_data_i;
    word_be = 128'd0;
    in_be   = 128'd0;
    if (state_q == StSource || state_q == StDigest || state_q == StSecRsp) for (int b = 0; b < 16; b++) begin
      word_be[8*b +: 8] = word[8*(15-b) +: 8];
      in_be[8*b +: 8]   = in_data_i[8*(15-b) +: 8];
    end
  end

  // the row as it is stored: scalars of X25519 are clamped, its coordinates have 255 bits (RFC 7748 5); the masking number is odd and below 2^255 (2^383)
  always_comb begin
    row = 384'd0;
    if (state_q == StRow) begin
      row = kind == SNum || kind == SDig ? row_q : kind == SKey ? key_i : hidden_q;
      if (is_x && idx == K0) row = {128'd0, 2'b01, row[253:3], 3'd0};
      else if (is_x && idx == U) row[255] = 1'b0;
      if (idx == L) begin
        row[0] = 1'b1;
        if (wide_i) row[383] = 1'b0;
        else row[255] = 1'b0;
      end
    end
  end

  always_comb begin
    state_d      = state_q;
    at_d         = at_q;
    word_d       = word_q;
    row_d        = row_q;
    hidden_d     = hidden_q;
    dig_d        = dig_q;
    bad_input_d  = bad_input_q;
    bad_sig_d    = bad_sig_q;
    bad_secret_d = bad_secret_q;
    no_entropy_d = no_entropy_q;
    unique case (state_q)
      StIdle: if (start_i) begin
        state_d      = StNext;
        at_d         = 3'd0;
        bad_input_d  = 1'b0;
        bad_sig_d    = 1'b0;
        bad_secret_d = 1'b0;
        no_entropy_d = 1'b0;
      end
      // the source comes first in every list; nothing else is fetched when it is bad
      StNext: begin
        word_d = 2'd0;
        dig_d  = 3'd0;
        row_d  = 384'd0;
        hidden_d = 384'd0;
        unique case (kind)
          SEnd:    state_d = StDone;
          SNum:    state_d = StSource;
          SDig:    state_d = StDigest;
          SRnd, SRnd1: state_d = bad_input_q ? StDone : StRandom;
          SOne:    state_d = bad_input_q ? StDone : StRow;  // bit 0 is set in every masking number
          SKey:    state_d = StRow;
          default: state_d = bad_input_q ? StDone : StSecWant;
        endcase
      end
      // two or three words, big-endian or little-endian
      StSource: if (in_valid_i) begin
        word_d = word_q + 2'd1;
        row_d  = is_x ? {128'd0, in_data_i, row_q[255:128]} : {row_q[255:0], in_be};
        if (word_q == word_last) state_d = StRow;
      end
      // its first 32 or 48 bytes as a number; words of fewer bytes too
      StDigest: if (in_valid_i) begin
        dig_d = dig_q + 3'd1;
        if (dig_q <= {1'b0, word_last}) row_d = (row_q << dig_shift) | {256'd0, in_be >> (8'd128 - dig_shift)};
        if (in_last_i) state_d = StRow;
      end
      StRandom: if (rnd_fail_i) begin
        no_entropy_d = 1'b1;
        state_d      = StDone;
      end else if (rnd_valid_i) begin
        word_d   = word_q + 2'd1;
        hidden_d = {hidden_q[255:0], word};
        if (word_q == word_last) state_d = StRow;
      end
      StSecWant: if (sec_grant_i) state_d = StSecReq;
      StSecReq: if (sec_req_ready_i) state_d = StSecRsp;
      StSecRsp: if (sec_rsp_valid_i) begin
        hidden_d = is_x ? {128'd0, word, hidden_q[255:128]} : {hidden_q[255:0], word_be};
        if (!sec_rsp_ok_i || sec_rsp_len_i != (wide_i ? 8'd48 : 8'd32)) bad_secret_d = 1'b1;
        if (sec_rsp_last_i) state_d = bad_secret_d ? StDone : StRow;
      end
      StRow: if (ld_ready_i) begin
        at_d     = at_q + 3'd1;
        row_d    = 384'd0;
        hidden_d = 384'd0;
        state_d = StNext;
        if (!is_x && kind == SNum && (idx == U || idx == V) && !below_p) bad_input_d = 1'b1;
        if (kind == SNum && (idx == E || idx == S) && (row_q == 384'd0 || !below_n)) bad_sig_d = 1'b1;
      end
      StDone: begin
        row_d    = 384'd0;
        hidden_d = 384'd0;
        state_d  = StIdle;
      end
      default: state_d = StError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q      <= StIdle;
      at_q         <= 3'd0;
      word_q       <= 2'd0;
      row_q        <= 384'd0;
      hidden_q     <= 384'd0;
      dig_q        <= 3'd0;
      bad_input_q  <= 1'b0;
      bad_sig_q    <= 1'b0;
      bad_secret_q <= 1'b0;
      no_entropy_q <= 1'b0;
    end else begin
      state_q      <= state_d;
      at_q         <= at_d;
      word_q       <= word_d;
      if (state_q != StIdle) begin
        row_q    <= row_d;
        hidden_q <= hidden_d;
      end
      dig_q        <= dig_d;
      bad_input_q  <= bad_input_d;
      bad_sig_q    <= bad_sig_d;
      bad_secret_q <= bad_secret_d;
      no_entropy_q <= no_entropy_d;
    end
  end

  assign busy_o          = state_q != StIdle;
  assign done_o          = state_q == StDone;
  assign bad_input_o     = bad_input_q;
  assign bad_sig_o       = bad_sig_q;
  assign bad_secret_o    = bad_secret_q;
  assign no_entropy_o    = no_entropy_q;
  assign in_ready_o      = state_q == StSource || state_q == StDigest;
  assign rnd_ready_o     = state_q == StRandom;
  assign sec_want_o      = state_q == StSecWant;
  assign sec_req_o       = state_q == StSecReq;
  assign sec_rsp_ready_o = state_q == StSecRsp;
  assign ld_valid_o      = state_q == StRow;
  assign ld_addr_o       = {ctx_i, ecc_prog_pkg::RK0 + {3'd0, idx}};
  assign ld_data_o       = row;

  `ASSERT_CONST(InputRegistersAreInOrder, ecc_prog_pkg::RK1 == ecc_prog_pkg::RK0 + 6'(K1) && ecc_prog_pkg::RL == ecc_prog_pkg::RK0 + 6'(L) &&
                ecc_prog_pkg::RU == ecc_prog_pkg::RK0 + 6'(U) && ecc_prog_pkg::RV == ecc_prog_pkg::RK0 + 6'(V) &&
                ecc_prog_pkg::RE == ecc_prog_pkg::RK0 + 6'(E) && ecc_prog_pkg::RD == ecc_prog_pkg::RK0 + 6'(D) &&
                ecc_prog_pkg::RS == ecc_prog_pkg::RK0 + 6'(S))
  `ASSERT_NEVER(StateIsLegal, state_q == StError)
endmodule
