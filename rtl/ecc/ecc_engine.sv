// Elliptic-curve engine: key slots, P-256, P-384, X25519 and Ed25519 operations behind the engine port (rtl/README.md), eight in flight.
//
// Two machines share the work. The front one takes a command, brings its operands into the next context's registers and starts the program;
// the back one answers contexts in order and erases them. Arithmetic is in ecc_core, the blob in ecc_unwrap, the numbers' way in and out in
// ecc_input and ecc_output. KEY_LOAD holds the front machine while the array checks that the private key belongs to its point. EDDSA_SIGN has two
// programs: the back machine starts the second, which is short, when the first has ended; ecc_eddsa hashes.
`include "assert.svh"

module ecc_engine #(
  parameter int unsigned NumKeys = 16,
  parameter bit P384 = 1'b1            // with the wide array
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic [4:0]   in_bytes_i,
  input  logic         in_last_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic [15:0]  out_parity_o,
  output logic [4:0]   out_bytes_o,
  output logic         out_last_o,
  output logic         rsp_valid_o,
  input  logic         rsp_ready_i,
  output logic [7:0]   rsp_status_o,
  output logic [15:0]  rsp_info_o,
  output logic [63:0]  rsp_seq_o,
  output logic [31:0]  rsp_cycles_o,
  input  logic         rnd_valid_i,
  output logic         rnd_ready_o,
  input  logic [127:0] rnd_data_i,
  input  logic         rnd_fail_i,
  input  logic         st_start_i,
  output logic         st_done_o,
  output logic         st_pass_o,
  input  logic         flt_hang_i,
  input  logic         flt_flip_i,
  output logic         busy_o,
  input  logic [255:0] kek_i,
  // secret port
  output logic         sec_req_valid_o,
  input  logic         sec_req_ready_i,
  output logic         sec_req_write_o,
  output logic         sec_req_last_o,
  output logic [31:0]  sec_req_handle_o,
  output logic [7:0]   sec_req_func_o,
  output logic [3:0]   sec_req_kind_o,
  output logic [7:0]   sec_req_len_o,
  output logic [127:0] sec_req_data_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i
);
  localparam logic [8:0]  TestMessage = 9'd24;  // bytes, in the self test

  typedef enum logic [4:0] {
    StErase, StIdle, StDecode, StDrain, StInput, StStart, StPush, StUnwrap, StKeyK, StKeyU, StKeyV, StKeyL, StKeyStart, StKeyWait, StFree,
    StTestNext, StTestWait, StMessage, StHashStart, StHash, StNonceLow, StNonceHigh, StHashClear, StError
  } state_e;
  state_e state_q, state_d;
  typedef enum logic [3:0] {BkIdle, BkResult, BkEmpty, BkRsp, BkWipe, BkPoint, BkHash, BkStart, BkError} back_e;
  back_e back_q, back_d;

  // ---- fault injection
  logic hang_q, flip_q, flip_seen_q, flip_new, cmd_flip_q;
  assign flip_new = flt_flip_i && !flip_seen_q;

  // ---- command in hand
  logic [7:0]   op_q, status_q, status_d, func_q;
  logic [31:0]  handle_q, handle2_q, handle3_q, src_len_q, param0_q, param1_q, t0_q, cycles_q;
  logic [3:0]   prog_q, prog_d;
  logic         sig_q, sig_d;           // r or s out of range
  logic [8:0]   sweep_q, sweep_d;       // address of the sweep after reset
  logic         st_done_q, st_pass_q, test_q, test_ok_q, test_ok_d, test_end;
  logic [2:0]   test_job_q, test_job_d; // operations of the self test that were begun
  logic [3:0]   msg_word_q;

  // ---- key slots and jobs
  logic         index_ok, handle_ok, foreign, slot_ed, slot_wide, key_store, key_clear, key_read;
  logic [383:0] key_scalar;
  logic [255:0] key_prefix, key_public;
  ecc_job_pkg::job_t job, new_job;
  logic        push, pop, touched, jobs_full, jobs_empty, jobs_last, job_second;
  logic [2:0]  head, tail;

  // ---- blocks
  logic         un_start, un_busy, un_done, un_ok, un_ed, un_wide, un_in_ready, un_wipe;
  logic [383:0] un_scalar, un_x, un_y;
  logic         inp_start, inp_busy, inp_done, inp_bad_input, inp_bad_sig, inp_bad_secret, inp_no_entropy, inp_in_ready, inp_rnd_ready;
  logic         inp_want, inp_req, inp_rsp_ready, inp_ld;
  logic [8:0]   inp_ld_addr;
  logic [383:0] inp_ld_data;
  logic         res_start, res_busy, res_done, res_empty, res_refused, res_re, res_valid, res_ready, res_last;
  logic         res_want, res_req, res_sec_last, res_rsp_ready;
  logic [9:0]   res_addr;
  logic [127:0] res_data, res_sec_data;
  logic         core_start, core_second, core_busy, dg_ready, core_dg_ready, ld_ready, core_ld_ready, erase, erase_ready, core_erase_ready, key_row;
  logic [7:0]   core_active, core_astray, wide_active, wide_astray;
  logic [23:0]  core_flags, wide_flags;
  logic [16:0]  dg_data, core_dg_data, wide_dg_data;
  logic         wide, wide_start, wide_busy, wide_dg_ready, wide_ld_ready, wide_erase_ready, start_flip;  // wide: the command in hand is the wide array's
  logic [8:0]   erase_addr;
  logic [9:0]   core_pc;
  logic [ecc_prog_pkg::LenBits-1:0] core_len;
  logic [7:0]   core_count;
  logic [383:0] key_row_data, front_data;
  logic [255:0] ld_data;
  logic [8:0]   front_addr;
  logic [5:0]   key_row_reg, wipe_q;
  logic         ed_start, ed_done, ed_clear, ed_busy, ed_back_start, ed_back_done, ed_back_busy, ed_pt_ready, ed_row, ed_erase_ready, msg_take, msg_last;
  logic [511:0] ed_digest;
  logic [255:0] ed_row_data, ed_scalar, un_seed, un_public;
  logic [5:0]   ed_row_reg;
  logic [8:0]   msg_len;

  // self test: source, random and expected words come from its ROM, in one order
  logic [6:0]   rom_addr_q;
  logic [127:0] rom_data;
  logic [255:0] rom_kek;
  logic [7:0]   rom_skip, rom_wide_skip;
  logic [ecc_prog_pkg::LenBits-1:0] rom_frames, rom_wide_frames;
  logic         rom_take;
  logic [6:0]   test_last;  // the last words of its two digests
  ecc_selftest_rom u_selftest_rom (
    .addr_i(rom_addr_q), .data_o(rom_data), .kek_o(rom_kek), .skip_o(rom_skip), .frames_o(rom_frames), .wide_skip_o(rom_wide_skip),
    .wide_frames_o(rom_wide_frames));

  ecc_unwrap #(.P384(P384)) u_unwrap (
    .clk_i, .rst_ni, .start_i(un_start), .kek_i(test_q ? rom_kek : kek_i), .busy_o(un_busy), .done_o(un_done), .ok_o(un_ok), .ed_o(un_ed), .wide_o(un_wide),
    .scalar_o(un_scalar), .x_o(un_x), .y_o(un_y), .wipe_i(un_wipe),
    .in_valid_i(state_q == StUnwrap && (test_q || (in_valid_i && in_ready_o))), .in_ready_o(un_in_ready), .in_data_i(test_q ? rom_data : in_data_i)
  );
  logic sec_front_q, sec_back_q;  // who has the secret port
  ecc_input u_input (
    .clk_i, .rst_ni, .start_i(inp_start), .prog_i(prog_q), .wide_i(wide), .secret_i(handle3_q != 32'd0 && !test_q), .ctx_i(tail), .busy_o(inp_busy),
    .done_o(inp_done), .bad_input_o(inp_bad_input), .bad_sig_o(inp_bad_sig), .bad_secret_o(inp_bad_secret), .no_entropy_o(inp_no_entropy),
    .in_valid_i(state_q == StInput && (test_q || (in_valid_i && in_ready_o))), .in_ready_o(inp_in_ready), .in_data_i(test_q ? rom_data : in_data_i),
    .in_bytes_i(test_q ? 5'd16 : in_bytes_i), .in_last_i(test_q ? rom_addr_q == test_last : in_last_i),
    .rnd_valid_i(test_q || (rnd_valid_i && rnd_ready_o)), .rnd_ready_o(inp_rnd_ready), .rnd_data_i(test_q ? rom_data : rnd_data_i),
    .rnd_fail_i(rnd_fail_i && !test_q && !hang_q), .key_i(key_scalar),
    .sec_want_o(inp_want), .sec_grant_i(sec_front_q), .sec_req_o(inp_req), .sec_req_ready_i(sec_req_ready_i && !hang_q),
    .sec_rsp_valid_i(sec_front_q && sec_rsp_valid_i && !hang_q), .sec_rsp_ready_o(inp_rsp_ready), .sec_rsp_ok_i, .sec_rsp_len_i, .sec_rsp_data_i,
    .sec_rsp_last_i, .ld_valid_o(inp_ld), .ld_ready_i(ld_ready), .ld_addr_o(inp_ld_addr), .ld_data_o(inp_ld_data)
  );
  assign test_last = test_job_q == 3'd1 ? 7'd12 : 7'd25;
  assign rom_take  = test_q && ((state_q == StUnwrap && un_in_ready) || inp_in_ready || inp_rnd_ready || state_q == StMessage ||
                                (res_valid && res_ready && back_q != BkPoint));

  // ---- Ed25519: bytes of the blob in order, the clamped scalar (RFC 8032 5.1.5)
  always_comb begin
    un_seed   = 256'd0;
    un_public = 256'd0;
    for (int b = 0; b < 32; b++) begin
      un_seed[8*b +: 8]   = un_scalar[8*(31-b) +: 8];
      un_public[8*b +: 8] = un_x[8*(31-b) +: 8];
    end
  end
  assign ed_scalar = {2'b01, ed_digest[253:3], 3'd0};
  assign msg_take  = state_q == StMessage && (test_q || in_fire);
  assign msg_last  = test_q ? msg_word_q == 4'd1 : in_last_i;
  assign msg_len   = test_q ? TestMessage : src_len_q[8:0];
  ecc_eddsa u_eddsa (
    .clk_i, .rst_ni, .msg_valid_i(msg_take), .msg_addr_i({tail, 1'b0, msg_word_q}), .msg_data_i(!msg_take ? 128'd0 : test_q ? rom_data : in_data_i),
    .f_start_i(ed_start), .f_key_i(prog_q == ecc_job_pkg::PgKey), .f_ctx_i(tail), .f_len_i(ed_start && prog_q == ecc_job_pkg::PgKey ? 9'd0 : msg_len),
    .f_seed_i(un_seed), .f_prefix_i(key_prefix), .f_public_i(key_public), .f_done_o(ed_done), .f_clear_i(ed_clear), .f_busy_o(ed_busy), .digest_o(ed_digest),
    .b_start_i(ed_back_start), .b_ctx_i(head), .b_len_i(job.len), .b_done_o(ed_back_done), .b_busy_o(ed_back_busy),
    .pt_valid_i(back_q == BkPoint && res_valid && !hang_q), .pt_ready_o(ed_pt_ready), .pt_data_i(res_data), .row_valid_o(ed_row), .row_ready_i(core_ld_ready),
    .row_reg_o(ed_row_reg), .row_data_o(ed_row_data), .erase_i(erase), .erase_ready_o(ed_erase_ready),
    .erase_addr_i(state_q == StErase ? sweep_q[7:0] : {head, wipe_q[4:0]})
  );

  // ---- arrays: a job has the context of its number in one of them
  assign wide       = prog_q == ecc_job_pkg::PgKey ? un_wide : test_q ? prog_q == ecc_job_pkg::PgKeygen : dec_wide;
  assign wide_start = core_start && wide;
  assign start_flip = test_q ? flip_q || test_job_q == 3'd3 : cmd_flip_q;
  assign front_addr = key_row ? {tail, key_row_reg} : inp_ld_addr;
  ecc_core u_core (
    .clk_i, .rst_ni, .start_i((core_start && !wide) || core_second), .start_ctx_i(core_second ? head : tail),
    .start_pc_i(core_second ? ecc_prog_pkg::PcEd25519Sum : core_pc), .start_len_i(core_second ? ecc_prog_pkg::LenEd25519Sum : core_len),
    .start_count_i(core_second ? 8'd0 : core_count), .start_flip_i(!core_second && start_flip), .active_o(core_active), .astray_o(core_astray),
    .flags_o(core_flags), .busy_o(core_busy), .ld_valid_i(((inp_ld || key_row) && !wide) || ed_row), .ld_ready_o(core_ld_ready),
    .ld_addr_i(ed_row ? {head, ed_row_reg} : front_addr), .ld_data_i(ld_data), .dg_re_i(res_re && !job.wide), .dg_ready_o(core_dg_ready),
    .dg_addr_i({res_addr[9:5], res_addr[3:0]}), .dg_data_o(core_dg_data), .erase_i(erase), .erase_ready_o(core_erase_ready), .erase_addr_i(erase_addr)
  );
  if (P384) begin : gen_wide
    ecc_core #(.Wide(1'b1)) u_core (
      .clk_i, .rst_ni, .start_i(wide_start), .start_ctx_i(tail), .start_pc_i(core_pc), .start_len_i(core_len), .start_count_i(core_count),
      .start_flip_i(start_flip), .active_o(wide_active), .astray_o(wide_astray), .flags_o(wide_flags), .busy_o(wide_busy),
      .ld_valid_i((inp_ld || key_row) && wide), .ld_ready_o(wide_ld_ready), .ld_addr_i(front_addr), .ld_data_i(front_data),
      .dg_re_i(res_re && job.wide), .dg_ready_o(wide_dg_ready), .dg_addr_i(res_addr), .dg_data_o(wide_dg_data),
      .erase_i(erase), .erase_ready_o(wide_erase_ready), .erase_addr_i(erase_addr)
    );
  end else begin : gen_wide
    logic unused_wide;
    assign unused_wide      = ^{wide_start, front_data[383:256], res_addr[4]};
    assign wide_active      = 8'd0;
    assign wide_astray      = 8'd0;
    assign wide_flags       = 24'd0;
    assign wide_busy        = 1'b0;
    assign wide_ld_ready    = 1'b1;
    assign wide_dg_ready    = 1'b1;
    assign wide_dg_data     = 17'd0;
    assign wide_erase_ready = 1'b1;
  end
  assign ld_ready    = wide ? wide_ld_ready : core_ld_ready && !ed_row;
  assign dg_ready    = job.wide ? wide_dg_ready : core_dg_ready;
  assign dg_data     = job.wide ? wide_dg_data : core_dg_data;
  assign erase_ready = core_erase_ready && wide_erase_ready && ed_erase_ready;
  ecc_output u_output (
    .clk_i, .rst_ni, .start_i(res_start), .prog_i(back_q == BkPoint ? ecc_job_pkg::PgEdPoint : job.prog), .wide_i(job.wide), .secret_i(job.secret != 32'd0), .ctx_i(head),
    .busy_o(res_busy), .done_o(res_done), .empty_o(res_empty), .refused_o(res_refused), .dg_re_o(res_re), .dg_ready_i(dg_ready), .dg_addr_o(res_addr),
    .dg_data_i(dg_data), .out_valid_o(res_valid), .out_ready_i(res_ready), .out_data_o(res_data), .out_last_o(res_last),
    .sec_want_o(res_want), .sec_grant_i(sec_back_q), .sec_req_o(res_req), .sec_req_ready_i(sec_req_ready_i && !hang_q), .sec_data_o(res_sec_data),
    .sec_last_o(res_sec_last), .sec_rsp_valid_i(sec_back_q && sec_rsp_valid_i && !hang_q), .sec_rsp_ready_o(res_rsp_ready), .sec_rsp_ok_i
  );

  // ---- key slots
  ecc_keys #(.NumKeys(NumKeys)) u_keys (
    .clk_i, .rst_ni, .handle_i(handle_q), .func_i(func_q), .test_i(test_q), .index_ok_o(index_ok), .foreign_o(foreign), .handle_ok_o(handle_ok),
    .ed_o(slot_ed), .wide_o(slot_wide), .erase_i(state_q == StErase), .erase_addr_i(sweep_q), .clear_i(key_clear), .store_i(key_store), .store_ed_i(un_ed), .store_wide_i(un_wide),
    .scalar_i(un_ed ? {128'd0, ed_scalar} : un_scalar), .prefix_i(un_ed ? ed_digest[511:256] : 256'd0), .public_i(un_ed ? un_public : 256'd0),
    .scalar_read_i(inp_start), .scalar_keep_i(state_q == StInput), .scalar_o(key_scalar),
    .hash_read_i(key_read), .hash_keep_i(state_q == StHash), .prefix_o(key_prefix), .public_o(key_public)
  );
  assign key_read = ed_start && prog_q == ecc_job_pkg::PgEd;

  // ---- jobs
  ecc_jobs u_jobs (
    .clk_i, .rst_ni, .push_i(push), .job_i(new_job), .pop_i(pop), .second_i(core_second), .restart_i(test_end || (state_q == StIdle && pop && jobs_last)),
    .full_o(jobs_full), .empty_o(jobs_empty), .last_o(jobs_last), .tail_o(tail), .head_o(head), .job_o(job), .second_o(job_second)
  );
  always_comb begin
    new_job         = '0;
    new_job.prog    = status_q == sluice_pkg::ST_OK && prog_q != ecc_job_pkg::PgKey ? prog_q : ecc_job_pkg::PgNone;
    new_job.status  = status_q;
    new_job.wide    = wide;
    new_job.sig     = sig_q;
    new_job.test    = test_q;
    new_job.touched = touched;
    new_job.t0      = t0_q;
    new_job.func    = func_q;
    new_job.secret  = test_q || prog_q == ecc_job_pkg::PgMul || prog_q == ecc_job_pkg::PgSign || prog_q == ecc_job_pkg::PgEd ? 32'd0 : handle2_q;
    new_job.len     = msg_len;
  end

  // ---- programs; the self test runs a part of X25519's and of P-384's
  logic [9:0]  prog_pc;
  logic [ecc_prog_pkg::LenBits-1:0] prog_len;
  logic        test_part;
  ecc_program u_program (.prog_i(prog_q), .ed_i(un_ed), .wide_i(wide), .pc_o(prog_pc), .len_o(prog_len));
  assign test_part  = test_q && (prog_q == ecc_job_pkg::PgXEcdh || prog_q == ecc_job_pkg::PgKeygen);
  assign core_pc    = prog_pc;
  assign core_len   = !test_part ? prog_len : wide ? rom_wide_frames : rom_frames;
  assign core_count = !test_part ? 8'd0 : wide ? rom_wide_skip : rom_skip;

  logic [7:0] dec_status;
  logic [3:0] dec_prog;
  logic       dec_wide;
  ecc_decode #(.P384(P384)) u_decode (
    .op_i(op_q), .handle_i(handle_q), .secret_i(handle3_q != 32'd0), .src_len_i(src_len_q), .param0_i(param0_q), .param1_i(param1_q), .index_ok_i(index_ok),
    .foreign_i(foreign), .handle_ok_i(handle_ok), .ed_i(slot_ed), .slot_wide_i(slot_wide), .status_o(dec_status), .prog_o(dec_prog),
    .wide_o(dec_wide)
  );

  // ---- front machine
  logic cmd_fire, in_fire, front_active, front_astray;
  logic [2:0] front_flags;
  assign front_active = wide ? wide_active[tail] : core_active[tail];
  assign front_astray = wide ? wide_astray[tail] : core_astray[tail];
  assign front_flags  = wide ? wide_flags[3*tail +: 3] : core_flags[3*tail +: 3];
  assign cmd_fire = cmd_valid_i && cmd_ready_o;
  assign in_fire  = in_valid_i && in_ready_o;
  always_comb begin
    state_d    = state_q;
    status_d   = status_q;
    prog_d     = prog_q;
    sig_d      = sig_q;
    sweep_d    = 9'd0;
    test_job_d = test_job_q;
    test_ok_d  = test_ok_q;
    test_end   = 1'b0;
    un_start   = 1'b0;
    un_wipe    = 1'b0;
    inp_start  = 1'b0;
    core_start = 1'b0;
    push       = 1'b0;
    key_store  = 1'b0;
    key_clear  = 1'b0;
    ed_start   = 1'b0;
    ed_clear   = 1'b0;
    unique case (state_q)
      // after reset: zeros into every memory
      StErase: begin
        sweep_d = sweep_q + 9'd1;
        if (sweep_q == 9'd511) state_d = StIdle;
      end
      StIdle: begin
        status_d = sluice_pkg::ST_OK;
        prog_d   = ecc_job_pkg::PgNone;
        sig_d    = 1'b0;
        if (cmd_fire) begin
          state_d = StDecode;
        end else if (st_start_i && jobs_empty) begin
          state_d    = StUnwrap;
          un_start   = 1'b1;
          test_ok_d  = 1'b1;
          test_job_d = 3'd0;
          prog_d     = ecc_job_pkg::PgKey;
        end
      end
      StDecode: begin
        status_d = st_pass_q ? dec_status : sluice_pkg::ST_SELFTEST_FAILED;
        prog_d   = status_d == sluice_pkg::ST_OK ? dec_prog : ecc_job_pkg::PgNone;
        state_d  = src_len_q == 32'd0 ? StPush : StDrain;
        if (status_d == sluice_pkg::ST_OK) begin
          if (op_q == sluice_pkg::OP_KEY_FREE) begin
            state_d = StFree;
          end else if (dec_prog == ecc_job_pkg::PgKey) begin
            state_d  = StUnwrap;
            un_start = 1'b1;
          end else if (dec_prog == ecc_job_pkg::PgEd) begin
            state_d = src_len_q == 32'd0 ? StHashStart : StMessage;
          end else if (dec_prog != ecc_job_pkg::PgNone) begin
            state_d   = StInput;
            inp_start = 1'b1;
          end
        end
      end
      // the source of a refused command
      StDrain: if (in_fire && in_last_i) state_d = StPush;
      // operands into the registers
      StInput: if (inp_done) begin
        state_d = StStart;
        sig_d   = inp_bad_sig;
        if (inp_bad_input || inp_bad_secret || inp_no_entropy) begin
          state_d  = StPush;
          status_d = inp_no_entropy ? sluice_pkg::ST_NO_ENTROPY : inp_bad_secret ? sluice_pkg::ST_BAD_SECRET : sluice_pkg::ST_BAD_INPUT;
        end
      end
      StStart: if (!core_second) begin
        core_start = 1'b1;
        state_d    = StPush;
      end
      StPush: begin
        push    = 1'b1;
        state_d = test_q ? StTestNext : StIdle;
      end
      // a private key: unwrap, load, compare with its point, store
      StUnwrap: if (un_done) begin
        state_d = un_ok ? StKeyK : StPush;
        if (!un_ok) status_d = sluice_pkg::ST_BAD_KEY;
        if (un_ok && un_ed) state_d = StHashStart;
        else if (!un_ok || test_q) un_wipe = 1'b1;
        if (un_ok && test_q && !un_ed) begin  // the self test's signature tells whether its key is right
          state_d   = StPush;
          key_store = 1'b1;
        end
      end
      StKeyK: if (ld_ready) state_d = StKeyU;
      StKeyU: if (ld_ready) state_d = StKeyV;
      StKeyV: if (ld_ready) state_d = StKeyL;
      StKeyL: if (ld_ready) state_d = StKeyStart;
      StKeyStart: if (!core_second) begin
        core_start = 1'b1;
        state_d    = StKeyWait;
      end
      StKeyWait: if (!front_active) begin
        state_d   = un_ed ? StHashClear : StPush;
        un_wipe   = 1'b1;
        key_store = 1'b1;
        if (front_astray) status_d = sluice_pkg::ST_ABORTED;
        else if (front_flags[ecc_pkg::FlagFault]) status_d = sluice_pkg::ST_FAULT;
        else if (front_flags[ecc_pkg::FlagBad]) status_d = sluice_pkg::ST_BAD_KEY;
        if (status_d != sluice_pkg::ST_OK) key_store = 1'b0;
      end
      StFree: begin
        key_clear = 1'b1;
        state_d   = StPush;
      end
      // Ed25519: the message; the hash of prefix and message, or of a key's seed; the nonce; nothing of it stays
      StMessage: if (msg_take && msg_last) state_d = StHashStart;
      StHashStart: begin
        ed_start = 1'b1;
        state_d  = StHash;
      end
      StHash: if (ed_done) begin
        state_d = prog_q == ecc_job_pkg::PgKey ? StKeyK : StNonceLow;
        if (prog_q == ecc_job_pkg::PgKey && test_q) begin
          state_d   = StHashClear;
          key_store = 1'b1;
          un_wipe   = 1'b1;
        end
      end
      StNonceLow: if (ld_ready) state_d = StNonceHigh;
      StNonceHigh: if (ld_ready) state_d = StHashClear;
      StHashClear: begin
        ed_clear = 1'b1;
        if (!ed_busy) begin
          state_d = StPush;
          if (prog_q == ecc_job_pkg::PgEd) begin
            state_d   = StInput;
            inp_start = 1'b1;
          end
        end
      end
      // self test: the key, then three operations at once; another key and a fourth; a P-384 key pair
      StTestNext: begin
        state_d    = test_job_q == 3'd3 ? StUnwrap : test_job_q == 3'd4 ? StMessage : StInput;
        inp_start  = state_d == StInput;
        un_start   = state_d == StUnwrap;
        test_job_d = test_job_q + 3'd1;
        status_d   = sluice_pkg::ST_OK;
        unique case (test_job_q)
          3'd1:    prog_d = ecc_job_pkg::PgXEcdh;
          3'd3:    prog_d = ecc_job_pkg::PgKey;
          3'd4:    prog_d = ecc_job_pkg::PgEd;
          3'd5:    prog_d = ecc_job_pkg::PgKeygen;
          default: prog_d = ecc_job_pkg::PgSign;
        endcase
        if (status_q != sluice_pkg::ST_OK) test_ok_d = 1'b0;
        if (test_job_q == (P384 ? 3'd6 : 3'd5) || !test_ok_d) begin
          inp_start  = 1'b0;
          un_start   = 1'b0;
          test_job_d = test_job_q;
          state_d    = StTestWait;
        end
      end
      StTestWait: begin
        if (jobs_empty) begin
          key_clear = 1'b1;
          test_end  = 1'b1;
          state_d   = StIdle;
        end
      end
      default: state_d = StError;
    endcase
    // what the back machine sees of the self test's jobs; the fourth is damaged
    if (test_q && res_valid && back_q != BkPoint && res_data != rom_data) test_ok_d = 1'b0;
    if (test_q && back_q == BkRsp && rsp_status_q != (head == 3'd3 ? sluice_pkg::ST_FAULT : sluice_pkg::ST_OK)) test_ok_d = 1'b0;
  end

  // ---- back machine
  logic        head_ended, head_op, head_test;
  logic [2:0]  head_flags;
  logic [7:0]  head_status, rsp_status_q;
  logic [31:0] rsp_cycles_q;
  assign head_test  = job.test;
  assign head_op    = job.prog != ecc_job_pkg::PgNone;
  assign head_ended = !jobs_empty && !(head_op && (job.wide ? wide_active[head] : core_active[head]));
  assign head_flags = job.wide ? wide_flags[3*head +: 3] : core_flags[3*head +: 3];
  always_comb begin
    head_status = job.status;
    if (head_op) begin
      if (job.wide ? wide_astray[head] : core_astray[head]) head_status = sluice_pkg::ST_ABORTED;
      else if (head_flags[ecc_pkg::FlagBad]) head_status = sluice_pkg::ST_BAD_INPUT;
      else if (job.sig) head_status = sluice_pkg::ST_AUTH_FAILED;
      else if (head_flags[ecc_pkg::FlagFault]) head_status = sluice_pkg::ST_FAULT;
      else if (head_flags[ecc_pkg::FlagAuth]) head_status = sluice_pkg::ST_AUTH_FAILED;
    end
  end
  always_comb begin
    back_d        = back_q;
    res_start     = 1'b0;
    pop           = 1'b0;
    ed_back_start = 1'b0;
    core_second   = 1'b0;
    unique case (back_q)
      BkIdle: if (head_ended) begin
        back_d = BkEmpty;
        if (head_op && head_status == sluice_pkg::ST_OK) begin
          back_d    = job.prog == ecc_job_pkg::PgEd && !job_second ? BkPoint : BkResult;
          res_start = 1'b1;
        end
      end
      // EDDSA_SIGN between its programs: the point into the hash, hashes into the array
      BkPoint: if (res_done) begin
        back_d        = BkHash;
        ed_back_start = 1'b1;
      end
      BkHash: if (ed_back_done) back_d = BkStart;
      BkStart: begin
        core_second = 1'b1;
        back_d      = BkIdle;
      end
      BkResult: if (res_done) back_d = res_empty ? BkEmpty : BkRsp;
      BkEmpty: if (head_test || (out_ready_i && out_valid_o)) back_d = BkRsp;
      BkRsp: if (head_test || (rsp_ready_i && rsp_valid_o)) begin
        back_d = job.touched ? BkWipe : BkIdle;
        pop    = back_d == BkIdle;
      end
      // the context's registers and digits
      BkWipe: if (erase_ready && wipe_q == 6'd63) begin
        back_d = BkIdle;
        pop    = 1'b1;
      end
      default: back_d = BkError;
    endcase
  end
  always_comb begin
    front_data = 384'd0;
    if (key_row) front_data = key_row_data;
    else if (inp_ld) front_data = inp_ld_data;
    ld_data = 256'd0;
    if (ed_row) ld_data = ed_row_data;
    else if (!wide) ld_data = front_data[255:0];
  end
  assign erase      = state_q == StErase || back_q == BkWipe;
  assign erase_addr = state_q == StErase ? sweep_q : {head, wipe_q};
  always_comb begin
    key_row      = 1'b1;
    key_row_reg  = ecc_prog_pkg::RL;
    key_row_data = 384'd1;
    unique case (state_q)
      StKeyK: begin key_row_reg = ecc_prog_pkg::RK0; key_row_data = un_ed ? {128'd0, ed_scalar} : un_scalar; end
      StKeyU: begin key_row_reg = ecc_prog_pkg::RU; key_row_data = un_ed ? {129'd0, un_public[254:0]} : un_x; end
      StKeyV: begin key_row_reg = ecc_prog_pkg::RV; key_row_data = un_ed ? {383'd0, un_public[255]} : un_y; end
      StKeyL: ;
      StNonceLow:  begin key_row_reg = ecc_prog_pkg::RK0; key_row_data = {128'd0, ed_digest[255:0]}; end
      StNonceHigh: begin key_row_reg = ecc_prog_pkg::RK1; key_row_data = {128'd0, ed_digest[511:256]}; end
      default: begin key_row = 1'b0; key_row_data = 384'd0; end
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StErase;
      back_q      <= BkIdle;
      status_q    <= 8'd0;
      prog_q      <= ecc_job_pkg::PgNone;
      sig_q       <= 1'b0;
      sweep_q     <= 9'd0;
      op_q        <= 8'd0;
      func_q      <= 8'd0;
      handle_q    <= 32'd0;
      handle2_q   <= 32'd0;
      handle3_q   <= 32'd0;
      src_len_q   <= 32'd0;
      param0_q    <= 32'd0;
      param1_q    <= 32'd0;
      t0_q        <= 32'd0;
      cycles_q    <= 32'd0;
      msg_word_q  <= 4'd0;
      touched     <= 1'b0;
      test_q      <= 1'b0;
      test_ok_q   <= 1'b0;
      test_job_q  <= 3'd0;
      st_done_q   <= 1'b0;
      st_pass_q   <= 1'b0;
      rom_addr_q  <= 7'd0;
      wipe_q      <= 6'd0;
      hang_q      <= 1'b0;
      flip_q      <= 1'b0;
      flip_seen_q <= 1'b0;
      cmd_flip_q  <= 1'b0;
      sec_front_q <= 1'b0;
      sec_back_q  <= 1'b0;
    end else begin
      state_q    <= state_d;
      back_q     <= back_d;
      status_q   <= status_d;
      prog_q     <= prog_d;
      sig_q      <= sig_d;
      test_ok_q  <= test_ok_d;
      test_job_q <= test_job_d;
      if (state_q == StErase && erase_ready) sweep_q <= sweep_d;
      if (state_q != StMessage) msg_word_q <= 4'd0;
      else if (msg_take) msg_word_q <= msg_word_q + 4'd1;
      if (busy_o) cycles_q <= cycles_q + 32'd1;
      if (cmd_fire) begin
        op_q      <= cmd_desc_i[sluice_pkg::DESC_OPCODE_LSB +: 8];
        handle_q  <= cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB +: 32];
        handle2_q <= cmd_desc_i[sluice_pkg::DESC_HANDLE2_LSB +: 32];
        handle3_q <= cmd_desc_i[sluice_pkg::DESC_HANDLE3_LSB +: 32];
        src_len_q <= cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32];
        param0_q  <= cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB +: 32];
        param1_q  <= cmd_desc_i[sluice_pkg::DESC_PARAM1_LSB +: 32];
        func_q    <= cmd_desc_i[sluice_pkg::DESC_RSVD2_LSB +: 8];
        t0_q      <= cycles_q;
      end
      // jobs
      if (state_q == StInput || state_q == StKeyK || state_q == StMessage || state_q == StHashStart) touched <= 1'b1;
      else if (push) touched <= 1'b0;
      // self test
      if (state_q == StIdle && state_d == StUnwrap) begin
        st_done_q  <= 1'b0;
        st_pass_q  <= 1'b0;
        test_q     <= 1'b1;
        rom_addr_q <= 7'd0;
      end else if (rom_take) begin
        rom_addr_q <= rom_addr_q + 7'd1;
      end
      if (test_end) begin
        test_q     <= 1'b0;
        st_done_q  <= 1'b1;
        st_pass_q  <= test_ok_d;
        rom_addr_q <= 7'd0;
      end
      if (back_q != BkWipe) wipe_q <= 6'd0;
      else if (erase_ready) wipe_q <= wipe_q + 6'd1;
      // the secret port: one request at a time, results before operands
      if (sec_front_q ? sec_rsp_valid_i && sec_rsp_ready_o && sec_rsp_last_i : sec_back_q && sec_rsp_valid_i && sec_rsp_ready_o) begin
        sec_front_q <= 1'b0;
        sec_back_q  <= 1'b0;
      end else if (!sec_front_q && !sec_back_q) begin
        sec_back_q  <= res_want;
        sec_front_q <= inp_want && !res_want;
      end
      // faults: sampled while there is work or work is offered, so that an idle edge changes nothing
      if (flt_hang_i && (busy_o || cmd_valid_i || in_valid_i || st_start_i)) hang_q <= 1'b1;
      // a flip belongs to the command that is offered with it or comes next, and stays until one starts an operation; or to the self test
      if (busy_o || cmd_valid_i || in_valid_i || st_start_i) begin
        flip_seen_q <= flt_flip_i;
        flip_q      <= (flip_q || flip_new) && !cmd_fire && !(test_q && core_start);
        if (cmd_fire && (flip_q || flip_new)) cmd_flip_q <= 1'b1;
        else if (core_start && !test_q) cmd_flip_q <= 1'b0;
      end
    end
    if (back_q == BkIdle && head_ended) rsp_status_q <= head_status;
    else if (back_q == BkResult && res_done && res_refused) rsp_status_q <= sluice_pkg::ST_BAD_SECRET;
    if (back_d == BkRsp && back_q != BkRsp) rsp_cycles_q <= cycles_q - job.t0 + 32'd1;
  end

  // ---- port
  logic res_out, sec_read, sec_write;
  assign res_out     = res_valid && !head_test && !hang_q && back_q != BkPoint;
  assign res_ready   = back_q == BkPoint ? ed_pt_ready && !hang_q : head_test || (out_ready_i && !hang_q);
  assign cmd_ready_o = state_q == StIdle && !jobs_full && !hang_q;
  assign in_ready_o  = !hang_q && !test_q && (state_q == StDrain || state_q == StMessage || inp_in_ready || (state_q == StUnwrap && un_in_ready));
  assign out_valid_o = res_out || (back_q == BkEmpty && !head_test && !hang_q);
  assign out_data_o  = res_out ? res_data : 128'd0;
  assign out_bytes_o = res_out ? 5'd16 : 5'd0;
  assign out_last_o  = out_valid_o && (back_q == BkEmpty || res_last);
  always_comb begin
    out_parity_o = 16'd0;
    if (res_out) for (int b = 0; b < 16; b++) out_parity_o[b] = ^out_data_o[8*b +: 8];
  end
  assign rsp_valid_o  = !hang_q && back_q == BkRsp && !head_test;
  assign rsp_status_o = rsp_valid_o ? rsp_status_q : 8'd0;
  assign rsp_info_o   = 16'd0;
  assign rsp_seq_o    = 64'd0;
  assign rsp_cycles_o = rsp_valid_o ? rsp_cycles_q : 32'd0;
  assign rnd_ready_o  = !hang_q && !test_q && inp_rnd_ready;
  assign st_done_o    = st_done_q;
  assign st_pass_o    = st_pass_q;
  assign busy_o       = hang_q || state_q != StIdle || back_q != BkIdle || !jobs_empty || core_busy || wide_busy || un_busy || inp_busy || res_busy ||
                        ed_busy || ed_back_busy;

  assign sec_read         = inp_req && !hang_q;
  assign sec_write        = res_req && !hang_q;
  assign sec_req_valid_o  = sec_read || sec_write;
  assign sec_req_write_o  = sec_write;
  assign sec_req_last_o   = sec_read || (sec_write && res_sec_last);
  assign sec_req_handle_o = sec_write ? job.secret : sec_read ? handle3_q : 32'd0;
  assign sec_req_func_o   = sec_write ? job.func : sec_read ? func_q : 8'd0;
  assign sec_req_len_o    = !sec_write ? 8'd0 : job.wide ? 8'd48 : 8'd32;
  assign sec_req_data_o   = sec_write ? res_sec_data : 128'd0;
  assign sec_rsp_ready_o  = !hang_q && (inp_rsp_ready || res_rsp_ready);
  always_comb begin
    sec_req_kind_o = 4'd0;
    if (sec_read) sec_req_kind_o = sluice_pkg::SECRET_EC_PRIVATE[3:0];
    if (sec_write) begin
      sec_req_kind_o = sluice_pkg::SECRET_PREMASTER[3:0];
      if (job.prog == ecc_job_pkg::PgKeygen || job.prog == ecc_job_pkg::PgXKeygen) begin
        sec_req_kind_o = sluice_pkg::SECRET_EC_PRIVATE[3:0];
      end
    end
  end

  `ASSERT_NEVER(StateIsLegal, state_q == StError || back_q == BkError)
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, out_data_o)
  `ASSERT_ZERO(NoDataOnIdleSecretPort, sec_req_valid_o, sec_req_data_o)
  `ASSERT_NEVER(SourceEndsWhereItsLengthSays, in_fire && in_last_i && in_bytes_i == 5'd0)
  `ASSERT_NEVER(NoResultOfAFault, res_out && head_flags != 3'd0)
  `ASSERT_NEVER(OneOwnerOfTheSecretPort, sec_front_q && sec_back_q)
endmodule
