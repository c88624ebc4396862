// Job runner of one engine: takes descriptors in the order they were fetched, checks them, feeds the engine and gathers what comes
// back until the completion can be written. Jobs live in a ring of 2^IdxW slots; each stage walks it at its own pace:
//
//   fill (descriptor arrives) -> dispatch (checked; lists, source and command start) -> command taken -> result written -> response
//   -> retire (all its writes answered, all earlier ones retired) -> completion writer
//
// Refused descriptors and NOPs pass through the same ring without meeting the engine, so completions stay in order.
// FENCE holds the dispatch until every earlier job of its queue has retired, wherever it ran. The job's function goes to the engine in the
// descriptor's reserved field, which software must leave zero.
`include "assert.svh"
module dma_runner #(
  parameter logic [3:0] EngineId = 4'd0,
  parameter int unsigned NumQueues = 16,
  parameter int unsigned QueueW = $clog2(NumQueues),
  parameter int unsigned IdxW = 4,
  parameter int unsigned DataLog2 = 7,
  parameter int unsigned SlotShift = 0     // log2 of the lanes: a lane has every 2^SlotShift-th slot
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,     // something here changed at the last edge
  output logic fatal_o,
  output logic idle_o,    // no job, and no answer of the bus or the engine is owed

  // descriptors from the ring fetcher, four beats each
  output logic desc_room_o,              // room for four more, and not more than enough to do already
  output logic desc_deep_o,              // work enough that the next fetch need not hurry
  output logic [4:0] load_o,             // jobs here
  input  logic desc_we_i,
  input  logic [1:0] desc_beat_i,
  input  logic [127:0] desc_data_i,
  input  logic desc_commit_i,            // with the last beat
  input  logic [3+8+2+QueueW-1:0] desc_owner_i,  // function, order in the queue, epoch, queue
  input  logic [NumQueues-1:0] queue_live_i,
  input  logic [2*NumQueues-1:0] queue_epoch_i,
  input  logic [8*NumQueues-1:0] queue_expect_i,  // order of the job that is next to retire
  output logic refused_o,
  input  logic [7:0] win_en_i,                    // memory windows of the functions
  input  logic [8*64-1:0] win_base_i,
  input  logic [8*64-1:0] win_limit_i,
  output logic [1:0] win_err_o,                   // an address outside: source side, destination side
  output logic [5:0] win_func_o,

  input  logic fi_valid_i,
  input  logic fi_hang_i,
  input  logic fi_flip_i,
  input  logic fi_drop_i,
  output logic fi_ack_o,

  output logic req_valid_o,
  input  logic req_ready_i,
  output logic [63:0] req_addr_o,
  output logic [8:0] req_bytes_o,
  output logic [1:0] req_tag_o,
  input  logic rsp_valid_i,
  input  logic [127:0] rsp_data_i,
  input  logic rsp_err_i,
  input  logic rsp_last_i,
  input  logic [1:0] rsp_tag_i,

  output logic burst_valid_o,
  input  logic burst_ready_i,
  output logic [63:0] burst_addr_o,
  output logic [3:0] burst_len_o,
  output logic [IdxW-1:0] burst_tag_o,
  output logic [127:0] line_data_o,
  output logic [15:0] line_strb_o,
  input  logic line_ready_i,
  input  logic b_valid_i,
  input  logic b_err_i,
  input  logic [IdxW-1:0] b_tag_i,

  output logic cpl_valid_o,
  input  logic cpl_ready_i,
  output logic [QueueW-1:0] cpl_queue_o,
  output logic [1:0] cpl_epoch_o,
  output logic [7:0] cpl_order_o,
  output logic [31:0] cpl_cookie_o,
  output logic [7:0] cpl_status_o,
  output logic [15:0] cpl_info_o,
  output logic [31:0] cpl_length_o,
  output logic [31:0] cpl_cycles_o,
  output logic [63:0] cpl_seq_o,
  output logic cpl_drop_o,
  output logic cpl_stale_o,              // its queue was stopped before it started
  output logic [31:0] cpl_src_len_o,     // source bytes the engine took
  output logic parity_err_o,

  output logic cmd_valid_o,
  input  logic cmd_ready_i,
  output logic [511:0] cmd_desc_o,
  output logic in_valid_o,
  input  logic in_ready_i,
  output logic [127:0] in_data_o,
  output logic [4:0] in_bytes_o,
  output logic in_last_o,
  input  logic out_valid_i,
  output logic out_ready_o,
  input  logic [127:0] out_data_i,
  input  logic [15:0] out_parity_i,
  input  logic [4:0] out_bytes_i,
  input  logic out_last_i,
  input  logic eng_rsp_valid_i,
  output logic eng_rsp_ready_o,
  input  logic [7:0] eng_rsp_status_i,
  input  logic [15:0] eng_rsp_info_i,
  input  logic [63:0] eng_rsp_seq_i,
  input  logic [31:0] eng_rsp_cycles_i,
  output logic flt_hang_o,
  output logic flt_flip_o
);
  localparam int unsigned Slots = 1 << IdxW;
  localparam logic [1:0] TagData = 2'd0, TagSrcList = 2'd1, TagDstList = 2'd2;

  typedef enum logic [1:0] {StIdle, StCheck, StFatal} state_e;
  state_e state_q, state_d;

  // ---- the ring ---------------------------------------------------------------------------------------------------------------
  logic [IdxW:0] fill_q, disp_q, done_q;
  logic src_idle, dst_idle, act, act_q, cmd_valid_q;
  logic [IdxW-1:0] fill, disp, head;
  logic [127:0] desc0 [Slots];
  logic [127:0] desc1 [Slots];
  logic [127:0] desc2 [Slots];
  logic [127:0] desc3 [Slots];
  localparam int unsigned OwnerW = 3 + 8 + 2 + QueueW;
  logic [OwnerW-1:0] owner [Slots];       // function, order in the queue, epoch, queue
  logic [7:0] status [Slots];      // the engine's, or why it was refused
  logic [15:0] info [Slots];
  logic [63:0] seq [Slots];
  logic [31:0] cycles [Slots];
  logic [31:0] length [Slots];
  logic [7:0] writes [Slots];      // bursts not yet answered
  logic [Slots-1:0] taken_q, wrote_q, answered_q, refused_q, stale_q, drop_q;
  logic [Slots-1:0] src_bad_q, dma_bad_q, dst_bad_q, short_q, parity_q;

  assign fill = fill_q[IdxW-1:0];
  assign disp = disp_q[IdxW-1:0];
  assign head = done_q[IdxW-1:0];
  // Work that waits is bounded in bytes too: otherwise a small record would wait behind Slots large ones of other queues.
  logic [19:0] bytes_q;        // source bytes of jobs without an answer (each counted as at most 2^16 - 1)
  logic [15:0] add_bytes, ans_bytes, drop_bytes;
  logic bytes_low, big_q;      // big_q: the last descriptor was a large job, so the next ones may be
  assign bytes_low = bytes_q <= 20'd24576;
  assign desc_room_o = (IdxW + 1)'(fill_q - done_q) <= (IdxW + 1)'(Slots - 4) && bytes_low;
  assign desc_deep_o = big_q || bytes_q >= 20'd4096;
  assign load_o = 5'(fill_q - done_q);
  function automatic logic [15:0] clamp(input logic [31:0] len);
    clamp = (len[31:16] != 16'h0) ? 16'hFFFF : len[15:0];
  endfunction
  assign idle_o = fill_q == done_q && src_idle && dst_idle && !cmd_valid_q;

  always_ff @(posedge clk_i) begin
    if (desc_we_i) begin
      unique case (desc_beat_i)
        2'd0: desc0[fill] <= desc_data_i;
        2'd1: desc1[fill] <= desc_data_i;
        2'd2: desc2[fill] <= desc_data_i;
        default: desc3[fill] <= desc_data_i;
      endcase
      owner[fill] <= desc_owner_i;
    end
  end

  // ---- dispatch ---------------------------------------------------------------------------------------------------------------
  logic [511:0] d_q;
  logic [OwnerW-1:0] d_owner_q;
  logic [2:0] d_func;
  logic [7:0] d_order;
  logic [QueueW-1:0] d_queue;
  logic [1:0] d_epoch;
  logic [7:0] opcode, flags;
  logic [31:0] src_len, dst_len;
  logic [63:0] src_addr, dst_addr, src_end, dst_end;
  logic [15:0] src_nseg, dst_nseg;
  logic unused_desc;
  assign unused_desc = ^{d_q[383:320], d_q[95:32]};  // cookie, handle and parameters are for others
  logic op_ok, desc_ok, stale, nop, fence_wait, dispatch, start, src_ready, dst_ready;

  assign opcode = d_q[sluice_pkg::DESC_OPCODE_LSB +: 8];
  assign flags = d_q[sluice_pkg::DESC_FLAGS_LSB +: 8];
  assign src_len = d_q[sluice_pkg::DESC_SRC_LEN_LSB +: 32];
  assign dst_len = d_q[sluice_pkg::DESC_DST_LEN_LSB +: 32];
  assign src_addr = d_q[sluice_pkg::DESC_SRC_ADDR_LSB +: 64];
  assign dst_addr = d_q[sluice_pkg::DESC_DST_ADDR_LSB +: 64];
  assign src_nseg = d_q[sluice_pkg::DESC_SRC_NSEG_LSB +: 16];
  assign dst_nseg = d_q[sluice_pkg::DESC_DST_NSEG_LSB +: 16];
  assign src_end = src_addr + {32'h0, src_len};
  assign dst_end = dst_addr + {32'h0, dst_len};

  function automatic logic list_ok(input logic [3:0] addr, input logic [15:0] nseg);
    list_ok = addr == 4'h0 && nseg != 16'h0 && nseg <= 16'(sluice_pkg::MaxSegments);
  endfunction

  // Which engine serves what: the map's list of opcodes.
  logic [7:0] op_engines;
  logic [1:0] op_handles;
  assign op_engines = sluice_pkg::op_engines(opcode);
  assign op_handles = sluice_pkg::op_handles(opcode);
  assign op_ok = op_engines[EngineId[2:0]] && (op_handles[0] || d_q[sluice_pkg::DESC_HANDLE2_LSB +: 32] == 32'h0) &&
                 (op_handles[1] || d_q[sluice_pkg::DESC_HANDLE3_LSB +: 32] == 32'h0);

  localparam logic [7:0] KnownFlags = sluice_pkg::DESC_SRC_SGL | sluice_pkg::DESC_DST_SGL | sluice_pkg::DESC_FENCE;
  logic src_sgl, dst_sgl;
  assign src_sgl = (flags & sluice_pkg::DESC_SRC_SGL) != 8'h0;
  assign dst_sgl = (flags & sluice_pkg::DESC_DST_SGL) != 8'h0;
  assign desc_ok = op_ok && (flags & ~KnownFlags) == 8'h0 && d_q[sluice_pkg::DESC_RSVD0_LSB +: 16] == 16'h0 &&
                   d_q[sluice_pkg::DESC_RSVD2_LSB +: 64] == 64'h0 &&
                   (src_sgl ? list_ok(src_addr[3:0], src_nseg) : src_end >= src_addr) &&
                   (dst_sgl ? list_ok(dst_addr[3:0], dst_nseg) : dst_end >= dst_addr);
  assign nop = opcode == sluice_pkg::OP_NOP;
  assign {d_func, d_order, d_epoch, d_queue} = d_owner_q;
  assign stale = !queue_live_i[d_queue] || queue_epoch_i[2*d_queue +: 2] != d_epoch;
  assign fence_wait = (flags & sluice_pkg::DESC_FENCE) != 8'h0 && queue_expect_i[8*d_queue +: 8] != d_order;

  always_comb begin
    state_d = state_q;
    dispatch = 1'b0;
    start = 1'b0;
    unique case (state_q)
      StIdle: if (disp_q != fill_q) state_d = StCheck;  // reading the next descriptor
      StCheck: begin                                    // refusing it, or starting it
        if (stale || !desc_ok || (nop && !fence_wait)) begin
          dispatch = 1'b1;
          state_d = StIdle;
        end else if (!nop && !fence_wait && src_ready && dst_ready) begin
          dispatch = 1'b1;
          start = 1'b1;
          state_d = StIdle;
        end
      end
      StFatal: state_d = StFatal;
      default: state_d = StFatal;
    endcase
  end

  assign refused_o = dispatch && !stale && !desc_ok;

  // ---- command ----------------------------------------------------------------------------------------------------------------
  logic cmd_load, cmdq_valid, hang_q, flip_q, ansq_valid, answer;
  logic [IdxW-1:0] cmdq_idx, cmd_idx_q, ans_idx, flip_idx_q;
  logic [511:0] cmd_desc_q;
  logic unused_cmdq_full, unused_ansq_full;
  logic [IdxW:0] unused_cmdq_count, unused_ansq_count;

  logic [2:0] cmd_func;
  assign cmd_func = owner[cmdq_idx][OwnerW-1 -: 3];
  assign cmd_load = cmdq_valid && !cmd_valid_q;
  assign fi_ack_o = fi_valid_i && cmd_load;
  dma_fifo #(.Width(IdxW), .Log2(IdxW)) u_cmdq (
    .clk_i, .rst_ni, .wr_i(start), .wdata_i(disp), .rd_i(cmd_load), .rdata_o(cmdq_idx), .valid_o(cmdq_valid),
    .full_o(unused_cmdq_full), .count_o(unused_cmdq_count)
  );
  // jobs the engine owes a response
  dma_fifo #(.Width(IdxW), .Log2(IdxW)) u_ansq (
    .clk_i, .rst_ni, .wr_i(start), .wdata_i(disp), .rd_i(answer), .rdata_o(ans_idx), .valid_o(ansq_valid),
    .full_o(unused_ansq_full), .count_o(unused_ansq_count)
  );
  // the response through registers, as everything that comes from outside
  logic rsp_valid_q;
  logic [7:0] rsp_status_q;
  logic [15:0] rsp_info_q;
  logic [63:0] rsp_seq_q;
  logic [31:0] rsp_cycles_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rsp_valid_q <= 1'b0;
      rsp_status_q <= '0;
      rsp_info_q <= '0;
      rsp_seq_q <= '0;
      rsp_cycles_q <= '0;
    end else begin
      rsp_valid_q <= eng_rsp_valid_i;
      if (eng_rsp_valid_i) begin
        rsp_status_q <= eng_rsp_status_i;
        rsp_info_q <= eng_rsp_info_i;
        rsp_seq_q <= eng_rsp_seq_i;
        rsp_cycles_q <= eng_rsp_cycles_i;
      end
    end
  end
  assign answer = rsp_valid_q && ansq_valid;
  assign eng_rsp_ready_o = 1'b1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cmd_valid_q <= 1'b0;
      cmd_desc_q <= '0;
      cmd_idx_q <= '0;
      hang_q <= 1'b0;
      flip_q <= 1'b0;
      flip_idx_q <= '0;
    end else begin
      // held from the offer of the command to its response: whenever the engine looks, it sees the rising edge once
      if (fi_ack_o && fi_flip_i) begin
        flip_q <= 1'b1;
        flip_idx_q <= cmdq_idx;
      end else if (answer && ans_idx == flip_idx_q) begin
        flip_q <= 1'b0;
      end
      if (fi_ack_o && fi_hang_i) hang_q <= 1'b1;
      if (cmd_load) begin
        cmd_valid_q <= 1'b1;
        cmd_idx_q <= cmdq_idx;
        cmd_desc_q <= {desc3[cmdq_idx][127:72], 5'h0, cmd_func, desc3[cmdq_idx][63:0], desc2[cmdq_idx], desc1[cmdq_idx], desc0[cmdq_idx][127:80],
                       16'(desc0[cmdq_idx][79:64] >> SlotShift), desc0[cmdq_idx][63:0]};
      end else if (cmd_ready_i && cmd_valid_q) begin
        cmd_valid_q <= 1'b0;
        cmd_desc_q <= '0;
      end
    end
  end

  // ---- source and destination -------------------------------------------------------------------------------------------------
  logic src_seg_valid, src_seg_ready, src_seg_last, dst_seg_valid, dst_seg_ready, dst_seg_last;
  logic [63:0] src_seg_addr, dst_seg_addr;
  logic [31:0] src_seg_len, dst_seg_len;
  logic [1:0] src_seg_code, dst_seg_code;
  logic [IdxW-1:0] src_seg_idx, dst_seg_idx;
  logic sl_valid, sl_ready, dl_valid, dl_ready, rd_valid, rd_ready;
  logic [63:0] sl_addr, dl_addr, rd_addr;
  logic [8:0] sl_bytes, dl_bytes, rd_bytes;
  logic src_act, dst_act, reader_act, writer_act, src_fatal, dst_fatal, writer_fatal;
  logic src_err_valid, burst_push, wr_done, wr_short, wr_parity;
  logic [1:0] src_err_code, wr_code;
  logic [IdxW-1:0] src_err_idx, burst_idx, wr_idx;
  logic [31:0] wr_len;

  dma_segs #(.IdxW(IdxW)) u_src (
    .clk_i, .rst_ni, .act_o(src_act), .idle_o(src_idle), .fatal_o(src_fatal),
    .job_valid_i(start), .job_ready_o(src_ready), .job_sgl_i(src_sgl), .job_addr_i(src_addr), .job_nseg_i(src_nseg),
    .job_len_i(src_len), .job_idx_i(disp),
    .job_win_i(win_en_i[d_func]), .job_base_i(win_base_i[64*d_func +: 64]), .job_limit_i(win_limit_i[64*d_func +: 64]), .denied_o(win_err_o[0]),
    .seg_valid_o(src_seg_valid), .seg_ready_i(src_seg_ready), .seg_addr_o(src_seg_addr), .seg_len_o(src_seg_len),
    .seg_last_o(src_seg_last), .seg_code_o(src_seg_code), .seg_idx_o(src_seg_idx),
    .req_valid_o(sl_valid), .req_ready_i(sl_ready), .req_addr_o(sl_addr), .req_bytes_o(sl_bytes),
    .rsp_valid_i(rsp_valid_i && rsp_tag_i == TagSrcList), .rsp_data_i, .rsp_err_i, .rsp_last_i
  );
  dma_segs #(.IdxW(IdxW)) u_dst (
    .clk_i, .rst_ni, .act_o(dst_act), .idle_o(dst_idle), .fatal_o(dst_fatal),
    .job_valid_i(start), .job_ready_o(dst_ready), .job_sgl_i(dst_sgl), .job_addr_i(dst_addr), .job_nseg_i(dst_nseg),
    .job_len_i(dst_len), .job_idx_i(disp),
    .job_win_i(win_en_i[d_func]), .job_base_i(win_base_i[64*d_func +: 64]), .job_limit_i(win_limit_i[64*d_func +: 64]), .denied_o(win_err_o[1]),
    .seg_valid_o(dst_seg_valid), .seg_ready_i(dst_seg_ready), .seg_addr_o(dst_seg_addr), .seg_len_o(dst_seg_len),
    .seg_last_o(dst_seg_last), .seg_code_o(dst_seg_code), .seg_idx_o(dst_seg_idx),
    .req_valid_o(dl_valid), .req_ready_i(dl_ready), .req_addr_o(dl_addr), .req_bytes_o(dl_bytes),
    .rsp_valid_i(rsp_valid_i && rsp_tag_i == TagDstList), .rsp_data_i, .rsp_err_i, .rsp_last_i
  );
  // whose address it was: the function of the job that a side has in hand
  logic [2:0] src_func_q, dst_func_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      src_func_q <= '0;
      dst_func_q <= '0;
    end else if (start) begin
      src_func_q <= d_func;
      dst_func_q <= d_func;
    end
  end
  assign win_func_o = {dst_func_q, src_func_q};
  dma_reader #(.IdxW(IdxW), .DataLog2(DataLog2)) u_reader (
    .clk_i, .rst_ni, .act_o(reader_act),
    .seg_valid_i(src_seg_valid), .seg_ready_o(src_seg_ready), .seg_addr_i(src_seg_addr), .seg_len_i(src_seg_len),
    .seg_last_i(src_seg_last), .seg_code_i(src_seg_code), .seg_idx_i(src_seg_idx),
    .req_valid_o(rd_valid), .req_ready_i(rd_ready), .req_addr_o(rd_addr), .req_bytes_o(rd_bytes),
    .rsp_valid_i(rsp_valid_i && rsp_tag_i == TagData), .rsp_data_i, .rsp_err_i,
    .cmd_taken_i(taken_q), .err_valid_o(src_err_valid), .err_code_o(src_err_code), .err_idx_o(src_err_idx),
    .in_valid_o, .in_ready_i, .in_data_o, .in_bytes_o, .in_last_o
  );
  dma_writer #(.IdxW(IdxW)) u_writer (
    .clk_i, .rst_ni, .act_o(writer_act), .fatal_o(writer_fatal),
    .out_valid_i, .out_ready_o, .out_data_i, .out_parity_i, .out_bytes_i, .out_last_i,
    .seg_valid_i(dst_seg_valid), .seg_ready_o(dst_seg_ready), .seg_addr_i(dst_seg_addr), .seg_len_i(dst_seg_len),
    .seg_last_i(dst_seg_last), .seg_code_i(dst_seg_code), .seg_idx_i(dst_seg_idx),
    .burst_push_o(burst_push), .burst_idx_o(burst_idx), .burst_valid_o, .burst_ready_i, .burst_addr_o, .burst_len_o, .burst_tag_o,
    .line_data_o, .line_strb_o, .line_ready_i,
    .done_valid_o(wr_done), .done_idx_o(wr_idx), .done_len_o(wr_len), .done_short_o(wr_short), .done_parity_o(wr_parity),
    .done_code_o(wr_code), .parity_err_o
  );

  // one read port: lists before data, since data cannot go on without them
  always_comb begin
    req_valid_o = dl_valid || sl_valid || rd_valid;
    req_addr_o = rd_addr;
    req_bytes_o = rd_bytes;
    req_tag_o = TagData;
    dl_ready = 1'b0;
    sl_ready = 1'b0;
    rd_ready = 1'b0;
    if (dl_valid) begin
      req_addr_o = dl_addr;
      req_bytes_o = dl_bytes;
      req_tag_o = TagDstList;
      dl_ready = req_ready_i;
    end else if (sl_valid) begin
      req_addr_o = sl_addr;
      req_bytes_o = sl_bytes;
      req_tag_o = TagSrcList;
      sl_ready = req_ready_i;
    end else begin
      rd_ready = req_ready_i;
    end
  end

  always_comb begin
    add_bytes = '0;
    ans_bytes = '0;
    drop_bytes = '0;
    if (desc_commit_i) add_bytes = clamp(desc0[fill][sluice_pkg::DESC_SRC_LEN_LSB +: 32]);
    if (answer) ans_bytes = clamp(desc0[ans_idx][sluice_pkg::DESC_SRC_LEN_LSB +: 32]);
    if (dispatch && !start) drop_bytes = clamp(src_len);
  end

  // ---- book-keeping -----------------------------------------------------------------------------------------------------------
  logic retire;
  assign retire = cpl_valid_o && cpl_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      act_q <= 1'b1;
      bytes_q <= '0;
      big_q <= 1'b0;
      fill_q <= '0;
      disp_q <= '0;
      done_q <= '0;
      d_q <= '0;
      d_owner_q <= '0;
      taken_q <= '0;
      wrote_q <= '0;
      answered_q <= '0;
      refused_q <= '0;
      stale_q <= '0;
      drop_q <= '0;
      src_bad_q <= '0;
      dma_bad_q <= '0;
      dst_bad_q <= '0;
      short_q <= '0;
      parity_q <= '0;
    end else begin
      state_q <= state_d;
      act_q <= act || (cmd_valid_q && cmd_ready_i) || eng_rsp_valid_i || (in_valid_o && in_ready_i) || (out_valid_i && out_ready_o);
      if (desc_commit_i) fill_q <= fill_q + 1'b1;
      if (retire) done_q <= done_q + 1'b1;
      if (desc_commit_i) big_q <= add_bytes >= 16'd4096;
      if (desc_commit_i || answer || (dispatch && !start)) bytes_q <= bytes_q + 20'(add_bytes) - 20'(ans_bytes) - 20'(drop_bytes);
      if (state_q == StIdle && disp_q != fill_q) begin
        d_q <= {desc3[disp], desc2[disp], desc1[disp], desc0[disp]};
        d_owner_q <= owner[disp];
      end
      if (cmd_valid_q && cmd_ready_i) taken_q[cmd_idx_q] <= 1'b1;
      if (fi_ack_o && fi_drop_i) drop_q[cmdq_idx] <= 1'b1;
      if (answer) answered_q[ans_idx] <= 1'b1;
      if (src_err_valid) begin
        if (src_err_code == 2'd3) dma_bad_q[src_err_idx] <= 1'b1;
        else src_bad_q[src_err_idx] <= 1'b1;
      end
      if (b_valid_i && b_err_i) dma_bad_q[b_tag_i] <= 1'b1;
      if (wr_done) begin
        wrote_q[wr_idx] <= 1'b1;
        short_q[wr_idx] <= wr_short;
        parity_q[wr_idx] <= wr_parity;
        dst_bad_q[wr_idx] <= wr_code == 2'd2;
        if (wr_code == 2'd3) dma_bad_q[wr_idx] <= 1'b1;
      end
      if (dispatch) begin
        disp_q <= disp_q + 1'b1;
        taken_q[disp] <= 1'b0;
        wrote_q[disp] <= !start;
        answered_q[disp] <= !start;
        refused_q[disp] <= !start;
        stale_q[disp] <= stale;
        drop_q[disp] <= 1'b0;
        src_bad_q[disp] <= 1'b0;
        dma_bad_q[disp] <= 1'b0;
        dst_bad_q[disp] <= 1'b0;
        short_q[disp] <= 1'b0;
        parity_q[disp] <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (answer) begin
      status[ans_idx] <= rsp_status_q;
      info[ans_idx] <= rsp_info_q;
      seq[ans_idx] <= rsp_seq_q;
      cycles[ans_idx] <= rsp_cycles_q;
    end
    if (wr_done) length[wr_idx] <= wr_len;
    if (dispatch) begin
      writes[disp] <= 8'd0;
      if (!start) begin
        status[disp] <= desc_ok ? sluice_pkg::ST_OK : sluice_pkg::ST_BAD_DESC;
        info[disp] <= '0;
        seq[disp] <= '0;
        cycles[disp] <= '0;
        length[disp] <= '0;
      end
    end
    if (burst_push && !(b_valid_i && b_tag_i == burst_idx)) writes[burst_idx] <= writes[burst_idx] + 8'd1;
    if (b_valid_i && !(burst_push && b_tag_i == burst_idx)) writes[b_tag_i] <= writes[b_tag_i] - 8'd1;
  end

  // ---- retirement -------------------------------------------------------------------------------------------------------------
  assign cpl_valid_o = done_q != disp_q && wrote_q[head] && answered_q[head] && writes[head] == 8'd0;
  always_comb begin
    cpl_status_o = sluice_pkg::ST_OK;
    if (dma_bad_q[head]) cpl_status_o = sluice_pkg::ST_DMA_ERROR;
    else if (src_bad_q[head]) cpl_status_o = sluice_pkg::ST_BAD_DESC;
    else if (parity_q[head]) cpl_status_o = sluice_pkg::ST_PARITY;
    else if (status[head] != sluice_pkg::ST_OK) cpl_status_o = status[head];
    else if (dst_bad_q[head]) cpl_status_o = sluice_pkg::ST_BAD_DESC;
    else if (short_q[head]) cpl_status_o = sluice_pkg::ST_DST_SHORT;
  end
  logic [2:0] unused_func;
  assign {unused_func, cpl_order_o, cpl_epoch_o, cpl_queue_o} = owner[head];
  assign cpl_cookie_o = desc0[head][sluice_pkg::DESC_COOKIE_LSB +: 32];
  assign cpl_src_len_o = refused_q[head] ? 32'h0 : desc0[head][sluice_pkg::DESC_SRC_LEN_LSB +: 32];
  assign cpl_info_o = info[head];
  assign cpl_length_o = length[head];
  assign cpl_cycles_o = cycles[head];
  assign cpl_seq_o = seq[head];
  assign cpl_drop_o = drop_q[head];
  assign cpl_stale_o = stale_q[head];

  logic b_spurious;
  assign b_spurious = writes[b_tag_i] == 8'd0;
  assign cmd_valid_o = cmd_valid_q;
  assign cmd_desc_o = cmd_desc_q;
  assign flt_hang_o = hang_q;
  assign flt_flip_o = flip_q;
  assign fatal_o = state_q == StFatal || src_fatal || dst_fatal || writer_fatal;
  assign act_o = act_q;
  assign act = state_d != state_q || desc_we_i || dispatch || cmd_load || answer ||
                 b_valid_i || wr_done || burst_push || retire || src_act || dst_act || reader_act || writer_act;

  `ASSERT_NEVER(IdleRunnerIsSpokenTo, idle_o && !act_q && (rsp_valid_i || b_valid_i || out_valid_i || eng_rsp_valid_i))
  `ASSERT_STABLE(Cmd, cmd_valid_o, cmd_ready_i, cmd_desc_o)
  `ASSERT_NEVER(ResponseToNothing, rsp_valid_q && !ansq_valid)
  `ASSERT_NEVER(RingOverflows, desc_commit_i && (IdxW + 1)'(fill_q - done_q) == (IdxW + 1)'(Slots))
  `ASSERT_NEVER(AnswerForNoBurst, b_valid_i && b_spurious)
endmodule
