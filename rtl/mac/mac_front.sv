// Control of the lane: takes commands in order, reads the context, decides, starts the unit that serves the opcode, and answers.
// A record only fills its bank here and is then handed to the stages of the record unit as they fall idle (see rec_pipe); the front goes
// on to the next command. Every other command waits until that unit is empty, so results stay in order. A refused command still takes its
// whole source and gives one empty last word.
`include "assert.svh"

module mac_front (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  now_i,
  input  logic         tested_i,
  output logic         busy_o,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  // the job in hand
  output logic [7:0]   opcode_o,
  output logic [31:0]  handle_o,
  output logic [31:0]  handle2_o,
  output logic [7:0]   func_o,
  output logic [31:0]  src_len_o,
  output logic [31:0]  param0_o,
  output logic [31:0]  param1_o,
  output logic [1:0]   hash_o,             // enum hash less one
  output logic [10:0]  words_o,            // record: ciphertext words
  output logic [31:0]  t0_o,
  // source words of refused commands
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic         in_last_i,
  // context store
  input  logic         store_ready_i,
  input  logic         in_range_i,
  output logic         rd_o,
  input  logic         rd_ready_i,         // the context is there in the next cycle
  input  logic         rd_valid_i,
  input  mac_pkg::fixed_t  fixed_i,
  input  mac_pkg::moving_t moving_i,
  output logic         ld_o,               // HMAC states of the context to hmac_unit
  output logic         commit_o,           // the job's change of the store
  input  logic         commit_ready_i,
  // the unit in hand
  output logic         start_o,
  output logic         running_o,
  input  logic         done_i,             // SESSION_LOAD: held until commit_ready_i
  input  logic         ok_i,
  input  logic [7:0]   load_status_i,
  // record unit
  input  logic         rec_idle_i,
  input  logic         hash_idle_i,
  input  logic         cipher_idle_i,
  input  logic         bank_free_i,
  output logic         fill_start_o,
  output logic         fill_drop_o,
  input  logic         fill_done_i,
  input  logic         fill_bad_i,
  input  logic         fill_ended_i,
  output logic         cipher_first_o,     // the cipher gets the record before the hash
  output logic         go_hash_o,
  output logic         go_cipher_o,
  input  logic         key_taken_i,
  input  logic         rnd_valid_i,
  input  logic         rnd_fail_i,
  output logic         rnd_ready_o,
  // empty result word, response
  output logic         p_valid_o,
  input  logic         p_ready_i,
  output logic         r_valid_o,
  input  logic         r_ready_i,
  output logic [7:0]   r_status_o
);
  typedef enum logic [4:0] {
    StErase   = 5'd0,                      // the store erases its slots
    StIdle    = 5'd1,
    StRead    = 5'd2,                      // context to be read, once earlier records can no longer change it
    StCheck   = 5'd3,                      // context is there: decide
    StRoute   = 5'd4,
    StPrep    = 5'd5,                      // HMAC states to hmac_unit
    StStart   = 5'd6,
    StRun     = 5'd7,
    StCommit  = 5'd8,                      // store write
    StFill    = 5'd9,                      // record: source to its bank
    StRandom  = 5'd10,                     // seal: explicit IV
    StSeq     = 5'd11,                     // record: its turn at the hash; sequence number as the record before left it
    StHash    = 5'd12,
    StKey     = 5'd17,                     // record: its turn at the cipher
    StCipher  = 5'd18,
    StKeyGo   = 5'd19,                     // until the key is out of the context
    StDrop    = 5'd20,                     // no sequence number left: until the cipher lets go of the bank
    StDiscard = 5'd13,                     // the rest of a refused command's source
    StEmpty   = 5'd14,                     // one empty last word
    StResp    = 5'd15,
    StError   = 5'd31
  } state_e;
  state_e       state_q, state_d;
  logic [7:0]   opcode_q, status_q, status, status_d;
  logic [31:0]  handle_q, handle2_q, src_len_q, param0_q, param1_q, t0_q;
  logic [1:0]   hash_q, hash;
  logic [7:0]   func_q;
  logic [10:0]  words_q, words;
  logic         mac_q, mac, ended_q, ended_d, hit, own, is_open, is_seal, is_record, explicit_iv, cipher_first, take;

  assign opcode_o   = opcode_q;
  assign handle_o   = handle_q;
  assign handle2_o  = handle2_q;
  assign func_o     = func_q;
  assign src_len_o  = src_len_q;
  assign words_o    = words_q;
  assign param0_o   = param0_q;
  assign param1_o   = param1_q;
  assign hash_o     = hash_q;
  assign t0_o       = t0_q;
  assign r_status_o = status_q;
  assign busy_o     = (state_q != StIdle);
  assign start_o    = (state_q == StStart);
  // apart from the state machine below: their answers come back in the same cycle
  assign rnd_ready_o = (state_q == StRandom);
  assign commit_o   = (state_q == StCommit) || ((state_q == StRun) && (opcode_q == sluice_pkg::OP_SESSION_LOAD) && done_i && ok_i);
  assign running_o  = (state_q == StStart) || (state_q == StRun);
  assign is_open    = (opcode_q == sluice_pkg::OP_RECORD_OPEN);
  assign is_seal    = (opcode_q == sluice_pkg::OP_RECORD_SEAL);
  assign is_record  = is_open || is_seal;
  assign cipher_first_o = cipher_first;
  // opened: the padding must be known; encrypt then MAC: the ciphertext, but a chained IV is written with the sequence number
  assign cipher_first = is_open || (fixed_i.etm && explicit_iv);
  assign explicit_iv = mac_pkg::explicit_iv(fixed_i.version);
  assign own        = !rd_valid_i || (fixed_i.func == func_q);
  assign hit        = rd_valid_i && own && (fixed_i.gen == handle_q[31:16]) && (handle_q[31:16] != '0);
  assign take       = cmd_valid_i && cmd_ready_o;

  mac_decode u_decode (
    .opcode_i(opcode_q), .handle_i(handle_q), .src_len_i(src_len_q), .param0_i(param0_q), .param1_i(param1_q), .tested_i, .in_range_i,
    .own_i(own), .hit_i(hit), .fixed_i, .status_o(status), .hash_o(hash), .mac_o(mac), .words_o(words)
  );

  always_comb begin
    state_d      = state_q;
    status_d     = status_q;
    ended_d      = ended_q;
    cmd_ready_o  = 1'b0;
    in_ready_o   = 1'b0;
    rd_o         = 1'b0;
    ld_o         = 1'b0;
    fill_start_o = 1'b0;
    fill_drop_o  = 1'b0;
    go_hash_o    = 1'b0;
    go_cipher_o  = 1'b0;
    p_valid_o    = 1'b0;
    r_valid_o    = 1'b0;
    unique case (state_q)
      StErase: if (store_ready_i) state_d = StIdle;
      StIdle: begin
        cmd_ready_o = 1'b1;
        if (cmd_valid_i) state_d = StRead;
      end
      StRead: if (is_record || rec_idle_i) begin
        rd_o = 1'b1;
        if (rd_ready_i) state_d = StCheck;
      end
      StCheck: begin
        status_d = status;
        state_d  = StRoute;
      end
      StRoute: begin
        if ((status_q != sluice_pkg::ST_OK) || (opcode_q == sluice_pkg::OP_NOP) || (opcode_q == sluice_pkg::OP_SESSION_FREE)) begin
          state_d = StDiscard;
        end else if (!is_record) state_d = StPrep;
        else if (bank_free_i) begin
          fill_start_o = 1'b1;
          state_d      = StFill;
        end
      end
      StPrep: begin
        ld_o    = mac_q;
        state_d = StStart;
      end
      StStart: state_d = StRun;
      StRun: if (done_i) begin
        state_d = StResp;
        unique case (opcode_q)
          sluice_pkg::OP_SESSION_LOAD: begin
            status_d = load_status_i;
            state_d  = (ok_i && !commit_ready_i) ? StRun : StEmpty;
          end
          sluice_pkg::OP_HMAC_VERIFY: status_d = ok_i ? sluice_pkg::ST_OK : sluice_pkg::ST_AUTH_FAILED;
          default: ;
        endcase
      end
      StCommit: begin
        if (commit_ready_i) state_d = StEmpty;
      end
      StFill: if (fill_done_i) begin
        ended_d = fill_ended_i;
        state_d = is_open ? StKey : (explicit_iv ? StRandom : StSeq);
        if (fill_bad_i) begin
          fill_drop_o = 1'b1;
          status_d    = sluice_pkg::ST_BAD_RECORD;
          state_d     = StDiscard;
        end
      end
      StRandom: begin
        if (rnd_fail_i) begin
          fill_drop_o = 1'b1;
          status_d    = sluice_pkg::ST_NO_ENTROPY;
          state_d     = StEmpty;
        end else if (rnd_valid_i) state_d = cipher_first ? StKey : StSeq;
      end
      StSeq: if (hash_idle_i && (explicit_iv || is_open || cipher_idle_i)) begin
        rd_o = 1'b1;
        if (rd_ready_i) state_d = StHash;
      end
      StHash: begin
        if (moving_i.seq == '1) begin
          fill_drop_o = !cipher_first;
          status_d    = sluice_pkg::ST_SEQ_EXHAUSTED;
          state_d     = cipher_first ? StDrop : StEmpty;
        end else begin
          ld_o      = 1'b1;
          go_hash_o = 1'b1;
          state_d   = cipher_first ? StIdle : StKey;
        end
      end
      StDrop: if (cipher_idle_i) begin
        fill_drop_o = 1'b1;
        state_d     = StEmpty;
      end
      StKey: if (cipher_idle_i && (explicit_iv || is_seal || hash_idle_i)) begin // a chained IV is known when the record before is over
        rd_o = 1'b1;
        if (rd_ready_i) state_d = StCipher;
      end
      StCipher: begin
        go_cipher_o = 1'b1;
        state_d     = StKeyGo;
      end
      StKeyGo: if (key_taken_i) state_d = cipher_first ? StSeq : StIdle;
      StDiscard: begin
        in_ready_o = !ended_q;
        if (in_valid_i && in_ready_o && in_last_i) ended_d = 1'b1;
        if (ended_q) begin
          state_d = StEmpty;
          if ((opcode_q == sluice_pkg::OP_SESSION_FREE) && (status_q == sluice_pkg::ST_OK)) state_d = StCommit;
        end
      end
      StEmpty: begin // records before this one answer first
        p_valid_o = rec_idle_i;
        if (rec_idle_i && p_ready_i) state_d = StResp;
      end
      StResp: begin
        r_valid_o = 1'b1;
        if (r_ready_i) state_d = StIdle;
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StErase;
      opcode_q  <= '0;
      handle_q  <= '0;
      src_len_q <= '0;
      param0_q  <= '0;
      param1_q  <= '0;
      t0_q      <= '0;
      status_q  <= '0;
      hash_q    <= '0;
      mac_q     <= 1'b0;
      ended_q   <= 1'b0;
      handle2_q <= '0;
      func_q    <= '0;
      words_q   <= '0;
    end else begin
      state_q  <= state_d;
      status_q <= status_d;
      ended_q  <= ended_d;
      if (take) begin
        opcode_q  <= cmd_desc_i[sluice_pkg::DESC_OPCODE_LSB +: 8];
        handle_q  <= cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB +: 32];
        handle2_q <= cmd_desc_i[sluice_pkg::DESC_HANDLE2_LSB +: 32];
        func_q    <= cmd_desc_i[sluice_pkg::DESC_RSVD2_LSB +: 8];
        src_len_q <= cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32];
        param0_q  <= cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB +: 32];
        param1_q  <= cmd_desc_i[sluice_pkg::DESC_PARAM1_LSB +: 32];
        t0_q      <= now_i;
        ended_q   <= (cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32] == '0);
      end
      if (state_q == StCheck) begin
        hash_q <= hash;
        mac_q    <= mac;
        words_q  <= words;
      end
    end
  end
  logic unused_desc;
  assign unused_desc = ^cmd_desc_i;        // addresses, flags and cookie are the front end's

  `ASSERT(StateIsLegal, state_q != StError)
endmodule
