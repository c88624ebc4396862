// Front of the chacha lane: takes commands, looks up and checks their session, and holds a prepared job with its key and nonce for chacha_front;
// one job ahead of the bytes. SESSION_LOAD (keys in the context, or from the secret store) and SESSION_FREE wait until the lane is empty, and all
// that the lane may still know of earlier keys is overwritten then.
//
// A seal takes its sequence number here. A record of a session waits here while an opened record of it has no verdict.
`include "assert.svh"

module chacha_ctx #(
  parameter int unsigned NumSessions = 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  input  logic [31:0]  cycle_i,
  input  logic         allowed_i,      // the self test passed, or is running
  input  logic         drained_i,      // no job beyond this module
  output logic         busy_o,
  output logic         wipe_o,         // the lane is empty: forget keys and data
  output logic [4:0]   wipe_idx_o,
  // prepared job
  output logic         job_valid_o,
  input  logic         job_take_i,
  output logic [2:0]   job_class_o,
  output logic [7:0]   job_status_o,   // of a JobNull
  output logic [15:0]  job_idx_o,
  output logic [31:0]  job_len_o,      // source bytes
  output logic [16:0]  job_aad_o,      // AAD bytes in the source
  output logic [31:0]  job_data_o,     // bytes that are encrypted
  output logic         job_tls13_o,
  output logic [7:0]   job_type_o,
  output logic [63:0]  job_seq_o,
  output logic [31:0]  job_start_o,    // cycle_i at the command
  output logic [255:0] job_key_o,
  output logic [95:0]  job_nonce_o,    // of a record
  // opened records in flight
  input  logic [7:0]   open_valid_i,
  input  logic [127:0] open_idx_i,
  input  logic         open_inc_i,     // a right tag: the session's number goes on
  input  logic         verdict_valid_i,
  input  logic [15:0]  verdict_idx_i,
  input  logic [63:0]  verdict_seq_i,
  // SESSION_LOAD
  input  logic         load_valid_i,   // words of the context
  input  logic [127:0] load_data_i,
  output logic         load_done_o,    // for one cycle
  output logic [7:0]   load_status_o,
  // secret store
  output logic         sec_req_valid_o,
  input  logic         sec_req_ready_i,
  output logic [31:0]  sec_req_handle_o,
  output logic [7:0]   sec_req_func_o,
  output logic [7:0]   sec_req_slice_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i
);
  localparam int unsigned IdxW = $clog2(NumSessions);

  localparam logic [3:0] StErase     = 4'd0;   // after reset: zero every slot
  localparam logic [3:0] StIdle      = 4'd1;
  localparam logic [3:0] StRead      = 4'd2;   // read the slot
  localparam logic [3:0] StCheck     = 4'd3;
  localparam logic [3:0] StSeal      = 4'd4;   // take a sequence number
  localparam logic [3:0] StDrain     = 4'd5;   // LOAD, FREE: wait for the jobs before
  localparam logic [3:0] StWipe      = 4'd6;
  localparam logic [3:0] StReady     = 4'd7;   // the job waits to be taken
  localparam logic [3:0] StLoadWords = 4'd8;   // collect the context
  localparam logic [3:0] StLoadCheck = 4'd9;
  localparam logic [3:0] StSecReq    = 4'd10;
  localparam logic [3:0] StSecRsp    = 4'd11;
  localparam logic [3:0] StLoadWrite = 4'd12;
  localparam logic [3:0] StLoadEnd   = 4'd13;
  localparam logic [3:0] StFree      = 4'd14;

  localparam logic [7:0] WholeBytes = 8'd44;   // key 32, IV 12
  localparam logic [7:0] BlockBytes = 8'd88;   // two of each (RFC 5246 6.3 without MAC keys)

  logic [3:0]      state_q;
  logic [IdxW-1:0] walk_q;
  logic [4:0]      wipe_q;

  // ---- the command in hand ------------------------------------------------------------------------------------------------------
  logic [7:0]  op_q, func_q;
  logic [15:0] idx_q, gen_q;
  logic [31:0] len_q, p0_q, p1_q, start_q, secret_q;
  logic [2:0]  class_q;
  logic [7:0]  status_q;
  logic [31:0] data_q;

  // ---- session store ------------------------------------------------------------------------------------------------------------
  logic            hazard, s_valid, s_secret, w_slot, w_valid, w_seq;
  logic [15:0]     s_gen;
  logic [7:0]      s_func;
  logic [1:0]      s_version;
  logic [63:0]     s_seq, w_seq_data;
  logic [255:0]    s_key;
  logic [95:0]     s_iv;
  logic [IdxW-1:0] w_idx, w_seq_idx;

  // the context being loaded
  logic [2:0]   word_q;
  logic [3:0]   beat_q;
  logic [63:0]  l_head_q, l_seq_q;
  logic [255:0] l_key_q;
  logic [95:0]  l_iv_q;
  logic         l_keyed_q;     // with keys from a secret, the context had some too
  logic         l_good, l_fits;
  logic [7:0]   l_status_q;
  logic [1:0]   l_version;
  logic [7:0]   slice;
  logic         by_secret, whole;

  chacha_store #(.NumSessions(NumSessions)) u_store (
    .clk_i, .rst_ni,
    .rd_i(state_q == StRead && !hazard), .rd_idx_i(idx_q[IdxW-1:0]),
    .rd_valid_o(s_valid), .rd_gen_o(s_gen), .rd_func_o(s_func), .rd_secret_o(s_secret), .rd_version_o(s_version),
    .rd_seq_o(s_seq), .rd_key_o(s_key), .rd_iv_o(s_iv),
    .wr_i(w_slot), .wr_idx_i(w_idx), .wr_valid_i(w_valid),
    .wr_gen_i(w_valid ? gen_q : 16'd0), .wr_func_i(w_valid ? func_q : 8'd0), .wr_secret_i(w_valid && by_secret),
    .wr_version_i(w_valid ? l_version : 2'd0), .wr_key_i(w_valid ? l_key_q : 256'd0), .wr_iv_i(w_valid ? l_iv_q : 96'd0),
    .wr_seq_i(w_seq), .wr_seq_idx_i(w_seq_idx), .wr_seq_data_i(w_seq_data)
  );

  assign w_slot  = state_q == StErase || state_q == StLoadWrite || state_q == StFree;
  assign w_valid = state_q == StLoadWrite;
  assign w_idx   = state_q == StErase ? walk_q : idx_q[IdxW-1:0];
  // A verdict goes first; whether its tag was right is the one thing here that depends on data.
  assign w_seq     = verdict_valid_i ? open_inc_i : (w_slot || state_q == StSeal);
  assign w_seq_idx = verdict_valid_i ? verdict_idx_i[IdxW-1:0] : w_idx;
  always_comb begin
    w_seq_data = 64'd0;
    if (verdict_valid_i) w_seq_data = verdict_seq_i + 64'd1;
    else if (state_q == StSeal) w_seq_data = s_seq + 64'd1;
    else if (w_valid) w_seq_data = l_seq_q;
  end

  // an opened record of this session has no verdict yet, or has it in this cycle
  always_comb begin
    hazard = 1'b0;
    if (state_q == StRead) begin
      for (int i = 0; i < 8; i++) begin
        if (open_valid_i[i] && open_idx_i[16*i +: 16] == idx_q) hazard = 1'b1;
      end
    end
  end

  // ---- what the command asks for ------------------------------------------------------------------------------------------------
  logic [2:0]  k_class;
  logic [7:0]  k_status;
  logic [31:0] k_data;

  chacha_check #(.NumSessions(NumSessions)) u_check (
    .check_i(state_q == StCheck), .allowed_i, .op_i(op_q), .idx_i(idx_q), .gen_i(gen_q), .func_i(func_q), .len_i(len_q), .param0_i(p0_q),
    .param1_i(p1_q), .slot_valid_i(s_valid), .slot_gen_i(s_gen), .slot_func_i(s_func), .slot_secret_i(s_secret), .slot_version_i(s_version),
    .seq_end_i(&s_seq), .class_o(k_class), .status_o(k_status), .data_o(k_data)
  );

  // A context is usable when its algorithm and key length are this lane's, nothing it should not have is set, and the slice is the
  // version's: all that before the secret is read, so that its one use is not spent on a context that does not fit.
  assign by_secret = slice != sluice_pkg::SLICE_NONE;
  assign slice  = l_head_q[55:48];
  assign whole  = slice == sluice_pkg::SLICE_WHOLE;
  assign l_good = l_head_q[7:0] == sluice_pkg::ALG_CHACHA20_POLY1305 && l_head_q[15:8] == 8'd32 && l_head_q[47:32] == 16'd0 &&
                  l_head_q[63:56] == 8'd0 && slice <= sluice_pkg::SLICE_WHOLE && by_secret == (secret_q != 32'd0) && !l_keyed_q &&
                  (!by_secret || l_version == (whole ? 2'd2 : 2'd1));
  assign l_fits = whole ? sec_rsp_len_i == WholeBytes : sec_rsp_len_i >= BlockBytes;
  always_comb begin
    l_version = 2'd0;
    if (l_head_q[31:16] == 16'h0303) l_version = 2'd1;
    if (l_head_q[31:16] == 16'h0304) l_version = 2'd2;
  end

  // ---- control ------------------------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= StErase;
      walk_q     <= '0;
      wipe_q     <= 5'd0;
      class_q    <= 3'd0;
      status_q   <= 8'd0;
      data_q     <= 32'd0;
      word_q     <= 3'd0;
      beat_q     <= 4'd0;
      l_head_q   <= 64'd0;
      l_seq_q    <= 64'd0;
      l_key_q    <= 256'd0;
      l_iv_q     <= 96'd0;
      l_keyed_q  <= 1'b0;
      l_status_q <= 8'd0;
      op_q       <= 8'd0;
      func_q     <= 8'd0;
      idx_q      <= 16'd0;
      gen_q      <= 16'd0;
      len_q      <= 32'd0;
      p0_q       <= 32'd0;
      p1_q       <= 32'd0;
      start_q    <= 32'd0;
      secret_q   <= 32'd0;
    end else begin
      unique case (state_q)
        StErase: begin
          walk_q <= walk_q + 1'b1;
          wipe_q <= wipe_q + 5'd1;
          if (&walk_q) state_q <= &wipe_q ? StIdle : StWipe;
        end
        StIdle: begin
          if (cmd_valid_i && cmd_ready_o) begin
            state_q  <= StRead;
            op_q     <= cmd_desc_i[sluice_pkg::DESC_OPCODE_LSB +: 8];
            idx_q    <= cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB +: 16];
            gen_q    <= cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB + 16 +: 16];
            len_q    <= cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32];
            p0_q     <= cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB +: 32];
            p1_q     <= cmd_desc_i[sluice_pkg::DESC_PARAM1_LSB +: 32];
            secret_q <= cmd_desc_i[sluice_pkg::DESC_HANDLE2_LSB +: 32];
            func_q   <= cmd_desc_i[sluice_pkg::DESC_RSVD2_LSB +: 8];
            start_q  <= cycle_i;
          end
        end
        StRead: if (!hazard) state_q <= StCheck;
        StCheck: begin
          class_q  <= k_class;
          status_q <= k_status;
          data_q   <= k_data;
          if (k_class == chacha_pkg::JobLoad) state_q <= StDrain;
          else if (k_class == chacha_pkg::JobRSeal) state_q <= StSeal;
          else if (k_class == chacha_pkg::JobNull && op_q == sluice_pkg::OP_SESSION_FREE && k_status == sluice_pkg::ST_OK) state_q <= StDrain;
          else state_q <= StReady;
        end
        StSeal: if (!verdict_valid_i) state_q <= StReady;
        StDrain: if (drained_i) state_q <= StWipe;
        StWipe: begin
          wipe_q <= wipe_q + 5'd1;
          if (&wipe_q) begin
            if (class_q == chacha_pkg::JobLoad) state_q <= StReady;
            else state_q <= op_q == sluice_pkg::OP_SESSION_FREE ? StFree : StIdle;
          end
        end
        StReady: if (job_take_i) state_q <= class_q == chacha_pkg::JobLoad ? StLoadWords : StIdle;
        StFree: state_q <= StReady;
        StLoadWords: begin
          if (load_valid_i) begin
            word_q <= word_q + 3'd1;
            if (word_q == 3'd0) {l_seq_q, l_head_q} <= load_data_i;
            if (word_q == 3'd1) l_key_q[127:0] <= load_data_i;
            if (word_q == 3'd2) l_key_q[255:128] <= load_data_i;
            if (word_q == 3'd3) l_iv_q <= load_data_i[95:0];
            if (word_q != 3'd0) l_keyed_q <= l_keyed_q || (by_secret && load_data_i != 128'd0);
            if (word_q == 3'd7) state_q <= StLoadCheck;
          end
        end
        StLoadCheck: begin
          beat_q     <= 4'd0;
          l_status_q <= l_good ? sluice_pkg::ST_OK : sluice_pkg::ST_BAD_SESSION;
          if (!l_good) state_q <= StLoadEnd;
          else state_q <= by_secret ? StSecReq : StLoadWrite;
        end
        StSecReq: if (sec_req_ready_i) state_q <= StSecRsp;
        StSecRsp: begin
          if (sec_rsp_valid_i) begin
            beat_q <= beat_q + 4'd1;
            if (whole) begin
              if (beat_q == 4'd0) l_key_q[127:0] <= sec_rsp_data_i;
              if (beat_q == 4'd1) l_key_q[255:128] <= sec_rsp_data_i;
              if (beat_q == 4'd2) l_iv_q <= sec_rsp_data_i[95:0];
            end else if (slice == sluice_pkg::SLICE_CLIENT) begin
              if (beat_q == 4'd0) l_key_q[127:0] <= sec_rsp_data_i;
              if (beat_q == 4'd1) l_key_q[255:128] <= sec_rsp_data_i;
              if (beat_q == 4'd4) l_iv_q <= sec_rsp_data_i[95:0];
            end else begin
              if (beat_q == 4'd2) l_key_q[127:0] <= sec_rsp_data_i;
              if (beat_q == 4'd3) l_key_q[255:128] <= sec_rsp_data_i;
              if (beat_q == 4'd4) l_iv_q[31:0] <= sec_rsp_data_i[127:96];
              if (beat_q == 4'd5) l_iv_q[95:32] <= sec_rsp_data_i[63:0];
            end
            if (sec_rsp_last_i) begin
              if (sec_rsp_ok_i && l_fits) begin
                state_q <= StLoadWrite;
              end else begin
                state_q    <= StLoadEnd;
                l_status_q <= sec_rsp_ok_i ? sluice_pkg::ST_BAD_SESSION : sluice_pkg::ST_BAD_SECRET;
              end
            end
          end
        end
        StLoadWrite: state_q <= StLoadEnd;
        StLoadEnd: begin
          l_head_q  <= 64'd0;
          l_seq_q   <= 64'd0;
          l_key_q   <= 256'd0;
          l_iv_q    <= 96'd0;
          l_keyed_q <= 1'b0;
          secret_q  <= 32'd0;
          class_q   <= 3'd0;
          state_q   <= StIdle;
        end
        default: state_q <= StErase;
      endcase
    end
  end

  assign cmd_ready_o   = state_q == StIdle;
  assign busy_o        = state_q != StIdle;
  assign wipe_o        = state_q == StWipe || state_q == StErase;
  assign wipe_idx_o    = wipe_q;
  assign job_valid_o   = state_q == StReady;
  assign job_class_o   = class_q;
  assign job_status_o  = status_q;
  assign job_idx_o     = idx_q;
  assign job_len_o     = len_q;
  assign job_aad_o     = (class_q == chacha_pkg::JobSeal || class_q == chacha_pkg::JobOpen) ? p0_q[16:0] : 17'd0;
  assign job_data_o    = data_q;
  assign job_tls13_o   = s_version == 2'd2;
  assign job_type_o    = p0_q[7:0];
  assign job_seq_o     = s_seq;
  assign job_start_o   = start_q;
  // RFC 7905 2, RFC 8446 5.3: the IV with the number, big-endian, added at its end
  always_comb begin
    job_key_o   = 256'd0;
    job_nonce_o = 96'd0;
    if (job_valid_o && class_q[2:1] != 2'd0) begin
      job_key_o = s_key;
      job_nonce_o = s_iv;
      for (int i = 0; i < 8; i++) job_nonce_o[32 + 8*i +: 8] = s_iv[32 + 8*i +: 8] ^ s_seq[8*(7-i) +: 8];
    end
  end

  assign sec_req_valid_o = state_q == StSecReq;
  assign sec_rsp_ready_o = state_q == StSecRsp;
  always_comb begin
    sec_req_handle_o = 32'd0;
    sec_req_func_o   = 8'd0;
    sec_req_slice_o  = 8'd0;
    if (state_q == StSecReq) begin
      sec_req_handle_o = secret_q;
      sec_req_func_o   = func_q;
      sec_req_slice_o  = slice;
    end
  end
  assign load_done_o   = state_q == StLoadEnd;
  assign load_status_o = l_status_q;

  `ASSERT_ZERO(NoKeyWithoutJob, job_valid_o, {job_key_o, job_nonce_o})
  `ASSERT_NEVER(WriteOnlyWhenDrained, verdict_valid_i && w_slot)
endmodule
