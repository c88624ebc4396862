// Public-key engine: key slots and RSA operations behind the engine port (rtl/README.md), with a cluster of large engines behind it.
//
// Two machines share the work. The front one takes a command and its source and hands an operation to the core with the fewest jobs, into
// a buffer there; the back one answers jobs in the order of their commands. Between them any number of operations run, wait for contexts, or
// wait with their results for their turn. A key is written when no operation uses its slot. Arithmetic is in pka_core, the blob in pka_unwrap,
// the numbers' way in and out in pka_operand and pka_result. No state here depends on a secret (ct_checks.py).
`include "assert.svh"

module pka_engine #(
  parameter int unsigned NumKeys = 16,
  parameter int unsigned NumEngines = 1,  // Montgomery engines, at most 64
  parameter int unsigned Buffers = 8      // of each: jobs that wait, run, or wait for their turn at the port
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
  // secret port: premaster secrets go to the store
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
  input  logic         sec_rsp_last_i,
  input  logic [255:0] kek_i
);
  localparam int unsigned KeyAw = $clog2(NumKeys + 1);  // one slot more, for the self test's key
  localparam int unsigned SlotAw = $clog2(NumKeys);
  localparam int unsigned BufAw = $clog2(Buffers);
  localparam int unsigned CoreAw = NumEngines > 1 ? $clog2(NumEngines) : 1;
  localparam int unsigned JobAw = $clog2(NumEngines * Buffers) + 1;  // refused commands take a place, too
  localparam int unsigned Jobs = 1 << JobAw;
  localparam logic [KeyAw-1:0] TestKey = KeyAw'(NumKeys);
  localparam logic [31:0] BlobBytes = sluice_pkg::RSA_KEY_BYTES + 8;
  localparam logic [31:0] LargeBlobBytes = sluice_pkg::RSA_KEY_LARGE_BYTES + 8;
  localparam logic [7:0] RomOperand = 8'd170;  // self test: where the operand follows the blob

  typedef enum logic [4:0] {
    StErase, StIdle, StDecode, StDrain, StAlloc, StOperand, StSubmit, StPush, StKeyWait, StUnwrap, StFree, StTestLoad, StTestAlloc,
    StTestOperand, StTestStart, StTestWait, StTestErase, StError
  } state_e;
  state_e state_q, state_d;

  // What the back machine does with a job
  typedef enum logic [2:0] {OutNone, OutRaw, OutPms, OutTest, OutTestRaw} out_e;
  typedef enum logic [3:0] {BkIdle, BkResult, BkAgain, BkSecret, BkEmpty, BkRsp, BkWipe, BkError} back_e;
  back_e back_q, back_d;

  // ---- fault injection
  logic hang_q, flip_q, flip_seen_q, flip_new, cmd_flip_q;
  assign flip_new = flt_flip_i && !flip_seen_q;

  // ---- command in hand
  logic [7:0]       op_q, status_q, status_d, func_q;
  logic [31:0]      handle_q, handle2_q, handle3_q, src_len_q, param0_q, param1_q, t0_q, cycles_q;
  logic             run_q, run_d, held_q, held_d;  // it runs; it holds a buffer
  logic [1:0]       size_q, size_d;                // 2048, 3072, 4096 bits
  logic [CoreAw-1:0] core_q, core_d;
  logic [BufAw-1:0] buf_q;
  logic [KeyAw+10:0] sweep_q, sweep_d;             // address of the erasing sweeps
  logic             st_done_q, st_pass_q, test_ok_q, test_ok_d, test_end, test_public_q, test_public_d;

  // ---- key slots: what is public of them; the rest is in the key memories
  logic [NumKeys-1:0] key_used_q;
  logic [15:0]        key_gen [NumKeys];
  logic [7:0]         key_func [NumKeys];
  logic [31:0]        key_e [NumKeys];
  logic [6:0]         key_top [NumKeys];
  logic [1:0]         key_size [NumKeys];
  logic [KeyAw-1:0]   key;
  logic [SlotAw-1:0]  slot;
  logic               testing, index_ok, foreign, handle_ok, is_public;
  assign testing   = state_q == StTestLoad || state_q == StTestAlloc || state_q == StTestOperand || state_q == StTestStart ||
                     state_q == StTestWait || state_q == StTestErase;
  assign slot      = handle_q[SlotAw-1:0];
  assign key       = testing ? TestKey : handle_q[KeyAw-1:0];
  assign foreign   = key_used_q[slot] && key_func[slot] != func_q;
  assign index_ok  = handle_q[15:0] < 16'(NumKeys) && handle_q[31:16] != 16'd0;
  assign handle_ok = index_ok && key_used_q[slot] && key_gen[slot] == handle_q[31:16] && !foreign;
  assign is_public = testing ? test_public_q : op_q == sluice_pkg::OP_RSA_PUBLIC;

  // ---- jobs, a ring in order of commands
  logic [JobAw:0]    count_q;
  logic [JobAw-1:0]  head_q, tail_q;
  logic [2:0]        jb_out [Jobs];
  logic              jb_run [Jobs];
  logic              jb_held [Jobs];
  logic [7:0]        jb_status [Jobs];
  logic [31:0]       jb_t0 [Jobs];
  logic [15:0]       jb_version [Jobs];
  logic [1:0]        jb_size [Jobs];
  logic [CoreAw-1:0] jb_core [Jobs];
  logic [BufAw-1:0]  jb_buf [Jobs];
  logic [31:0]       jb_handle2 [Jobs];
  logic [7:0]        jb_func [Jobs];
  logic              push, pop;
  logic [2:0]        hd_out;
  logic [CoreAw-1:0] hd_core;
  logic [BufAw-1:0]  hd_buf;
  logic              hd_secret;
  assign hd_out    = jb_out[head_q];
  assign hd_core   = jb_core[head_q];
  assign hd_buf    = jb_buf[head_q];
  assign hd_secret = hd_out == OutPms && jb_handle2[head_q] != 32'd0;

  // ---- buffers of each core, taken and given back in order
  logic [BufAw:0]    used_bufs [NumEngines];
  logic [BufAw-1:0]  next_buf [NumEngines];
  logic [CoreAw-1:0] free_core;
  logic [BufAw:0]    fewest;
  logic              free_any, alloc, give_back;
  always_comb begin
    free_core = core_q;
    fewest    = (BufAw+1)'(Buffers);
    if (state_q == StAlloc) begin
      for (int c = 0; c < NumEngines; c++) begin
        if (used_bufs[c] < fewest) begin
          fewest    = used_bufs[c];
          free_core = CoreAw'(c);
        end
      end
    end
    if (state_q == StTestAlloc) fewest = used_bufs[core_q];
    free_any = fewest != (BufAw+1)'(Buffers);
  end

  // ---- blocks
  logic             un_start, un_busy, un_done, un_ok, un_storing, un_in_ready, un_we, un_large;
  logic [31:0]      un_e;
  logic [6:0]       un_top;
  logic [1:0]       un_size;
  logic [KeyAw+10:0] un_waddr;
  logic [25:0]      un_wdata;
  logic             opd_start, opd_busy, opd_done, opd_good, opd_in_ready, opd_km_re, opd_we, opd_re, opd_upper, const_busy;
  logic [KeyAw+10:0] opd_km_raddr;
  logic [BufAw+8:0] opd_waddr, opd_raddr;
  logic [24:0]      opd_wdata;
  logic [127:0]     opd_upper_n;
  logic [16:0]      opd_lower_n, const_n0;
  logic [pka_pkg::QuotBits-1:0] const_quot;
  logic             submit, km_all_ready, key_new, key_busy;
  logic [NumEngines-1:0] core_busy, core_key_busy, km_ready, km_wready, om_ready, om_wready;
  logic [NumEngines*Buffers-1:0] core_done, core_pass, core_abort;
  logic [NumEngines*26-1:0] km_rdata;
  logic [NumEngines*25-1:0] om_rdata;
  logic             res_start, res_busy, res_done, res_rnd_ready, res_om_re, res_valid, res_ready, res_last, res_cancel;
  logic [BufAw+8:0] res_om_raddr;
  logic [127:0]     res_data;
  logic             key_sweep, back_wipe, wipe_step, erase;
  logic [8:0]       wipe_q;      // address of the buffer's sweep
  logic             res_again_q; // self test: the second look, with a version that does not match

  logic             blk_valid;   // source word for the block in turn: the port's or the self test's
  logic [127:0]     blk_data, rom_data;
  logic [7:0]       rom_addr_q;
  logic [255:0]     rom_kek;
  assign blk_valid = testing ? 1'b1 : in_valid_i && in_ready_o;
  assign blk_data  = testing ? rom_data : in_data_i;
  assign erase     = state_q == StErase && sweep_q < (KeyAw+11)'(1024);
  assign un_large  = !testing && src_len_q == LargeBlobBytes;

  pka_selftest_rom u_selftest_rom (.addr_i(rom_addr_q), .data_o(rom_data), .kek_o(rom_kek));

  pka_unwrap #(.KeyAw(KeyAw)) u_unwrap (
    .clk_i, .rst_ni, .start_i(un_start), .large_i(un_large), .kek_i(testing ? rom_kek : kek_i), .key_i(key),
    .busy_o(un_busy), .done_o(un_done), .ok_o(un_ok), .store_i(!key_busy), .storing_o(un_storing), .e_o(un_e), .top_o(un_top), .size_o(un_size),
    .in_valid_i(blk_valid && (state_q == StUnwrap || state_q == StTestLoad)), .in_ready_o(un_in_ready), .in_data_i(blk_data),
    .km_we_o(un_we), .km_ready_i(km_all_ready), .km_waddr_o(un_waddr), .km_wdata_o(un_wdata), .erase_i(erase), .erase_addr_i(sweep_q[9:0])
  );
  pka_operand #(.KeyAw(KeyAw), .BufAw(BufAw)) u_operand (
    .clk_i, .rst_ni, .start_i(opd_start), .public_i(is_public), .size_i(size_q), .buf_i(buf_q), .key_i(key),
    .busy_o(opd_busy), .done_o(opd_done), .good_o(opd_good), .upper_o(opd_upper), .upper_n_o(opd_upper_n), .lower_n_o(opd_lower_n),
    .in_valid_i(blk_valid && (state_q == StOperand || state_q == StTestOperand)), .in_ready_o(opd_in_ready), .in_data_i(blk_data),
    .km_re_o(opd_km_re), .km_ready_i(km_ready[core_q]), .km_raddr_o(opd_km_raddr), .km_rdata_i(km_rdata[26*core_q +: 26]),
    .om_we_o(opd_we), .om_wready_i(om_wready[core_q]), .om_waddr_o(opd_waddr), .om_wdata_o(opd_wdata),
    .om_re_o(opd_re), .om_rready_i(om_ready[core_q] && !(res_om_re && hd_core == core_q)), .om_raddr_o(opd_raddr),
    .om_rdata_i(om_rdata[25*core_q +: 25])
  );
  pka_const u_const (
    .clk_i, .rst_ni, .start_i(opd_upper), .top_i(size_q + 2'd1), .upper_i(opd_upper_n), .lower_i(opd_lower_n),
    .busy_o(const_busy), .n0_o(const_n0), .quot_o(const_quot)
  );
  pka_result #(.BufAw(BufAw)) u_result (
    .clk_i, .rst_ni, .start_i(res_start), .cancel_i(res_cancel), .buf_i(hd_buf), .size_i(jb_size[head_q]),
    .pms_i(hd_out == OutPms || hd_out == OutTest), .version_i(jb_version[head_q] ^ {15'd0, res_again_q}),
    .busy_o(res_busy), .done_o(res_done),
    .rnd_ready_o(res_rnd_ready), .rnd_valid_i(hd_out == OutTest || (rnd_valid_i && rnd_ready_o)),
    .rnd_data_i(hd_out == OutTest ? 128'd0 : rnd_data_i),
    .om_re_o(res_om_re), .om_ready_i(om_ready[hd_core]), .om_raddr_o(res_om_raddr), .om_rdata_i(om_rdata[25*hd_core +: 25]),
    .out_valid_o(res_valid), .out_ready_i(res_ready), .out_data_o(res_data), .out_last_o(res_last)
  );

  // ---- the cores: keys are written to all of them, each renews blinding pairs of its own
  assign km_all_ready = km_wready == '1;
  assign key_busy     = core_key_busy != '0;
  for (genvar c = 0; c < NumEngines; c++) begin : gen_core
    logic here, wiped, read;
    assign here  = core_q == CoreAw'(c);
    assign wiped = back_wipe && hd_core == CoreAw'(c);
    assign read  = res_om_re && hd_core == CoreAw'(c);
    pka_core #(.NumKeys(NumKeys + 1), .Buffers(Buffers), .Engine(c)) u_core (
      .clk_i, .rst_ni,
      .job_valid_i(submit && here), .job_buf_i(buf_q), .job_public_i(is_public),
      .job_top_i(is_public ? size_q + 2'd1 : {1'b0, size_q != 2'd0}), .job_key_i(key),
      .job_e_i(is_public ? (testing ? 32'd3 : param1_q) : testing ? un_e : key_e[slot]), .job_limb_i(testing ? un_top : key_top[slot]),
      .job_flip_i(testing ? flip_q : cmd_flip_q), .job_n0_i(const_n0), .job_quot_i(const_quot),
      .done_o(core_done[Buffers*c +: Buffers]), .pass_o(core_pass[Buffers*c +: Buffers]), .abort_o(core_abort[Buffers*c +: Buffers]),
      .busy_o(core_busy[c]), .key_new_i(key_new), .key_i(key), .key_busy_o(core_key_busy[c]),
      .km_we_i((un_we || key_sweep) && km_all_ready), .km_wready_o(km_wready[c]),
      .km_waddr_i(un_we ? un_waddr : state_q == StErase ? sweep_q : {key, sweep_q[10:0]}), .km_wdata_i(un_we ? un_wdata : 26'd0),
      .km_re_i(opd_km_re && here), .km_ready_o(km_ready[c]), .km_raddr_i(opd_km_raddr), .km_rdata_o(km_rdata[26*c +: 26]),
      .om_we_i((opd_we && here) || wiped || (state_q == StErase && sweep_q < (KeyAw+11)'(Buffers * 512))), .om_wready_o(om_wready[c]),
      .om_waddr_i(opd_we && here ? opd_waddr : wiped ? {hd_buf, wipe_q} : sweep_q[BufAw+8:0]), .om_wdata_i(opd_we && here ? opd_wdata : 25'd0),
      .om_re_i(read || (opd_re && here)), .om_ready_o(om_ready[c]), .om_raddr_i(read ? res_om_raddr : opd_raddr),
      .om_rdata_o(om_rdata[25*c +: 25]),
      .erase_i(erase && sweep_q < (KeyAw+11)'(512)), .erase_addr_i(sweep_q[8:0])
    );
  end

  // ---- front machine
  logic [1:0]   test_word_q;
  logic [127:0] test_word;
  logic         cmd_fire, in_fire, no_secrets, head_bad;
  logic [31:0]  key_bytes;
  assign cmd_fire   = cmd_valid_i && cmd_ready_o;
  assign in_fire    = in_valid_i && in_ready_o;
  assign no_secrets = handle3_q == 32'd0 && (handle2_q == 32'd0 || op_q == sluice_pkg::OP_RSA_PMS_DECRYPT);
  assign key_bytes  = 32'd256 + {22'd0, key_size[slot], 8'd0} - {23'd0, key_size[slot], 7'd0};

  always_comb begin
    state_d    = state_q;
    status_d   = status_q;
    run_d      = run_q;
    held_d     = held_q;
    size_d     = size_q;
    core_d     = core_q;
    sweep_d    = '0;
    un_start   = 1'b0;
    opd_start  = 1'b0;
    submit     = 1'b0;
    alloc      = 1'b0;
    push       = 1'b0;
    key_sweep  = 1'b0;
    key_new    = 1'b0;
    test_ok_d  = test_ok_q;
    test_end   = 1'b0;
    test_public_d = test_public_q;
    unique case (state_q)
      // after reset: zeros into every memory
      StErase: begin
        key_sweep = 1'b1;
        sweep_d   = sweep_q + 1'b1;
        if (sweep_q == (KeyAw+11)'((NumKeys + 1) * 2048 - 1)) state_d = StIdle;
      end
      StIdle: begin
        run_d  = 1'b0;
        held_d = 1'b0;
        if (cmd_fire) begin
          state_d = StDecode;
        end else if (st_start_i && count_q == '0) begin
          state_d       = StTestLoad;
          un_start      = 1'b1;
          test_ok_d     = 1'b1;
          test_public_d = 1'b0;
          core_d        = '0;
          size_d        = 2'd0;
        end
      end
      // handle, length and opcode decide; all are public
      StDecode: begin
        state_d  = src_len_q == 32'd0 ? StPush : StDrain;
        status_d = sluice_pkg::ST_OK;
        size_d   = key_size[slot];
        if (!st_pass_q) begin
          status_d = sluice_pkg::ST_SELFTEST_FAILED;
        end else if (!no_secrets) begin
          status_d = sluice_pkg::ST_BAD_DESC;
        end else begin
          unique case (op_q)
            sluice_pkg::OP_NOP: ;
            sluice_pkg::OP_KEY_LOAD:
              if (!index_ok || foreign) begin
                status_d = sluice_pkg::ST_BAD_HANDLE;
              end else if (src_len_q != BlobBytes && src_len_q != LargeBlobBytes) begin
                status_d = sluice_pkg::ST_BAD_KEY;
              end else begin
                state_d  = StUnwrap;
                un_start = 1'b1;
              end
            sluice_pkg::OP_KEY_FREE:
              if (!handle_ok) status_d = sluice_pkg::ST_BAD_HANDLE;
              else if (src_len_q != 32'd0) status_d = sluice_pkg::ST_BAD_DESC;
              else state_d = StKeyWait;
            sluice_pkg::OP_RSA_PRIVATE, sluice_pkg::OP_RSA_PMS_DECRYPT:
              if (!handle_ok) status_d = sluice_pkg::ST_BAD_HANDLE;
              else if (src_len_q != key_bytes) status_d = sluice_pkg::ST_BAD_DESC;
              else state_d = StAlloc;
            sluice_pkg::OP_RSA_PUBLIC: begin
              size_d = param0_q[9:7] == 3'd2 ? 2'd0 : param0_q[9:7] == 3'd3 ? 2'd1 : 2'd2;
              if (handle_q != 32'd0 || (param0_q != 32'd256 && param0_q != 32'd384 && param0_q != 32'd512) || src_len_q != {param0_q[30:0], 1'b0} ||
                  !param1_q[0] || param1_q[31:1] == '0) status_d = sluice_pkg::ST_BAD_DESC;
              else state_d = StAlloc;
            end
            default: status_d = sluice_pkg::ST_BAD_DESC;
          endcase
        end
      end
      // the source of a refused command
      StDrain: if (in_fire && in_last_i) state_d = StPush;
      // a buffer, in the core that has the fewest in use
      StAlloc: if (free_any) begin
        alloc     = 1'b1;
        core_d    = free_core;
        held_d    = 1'b1;
        opd_start = 1'b1;
        state_d   = StOperand;
      end
      // convert the input
      StOperand: if (opd_done) begin
        state_d = StSubmit;
        if (!opd_good) begin
          state_d  = StPush;
          status_d = sluice_pkg::ST_BAD_INPUT;
        end
      end
      StSubmit: if (!const_busy) begin
        submit  = 1'b1;
        run_d   = 1'b1;
        state_d = StPush;
      end
      StPush: begin
        push    = 1'b1;
        state_d = StIdle;
      end
      // a key changes while nothing uses it
      StKeyWait: if (!key_busy) state_d = StFree;
      StUnwrap: if (un_done) begin
        state_d = StPush;
        key_new = un_ok;
        if (!un_ok) status_d = sluice_pkg::ST_BAD_KEY;
      end
      StFree: begin
        key_sweep = 1'b1;
        sweep_d   = sweep_q + {{(KeyAw+10){1'b0}}, km_all_ready};
        if (km_all_ready && sweep_q[10:0] == '1) state_d = StPush;
      end
      // self test: the blob; for each core a private operation, both outcomes of the unpadding, a public one; then the test key is erased
      StTestLoad: if (un_done) begin
        state_d = StTestAlloc;
        key_new = 1'b1;
        if (!un_ok) begin
          state_d   = StIdle;
          test_ok_d = 1'b0;
          test_end  = 1'b1;
        end
      end
      StTestAlloc: begin
        alloc     = 1'b1;
        opd_start = 1'b1;
        state_d   = StTestOperand;
      end
      StTestOperand: if (opd_done) begin
        state_d   = StTestStart;
        test_ok_d = test_ok_q && opd_good;
      end
      StTestStart: if (!const_busy) begin
        submit  = 1'b1;
        push    = 1'b1;
        run_d   = 1'b1;
        state_d = StTestWait;
      end
      StTestWait: begin
        if (res_valid && res_data != (test_public_q ? rom_data : !res_again_q ? test_word : test_word_q == 2'd0 ? 128'h0203 : 128'd0)) test_ok_d = 1'b0;
        // the private test's exponent is cut short: the fault check must see that it does not match
        if (pop && head_bad == test_public_q) test_ok_d = 1'b0;
        if (count_q == '0) begin
          test_public_d = !test_public_q;
          state_d       = StTestAlloc;
          if (test_public_q) begin
            core_d = core_q + 1'b1;
            if (core_q == CoreAw'(NumEngines - 1)) begin
              core_d  = '0;
              state_d = StTestErase;
            end
          end
        end
      end
      StTestErase: begin
        key_sweep = 1'b1;
        sweep_d   = sweep_q + 1'b1;
        if (sweep_q[10:0] == '1) begin
          state_d  = StIdle;
          test_end = 1'b1;
        end
      end
      default: state_d = StError;
    endcase
  end

  // the premaster secret of the self test: 03 03 02 03 04 ...
  always_comb begin
    for (int b = 0; b < 16; b++) test_word[8*b +: 8] = {2'd0, test_word_q, 4'(b)};
    if (test_word_q == 2'd0) test_word[15:0] = 16'h0303;
  end

  // ---- back machine
  logic        head_done, head_abort, head_ended, op_kind, is_test, no_entropy;
  logic [7:0]  rsp_status_q, rsp_status_d;
  logic [31:0] rsp_cycles_q;
  logic [Buffers-1:0] hd_done, hd_pass, hd_abort;
  assign hd_done    = core_done[Buffers*hd_core +: Buffers];
  assign hd_pass    = core_pass[Buffers*hd_core +: Buffers];
  assign hd_abort   = core_abort[Buffers*hd_core +: Buffers];
  assign is_test    = hd_out == OutTest || hd_out == OutTestRaw;
  assign head_done  = hd_done[hd_buf];
  assign head_abort = hd_abort[hd_buf];
  assign head_bad   = jb_run[head_q] && !hd_pass[hd_buf];
  assign head_ended = count_q != '0 && !(jb_run[head_q] && !head_done);
  assign op_kind    = hd_out != OutNone && jb_status[head_q] == sluice_pkg::ST_OK;
  assign no_entropy = rnd_fail_i && hd_out == OutPms;
  always_comb begin
    back_d       = back_q;
    rsp_status_d = rsp_status_q;
    res_start    = 1'b0;
    res_cancel   = 1'b0;
    pop          = 1'b0;
    back_wipe    = 1'b0;
    wipe_step    = 1'b0;
    give_back    = 1'b0;
    unique case (back_q)
      BkIdle: if (head_ended) begin
        back_d       = BkEmpty;
        rsp_status_d = jb_status[head_q];
        if (head_bad && !is_test) begin
          rsp_status_d = head_abort ? sluice_pkg::ST_ABORTED : sluice_pkg::ST_FAULT;
        end else if (op_kind && no_entropy) begin
          rsp_status_d = sluice_pkg::ST_NO_ENTROPY;
        end else if (op_kind) begin
          back_d    = BkResult;
          res_start = 1'b1;
        end
      end
      BkResult: begin
        if (res_done) begin
          back_d = hd_secret ? BkSecret : BkRsp;
          if (hd_out == OutTest) back_d = res_again_q ? BkWipe : BkAgain;
          if (hd_out == OutTestRaw) back_d = BkWipe;
        end
        if (res_rnd_ready && no_entropy) begin
          res_cancel   = 1'b1;
          rsp_status_d = sluice_pkg::ST_NO_ENTROPY;
          back_d       = BkEmpty;
        end
      end
      BkAgain: begin
        res_start = 1'b1;
        back_d    = BkResult;
      end
      // the store's answer
      BkSecret: if (sec_rsp_valid_i && sec_rsp_ready_o) begin
        back_d = BkEmpty;
        if (!sec_rsp_ok_i) rsp_status_d = sluice_pkg::ST_BAD_SECRET;
      end
      BkEmpty: if (out_ready_i && out_valid_o) back_d = BkRsp;
      BkRsp: if (rsp_ready_i && rsp_valid_o) begin
        back_d = jb_held[head_q] ? BkWipe : BkIdle;
        pop    = !jb_held[head_q];
      end
      // input and result of the job
      BkWipe: begin
        back_wipe = 1'b1;
        wipe_step = om_wready[hd_core] && !(opd_we && core_q == hd_core);
        if (wipe_step && wipe_q == 9'd511) begin
          back_d    = BkIdle;
          pop       = 1'b1;
          give_back = 1'b1;
        end
      end
      default: back_d = BkError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StErase;
      back_q      <= BkIdle;
      status_q    <= 8'd0;
      run_q       <= 1'b0;
      held_q      <= 1'b0;
      size_q      <= 2'd0;
      core_q      <= '0;
      buf_q       <= '0;
      sweep_q     <= '0;
      op_q        <= 8'd0;
      handle_q    <= 32'd0;
      handle2_q   <= 32'd0;
      handle3_q   <= 32'd0;
      func_q      <= 8'd0;
      src_len_q   <= 32'd0;
      param0_q    <= 32'd0;
      param1_q    <= 32'd0;
      t0_q        <= 32'd0;
      cycles_q    <= 32'd0;
      key_used_q  <= '0;
      count_q     <= '0;
      head_q      <= '0;
      tail_q      <= '0;
      st_done_q   <= 1'b0;
      st_pass_q   <= 1'b0;
      test_ok_q   <= 1'b0;
      test_public_q <= 1'b0;
      test_word_q <= 2'd0;
      res_again_q <= 1'b0;
      rom_addr_q  <= 8'd0;
      wipe_q      <= 9'd0;
      hang_q      <= 1'b0;
      flip_q      <= 1'b0;
      flip_seen_q <= 1'b0;
      cmd_flip_q  <= 1'b0;
      rsp_status_q <= 8'd0;
      for (int s = 0; s < Jobs; s++) begin
        jb_out[s]  <= OutNone;
        jb_run[s]  <= 1'b0;
        jb_held[s] <= 1'b0;
        jb_core[s] <= '0;
        jb_buf[s]  <= '0;
        jb_size[s] <= 2'd0;
      end
      for (int c = 0; c < NumEngines; c++) begin
        used_bufs[c] <= '0;
        next_buf[c]  <= '0;
      end
    end else begin
      state_q      <= state_d;
      back_q       <= back_d;
      rsp_status_q <= rsp_status_d;
      status_q     <= status_d;
      run_q        <= run_d;
      held_q       <= held_d;
      size_q       <= size_d;
      core_q       <= core_d;
      sweep_q      <= sweep_d;
      test_ok_q    <= test_ok_d;
      test_public_q <= test_public_d;
      if (busy_o) cycles_q <= cycles_q + 32'd1;
      if (cmd_fire) begin
        op_q      <= cmd_desc_i[sluice_pkg::DESC_OPCODE_LSB +: 8];
        handle_q  <= cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB +: 32];
        handle2_q <= cmd_desc_i[sluice_pkg::DESC_HANDLE2_LSB +: 32];
        handle3_q <= cmd_desc_i[sluice_pkg::DESC_HANDLE3_LSB +: 32];
        func_q    <= cmd_desc_i[sluice_pkg::DESC_RSVD2_LSB +: 8];
        src_len_q <= cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32];
        param0_q  <= cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB +: 32];
        param1_q  <= cmd_desc_i[sluice_pkg::DESC_PARAM1_LSB +: 32];
        t0_q      <= cycles_q;
      end
      // buffers
      if (alloc) begin
        buf_q            <= next_buf[core_d];
        next_buf[core_d] <= next_buf[core_d] == BufAw'(Buffers - 1) ? '0 : next_buf[core_d] + 1'b1;
      end
      if (alloc && !(give_back && hd_core == core_d)) used_bufs[core_d] <= used_bufs[core_d] + 1'b1;
      if (give_back && !(alloc && hd_core == core_d)) used_bufs[hd_core] <= used_bufs[hd_core] - 1'b1;
      // jobs
      if (push) begin
        jb_out[tail_q]     <= testing ? (test_public_q ? OutTestRaw : OutTest) :
                              op_q == sluice_pkg::OP_RSA_PRIVATE || op_q == sluice_pkg::OP_RSA_PUBLIC ? OutRaw :
                              op_q == sluice_pkg::OP_RSA_PMS_DECRYPT ? OutPms : OutNone;
        jb_run[tail_q]     <= testing || run_q;
        jb_held[tail_q]    <= testing || held_q;
        jb_status[tail_q]  <= testing ? sluice_pkg::ST_OK : status_q;
        jb_version[tail_q] <= testing ? 16'h0303 : param0_q[15:0];
        jb_t0[tail_q]      <= t0_q;
        jb_size[tail_q]    <= size_q;
        jb_core[tail_q]    <= core_q;
        jb_buf[tail_q]     <= buf_q;
        jb_handle2[tail_q] <= handle2_q;
        jb_func[tail_q]    <= func_q;
        tail_q             <= tail_q + 1'b1;
      end
      if (pop) head_q <= head_q + 1'b1;
      if (push != pop) count_q <= push ? count_q + 1'b1 : count_q - 1'b1;
      // keys
      if (state_q == StUnwrap && un_storing) key_used_q[slot] <= 1'b0;
      if (state_q == StUnwrap && un_done && un_ok) key_used_q[slot] <= 1'b1;
      if (state_q == StFree) key_used_q[slot] <= 1'b0;
      // self test
      if (st_start_i && state_d == StTestLoad) begin
        st_done_q   <= 1'b0;
        st_pass_q   <= 1'b0;
        rom_addr_q  <= 8'd0;
        test_word_q <= 2'd0;
        res_again_q <= 1'b0;
      end else if (testing) begin
        if (state_q == StTestLoad ? un_in_ready : state_q == StTestOperand && opd_in_ready) rom_addr_q <= rom_addr_q + 8'd1;
        if (state_q == StTestAlloc && !test_public_q) rom_addr_q <= RomOperand;
        if (res_valid && res_ready) begin
          test_word_q <= res_last ? 2'd0 : test_word_q + 2'd1;
          if (test_public_q) rom_addr_q <= rom_addr_q + 8'd1;
        end
        if (back_q == BkAgain) res_again_q <= 1'b1;
        if (pop) res_again_q <= 1'b0;
        if (test_end) begin
          st_done_q  <= 1'b1;
          st_pass_q  <= test_ok_d;
          rom_addr_q <= 8'd0;
        end
      end
      wipe_q <= back_q != BkWipe ? 9'd0 : wipe_q + {8'd0, wipe_step};
      // faults: sampled while there is work or work is offered, so that an idle edge changes nothing
      if (flt_hang_i && (busy_o || cmd_valid_i || in_valid_i || st_start_i)) hang_q <= 1'b1;
      // a flip belongs to the command that is offered with it or comes next, and stays until one starts a private operation; or to the self test
      if (busy_o || cmd_valid_i || in_valid_i || st_start_i) begin
        flip_seen_q <= flt_flip_i;
        flip_q      <= (flip_q || flip_new) && !cmd_fire && !(testing && submit);
        if (cmd_fire && (flip_q || flip_new)) cmd_flip_q <= 1'b1;
        else if (submit && !testing && !is_public) cmd_flip_q <= 1'b0;
      end
    end
    if (state_q == StUnwrap && un_done && un_ok) begin
      key_gen[slot]  <= handle_q[31:16];
      key_func[slot] <= func_q;
      key_e[slot]    <= un_e;
      key_top[slot]  <= un_top;
      key_size[slot] <= un_size;
    end
    if (back_d == BkRsp && back_q != BkRsp) rsp_cycles_q <= cycles_q - jb_t0[head_q] + 32'd1;
  end

  // ---- port
  logic res_out, res_sec;  // the result stream is the port's or the secret store's, not the self test's
  assign res_out     = res_valid && !is_test && !hd_secret;
  assign res_sec     = res_valid && hd_secret;
  assign res_ready   = is_test || (!hang_q && (hd_secret ? sec_req_ready_i : out_ready_i));
  assign cmd_ready_o = state_q == StIdle && !count_q[JobAw] && !hang_q;
  assign in_ready_o  = !hang_q && (state_q == StDrain || (state_q == StOperand && opd_in_ready) || (state_q == StUnwrap && un_in_ready));
  assign out_valid_o = !hang_q && (res_out || back_q == BkEmpty);
  assign out_data_o  = res_out && !hang_q ? res_data : 128'd0;
  assign out_bytes_o = res_out && !hang_q ? 5'd16 : 5'd0;
  assign out_last_o  = out_valid_o && (back_q == BkEmpty || res_last);
  always_comb for (int b = 0; b < 16; b++) out_parity_o[b] = ^out_data_o[8*b +: 8];
  assign rsp_valid_o  = !hang_q && back_q == BkRsp;
  assign rsp_status_o = rsp_valid_o ? rsp_status_q : 8'd0;
  assign rsp_info_o   = 16'd0;
  assign rsp_seq_o    = 64'd0;
  assign rsp_cycles_o = rsp_valid_o ? rsp_cycles_q : 32'd0;
  assign rnd_ready_o  = !hang_q && res_rnd_ready && !is_test;
  assign sec_req_valid_o  = !hang_q && res_sec;
  assign sec_req_write_o  = sec_req_valid_o;
  assign sec_req_handle_o = sec_req_valid_o ? jb_handle2[head_q] : 32'd0;
  assign sec_req_func_o   = sec_req_valid_o ? jb_func[head_q] : 8'd0;
  assign sec_req_kind_o   = sec_req_valid_o ? 4'(sluice_pkg::SECRET_PREMASTER) : 4'd0;
  assign sec_req_len_o    = sec_req_valid_o ? 8'd48 : 8'd0;
  assign sec_req_data_o   = sec_req_valid_o ? res_data : 128'd0;
  assign sec_req_last_o   = sec_req_valid_o && res_last;
  assign sec_rsp_ready_o  = !hang_q && back_q == BkSecret;
  assign st_done_o    = st_done_q;
  assign st_pass_o    = st_pass_q;
  assign busy_o       = hang_q || state_q != StIdle || back_q != BkIdle || count_q != '0 || core_busy != '0 || opd_busy || un_busy || res_busy;

  `ASSERT_NEVER(StateIsLegal, state_q == StError || back_q == BkError)
  `ASSERT_NEVER(JobsNeverOverflow, push && count_q[JobAw])
  `ASSERT_NEVER(JobsNeverUnderflow, pop && count_q == '0)
  `ASSERT_NEVER(BuffersNeverOverflow, alloc && !free_any)
  `ASSERT_NEVER(AKeyInUseIsNotWritten, (un_we || (key_sweep && state_q != StErase)) && key_busy)
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, out_data_o)
  `ASSERT_NEVER(SourceEndsWhereItsLengthSays, in_fire && in_last_i && in_bytes_i == 5'd0)
  `ASSERT_NEVER(NoResultOfAFault, (res_out || res_sec) && head_bad)
endmodule
