// Front of the aead lane: takes commands, looks up and checks their session, brings its keys into one of four key banks, and hands
// prepared jobs to aead_issue. This runs one job ahead of the datapath, so a change of session costs nothing when the job in hand is
// longer than a key schedule (about 20 cycles).
//
// Sequence numbers live in the banks while a session is cached and are written back when its bank is given up; a session is in
// at most one bank. SESSION_LOAD and SESSION_FREE wait until the datapath is empty. A session belongs to the function that loaded it.
`include "assert.svh"

module aead_ctx #(
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
  // prepared job
  output logic         job_valid_o,
  input  logic         job_take_i,
  output logic [3:0]   job_class_o,
  output logic [7:0]   job_status_o,   // of a JobNull
  output logic [1:0]   job_bank_o,
  output logic [31:0]  job_len_o,      // source bytes
  output logic [16:0]  job_aad_o,      // AAD bytes in the source
  output logic [31:0]  job_data_o,     // data bytes
  output logic [4:0]   job_tag_o,      // tag bytes in the source
  output logic [15:0]  job_version_o,
  output logic         job_tls13_o,    // a record of TLS 1.3; its version on the wire is 0x0303
  output logic [95:0]  job_iv_o,       // TLS 1.2: the salt in bits 31:0
  output logic [7:0]   job_type_o,
  output logic [31:0]  job_start_o,    // cycle_i at the command
  // a bank's jobs end
  input  logic         ret_valid_i,
  input  logic [1:0]   ret_bank_i,
  // key lengths and sequence numbers of the four banks
  output logic [3:0]   bank_256_o,
  output logic [255:0] seq_o,
  input  logic         seal_inc_i,
  input  logic [1:0]   seal_bank_i,
  input  logic         open_inc_i,
  input  logic [1:0]   open_bank_i,
  // SESSION_LOAD: words of the context, then one AES of zero, then three products
  input  logic         load_valid_i,
  input  logic [127:0] load_data_i,
  output logic         load_aes_o,     // aead_issue sends ItemKeyH once for this
  output logic         load_done_o,    // for one cycle
  output logic [7:0]   load_status_o,
  input  logic         h_valid_i,
  input  logic [127:0] h_data_i,
  output logic         mul_valid_o,    // one-block GHASH
  output logic [127:0] mul_data_o,
  input  logic         mul_done_i,
  input  logic [127:0] mul_data_i,
  // writes into the key banks
  output logic         rk_valid_o,
  output logic [1:0]   rk_bank_o,
  output logic [3:0]   rk_enc_slot_o,
  output logic [3:0]   rk_dec_slot_o,
  output logic [127:0] rk_enc_o,
  output logic [127:0] rk_dec_o,
  output logic         hp_valid_o,
  output logic [1:0]   hp_pow_o,
  output logic [127:0] hp_data_o,
  // secret port (rtl/README.md)
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
  localparam int unsigned IdxW = $clog2(NumSessions);
  localparam logic [1:0] AlgGcm = sluice_pkg::ALG_AES_GCM[1:0];
  localparam logic [1:0] AlgCbc = sluice_pkg::ALG_AES_CBC[1:0];

  localparam logic [4:0] StErase     = 5'd0;   // after reset: zero every slot, then every bank
  localparam logic [4:0] StIdle      = 5'd1;
  localparam logic [4:0] StRead      = 5'd2;   // read the slot
  localparam logic [4:0] StCheck     = 5'd3;
  localparam logic [4:0] StDrain     = 5'd4;   // LOAD, FREE: wait for the jobs before
  localparam logic [4:0] StVictim    = 5'd5;   // choose a bank and start the key schedule
  localparam logic [4:0] StExpand    = 5'd6;
  localparam logic [4:0] StReady     = 5'd7;   // the job waits to be taken
  localparam logic [4:0] StLoadWords = 5'd8;   // collect the context
  localparam logic [4:0] StLoadCheck = 5'd9;
  localparam logic [4:0] StLoadKeys  = 5'd10;
  localparam logic [4:0] StLoadHash  = 5'd11;  // H, then H^2..H^4
  localparam logic [4:0] StLoadWrite = 5'd12;
  localparam logic [4:0] StLoadEnd   = 5'd13;
  localparam logic [4:0] StFree      = 5'd14;
  localparam logic [4:0] StLoadSec   = 5'd15;  // keys from a secret slot

  logic [4:0]      state_q;
  logic [IdxW-1:0] walk_q;

  // ---- the command in hand ------------------------------------------------------------------------------------------------------
  logic [7:0]  op_q, type_q, func_q;
  logic [15:0] idx_q, gen_q;
  logic [31:0] len_q, p0_q, p1_q, start_q, secret_q;
  logic        load_job_q, wipe_q, erase_q, tls13_q;  // wipe: the schedule of a zero key; erase: after reset, of all banks
  logic [3:0]  class_q;
  logic [7:0]  status_q;
  logic [1:0]  bank_q;
  logic [31:0] data_q;

  // ---- session store ------------------------------------------------------------------------------------------------------------
  logic         s_valid, s_256, w_slot, w_valid, w_seq;
  logic [15:0]  s_gen, s_version;
  logic [1:0]   s_alg;
  logic         s_secret;
  logic [7:0]   s_func;
  logic [95:0]  s_iv;
  logic [63:0]  s_seq, w_seq_data;
  logic [255:0] s_key;
  logic [511:0] s_h;
  logic [IdxW-1:0] w_idx, w_seq_idx;

  // the context being loaded
  logic [2:0]   word_q;
  logic [63:0]  l_head_q, l_seq_q;
  logic [255:0] l_key_q;
  logic [95:0]  l_iv_q;
  logic [511:0] l_h_q;
  logic [1:0]   l_pow_q;
  logic         l_wait_q, l_256, l_good, l_secret_q, l_dirty_q;  // keys are to come from a secret; the context has some all the same
  logic [7:0]   l_status_q;

  aead_store #(.NumSessions(NumSessions)) u_store (
    .clk_i, .rst_ni,
    .rd_i(state_q == StRead || state_q == StErase), .rd_idx_i(idx_q[IdxW-1:0]),
    .rd_valid_o(s_valid), .rd_gen_o(s_gen), .rd_alg_o(s_alg), .rd_256_o(s_256), .rd_version_o(s_version),
    .rd_secret_o(s_secret), .rd_func_o(s_func), .rd_iv_o(s_iv), .rd_seq_o(s_seq), .rd_key_o(s_key), .rd_h_o(s_h),
    .wr_i(w_slot), .wr_idx_i(w_idx), .wr_valid_i(w_valid),
    .wr_gen_i(w_valid ? gen_q : 16'd0), .wr_alg_i(w_valid ? l_head_q[1:0] : 2'd0), .wr_256_i(w_valid && l_256),
    .wr_version_i(w_valid ? l_head_q[31:16] : 16'd0), .wr_secret_i(w_valid && secret_q != 32'd0), .wr_func_i(w_valid ? func_q : 8'd0), .wr_iv_i(w_valid ? l_iv_q : 96'd0),
    .wr_key_i(w_valid ? l_key_q : 256'd0), .wr_h_i(w_valid ? l_h_q : 512'd0),
    .wr_seq_i(w_seq), .wr_seq_idx_i(w_seq_idx), .wr_seq_data_i(w_seq_data)
  );

  assign w_slot     = state_q == StErase || state_q == StLoadWrite || state_q == StFree;
  assign w_valid    = state_q == StLoadWrite;
  assign w_idx      = state_q == StErase ? walk_q : idx_q[IdxW-1:0];

  // ---- key banks ----------------------------------------------------------------------------------------------------------------
  logic [3:0]   b_valid_q, b_256_q, same;
  logic [15:0]  b_idx_q [4];
  logic [255:0] b_seq_q;
  logic [15:0]  b_jobs_q;   // four bits a bank: jobs that still use it
  logic [1:0]   victim_q, hit_bank;
  logic         hit, victim_free, evict;

  always_comb begin
    same     = 4'd0;
    hit_bank = 2'd0;
    if (state_q == StCheck || state_q == StFree || state_q == StLoadWrite) begin
      for (int i = 0; i < 4; i++) begin
        same[i] = b_valid_q[i] && b_idx_q[i] == idx_q;
        if (same[i]) hit_bank = 2'(i);
      end
    end
  end
  assign hit         = same != 4'd0;
  assign victim_free = b_jobs_q[4*victim_q +: 4] == 4'd0;
  assign evict       = state_q == StVictim && victim_free && b_valid_q[victim_q];
  assign w_seq       = w_slot || evict;
  assign w_seq_idx   = evict ? b_idx_q[victim_q][IdxW-1:0] : w_idx;
  always_comb begin
    w_seq_data = 64'd0;
    if (evict) w_seq_data = b_seq_q[64*victim_q +: 64];
    else if (w_valid) w_seq_data = l_seq_q;
  end
  assign seq_o = b_seq_q;

  // ---- key schedule -------------------------------------------------------------------------------------------------------------
  logic         kx_start, kx_ready, kx_valid, kx_last;
  logic [3:0]   kx_round;
  logic         kx_256, kx_256_q, kx_gcm;
  logic [255:0] kx_key;

  assign l_256    = l_head_q[15:8] == 8'd32;
  assign kx_start = kx_ready && ((state_q == StVictim && victim_free && !load_job_q) || (state_q == StLoadCheck && l_good && !l_secret_q));
  assign kx_256   = wipe_q || (load_job_q ? l_256 : s_256);
  assign kx_gcm   = s_alg == AlgGcm || wipe_q;
  always_comb begin
    kx_key = 256'd0;
    if (kx_start && !wipe_q) kx_key = load_job_q ? l_key_q : s_key;
  end

  aes_key_expand u_key_expand (
    .clk_i, .rst_ni,
    .start_i(kx_start), .ready_o(kx_ready), .key_i(kx_key), .key_256_i(kx_256),
    .want_dec_i(wipe_q || (load_job_q ? l_head_q[1:0] : s_alg) == AlgCbc),
    .rk_valid_o(kx_valid), .rk_round_o(kx_round), .rk_last_o(kx_last), .rk_o(rk_enc_o), .rk_dec_o(rk_dec_o)
  );
  assign rk_valid_o    = kx_valid;
  assign rk_bank_o     = bank_q;
  assign rk_enc_slot_o = kx_round == 4'd0 ? 4'd0 : kx_round + (kx_256_q ? 4'd0 : 4'd4);
  assign rk_dec_slot_o = kx_last ? 4'd0 : 4'd14 - kx_round;

  // H^1..H^4: from the slot while its key schedule runs, or as they are made
  always_comb begin
    hp_valid_o = 1'b0;
    hp_pow_o   = 2'd0;
    hp_data_o  = 128'd0;
    if (state_q == StExpand && kx_valid && kx_round < 4'd4 && kx_gcm) begin
      hp_valid_o = 1'b1;
      hp_pow_o   = kx_round[1:0];
      if (!wipe_q) hp_data_o = s_h[128*kx_round[1:0] +: 128];
    end else if (state_q == StLoadHash && (h_valid_i || mul_done_i)) begin
      hp_valid_o = 1'b1;
      hp_pow_o   = l_pow_q;
      hp_data_o  = h_valid_i ? h_data_i : mul_data_i;
    end
  end

  // ---- what the command asks for ------------------------------------------------------------------------------------------------
  logic [3:0]  k_class;
  logic [7:0]  k_status;
  logic [31:0] k_data;
  logic        k_tls13;

  aead_check #(.NumSessions(NumSessions)) u_check (
    .check_i(state_q == StCheck), .allowed_i, .op_i(op_q), .idx_i(idx_q), .gen_i(gen_q), .func_i(func_q), .len_i(len_q), .param0_i(p0_q), .param1_i(p1_q),
    .slot_valid_i(s_valid), .slot_gen_i(s_gen), .slot_func_i(s_func), .slot_secret_i(s_secret), .slot_alg_i(s_alg), .slot_version_i(s_version),
    .class_o(k_class), .status_o(k_status), .tls13_o(k_tls13), .data_o(k_data)
  );

  logic        l_slice;
  // a context is usable when its algorithm is this lane's, its key length AES's, and nothing it should not have is set
  assign l_good = (l_head_q[7:0] == sluice_pkg::ALG_AES_GCM || l_head_q[7:0] == sluice_pkg::ALG_AES_CTR ||
                   l_head_q[7:0] == sluice_pkg::ALG_AES_CBC) &&
                  (l_head_q[15:8] == 8'd16 || l_head_q[15:8] == 8'd32) && l_head_q[47:32] == 16'd0 && l_head_q[63:56] == 8'd0 &&
                  (l_secret_q ? l_slice && !l_dirty_q : l_head_q[55:48] == sluice_pkg::SLICE_NONE);
  // only the keys of records come from secrets: a key block of TLS 1.2 by half, key and IV of TLS 1.3
  assign l_slice = l_head_q[7:0] == sluice_pkg::ALG_AES_GCM &&
                   ((l_head_q[31:16] == 16'h0303 && (l_head_q[55:48] == sluice_pkg::SLICE_CLIENT || l_head_q[55:48] == sluice_pkg::SLICE_SERVER)) ||
                    (l_head_q[31:16] == 16'h0304 && l_head_q[55:48] == sluice_pkg::SLICE_WHOLE));

  logic         x_done, x_ok, x_fits, x_iv_we;
  logic [1:0]   x_key_we;
  logic [127:0] x_data;
  aead_secret u_secret (
    .clk_i, .rst_ni,
    .start_i(state_q == StLoadCheck && l_good && l_secret_q), .handle_i(secret_q), .func_i(func_q), .wide_i(l_256), .slice_i(l_head_q[49:48]),
    .done_o(x_done), .ok_o(x_ok), .fits_o(x_fits), .key_we_o(x_key_we), .iv_we_o(x_iv_we), .data_o(x_data),
    .sec_req_valid_o, .sec_req_ready_i, .sec_req_write_o, .sec_req_handle_o, .sec_req_func_o, .sec_req_kind_o, .sec_req_len_o,
    .sec_req_data_o, .sec_req_last_o, .sec_rsp_valid_i, .sec_rsp_ready_o, .sec_rsp_ok_i, .sec_rsp_len_i, .sec_rsp_data_i, .sec_rsp_last_i
  );

  // ---- control ------------------------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= StErase;
      walk_q     <= '0;
      b_valid_q  <= 4'd0;
      b_256_q    <= 4'd0;
      b_jobs_q   <= 16'd0;
      b_seq_q    <= 256'd0;
      victim_q   <= 2'd0;
      bank_q     <= 2'd0;
      class_q    <= 4'd0;
      status_q   <= 8'd0;
      data_q     <= 32'd0;
      load_job_q <= 1'b0;
      wipe_q     <= 1'b0;
      erase_q    <= 1'b0;
      kx_256_q   <= 1'b0;
      word_q     <= 3'd0;
      l_pow_q    <= 2'd0;
      l_wait_q   <= 1'b0;
      l_head_q   <= 64'd0;
      l_seq_q    <= 64'd0;
      l_key_q    <= 256'd0;
      l_iv_q     <= 96'd0;
      l_secret_q <= 1'b0;
      l_dirty_q  <= 1'b0;
      l_h_q      <= 512'd0;
      l_status_q <= 8'd0;
      op_q       <= 8'd0;
      type_q     <= 8'd0;
      idx_q      <= 16'd0;
      gen_q      <= 16'd0;
      len_q      <= 32'd0;
      p0_q       <= 32'd0;
      p1_q       <= 32'd0;
      start_q    <= 32'd0;
      func_q     <= 8'd0;
      secret_q   <= 32'd0;
      tls13_q    <= 1'b0;
    end else begin
      if (seal_inc_i) b_seq_q[64*seal_bank_i +: 64] <= b_seq_q[64*seal_bank_i +: 64] + 64'd1;
      if (open_inc_i) b_seq_q[64*open_bank_i +: 64] <= b_seq_q[64*open_bank_i +: 64] + 64'd1;
      if (job_take_i) b_jobs_q[4*bank_q +: 4] <= b_jobs_q[4*bank_q +: 4] + 4'd1;
      if (ret_valid_i && !(job_take_i && ret_bank_i == bank_q)) b_jobs_q[4*ret_bank_i +: 4] <= b_jobs_q[4*ret_bank_i +: 4] - 4'd1;
      if (ret_valid_i && job_take_i && ret_bank_i == bank_q) b_jobs_q[4*bank_q +: 4] <= b_jobs_q[4*bank_q +: 4];
      if (kx_start) begin
        kx_256_q <= kx_256;
        b_256_q[load_job_q ? bank_q : victim_q] <= kx_256;
      end

      unique case (state_q)
        StErase: begin
          walk_q <= walk_q + 1'b1;
          // then the banks, by the schedule of a zero key
          if (&walk_q) begin
            erase_q <= 1'b1;
            wipe_q  <= 1'b1;
            state_q <= StVictim;
          end
        end
        StIdle: begin
          if (cmd_valid_i && cmd_ready_o) begin
            state_q <= StRead;
            op_q    <= cmd_desc_i[sluice_pkg::DESC_OPCODE_LSB +: 8];
            idx_q   <= cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB +: 16];
            gen_q   <= cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB + 16 +: 16];
            len_q   <= cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32];
            p0_q    <= cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB +: 32];
            p1_q    <= cmd_desc_i[sluice_pkg::DESC_PARAM1_LSB +: 32];
            type_q  <= cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB +: 8];
            start_q <= cycle_i;
            // bits 7:0 of the last field are the queue's function, filled in by the front end
            func_q   <= cmd_desc_i[sluice_pkg::DESC_RSVD2_LSB +: 8];
            secret_q <= cmd_desc_i[sluice_pkg::DESC_HANDLE2_LSB +: 32];
          end
        end
        StRead: state_q <= StCheck;
        StCheck: begin
          class_q    <= k_class;
          status_q   <= k_status;
          data_q     <= k_data;
          tls13_q    <= k_tls13;
          l_secret_q <= k_class == aead_pkg::JobLoad && secret_q != 32'd0;
          l_dirty_q  <= 1'b0;
          bank_q     <= hit_bank;
          load_job_q <= k_class == aead_pkg::JobLoad;
          if (k_class == aead_pkg::JobLoad) state_q <= StDrain;
          else if (k_class != aead_pkg::JobNull) state_q <= hit ? StReady : StVictim;
          else if (op_q == sluice_pkg::OP_SESSION_FREE && k_status == sluice_pkg::ST_OK) state_q <= StDrain;
          else state_q <= StReady;
        end
        StDrain: if (drained_i) state_q <= load_job_q ? StVictim : StFree;
        StVictim: begin
          if (!victim_free) begin
            victim_q <= victim_q + 2'd1;
          end else if (kx_ready) begin
            // the bank is not the session's until its keys are in
            bank_q              <= victim_q;
            victim_q            <= victim_q + 2'd1;
            b_valid_q[victim_q] <= 1'b0;
            state_q             <= load_job_q ? StReady : StExpand;
          end
        end
        StExpand: begin
          if (kx_last) begin
            state_q <= StReady;
            wipe_q  <= 1'b0;
            if (erase_q && victim_q != 2'd0) begin
              wipe_q  <= 1'b1;
              state_q <= StVictim;
            end else if (erase_q) begin
              erase_q <= 1'b0;
              state_q <= StIdle;
            end else if (!wipe_q) begin
              b_valid_q[bank_q]       <= 1'b1;
              b_idx_q[bank_q]         <= idx_q;
              b_seq_q[64*bank_q +: 64] <= s_seq;
            end
          end
        end
        StReady: if (job_take_i) state_q <= load_job_q ? StLoadWords : StIdle;
        StFree: begin
          // the slot is erased by the store in this cycle; a cached copy is overwritten by the schedule of a zero key
          if (hit) begin
            b_valid_q[hit_bank] <= 1'b0;
            victim_q            <= hit_bank;
            wipe_q              <= 1'b1;
            state_q             <= StVictim;
          end else begin
            state_q <= StReady;
          end
        end
        StLoadWords: begin
          if (load_valid_i) begin
            word_q <= word_q + 3'd1;
            if (word_q == 3'd0) {l_seq_q, l_head_q} <= load_data_i;
            if (word_q == 3'd1) l_key_q[127:0] <= load_data_i;
            if (word_q == 3'd2) l_key_q[255:128] <= load_data_i;
            if (word_q == 3'd3) l_iv_q <= load_data_i[95:0];
            if (l_secret_q && word_q != 3'd0 && load_data_i != 128'd0) l_dirty_q <= 1'b1;
            if (word_q == 3'd7) state_q <= StLoadCheck;
          end
        end
        StLoadCheck: begin
          l_pow_q    <= 2'd0;
          l_status_q <= l_good ? sluice_pkg::ST_OK : sluice_pkg::ST_BAD_SESSION;
          if (!l_good) state_q <= StLoadEnd;
          else if (l_secret_q) state_q <= StLoadSec;
          else if (kx_ready) state_q <= StLoadKeys;
        end
        StLoadSec: begin
          if (x_key_we[0]) l_key_q[127:0] <= x_data;
          if (x_key_we[1]) l_key_q[255:128] <= x_data;
          if (x_iv_we) l_iv_q <= x_data[95:0];
          if (x_done) begin
            // the context then goes on as one that came with its keys
            l_secret_q      <= 1'b0;
            l_head_q[55:48] <= sluice_pkg::SLICE_NONE;
            l_status_q      <= x_ok ? sluice_pkg::ST_BAD_SESSION : sluice_pkg::ST_BAD_SECRET;
            state_q         <= x_fits ? StLoadCheck : StLoadEnd;
          end
        end
        StLoadKeys: begin
          l_wait_q <= 1'b0;
          if (kx_last) state_q <= l_head_q[1:0] == AlgGcm ? StLoadHash : StLoadWrite;
        end
        StLoadHash: begin
          l_wait_q <= 1'b1;
          if (hp_valid_o) begin
            l_h_q   <= {hp_data_o, l_h_q[511:128]};
            l_pow_q <= l_pow_q + 2'd1;
            if (l_pow_q == 2'd3) state_q <= StLoadWrite;
          end
        end
        StLoadWrite: begin
          if (hit) b_valid_q[hit_bank] <= 1'b0;
          b_valid_q[bank_q]        <= 1'b1;
          b_idx_q[bank_q]          <= idx_q;
          b_seq_q[64*bank_q +: 64] <= l_seq_q;
          state_q                  <= StLoadEnd;
        end
        StLoadEnd: begin
          l_head_q   <= 64'd0;
          l_seq_q    <= 64'd0;
          l_key_q    <= 256'd0;
          l_iv_q     <= 96'd0;
          l_h_q      <= 512'd0;
          l_secret_q <= 1'b0;
          load_job_q <= 1'b0;
          state_q    <= StIdle;
        end
        default: state_q <= StErase;
      endcase
    end
  end

  assign cmd_ready_o   = state_q == StIdle;
  assign busy_o        = state_q != StIdle;
  assign job_valid_o   = state_q == StReady;
  assign job_class_o   = class_q;
  assign job_status_o  = status_q;
  assign job_bank_o    = bank_q;
  assign job_len_o     = len_q;
  assign job_aad_o     = (class_q == aead_pkg::JobSeal || class_q == aead_pkg::JobOpen) ? p0_q[16:0] : 17'd0;
  assign job_data_o    = data_q;
  assign job_tag_o     = class_q == aead_pkg::JobOpen ? p1_q[4:0] : 5'd16;
  assign bank_256_o    = b_256_q;
  assign job_version_o = tls13_q ? 16'h0303 : s_version;
  assign job_tls13_o   = tls13_q;
  assign job_iv_o      = s_iv;
  assign job_type_o    = type_q;
  assign job_start_o   = start_q;
  assign load_aes_o    = state_q == StLoadHash && !l_wait_q;
  assign load_done_o   = state_q == StLoadEnd;
  assign load_status_o = l_status_q;
  always_comb begin
    mul_valid_o = state_q == StLoadHash && hp_valid_o && l_pow_q != 2'd3;
    mul_data_o  = mul_valid_o ? hp_data_o : 128'd0;
  end

  `ASSERT_ZERO(NoKeyOnIdleOutputs, rk_valid_o, {rk_enc_o, rk_dec_o})
  `ASSERT_ALWAYS(OneBankPerSession, $onehot0(same))
  `ASSERT_IF(RetireHasAJob, ret_valid_i, b_jobs_q[4*ret_bank_i +: 4] != 4'd0)
endmodule
