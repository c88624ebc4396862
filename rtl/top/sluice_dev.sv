// The front end alone: registers, rings, DMA, one job runner per engine. Engines hang on its engine port (rtl/README.md), one lane of
// each vector per engine id; host memory on its AXI4 master; the host on its AXI4-Lite slave.
//
// Every output is a function of registers only, so this block, the engines and the memory may be ticked in any order.
// quiet_o: in the last cycle nothing changed but the free-running counters. While it is 1 and no input changes, further cycles change only
// those: hardware may gate the clock of everything else, the simulation skips the cycles and adds them to the counters.
`include "assert.svh"
module sluice_dev #(
  parameter int unsigned NumQueues = sluice_pkg::NumQueues,
  parameter int unsigned NumEngines = sluice_pkg::NumEngines,     // engine ids below it have a place on the port …
  parameter logic [NumEngines-1:0] EngineMask = sluice_pkg::EngineMask[NumEngines-1:0],  // … and these an engine behind it
  parameter logic [31:0] Lanes = 32'h1111_1111,  // lanes of each class, 4 bits each: 1, 2, 4 or 8 places on the engine port, one after the other
  // places on the engine port; the first of class c follows the last of class c - 1
  parameter int unsigned NumPorts = 32'(Lanes[3:0]) + (NumEngines > 1 ? 32'(Lanes[7:4]) : 0) + (NumEngines > 2 ? 32'(Lanes[11:8]) : 0) +
    (NumEngines > 3 ? 32'(Lanes[15:12]) : 0) + (NumEngines > 4 ? 32'(Lanes[19:16]) : 0) + (NumEngines > 5 ? 32'(Lanes[23:20]) : 0),
  parameter int unsigned NumSessions = sluice_pkg::NumSessions,  // what the capability registers tell: slots in each lane …
  parameter int unsigned NumKeys = sluice_pkg::NumKeys,
  parameter int unsigned NumSecrets = sluice_pkg::NumSecrets,    // … and in the store
  parameter int unsigned BusW = 128,    // of the AXI4 master: 128, 256 or 512 bits; an engine's port has 128
  parameter int unsigned ByteW = $clog2(BusW / 8),
  parameter int unsigned IdxW = 4,      // log2 of the jobs under way per engine
  parameter int unsigned DataLog2 = 7   // log2 of the beats of source data buffered per engine
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic quiet_o,
  output logic ready_o,   // STATUS.READY
  input  logic tamper_i,  // asynchronous; level: erase everything
  input  logic entropy_fail_i,  // the random generator's health tests failed
  output logic [NumQueues-1:0] irq_o,

  input  logic s_awvalid_i,
  output logic s_awready_o,
  input  logic [15:0] s_awaddr_i,
  input  logic s_wvalid_i,
  output logic s_wready_o,
  input  logic [31:0] s_wdata_i,
  input  logic [3:0] s_wstrb_i,
  output logic s_bvalid_o,
  input  logic s_bready_i,
  output logic [1:0] s_bresp_o,
  input  logic s_arvalid_i,
  output logic s_arready_o,
  input  logic [15:0] s_araddr_i,
  output logic s_rvalid_o,
  input  logic s_rready_i,
  output logic [31:0] s_rdata_o,
  output logic [1:0] s_rresp_o,

  output logic m_arvalid_o,
  input  logic m_arready_i,
  output logic [63:0] m_araddr_o,
  output logic [7:0] m_arlen_o,
  output logic [ByteW-1:0] m_aruser_o,
  input  logic m_rvalid_i,
  output logic m_rready_o,
  input  logic [BusW-1:0] m_rdata_i,
  input  logic [1:0] m_rresp_i,
  input  logic m_rlast_i,
  output logic m_awvalid_o,
  input  logic m_awready_i,
  output logic [63:0] m_awaddr_o,
  output logic [7:0] m_awlen_o,
  output logic m_wvalid_o,
  input  logic m_wready_i,
  output logic [BusW-1:0] m_wdata_o,
  output logic [BusW/8-1:0] m_wstrb_o,
  output logic m_wlast_o,
  input  logic m_bvalid_i,
  output logic m_bready_o,
  input  logic [1:0] m_bresp_i,

  output logic eng_rst_no,
  output logic [NumPorts-1:0] cmd_valid_o,
  input  logic [NumPorts-1:0] cmd_ready_i,
  output logic [NumPorts*512-1:0] cmd_desc_o,
  output logic [NumPorts-1:0] in_valid_o,
  input  logic [NumPorts-1:0] in_ready_i,
  output logic [NumPorts*128-1:0] in_data_o,
  output logic [NumPorts*5-1:0] in_bytes_o,
  output logic [NumPorts-1:0] in_last_o,
  input  logic [NumPorts-1:0] out_valid_i,
  output logic [NumPorts-1:0] out_ready_o,
  input  logic [NumPorts*128-1:0] out_data_i,
  input  logic [NumPorts*16-1:0] out_parity_i,
  input  logic [NumPorts*5-1:0] out_bytes_i,
  input  logic [NumPorts-1:0] out_last_i,
  input  logic [NumPorts-1:0] rsp_valid_i,
  output logic [NumPorts-1:0] rsp_ready_o,
  input  logic [NumPorts*8-1:0] rsp_status_i,
  input  logic [NumPorts*16-1:0] rsp_info_i,
  input  logic [NumPorts*64-1:0] rsp_seq_i,
  input  logic [NumPorts*32-1:0] rsp_cycles_i,
  output logic [NumPorts-1:0] st_start_o,
  input  logic [NumPorts-1:0] st_done_i,
  input  logic [NumPorts-1:0] st_pass_i,
  output logic [NumPorts-1:0] flt_hang_o,
  output logic [NumPorts-1:0] flt_flip_o,
  input  logic [NumPorts-1:0] busy_i
);
  // class of a place on the engine port, first place of a class
  function automatic int unsigned port_class(input int unsigned port);
    int unsigned n;
    n = 0;
    port_class = 0;
    for (int unsigned c = 0; c < NumEngines; c++) begin
      if (port >= n) port_class = c;
      n = n + 32'(Lanes[4*c +: 4]);
    end
  endfunction
  function automatic int unsigned first_port(input int unsigned cls);
    first_port = 0;
    for (int unsigned c = 0; c < cls; c++) first_port = first_port + 32'(Lanes[4*c +: 4]);
  endfunction
  function automatic logic [NumPorts-1:0] port_mask();
    for (int unsigned p = 0; p < NumPorts; p++) port_mask[p] = EngineMask[port_class(p)];
  endfunction
  localparam logic [NumPorts-1:0] PortMask = port_mask();

  localparam int unsigned QueueW = $clog2(NumQueues);
  localparam int unsigned ClassW = $clog2(NumEngines);
  localparam int unsigned RTagW = ClassW + QueueW;                  // tag of a read: the queues' is the longest
  localparam int unsigned WTagW = QueueW + 1 > IdxW ? QueueW + 1 : IdxW;    // tag of a write: queue, or job
  localparam int unsigned NumReq = NumPorts + 1;  // the runners, then the queues (read) or the completion writer (write)

  // ---- host side --------------------------------------------------------------------------------------------------------------
  logic csr_rd, csr_wr, queue_rd, queue_we;
  logic [15:0] csr_addr, queue_reg;
  logic [31:0] csr_wdata, csr_rdata, queue_rdata;
  logic [QueueW-1:0] queue_index, cq_done_queue;
  logic func_rd, func_we, cq_done, cq_seen, q_start, q_read, cq_denied, cq_deny, cq_drop, irq_act, func_act, tamper, zeroize;
  logic [2:0] func_index, desc_func;
  logic [15:0] func_reg;
  logic [31:0] func_rdata, irq_rdata;
  logic [1:0] int_status_we, int_enable_we, tamper_sync_q;
  logic [63:0] int_status, int_enable;
  logic [7:0] win_en, desc_order;
  logic [8*64-1:0] win_base, win_limit;
  localparam int unsigned NumWin = NumPorts + 1;  // two sources of errors each: the runners, the queues
  logic [2*NumWin-1:0] win_err;
  logic [6*NumWin-1:0] win_func;
  logic [8*NumQueues-1:0] queue_expect;
  logic [NumPorts*8-1:0] c_order;
  logic [NumEngines-1:0] eng_busy, eng_done, eng_st_done, eng_st_pass;
  logic [NumPorts-1:0] dist_act, dist_idle;
  logic enable, reset, resetting, ready, busy, fatal, hold, run_rst_n;
  logic [NumEngines-1:0] fi_valid;
  logic [NumPorts-1:0] st_done, st_pass, fi_ack, refused, parity_err, cpl_valid, cpl_ready, runner_idle, runner_fatal;
  logic fi_hang, fi_flip, fi_drop;
  logic rd_idle, wr_idle, queues_idle, cpl_idle, queues_fatal, cpl_fatal, seq_fatal;
  logic lite_act, regs_act, seq_act, queues_act, cpl_act, rd_act, wr_act, quiet_q;
  logic [NumPorts-1:0] runner_act;
  logic [NumEngines-1:0] inflight;
  logic dma_err, done_failed;
  logic [31:0] done_bytes;

  sluice_lite u_lite (
    .clk_i, .rst_ni, .act_o(lite_act),
    .s_awvalid_i, .s_awready_o, .s_awaddr_i, .s_wvalid_i, .s_wready_o, .s_wdata_i, .s_wstrb_i, .s_bvalid_o, .s_bready_i, .s_bresp_o,
    .s_arvalid_i, .s_arready_o, .s_araddr_i, .s_rvalid_o, .s_rready_i, .s_rdata_o, .s_rresp_o,
    .rd_o(csr_rd), .wr_o(csr_wr), .addr_o(csr_addr), .wdata_o(csr_wdata), .rdata_i(csr_rdata)
  );

  sluice_regs #(.NumQueues(NumQueues), .NumEngines(NumEngines), .EngineMask(EngineMask), .Lanes(Lanes), .NumPorts(NumPorts),
                .NumSessions(NumSessions), .NumKeys(NumKeys), .NumSecrets(NumSecrets)) u_regs (
    .clk_i, .rst_ni, .run_rst_ni(run_rst_n), .act_o(regs_act),
    .rd_i(csr_rd), .wr_i(csr_wr), .addr_i(csr_addr), .wdata_i(csr_wdata), .rdata_o(csr_rdata),
    .queue_rd_o(queue_rd), .queue_we_o(queue_we), .queue_index_o(queue_index), .queue_reg_o(queue_reg), .queue_rdata_i(queue_rdata | irq_rdata),
    .func_rd_o(func_rd), .func_we_o(func_we), .func_index_o(func_index), .func_reg_o(func_reg), .func_rdata_i(func_rdata),
    .int_status_we_o(int_status_we), .int_enable_we_o(int_enable_we), .int_status_i(int_status), .int_enable_i(int_enable),
    .zeroize_o(zeroize), .tamper_i(tamper), .entropy_fail_i, .win_errs_i(8'($countones(win_err))),
    .enable_o(enable), .reset_o(reset), .resetting_i(resetting), .ready_i(ready), .busy_i(busy), .fatal_i(fatal),
    .st_done_i(eng_st_done), .st_pass_i(eng_st_pass),
    .fi_valid_o(fi_valid), .fi_hang_o(fi_hang), .fi_flip_o(fi_flip), .fi_drop_o(fi_drop), .fi_ack_i(fi_ack != '0),
    .eng_busy_i(eng_busy), .refused_i(refused), .dma_err_i(dma_err), .parity_err_i(parity_err),
    .done_i(eng_done), .done_failed_i(done_failed), .done_bytes_i(done_bytes)
  );

  sluice_seq #(.NumEngines(NumPorts), .EngineMask(PortMask)) u_seq (
    .clk_i, .rst_ni, .act_o(seq_act), .fatal_o(seq_fatal),
    .reset_i(reset), .zeroize_i(zeroize || tamper_sync_q[1]), .tamper_o(tamper), .bus_idle_i(rd_idle && wr_idle), .hold_o(hold), .run_rst_no(run_rst_n), .eng_rst_no,
    .resetting_o(resetting), .ready_o(ready), .done_o(st_done), .pass_o(st_pass),
    .busy_i, .st_start_o, .st_done_i, .st_pass_i
  );

  // two flip-flops: the pin may change at any time
  always_ff @(posedge clk_i) begin
    if (!rst_ni) tamper_sync_q <= '0;
    else tamper_sync_q <= {tamper_sync_q[0], tamper_i};
  end

  // ---- bus --------------------------------------------------------------------------------------------------------------------
  logic [NumReq-1:0] rd_valid, rd_ready, rr_valid, wb_valid, wb_ready, wl_ready, wr_valid;
  logic [NumReq*64-1:0] rd_addr, wb_addr;
  logic [NumReq*9-1:0] rd_bytes;
  logic [NumReq*RTagW-1:0] rd_tag;
  logic [NumReq*4-1:0] wb_len;
  logic [NumReq*WTagW-1:0] wb_tag;
  logic [NumReq*128-1:0] wl_data;
  logic [NumReq*16-1:0] wl_strb;
  logic [BusW-1:0] rr_data;
  logic rr_err, rr_last, wr_err;
  logic [RTagW-1:0] rr_tag;
  logic [WTagW-1:0] wr_tag;
  // towards the bus: bursts of its beats
  localparam int unsigned Ratio = BusW / 128;
  localparam int unsigned LaneW = Ratio == 1 ? 1 : $clog2(Ratio);
  logic [LaneW-1:0] rr_lo, rr_hi;
  logic [NumReq-1:0] xb_valid, xb_ready, xl_ready, width_act;
  logic [NumReq*64-1:0] xb_addr;
  logic [NumReq*4-1:0] xb_len;
  logic [NumReq*WTagW-1:0] xb_tag;
  logic [NumReq*BusW-1:0] xl_data;
  logic [NumReq*BusW/8-1:0] xl_strb;

  dma_rd #(.NumReq(NumReq), .TagW(RTagW), .BusW(BusW)) u_rd (
    .clk_i, .rst_ni(run_rst_n), .hold_i(hold), .idle_o(rd_idle), .act_o(rd_act),
    .req_valid_i(rd_valid), .req_ready_o(rd_ready), .req_addr_i(rd_addr), .req_bytes_i(rd_bytes), .req_tag_i(rd_tag),
    .rsp_valid_o(rr_valid), .rsp_data_o(rr_data), .rsp_err_o(rr_err), .rsp_last_o(rr_last), .rsp_tag_o(rr_tag),
    .rsp_lo_o(rr_lo), .rsp_hi_o(rr_hi),
    .m_arvalid_o, .m_arready_i, .m_araddr_o, .m_arlen_o, .m_aruser_o, .m_rvalid_i, .m_rready_o, .m_rdata_i, .m_rresp_i, .m_rlast_i
  );
  dma_wr #(.NumReq(NumReq), .TagW(WTagW), .BusW(BusW)) u_wr (
    .clk_i, .rst_ni(run_rst_n), .hold_i(hold), .idle_o(wr_idle), .act_o(wr_act),
    .burst_valid_i(xb_valid), .burst_ready_o(xb_ready), .burst_addr_i(xb_addr), .burst_len_i(xb_len), .burst_tag_i(xb_tag),
    .line_data_i(xl_data), .line_strb_i(xl_strb), .line_ready_o(xl_ready),
    .rsp_valid_o(wr_valid), .rsp_err_o(wr_err), .rsp_tag_o(wr_tag),
    .m_awvalid_o, .m_awready_i, .m_awaddr_o, .m_awlen_o, .m_wvalid_o, .m_wready_i, .m_wdata_o, .m_wstrb_o, .m_wlast_o,
    .m_bvalid_i, .m_bready_o, .m_bresp_i
  );

  // What a requester gets and gives is 128 bits a cycle, whatever the bus: a wider one carries several of them at once.
  logic [NumReq-1:0] un_valid, un_err, un_last;
  logic [NumReq*128-1:0] un_data;
  logic [NumReq*RTagW-1:0] un_tag;
  if (Ratio == 1) begin : gen_same_width
    assign {xb_valid, xb_addr, xb_len, xb_tag, xl_data, xl_strb} = {wb_valid, wb_addr, wb_len, wb_tag, wl_data, wl_strb};
    assign wb_ready = xb_ready;
    assign wl_ready = xl_ready;
    assign {width_act, un_valid, un_err, un_last, un_data, un_tag} = '0;
    logic unused_wide;
    assign unused_wide = ^{rr_lo, rr_hi, un_valid, un_err, un_last, un_data, un_tag};
  end else begin : gen_wide
    for (genvar r = 0; r < NumReq; r++) begin : gen_req
      // lines of write masters; a requester has at most two lists' and DataLog2's words under way, the queues four descriptors for each class
      logic pack_act, unpack_act;
      dma_pack #(.Ratio(Ratio), .TagW(WTagW)) u_pack (
        .clk_i, .rst_ni(run_rst_n), .act_o(pack_act),
        .burst_valid_i(wb_valid[r]), .burst_ready_o(wb_ready[r]), .burst_addr_i(wb_addr[64*r +: 64]), .burst_len_i(wb_len[4*r +: 4]),
        .burst_tag_i(wb_tag[WTagW*r +: WTagW]), .line_data_i(wl_data[128*r +: 128]), .line_strb_i(wl_strb[16*r +: 16]), .line_ready_o(wl_ready[r]),
        .wide_valid_o(xb_valid[r]), .wide_ready_i(xb_ready[r]), .wide_addr_o(xb_addr[64*r +: 64]), .wide_len_o(xb_len[4*r +: 4]),
        .wide_tag_o(xb_tag[WTagW*r +: WTagW]), .beat_data_o(xl_data[BusW*r +: BusW]), .beat_strb_o(xl_strb[BusW/8*r +: BusW/8]), .beat_ready_i(xl_ready[r])
      );
      dma_unpack #(.Ratio(Ratio), .TagW(RTagW), .Log2(DataLog2 + 1)) u_unpack (
        .clk_i, .rst_ni(run_rst_n), .act_o(unpack_act),
        .beat_valid_i(rr_valid[r]), .beat_data_i(rr_data), .beat_lo_i(rr_lo), .beat_hi_i(rr_hi), .beat_err_i(rr_err), .beat_last_i(rr_last),
        .beat_tag_i(rr_tag), .rsp_valid_o(un_valid[r]), .rsp_data_o(un_data[128*r +: 128]), .rsp_err_o(un_err[r]), .rsp_last_o(un_last[r]),
        .rsp_tag_o(un_tag[RTagW*r +: RTagW])
      );
      assign width_act[r] = pack_act || unpack_act;
    end
  end
  // a burst read with several bad beats counts once, with its last
  logic rr_bad_q;
  always_ff @(posedge clk_i) begin
    if (!run_rst_n) rr_bad_q <= 1'b0;
    else if (rr_valid != '0) rr_bad_q <= (rr_bad_q || rr_err) && !rr_last;
  end
  assign dma_err = (rr_valid != '0 && rr_last && (rr_err || rr_bad_q)) || (wr_valid != '0 && wr_err);

  // ---- queues and completions -------------------------------------------------------------------------------------------------
  logic [NumEngines-1:0] desc_room, desc_deep, desc_we, desc_commit;
  logic [1:0] desc_beat, desc_epoch;
  logic [127:0] desc_data;
  logic [QueueW-1:0] desc_queue, cq_queue;
  logic [NumQueues-1:0] queue_live;
  logic [2*NumQueues-1:0] queue_epoch;
  logic [63:0] cq_addr;
  logic [QueueW:0] cq_tag;
  assign wb_tag[WTagW*NumPorts +: WTagW] = WTagW'(cq_tag);
  logic cq_phase, cq_push;
  logic [15:0] cq_sq_head;
  logic [NumPorts*QueueW-1:0] c_queue;
  logic [NumPorts*2-1:0] c_epoch;
  logic [NumPorts*32-1:0] c_cookie, c_length, c_cycles, c_src_len;
  logic [NumPorts*8-1:0] c_status;
  logic [NumPorts*16-1:0] c_info;
  logic [NumPorts*64-1:0] c_seq;
  logic [NumPorts-1:0] c_drop, c_stale;

  // answers to the queues
  logic qr_valid, qr_err, qr_last;
  logic [127:0] qr_data;
  logic [RTagW-1:0] qr_tag;
  if (Ratio == 1) begin : gen_queue_answer
    assign {qr_valid, qr_err, qr_last, qr_data, qr_tag} = {rr_valid[NumPorts], rr_err, rr_last, rr_data[127:0], rr_tag};
  end else begin : gen_queue_words
    assign {qr_valid, qr_err, qr_last} = {un_valid[NumPorts], un_err[NumPorts], un_last[NumPorts]};
    assign qr_data = un_data[128*NumPorts +: 128];
    assign qr_tag = un_tag[RTagW*NumPorts +: RTagW];
  end

  dma_queues #(.NumQueues(NumQueues), .NumClasses(NumEngines), .ClassMask(EngineMask)) u_queues (
    .clk_i, .rst_ni(run_rst_n), .act_o(queues_act), .fatal_o(queues_fatal), .idle_o(queues_idle), .inflight_o(inflight), .enable_i(enable),
    .csr_rd_i(queue_rd), .csr_we_i(queue_we), .csr_index_i(queue_index), .csr_reg_i(queue_reg), .csr_wdata_i(csr_wdata),
    .csr_rdata_o(queue_rdata),
    .req_valid_o(rd_valid[NumPorts]), .req_ready_i(rd_ready[NumPorts]), .req_addr_o(rd_addr[64*NumPorts +: 64]),
    .req_bytes_o(rd_bytes[9*NumPorts +: 9]), .req_tag_o(rd_tag[RTagW*NumPorts +: RTagW]),
    .rsp_valid_i(qr_valid), .rsp_data_i(qr_data), .rsp_err_i(qr_err), .rsp_last_i(qr_last), .rsp_tag_i(qr_tag),
    .desc_room_i(desc_room), .desc_deep_i(desc_deep), .desc_we_o(desc_we), .desc_beat_o(desc_beat), .desc_data_o(desc_data), .desc_commit_o(desc_commit),
    .desc_queue_o(desc_queue), .desc_epoch_o(desc_epoch), .desc_order_o(desc_order), .desc_func_o(desc_func), .live_o(queue_live), .epoch_o(queue_epoch),
    .cpl_queue_i(cq_queue), .cpl_addr_o(cq_addr), .cpl_phase_o(cq_phase), .cpl_sq_head_o(cq_sq_head), .cpl_push_i(cq_push),
    .cpl_denied_o(cq_denied), .cpl_deny_i(cq_deny), .cpl_done_i(cq_done), .cpl_done_queue_i(cq_done_queue), .cpl_drop_i(cq_drop),
    .cpl_seen_o(cq_seen), .start_o(q_start), .read_o(q_read), .win_en_i(win_en), .win_base_i(win_base), .win_limit_i(win_limit),
    .win_err_o(win_err[2*NumPorts +: 2]), .win_func_o(win_func[6*NumPorts +: 6]),
    .cpl_err_i(wr_valid[NumPorts] && wr_err), .cpl_err_queue_i(wr_tag[QueueW-1:0])
  );

  dma_cpl #(.NumRunners(NumPorts), .NumQueues(NumQueues)) u_cpl (
    .clk_i, .rst_ni(run_rst_n), .act_o(cpl_act), .fatal_o(cpl_fatal), .idle_o(cpl_idle),
    .cpl_valid_i(cpl_valid), .cpl_ready_o(cpl_ready), .cpl_queue_i(c_queue), .cpl_epoch_i(c_epoch), .cpl_order_i(c_order), .cpl_cookie_i(c_cookie),
    .cpl_status_i(c_status), .cpl_info_i(c_info), .cpl_length_i(c_length), .cpl_cycles_i(c_cycles), .cpl_seq_i(c_seq),
    .cpl_drop_i(c_drop), .cpl_stale_i(c_stale),
    .queue_o(cq_queue), .queue_live_i(queue_live), .queue_epoch_i(queue_epoch), .queue_addr_i(cq_addr), .queue_phase_i(cq_phase),
    .queue_sq_head_i(cq_sq_head), .queue_push_o(cq_push), .queue_denied_i(cq_denied), .queue_deny_o(cq_deny), .queue_drop_o(cq_drop),
    .expect_o(queue_expect),
    .burst_valid_o(wb_valid[NumPorts]), .burst_ready_i(wb_ready[NumPorts]), .burst_addr_o(wb_addr[64*NumPorts +: 64]),
    .burst_len_o(wb_len[4*NumPorts +: 4]), .burst_tag_o(cq_tag), .line_data_o(wl_data[128*NumPorts +: 128]),
    .line_strb_o(wl_strb[16*NumPorts +: 16]), .line_ready_i(wl_ready[NumPorts])
  );

  always_comb begin
    done_failed = 1'b0;
    done_bytes = '0;
    for (int e = 0; e < NumPorts; e++) begin
      if (cpl_ready[e]) begin
        done_failed = c_status[8*e +: 8] != sluice_pkg::ST_OK;
        done_bytes = c_src_len[32*e +: 32];
      end
    end
  end

  // both halves of a completion are in memory with the answer to the second
  assign cq_done = wr_valid[NumPorts] && wr_tag[QueueW];
  assign cq_done_queue = wr_tag[QueueW-1:0];
  dma_irq #(.NumQueues(NumQueues)) u_irq (
    .clk_i, .rst_ni(run_rst_n), .act_o(irq_act),
    .csr_rd_i(queue_rd), .csr_we_i(queue_we), .csr_index_i(queue_index), .csr_reg_i(queue_reg), .csr_wdata_i(csr_wdata),
    .csr_rdata_o(irq_rdata), .status_we_i(int_status_we), .enable_we_i(int_enable_we), .status_o(int_status), .enable_o(int_enable),
    .done_i(cq_done && !cq_seen), .done_queue_i(cq_done_queue), .read_i(q_read), .read_queue_i(queue_index), .start_i(q_start),
    .start_queue_i(queue_index), .irq_o
  );
  dma_funcs #(.NumSources(2*NumWin)) u_funcs (
    .clk_i, .rst_ni(run_rst_n), .act_o(func_act),
    .csr_rd_i(func_rd), .csr_we_i(func_we), .csr_index_i(func_index), .csr_reg_i(func_reg), .csr_wdata_i(csr_wdata),
    .csr_rdata_o(func_rdata), .win_en_o(win_en), .win_base_o(win_base), .win_limit_o(win_limit), .err_i(win_err), .err_func_i(win_func)
  );

  // ---- runners ----------------------------------------------------------------------------------------------------------------
  // A class with several lanes has a distributor before its runners.
  localparam int unsigned OwnerW = 3 + 8 + 2 + QueueW;
  logic [NumPorts-1:0] lane_room, lane_deep, lane_we, lane_commit;
  logic [NumPorts*5-1:0] lane_load;
  logic [NumEngines*2-1:0] dist_beat;
  logic [NumEngines*128-1:0] dist_data;
  logic [NumEngines*OwnerW-1:0] dist_owner;
  for (genvar c = 0; c < NumEngines; c++) begin : gen_class
    localparam int unsigned First = first_port(c);
    localparam int unsigned N = 32'(Lanes[4*c +: 4]);
    assign eng_busy[c] = |busy_i[First +: N];
    assign eng_done[c] = |cpl_ready[First +: N];
    assign eng_st_done[c] = &st_done[First +: N];
    assign eng_st_pass[c] = &st_pass[First +: N];
    if (N == 1) begin : gen_one
      assign desc_room[c] = lane_room[First];
      assign desc_deep[c] = lane_deep[First];
      assign lane_we[First] = desc_we[c];
      assign lane_commit[First] = desc_commit[c];
      assign {dist_act[First], dist_idle[First]} = 2'b01;
      assign dist_beat[2*c +: 2] = '0;
      assign dist_data[128*c +: 128] = '0;
      assign dist_owner[OwnerW*c +: OwnerW] = '0;
      logic unused_load;
      assign unused_load = ^{lane_load[5*First +: 5], dist_beat[2*c +: 2], dist_data[128*c +: 128], dist_owner[OwnerW*c +: OwnerW]};
    end else begin : gen_dist
      dma_dist #(.Lanes(N), .OwnerW(OwnerW)) u_dist (
        .clk_i, .rst_ni(run_rst_n), .act_o(dist_act[First]), .idle_o(dist_idle[First]),
        .desc_room_o(desc_room[c]), .desc_deep_o(desc_deep[c]), .desc_we_i(desc_we[c]), .desc_beat_i(desc_beat), .desc_data_i(desc_data),
        .desc_commit_i(desc_commit[c]), .desc_owner_i({desc_func, desc_order, desc_epoch, desc_queue}),
        .lane_room_i(lane_room[First +: N]), .lane_load_i(lane_load[5*First +: 5*N]), .lane_we_o(lane_we[First +: N]),
        .lane_beat_o(dist_beat[2*c +: 2]), .lane_data_o(dist_data[128*c +: 128]), .lane_commit_o(lane_commit[First +: N]),
        .lane_owner_o(dist_owner[OwnerW*c +: OwnerW])
      );
      assign dist_act[First+1 +: N-1] = '0;
      assign dist_idle[First+1 +: N-1] = '1;
      logic unused_deep;
      assign unused_deep = ^lane_deep[First +: N];
    end
  end

  for (genvar e = 0; e < NumPorts; e++) begin : gen_engine
    localparam int unsigned Class = port_class(e);
    localparam int unsigned First = first_port(Class);
    localparam int unsigned N = 32'(Lanes[4*Class +: 4]);
    if (!EngineMask[Class]) begin : gen_none
      assign {rd_valid[e], wb_valid[e], cpl_valid[e], runner_act[e], refused[e], fi_ack[e], parity_err[e], lane_room[e], lane_deep[e]} = '0;
      assign lane_load[5*e +: 5] = '0;
      assign win_err[2*e +: 2] = '0;
      assign win_func[6*e +: 6] = '0;
      assign c_order[8*e +: 8] = '0;
      assign {c_drop[e], c_stale[e], runner_fatal[e], cmd_valid_o[e], in_valid_o[e], in_last_o[e], out_ready_o[e], rsp_ready_o[e]} = '0;
      assign {flt_hang_o[e], flt_flip_o[e]} = '0;
      assign runner_idle[e] = 1'b1;
      assign rd_addr[64*e +: 64] = '0;
      assign rd_bytes[9*e +: 9] = '0;
      assign rd_tag[RTagW*e +: RTagW] = '0;
      assign wb_addr[64*e +: 64] = '0;
      assign wb_len[4*e +: 4] = '0;
      assign wb_tag[WTagW*e +: WTagW] = '0;
      assign wl_data[128*e +: 128] = '0;
      assign wl_strb[16*e +: 16] = '0;
      assign c_queue[QueueW*e +: QueueW] = '0;
      assign c_epoch[2*e +: 2] = '0;
      assign c_cookie[32*e +: 32] = '0;
      assign c_status[8*e +: 8] = '0;
      assign c_info[16*e +: 16] = '0;
      assign c_length[32*e +: 32] = '0;
      assign c_cycles[32*e +: 32] = '0;
      assign c_seq[64*e +: 64] = '0;
      assign c_src_len[32*e +: 32] = '0;
      assign cmd_desc_o[512*e +: 512] = '0;
      assign in_data_o[128*e +: 128] = '0;
      assign in_bytes_o[5*e +: 5] = '0;
      logic unused_none;
      assign unused_none = ^{rd_ready[e], rr_valid[e], wb_ready[e], wl_ready[e], wr_valid[e], cpl_ready[e], lane_we[e], lane_commit[e],
                             inflight[Class], fi_valid[Class], cmd_ready_i[e], in_ready_i[e], out_valid_i[e], out_data_i[128*e +: 128],
                             out_parity_i[16*e +: 16], out_bytes_i[5*e +: 5], out_last_i[e], rsp_valid_i[e], rsp_status_i[8*e +: 8],
                             rsp_info_i[16*e +: 16], rsp_seq_i[64*e +: 64], rsp_cycles_i[32*e +: 32]};
    end else begin : gen_runner
    logic [1:0] read_tag;
    logic [IdxW-1:0] job_tag;
    assign rd_tag[RTagW*e +: RTagW] = RTagW'(read_tag);
    assign wb_tag[WTagW*e +: WTagW] = WTagW'(job_tag);
    // what of the data read is for this lane
    logic r_valid, r_err, r_last;
    logic [127:0] r_data;
    logic [1:0] r_tag;
    if (Ratio == 1) begin : gen_answer
      assign {r_valid, r_err, r_last, r_data, r_tag} = {rr_valid[e], rr_err, rr_last, rr_data[127:0], rr_tag[1:0]};
    end else begin : gen_words
      assign {r_valid, r_err, r_last, r_data} = {un_valid[e], un_err[e], un_last[e], un_data[128*e +: 128]};
      assign r_tag = un_tag[RTagW*e +: 2];
      logic unused_tag;
      assign unused_tag = ^un_tag[RTagW*e+2 +: RTagW-2];
    end
    // what of the descriptors on their way is for this lane
    logic wake, fi_mine;
    logic [1:0] l_beat;
    logic [127:0] l_data;
    logic [OwnerW-1:0] l_owner;
    if (N == 1) begin : gen_direct
      assign l_beat = desc_beat;
      assign l_data = desc_data;
      assign l_owner = {desc_func, desc_order, desc_epoch, desc_queue};
      assign wake = inflight[Class];
      assign fi_mine = fi_valid[Class];
    end else begin : gen_lane
      assign l_beat = dist_beat[2*Class +: 2];
      assign l_data = dist_data[128*Class +: 128];
      assign l_owner = dist_owner[OwnerW*Class +: OwnerW];
      assign wake = !dist_idle[First];
      if (e == First) begin : gen_fi
        assign fi_mine = fi_valid[Class];
      end else begin : gen_fi_after
        assign fi_mine = fi_valid[Class] && fi_ack[e-1:First] == '0;  // one lane alone
      end
    end
    // A runner without work has no clock: descriptors on their way wake it, and it sleeps when nothing is left and nothing moves.
    logic clk_run;
    clk_gate u_gate (.clk_i, .en_i(wake || !runner_idle[e] || runner_act[e] || !run_rst_n), .clk_o(clk_run));
    dma_runner #(.EngineId(4'(Class)), .NumQueues(NumQueues), .IdxW(IdxW), .DataLog2(DataLog2), .SlotShift($clog2(N))) u_runner (
      .clk_i(clk_run), .rst_ni(run_rst_n), .act_o(runner_act[e]), .fatal_o(runner_fatal[e]), .idle_o(runner_idle[e]),
      .desc_room_o(lane_room[e]), .desc_deep_o(lane_deep[e]), .load_o(lane_load[5*e +: 5]), .desc_we_i(lane_we[e]), .desc_beat_i(l_beat),
      .desc_data_i(l_data), .desc_commit_i(lane_commit[e]), .desc_owner_i(l_owner),
      .queue_live_i(queue_live), .queue_epoch_i(queue_epoch), .queue_expect_i(queue_expect), .refused_o(refused[e]),
      .win_en_i(win_en), .win_base_i(win_base), .win_limit_i(win_limit), .win_err_o(win_err[2*e +: 2]), .win_func_o(win_func[6*e +: 6]),
      .fi_valid_i(fi_mine), .fi_hang_i(fi_hang), .fi_flip_i(fi_flip), .fi_drop_i(fi_drop), .fi_ack_o(fi_ack[e]),
      .req_valid_o(rd_valid[e]), .req_ready_i(rd_ready[e]), .req_addr_o(rd_addr[64*e +: 64]), .req_bytes_o(rd_bytes[9*e +: 9]),
      .req_tag_o(read_tag),
      .rsp_valid_i(r_valid), .rsp_data_i(r_data), .rsp_err_i(r_err), .rsp_last_i(r_last), .rsp_tag_i(r_tag),
      .burst_valid_o(wb_valid[e]), .burst_ready_i(wb_ready[e]), .burst_addr_o(wb_addr[64*e +: 64]), .burst_len_o(wb_len[4*e +: 4]),
      .burst_tag_o(job_tag), .line_data_o(wl_data[128*e +: 128]), .line_strb_o(wl_strb[16*e +: 16]),
      .line_ready_i(wl_ready[e]), .b_valid_i(wr_valid[e]), .b_err_i(wr_err), .b_tag_i(wr_tag[IdxW-1:0]),
      .cpl_valid_o(cpl_valid[e]), .cpl_ready_i(cpl_ready[e]), .cpl_queue_o(c_queue[QueueW*e +: QueueW]), .cpl_epoch_o(c_epoch[2*e +: 2]), .cpl_order_o(c_order[8*e +: 8]),
      .cpl_cookie_o(c_cookie[32*e +: 32]), .cpl_status_o(c_status[8*e +: 8]), .cpl_info_o(c_info[16*e +: 16]),
      .cpl_length_o(c_length[32*e +: 32]), .cpl_cycles_o(c_cycles[32*e +: 32]), .cpl_seq_o(c_seq[64*e +: 64]),
      .cpl_drop_o(c_drop[e]), .cpl_stale_o(c_stale[e]), .cpl_src_len_o(c_src_len[32*e +: 32]), .parity_err_o(parity_err[e]),
      .cmd_valid_o(cmd_valid_o[e]), .cmd_ready_i(cmd_ready_i[e]), .cmd_desc_o(cmd_desc_o[512*e +: 512]),
      .in_valid_o(in_valid_o[e]), .in_ready_i(in_ready_i[e]), .in_data_o(in_data_o[128*e +: 128]), .in_bytes_o(in_bytes_o[5*e +: 5]),
      .in_last_o(in_last_o[e]),
      .out_valid_i(out_valid_i[e]), .out_ready_o(out_ready_o[e]), .out_data_i(out_data_i[128*e +: 128]),
      .out_parity_i(out_parity_i[16*e +: 16]), .out_bytes_i(out_bytes_i[5*e +: 5]), .out_last_i(out_last_i[e]),
      .eng_rsp_valid_i(rsp_valid_i[e]), .eng_rsp_ready_o(rsp_ready_o[e]), .eng_rsp_status_i(rsp_status_i[8*e +: 8]),
      .eng_rsp_info_i(rsp_info_i[16*e +: 16]), .eng_rsp_seq_i(rsp_seq_i[64*e +: 64]), .eng_rsp_cycles_i(rsp_cycles_i[32*e +: 32]),
      .flt_hang_o(flt_hang_o[e]), .flt_flip_o(flt_flip_o[e])
    );
    end
  end

  assign fatal = runner_fatal != '0 || queues_fatal || cpl_fatal || seq_fatal;
  assign busy = runner_idle != '1 || !rd_idle || !wr_idle || !queues_idle || !cpl_idle || dist_idle != '1 || busy_i != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) quiet_q <= 1'b0;
    else quiet_q <= !(m_rvalid_i || m_bvalid_i || lite_act || regs_act || seq_act || queues_act || cpl_act || rd_act || wr_act || irq_act || func_act || dist_act != '0 || width_act != '0 ||
                      tamper_sync_q != {2{tamper_i}});
  end
  assign quiet_o = quiet_q && runner_act == '0;
  assign ready_o = ready;

  function automatic logic lanes_ok();
    lanes_ok = 1'b1;
    for (int unsigned c = 0; c < NumEngines; c++) begin
      if (Lanes[4*c +: 4] != 4'd1 && Lanes[4*c +: 4] != 4'd2 && Lanes[4*c +: 4] != 4'd4 && Lanes[4*c +: 4] != 4'd8) lanes_ok = 1'b0;
    end
  endfunction
  `ASSERT_CONST(LanesArePowersOfTwo, lanes_ok())
  `ASSERT_CONST(TagsFit, IdxW == 4)
endmodule
