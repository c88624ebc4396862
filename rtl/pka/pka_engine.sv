// Public-key engine: key slots and RSA-2048 private operations behind the engine port (rtl/README.md).
//
// Two machines share the work. The front one takes a command, its source and, for an operation, starts it in the next of four slots; the
// back one answers the slots in order. KEY_LOAD and KEY_FREE wait until every slot is empty. Arithmetic is in pka_core, the blob in
// pka_unwrap, the numbers' way in and out in pka_operand and pka_result. No state here depends on a secret (check_constant_time.ys).
`include "assert.svh"

module pka_engine #(
  parameter int unsigned NumKeys = 16
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
  input  logic         st_start_i,
  output logic         st_done_o,
  output logic         st_pass_o,
  input  logic         flt_hang_i,
  input  logic         flt_flip_i,
  output logic         busy_o,
  input  logic [255:0] kek_i
);
  localparam int unsigned KeyAw = $clog2(NumKeys + 1);  // one slot more, for the self test's key
  localparam logic [KeyAw-1:0] TestKey = KeyAw'(NumKeys);
  localparam logic [31:0] BlobBytes = sluice_pkg::RSA_KEY_BYTES + 8;
  localparam logic [31:0] OperandBytes = 32'd256;

  typedef enum logic [3:0] {
    StErase, StIdle, StDecode, StDrain, StOperand, StStart, StPush, StKeyWait, StUnwrap, StFree, StTestLoad, StTestOperand,
    StTestStart, StTestWait, StError
  } state_e;
  state_e state_q, state_d;

  // What the back machine does with a slot
  typedef enum logic [1:0] {OutNone, OutRaw, OutPms, OutTest} out_e;
  typedef enum logic [2:0] {BkIdle, BkResult, BkAgain, BkEmpty, BkRsp, BkWipe, BkError} back_e;
  back_e back_q, back_d;

  // ---- fault injection
  logic hang_q, flip_q, flip_seen_q, flip_new, cmd_flip_q;
  assign flip_new = flt_flip_i && !flip_seen_q;

  // ---- command in hand
  logic [7:0]       op_q, status_q, status_d;
  logic [31:0]      handle_q, src_len_q, t0_q, cycles_q;
  logic [15:0]      version_q;
  logic             run_q, run_d;
  logic [14:0]      sweep_q, sweep_d;   // address of the erasing sweeps
  logic             st_done_q, st_pass_q, test_ok_q, test_ok_d, test_end;

  // ---- key slots: what is public of them; the rest is in the key memory
  logic [NumKeys-1:0] key_used_q;
  logic [15:0]        key_gen [NumKeys];
  logic [31:0]        key_e [NumKeys];
  logic [5:0]         key_top [NumKeys];
  logic [KeyAw-1:0]   key;
  logic               testing, index_ok, handle_ok;
  assign testing   = state_q == StTestLoad || state_q == StTestOperand || state_q == StTestStart || state_q == StTestWait;
  assign key       = testing ? TestKey : handle_q[KeyAw-1:0];
  assign index_ok  = handle_q[15:0] < 16'(NumKeys) && handle_q[31:16] != 16'd0;
  assign handle_ok = index_ok && key_used_q[handle_q[$clog2(NumKeys)-1:0]] && key_gen[handle_q[$clog2(NumKeys)-1:0]] == handle_q[31:16];

  // ---- slots, a ring in order of commands
  logic [2:0]       count_q;
  logic [1:0]       head_q, tail_q;
  out_e             slot_out_q [4];
  logic             slot_run_q [4];
  logic [7:0]       slot_status_q [4];
  logic [31:0]      slot_t0_q [4];
  logic [15:0]      slot_version_q [4];
  logic [KeyAw-1:0] slot_key_q [4];
  logic             push, pop;

  // ---- blocks
  logic             un_start, un_busy, un_done, un_ok, un_storing, un_in_ready, un_we;
  logic [31:0]      un_e;
  logic [5:0]       un_top;
  logic [KeyAw+9:0] un_waddr;
  logic [25:0]      un_wdata;
  logic             opd_start, opd_busy, opd_done, opd_below, opd_in_ready, opd_km_re, opd_we;
  logic [KeyAw+9:0] opd_km_raddr;
  logic [9:0]       opd_waddr;
  logic [24:0]      opd_wdata;
  logic             core_start, core_busy, km_ready, om_ready, om_wready;
  logic [3:0]       core_active, core_blinding, core_pass;
  logic [25:0]      km_rdata;
  logic [24:0]      om_rdata;
  logic             res_start, res_busy, res_done, res_rnd_ready, res_om_re, res_valid, res_ready, res_last;
  logic [9:0]       res_om_raddr;
  logic [127:0]     res_data;
  logic             key_sweep, back_wipe, erase;
  logic [7:0]       wipe_q;      // address of the slot's sweep
  logic             res_again_q; // self test: the second look, with a version that does not match

  logic             blk_valid;   // source word for the block in turn: the port's or the self test's
  logic [127:0]     blk_data, rom_data;
  logic [7:0]       rom_addr_q;
  logic [255:0]     rom_kek;
  assign blk_valid = testing ? 1'b1 : in_valid_i && in_ready_o;
  assign blk_data  = testing ? rom_data : in_data_i;
  assign erase     = state_q == StErase && sweep_q < 15'd512;

  pka_selftest_rom u_selftest_rom (.addr_i(rom_addr_q), .data_o(rom_data), .kek_o(rom_kek));

  pka_unwrap #(.KeyAw(KeyAw)) u_unwrap (
    .clk_i, .rst_ni, .start_i(un_start), .kek_i(testing ? rom_kek : kek_i), .key_i(key),
    .busy_o(un_busy), .done_o(un_done), .ok_o(un_ok), .storing_o(un_storing), .e_o(un_e), .top_o(un_top),
    .in_valid_i(blk_valid && (state_q == StUnwrap || state_q == StTestLoad)), .in_ready_o(un_in_ready), .in_data_i(blk_data),
    .km_we_o(un_we), .km_waddr_o(un_waddr), .km_wdata_o(un_wdata), .erase_i(erase), .erase_addr_i(sweep_q[8:0])
  );
  pka_operand #(.KeyAw(KeyAw)) u_operand (
    .clk_i, .rst_ni, .start_i(opd_start), .slot_i(tail_q), .key_i(key),
    .busy_o(opd_busy), .done_o(opd_done), .below_o(opd_below),
    .in_valid_i(blk_valid && (state_q == StOperand || state_q == StTestOperand)), .in_ready_o(opd_in_ready), .in_data_i(blk_data),
    .km_re_o(opd_km_re), .km_ready_i(km_ready), .km_raddr_o(opd_km_raddr), .km_rdata_i(km_rdata),
    .om_we_o(opd_we), .om_ready_i(om_wready), .om_waddr_o(opd_waddr), .om_wdata_o(opd_wdata)
  );
  pka_core #(.NumKeys(NumKeys + 1)) u_core (
    .clk_i, .rst_ni,
    .start_i(core_start), .start_slot_i(tail_q), .start_key_i(key),
    .start_e_i(testing ? un_e : key_e[handle_q[$clog2(NumKeys)-1:0]]),
    .start_top_i(testing ? un_top : key_top[handle_q[$clog2(NumKeys)-1:0]]),
    .start_flip_i(testing ? flip_q : cmd_flip_q),
    .active_o(core_active), .blinding_o(core_blinding), .pass_o(core_pass), .busy_o(core_busy),
    .km_we_i(un_we || key_sweep), .km_waddr_i(un_we ? un_waddr : state_q == StErase ? sweep_q[KeyAw+9:0] : {key, sweep_q[9:0]}),
    .km_wdata_i(un_we ? un_wdata : 26'd0),
    .km_re_i(opd_km_re), .km_ready_o(km_ready), .km_raddr_i(opd_km_raddr), .km_rdata_o(km_rdata),
    .om_we_i(opd_we || back_wipe || (state_q == StErase && sweep_q < 15'd1024)), .om_wready_o(om_wready),
    .om_waddr_i(opd_we ? opd_waddr : back_wipe ? {head_q, wipe_q} : sweep_q[9:0]), .om_wdata_i(opd_we ? opd_wdata : 25'd0),
    .om_re_i(res_om_re), .om_ready_o(om_ready), .om_raddr_i(res_om_raddr), .om_rdata_o(om_rdata),
    .erase_i(erase), .erase_addr_i(sweep_q[8:0])
  );
  pka_result u_result (
    .clk_i, .rst_ni, .start_i(res_start), .slot_i(head_q),
    .pms_i(slot_out_q[head_q] != OutRaw), .version_i(slot_version_q[head_q] ^ {15'd0, res_again_q}),
    .busy_o(res_busy), .done_o(res_done),
    .rnd_ready_o(res_rnd_ready), .rnd_valid_i(slot_out_q[head_q] == OutTest || (rnd_valid_i && rnd_ready_o)),
    .rnd_data_i(slot_out_q[head_q] == OutTest ? 128'd0 : rnd_data_i),
    .om_re_o(res_om_re), .om_ready_i(om_ready), .om_raddr_o(res_om_raddr), .om_rdata_i(om_rdata),
    .out_valid_o(res_valid), .out_ready_i(res_ready), .out_data_o(res_data), .out_last_o(res_last)
  );

  // ---- front machine
  logic [1:0]   test_word_q;
  logic [127:0] test_word;
  logic cmd_fire, in_fire, same_key_blinding;
  assign cmd_fire = cmd_valid_i && cmd_ready_o;
  assign in_fire  = in_valid_i && in_ready_o;
  always_comb begin
    same_key_blinding = 1'b0;
    for (int s = 0; s < 4; s++) if (core_active[s] && core_blinding[s] && slot_key_q[s] == key) same_key_blinding = 1'b1;
  end

  always_comb begin
    state_d    = state_q;
    status_d   = status_q;
    run_d      = run_q;
    sweep_d    = 15'd0;
    un_start   = 1'b0;
    opd_start  = 1'b0;
    core_start = 1'b0;
    push       = 1'b0;
    key_sweep  = 1'b0;
    test_ok_d  = test_ok_q;
    test_end   = 1'b0;
    unique case (state_q)
      // after reset: zeros into every memory
      StErase: begin
        key_sweep = 1'b1;
        sweep_d   = sweep_q + 15'd1;
        if (sweep_q == 15'((NumKeys + 1) * 1024 - 1)) state_d = StIdle;
      end
      StIdle: begin
        run_d = 1'b0;
        if (cmd_fire) begin
          state_d = StDecode;
        end else if (st_start_i && count_q == 3'd0) begin
          state_d   = StTestLoad;
          un_start  = 1'b1;
          test_ok_d = 1'b1;
        end
      end
      // handle, length and opcode decide; all are public
      StDecode: begin
        state_d  = src_len_q == 32'd0 ? StPush : StDrain;
        status_d = sluice_pkg::ST_OK;
        if (!st_pass_q) begin
          status_d = sluice_pkg::ST_SELFTEST_FAILED;
        end else begin
          unique case (op_q)
            sluice_pkg::OP_NOP: ;
            sluice_pkg::OP_KEY_LOAD:
              if (!index_ok) status_d = sluice_pkg::ST_BAD_HANDLE;
              else if (src_len_q != BlobBytes) status_d = sluice_pkg::ST_BAD_KEY;
              else state_d = StKeyWait;
            sluice_pkg::OP_KEY_FREE:
              if (!handle_ok) status_d = sluice_pkg::ST_BAD_HANDLE;
              else if (src_len_q != 32'd0) status_d = sluice_pkg::ST_BAD_DESC;
              else state_d = StKeyWait;
            sluice_pkg::OP_RSA_PRIVATE, sluice_pkg::OP_RSA_PMS_DECRYPT:
              if (!handle_ok) begin
                status_d = sluice_pkg::ST_BAD_HANDLE;
              end else if (src_len_q != OperandBytes) begin
                status_d = sluice_pkg::ST_BAD_DESC;
              end else begin
                state_d   = StOperand;
                opd_start = 1'b1;
              end
            default: status_d = sluice_pkg::ST_BAD_DESC;
          endcase
        end
      end
      // the source of a refused command
      StDrain: if (in_fire && in_last_i) state_d = StPush;
      // convert the input
      StOperand: if (opd_done) begin
        state_d = StStart;
        if (!opd_below) begin
          state_d  = StPush;
          status_d = sluice_pkg::ST_BAD_INPUT;
        end
      end
      // one operation at a time may hold a key's blinding pair
      StStart: if (!same_key_blinding && !core_active[tail_q]) begin
        core_start = 1'b1;
        run_d      = 1'b1;
        state_d    = StPush;
      end
      StPush: begin
        push    = 1'b1;
        state_d = StIdle;
      end
      // keys change while nothing runs
      StKeyWait: if (count_q == 3'd0) begin
        state_d  = op_q == sluice_pkg::OP_KEY_LOAD ? StUnwrap : StFree;
        un_start = op_q == sluice_pkg::OP_KEY_LOAD;
      end
      StUnwrap: if (un_done) begin
        state_d = StPush;
        if (!un_ok) status_d = sluice_pkg::ST_BAD_KEY;
      end
      StFree: begin
        key_sweep = 1'b1;
        sweep_d   = sweep_q + 15'd1;
        if (sweep_q == 15'd1023) state_d = StPush;
      end
      // self test: the blob, the operation, both outcomes of the unpadding, then the test key is erased
      StTestLoad: if (un_done) begin
        state_d   = StTestOperand;
        opd_start = 1'b1;
        if (!un_ok) begin
          state_d   = StIdle;
          opd_start = 1'b0;
          test_ok_d = 1'b0;
          test_end  = 1'b1;
        end
      end
      StTestOperand: if (opd_done) begin
        state_d   = StTestStart;
        test_ok_d = test_ok_q && opd_below;
      end
      StTestStart: begin
        core_start = 1'b1;
        push       = 1'b1;
        run_d      = 1'b1;
        state_d    = StTestWait;
      end
      StTestWait: begin
        if (res_valid && res_data != (res_again_q ? (test_word_q == 2'd0 ? 128'h0203 : 128'd0) : test_word)) test_ok_d = 1'b0;
        // the test's exponent is cut short: the fault check must see that it does not match
        if (pop && core_pass[head_q]) test_ok_d = 1'b0;
        if (count_q == 3'd0) begin
          key_sweep = 1'b1;
          sweep_d   = sweep_q + 15'd1;
          if (sweep_q == 15'd1023) begin
            state_d  = StIdle;
            test_end = 1'b1;
          end
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
  logic       head_ended, head_fault, op_kind;
  logic [7:0] rsp_status_q;
  logic [31:0] rsp_cycles_q;
  assign head_ended = count_q != 3'd0 && !(slot_run_q[head_q] && core_active[head_q]);
  assign op_kind    = slot_out_q[head_q] != OutNone && slot_status_q[head_q] == sluice_pkg::ST_OK;
  assign head_fault = slot_run_q[head_q] && !core_pass[head_q] && slot_out_q[head_q] != OutTest;
  always_comb begin
    back_d    = back_q;
    res_start = 1'b0;
    pop       = 1'b0;
    back_wipe = 1'b0;
    unique case (back_q)
      BkIdle: if (head_ended) begin
        back_d = BkEmpty;
        if (op_kind && !head_fault) begin
          back_d    = BkResult;
          res_start = 1'b1;
        end
      end
      BkResult: if (res_done) begin
        back_d = BkRsp;
        if (slot_out_q[head_q] == OutTest) back_d = res_again_q ? BkWipe : BkAgain;
      end
      BkAgain: begin
        res_start = 1'b1;
        back_d    = BkResult;
      end
      BkEmpty: if (out_ready_i && out_valid_o) back_d = BkRsp;
      BkRsp: if (rsp_ready_i && rsp_valid_o) begin
        back_d = slot_run_q[head_q] || slot_status_q[head_q] == sluice_pkg::ST_BAD_INPUT ? BkWipe : BkIdle;
        pop    = back_d == BkIdle;
      end
      // input and result of the slot
      BkWipe: begin
        back_wipe = 1'b1;
        if (!opd_we && om_wready && wipe_q == 8'd255) begin
          back_d = BkIdle;
          pop    = 1'b1;
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
      sweep_q     <= 15'd0;
      op_q        <= 8'd0;
      handle_q    <= 32'd0;
      src_len_q   <= 32'd0;
      version_q   <= 16'd0;
      t0_q        <= 32'd0;
      cycles_q    <= 32'd0;
      key_used_q  <= '0;
      count_q     <= 3'd0;
      head_q      <= 2'd0;
      tail_q      <= 2'd0;
      st_done_q   <= 1'b0;
      st_pass_q   <= 1'b0;
      test_ok_q   <= 1'b0;
      test_word_q <= 2'd0;
      res_again_q <= 1'b0;
      rom_addr_q  <= 8'd0;
      wipe_q      <= 8'd0;
      hang_q      <= 1'b0;
      flip_q      <= 1'b0;
      flip_seen_q <= 1'b0;
      cmd_flip_q  <= 1'b0;
      for (int s = 0; s < 4; s++) begin
        slot_out_q[s]     <= OutNone;
        slot_run_q[s]     <= 1'b0;
        slot_status_q[s]  <= 8'd0;
        slot_version_q[s] <= 16'd0;
        slot_key_q[s]     <= '0;
        slot_t0_q[s]      <= 32'd0;
      end
    end else begin
      state_q   <= state_d;
      back_q    <= back_d;
      status_q  <= status_d;
      run_q     <= run_d;
      sweep_q   <= sweep_d;
      test_ok_q <= test_ok_d;
      if (busy_o) cycles_q <= cycles_q + 32'd1;
      if (cmd_fire) begin
        op_q      <= cmd_desc_i[sluice_pkg::DESC_OPCODE_LSB +: 8];
        handle_q  <= cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB +: 32];
        src_len_q <= cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32];
        version_q <= cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB +: 16];
        t0_q      <= cycles_q;
      end
      // slots
      if (push) begin
        slot_out_q[tail_q]     <= testing ? OutTest : op_q == sluice_pkg::OP_RSA_PRIVATE ? OutRaw :
                                  op_q == sluice_pkg::OP_RSA_PMS_DECRYPT ? OutPms : OutNone;
        slot_run_q[tail_q]     <= testing || run_q;
        slot_status_q[tail_q]  <= testing ? sluice_pkg::ST_OK : status_q;
        slot_version_q[tail_q] <= testing ? 16'h0303 : version_q;
        slot_t0_q[tail_q]      <= t0_q;
        tail_q                 <= tail_q + 2'd1;
      end
      if (core_start) slot_key_q[tail_q] <= key;
      if (pop) head_q <= head_q + 2'd1;
      count_q <= count_q + {2'd0, push} - {2'd0, pop};
      if (state_q == StIdle && pop && count_q == 3'd1) begin  // an idle engine always starts in the same place
        head_q <= 2'd0;
        tail_q <= 2'd0;
      end
      // keys
      if (state_q == StUnwrap && un_storing) key_used_q[handle_q[$clog2(NumKeys)-1:0]] <= 1'b0;
      if (state_q == StUnwrap && un_done && un_ok) key_used_q[handle_q[$clog2(NumKeys)-1:0]] <= 1'b1;
      if (state_q == StFree) key_used_q[handle_q[$clog2(NumKeys)-1:0]] <= 1'b0;
      // self test
      if (st_start_i && state_d == StTestLoad) begin
        st_done_q   <= 1'b0;
        st_pass_q   <= 1'b0;
        rom_addr_q  <= 8'd0;
        test_word_q <= 2'd0;
        res_again_q <= 1'b0;
      end else if (testing) begin
        if (state_q == StTestLoad ? un_in_ready : state_q == StTestOperand && opd_in_ready) rom_addr_q <= rom_addr_q + 8'd1;
        if (res_valid && res_ready) test_word_q <= res_last ? 2'd0 : test_word_q + 2'd1;
        if (back_q == BkAgain) res_again_q <= 1'b1;
        if (test_end) begin
          st_done_q   <= 1'b1;
          st_pass_q   <= test_ok_d;
          res_again_q <= 1'b0;
          rom_addr_q  <= 8'd0;
        end
      end
      wipe_q <= back_q != BkWipe ? 8'd0 : wipe_q + {7'd0, !opd_we && om_wready};
      // faults: sampled while there is work or work is offered, so that an idle edge changes nothing
      if (flt_hang_i && (busy_o || cmd_valid_i || in_valid_i || st_start_i)) hang_q <= 1'b1;
      // a flip belongs to the command that is offered with it or comes next, and stays until one starts an operation; or to the self test
      if (busy_o || cmd_valid_i || in_valid_i || st_start_i) begin
        flip_seen_q <= flt_flip_i;
        flip_q      <= (flip_q || flip_new) && !cmd_fire && !(testing && core_start);
        if (cmd_fire && (flip_q || flip_new)) cmd_flip_q <= 1'b1;
        else if (core_start && !testing) cmd_flip_q <= 1'b0;
      end
    end
    if (state_q == StUnwrap && un_done && un_ok) begin
      key_gen[handle_q[$clog2(NumKeys)-1:0]] <= handle_q[31:16];
      key_e[handle_q[$clog2(NumKeys)-1:0]]   <= un_e;
      key_top[handle_q[$clog2(NumKeys)-1:0]] <= un_top;
    end
    if (back_q == BkIdle && head_ended) begin
      rsp_status_q <= head_fault ? sluice_pkg::ST_FAULT : slot_status_q[head_q];
    end
    if (back_d == BkRsp && back_q != BkRsp) rsp_cycles_q <= cycles_q - slot_t0_q[head_q] + 32'd1;
  end

  // ---- port
  logic res_out, head_bad;  // the result stream is the port's, not the self test's
  assign res_out     = res_valid && slot_out_q[head_q] != OutTest;
  assign head_bad    = slot_run_q[head_q] && !core_pass[head_q];
  assign res_ready   = slot_out_q[head_q] == OutTest || (out_ready_i && !hang_q);
  assign cmd_ready_o = state_q == StIdle && !count_q[2] && !hang_q;
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
  assign rnd_ready_o  = !hang_q && res_rnd_ready && slot_out_q[head_q] != OutTest;
  assign st_done_o    = st_done_q;
  assign st_pass_o    = st_pass_q;
  assign busy_o       = hang_q || state_q != StIdle || back_q != BkIdle || count_q != 3'd0 || core_busy || opd_busy || un_busy || res_busy;

  `ASSERT_NEVER(StateIsLegal, state_q == StError || back_q == BkError)
  `ASSERT_NEVER(SlotsNeverOverflow, push && count_q[2])
  `ASSERT_NEVER(SlotsNeverUnderflow, pop && count_q == 3'd0)
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, out_data_o)
  `ASSERT_NEVER(SourceEndsWhereItsLengthSays, in_fire && in_last_i && in_bytes_i == 5'd0)
  `ASSERT_NEVER(NoResultOfAFault, res_out && head_bad)
endmodule
