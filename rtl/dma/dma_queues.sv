// Queue pairs: their registers, the indexes of both rings, and the fetch of submission descriptors.
//
// A class's queues are served round robin, up to four descriptors a turn (one burst of at most 256 bytes), or a single one while the class has
// work enough to hide the next fetch and other queues wait; one burst under way per class, so the next descriptors are on the chip before the engine wants them. A descriptor is fetched only when the completion ring has
// room for its completion: a reader that is slow stops its own queue and nobody else's, and no completion is ever written over.
// Indexes count modulo 2^16. A queue that is stopped and started again gets a new epoch; work of the old one ends without a completion.
`include "assert.svh"
module dma_queues #(
  parameter int unsigned NumQueues = 16,               // a power of two
  parameter int unsigned NumClasses = 3,
  parameter logic [NumClasses-1:0] ClassMask = '1,     // classes that have an engine
  parameter int unsigned QueueW = $clog2(NumQueues),
  parameter int unsigned ClassW = $clog2(NumClasses)
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,
  output logic fatal_o,
  output logic idle_o,          // no descriptor on its way
  output logic [NumClasses-1:0] inflight_o,  // descriptors of this class are on their way
  input  logic enable_i,        // CTRL.ENABLE

  input  logic csr_rd_i,
  input  logic csr_we_i,
  input  logic [QueueW-1:0] csr_index_i,
  input  logic [15:0] csr_reg_i,
  input  logic [31:0] csr_wdata_i,
  output logic [31:0] csr_rdata_o,

  output logic req_valid_o,
  input  logic req_ready_i,
  output logic [63:0] req_addr_o,
  output logic [8:0] req_bytes_o,
  output logic [ClassW+QueueW-1:0] req_tag_o,  // class, queue
  input  logic rsp_valid_i,
  input  logic [127:0] rsp_data_i,
  input  logic rsp_err_i,
  input  logic rsp_last_i,
  input  logic [ClassW+QueueW-1:0] rsp_tag_i,

  input  logic [NumClasses-1:0] desc_room_i,
  input  logic [NumClasses-1:0] desc_deep_i,  // enough to do: take turns by single descriptors
  output logic [NumClasses-1:0] desc_we_o,
  output logic [1:0] desc_beat_o,
  output logic [127:0] desc_data_o,
  output logic [NumClasses-1:0] desc_commit_o,
  output logic [QueueW-1:0] desc_queue_o,
  output logic [1:0] desc_epoch_o,
  output logic [7:0] desc_order_o,   // counts the queue's descriptors
  output logic [2:0] desc_func_o,
  output logic [NumQueues-1:0] live_o,
  output logic [2*NumQueues-1:0] epoch_o,

  // completion writer: the state of queue cpl_queue_i, and its steps
  input  logic [QueueW-1:0] cpl_queue_i,
  output logic [63:0] cpl_addr_o,
  output logic cpl_phase_o,
  output logic [15:0] cpl_sq_head_o,
  output logic cpl_denied_o,     // outside the window of the queue's function
  input  logic cpl_deny_i,       // … and the completion writer has met it
  input  logic cpl_push_i,
  input  logic cpl_done_i,       // a completion of queue cpl_done_queue_i is in memory
  input  logic [QueueW-1:0] cpl_done_queue_i,
  input  logic cpl_drop_i,       // a job of queue cpl_queue_i ended without a completion
  output logic cpl_seen_o,       // … and software has read it already
  output logic start_o,          // queue csr_index_i starts
  output logic read_o,           // software has read all completions of queue csr_index_i

  input  logic [7:0] win_en_i,   // memory windows of the functions
  input  logic [8*64-1:0] win_base_i,
  input  logic [8*64-1:0] win_limit_i,
  output logic [1:0] win_err_o,  // submission ring, completion ring
  output logic [5:0] win_func_o,
  input  logic cpl_err_i,        // the write of a completion of queue cpl_err_queue_i failed
  input  logic [QueueW-1:0] cpl_err_queue_i
);
  localparam logic [2:0] ErrNone = 3'd0, ErrDoorbell = 3'd1, ErrConfig = 3'd2, ErrDma = 3'd3, ErrBusy = 3'd4;
  localparam int unsigned EnableBit = sluice_pkg::QUEUE_CONFIG_ENABLE_LSB;

  typedef enum logic [1:0] {StIdle, StCalc, StReq, StFatal} state_e;
  state_e state_q, state_d;

  logic [63:0] sq_base [NumQueues];
  logic [63:0] cq_base [NumQueues];
  logic [3:0] size_log2 [NumQueues];
  logic [3:0] class_of [NumQueues];
  logic [15:0] sq_tail [NumQueues];
  logic [15:0] sq_head [NumQueues];
  logic [15:0] cq_tail [NumQueues];
  logic [15:0] cq_head [NumQueues];
  logic [2:0] error [NumQueues];
  logic [2:0] func_of [NumQueues];
  logic [7:0] order [NumQueues];         // descriptors handed on, those whose completion was answered, those that ended without
  logic [7:0] answered [NumQueues];
  logic [7:0] dropped [NumQueues];
  logic [NumQueues-1:0] enable_q, pend_q, dirty_q, halted_q;  // halted: error is not 0
  logic [2*NumQueues-1:0] epoch_q;
  logic [NumClasses*NumQueues-1:0] member_q;                  // class c's queues in bits NumQueues*c +:

  // ---- registers --------------------------------------------------------------------------------------------------------------
  logic [QueueW-1:0] qi;
  logic cfg_we, start, base_we, config_ok, class_ok;
  logic [3:0] new_size, new_class;
  logic [15:0] ring, tail_ahead, head_behind;
  logic [7:0] inflight;
  logic fetching, queue_busy;

  assign qi = csr_index_i;
  assign cfg_we = csr_we_i && csr_reg_i == sluice_pkg::QUEUE_CONFIG;
  assign start = cfg_we && csr_wdata_i[EnableBit] && !enable_q[qi];
  assign base_we = csr_we_i && !enable_q[qi];
  assign new_size = csr_wdata_i[sluice_pkg::QUEUE_CONFIG_SIZE_LOG2_LSB +: 4];
  assign new_class = csr_wdata_i[sluice_pkg::QUEUE_CONFIG_CLASS_LSB +: 4];
  assign config_ok = new_size != 4'd0 && new_size <= 4'(sluice_pkg::MaxRingLog2) && class_ok &&
                     sq_base[qi][5:0] == 6'h0 && cq_base[qi][5:0] == 6'h0;
  always_comb begin
    class_ok = 1'b0;
    for (int c = 0; c < NumClasses; c++) if (new_class == 4'(c) && ClassMask[c]) class_ok = 1'b1;
  end
  assign ring = 16'h1 << size_log2[qi];
  assign tail_ahead = csr_wdata_i[15:0] - sq_head[qi];
  assign head_behind = cq_tail[qi] - csr_wdata_i[15:0];

  always_comb begin
    csr_rdata_o = 32'h0;
    if (csr_rd_i) begin
      unique case (csr_reg_i)
        sluice_pkg::QUEUE_SQ_BASE_LO: csr_rdata_o = sq_base[qi][31:0];
        sluice_pkg::QUEUE_SQ_BASE_HI: csr_rdata_o = sq_base[qi][63:32];
        sluice_pkg::QUEUE_CQ_BASE_LO: csr_rdata_o = cq_base[qi][31:0];
        sluice_pkg::QUEUE_CQ_BASE_HI: csr_rdata_o = cq_base[qi][63:32];
        sluice_pkg::QUEUE_CONFIG: begin
          csr_rdata_o[sluice_pkg::QUEUE_CONFIG_SIZE_LOG2_LSB +: 4] = size_log2[qi];
          csr_rdata_o[sluice_pkg::QUEUE_CONFIG_CLASS_LSB +: 4] = class_of[qi];
          csr_rdata_o[sluice_pkg::QUEUE_CONFIG_FUNC_LSB +: 3] = func_of[qi];
          csr_rdata_o[EnableBit] = enable_q[qi];
        end
        sluice_pkg::QUEUE_SQ_TAIL: csr_rdata_o = {16'h0, sq_tail[qi]};
        sluice_pkg::QUEUE_CQ_HEAD: csr_rdata_o = {16'h0, cq_head[qi]};
        sluice_pkg::QUEUE_SQ_HEAD: csr_rdata_o = {16'h0, sq_head[qi]};
        sluice_pkg::QUEUE_ERROR: csr_rdata_o = {29'h0, error[qi]};
        sluice_pkg::QUEUE_STATE: begin
          csr_rdata_o[sluice_pkg::QUEUE_STATE_BUSY_LSB] = queue_busy;
          csr_rdata_o[sluice_pkg::QUEUE_STATE_INFLIGHT_LSB +: 8] = inflight;
        end
        default: csr_rdata_o = 32'h0;
      endcase
    end
  end

  // what of queue qi is in flight
  always_comb begin
    inflight = '0;
    fetching = 1'b0;
    if (csr_rd_i || csr_we_i) begin
      inflight = order[qi] - answered[qi] - dropped[qi];
      fetching = state_q != StIdle && queue_q == qi;
      for (int c = 0; c < NumClasses; c++) if (inflight_q[c] && flight_queue_q[QueueW*c +: QueueW] == qi) fetching = 1'b1;
    end
  end
  assign queue_busy = fetching || inflight != 8'h0;
  assign start_o = start;
  assign read_o = csr_we_i && csr_reg_i == sluice_pkg::QUEUE_CQ_HEAD && head_behind == 16'h0;

  // ---- fetch ------------------------------------------------------------------------------------------------------------------
  logic [NumClasses-1:0] want, inflight_q;
  logic [ClassW-1:0] class_q, next_class, last_class_q;
  logic [QueueW-1:0] queue_q, next_queue, after_queue;
  logic [QueueW*NumClasses-1:0] last_queue_q;
  logic [NumQueues-1:0] among;
  logic [2*NumClasses-1:0] flight_epoch_q;
  logic [QueueW*NumClasses-1:0] flight_queue_q;
  logic others, sq_denied, win_full;  // win_full: the window's last 64 bytes are all inside
  logic [57:0] win_left;
  logic [2:0] fetch_func;
  logic [63:0] addr_q, fetch_addr;
  logic [2:0] n, n_q;
  logic [15:0] size, avail, room, slot, to_end;
  logic beyond;
  logic fetch, rx_err_q;
  logic [1:0] rx_beat_q;
  logic [ClassW-1:0] rx_class;
  logic [QueueW-1:0] rx_queue;

  always_comb begin
    want = '0;
    if (enable_i && pend_q != '0) begin
      for (int c = 0; c < NumClasses; c++) begin
        want[c] = |(pend_q & member_q[NumQueues*c +: NumQueues]) && desc_room_i[c] && !inflight_q[c];
      end
    end
    next_class = last_class_q;
    next_queue = '0;
    among = '0;
    after_queue = '0;
    if (want != '0) begin
      for (int i = NumClasses; i > 0; i--) begin
        if (want[(32'(last_class_q) + i) % NumClasses]) next_class = ClassW'((32'(last_class_q) + i) % NumClasses);
      end
      among = pend_q & member_q[NumQueues*next_class +: NumQueues];
      after_queue = last_queue_q[QueueW*next_class +: QueueW];
      for (int i = NumQueues; i > 0; i--) begin
        if (among[QueueW'(after_queue + QueueW'(i))]) next_queue = QueueW'(after_queue + QueueW'(i));
      end
    end
  end

  assign size = 16'h1 << size_log2[queue_q];
  assign avail = sq_tail[queue_q] - sq_head[queue_q];
  assign room = size - (sq_head[queue_q] - cq_head[queue_q]);
  assign slot = sq_head[queue_q] & (size - 16'h1);
  assign to_end = size - slot;
  assign fetch_addr = sq_base[queue_q] + {42'h0, slot, 6'h0};

  // another queue of the class waits as well
  always_comb begin
    others = 1'b0;
    if (state_q == StCalc && desc_deep_i[class_q]) begin
      others = |(pend_q & member_q[NumQueues*class_q +: NumQueues] & ~(NumQueues'(1) << queue_q));
    end
  end
  // a tail that was moved back in the very cycle in which a fetch moved the head: the doorbell's own check saw the head before it
  assign beyond = state_q == StCalc && avail > size;
  // a window holds whole descriptors: the first is looked at, and the burst ends with the window
  assign fetch_func = func_of[queue_q];
  assign sq_denied = state_q == StCalc && win_en_i[fetch_func] && avail != 16'h0 && enable_q[queue_q] && !halted_q[queue_q] &&
                     (fetch_addr < win_base_i[64*fetch_func +: 64] || {fetch_addr[63:6], 6'h3F} > win_limit_i[64*fetch_func +: 64]);
  assign win_full = win_limit_i[64*fetch_func +: 6] == 6'h3F;
  assign win_left = win_limit_i[64*fetch_func + 6 +: 58] - fetch_addr[63:6];
  always_comb begin
    n = 3'd0;
    if (state_q == StCalc) begin
      n = 3'd4 - {1'b0, fetch_addr[7:6]};
      if (to_end < {13'h0, n}) n = to_end[2:0];
      if (avail < {13'h0, n}) n = avail[2:0];
      if (room < {13'h0, n}) n = room[2:0];
      if (win_en_i[fetch_func] && win_left < 58'd4 && {1'b0, win_left[1:0]} + 3'(win_full) < n) n = {1'b0, win_left[1:0]} + 3'(win_full);
      if (others && n > 3'd1) n = 3'd1;
      if (!enable_q[queue_q] || halted_q[queue_q] || sq_denied || beyond) n = 3'd0;
    end
  end

  always_comb begin
    state_d = state_q;
    fetch = 1'b0;
    req_valid_o = 1'b0;
    unique case (state_q)
      StIdle: if (want != '0) state_d = StCalc;  // whose turn is it
      StCalc: begin                              // how many descriptors in one burst
        fetch = n != 3'd0;
        state_d = fetch ? StReq : StIdle;
      end
      StReq: begin
        req_valid_o = 1'b1;
        if (req_ready_i) state_d = StIdle;
      end
      StFatal: state_d = StFatal;
      default: state_d = StFatal;
    endcase
  end

  assign req_addr_o = addr_q;
  assign req_bytes_o = {n_q, 6'h0};
  assign req_tag_o = {class_q, queue_q};

  assign {rx_class, rx_queue} = rsp_tag_i;
  always_comb begin
    desc_we_o = '0;
    desc_commit_o = '0;
    if (rsp_valid_i) begin
      desc_we_o[rx_class] = !rsp_err_i && !rx_err_q;
      desc_commit_o[rx_class] = !rsp_err_i && !rx_err_q && rx_beat_q == 2'd3;
    end
  end
  assign desc_beat_o = rx_beat_q;
  assign desc_data_o = rsp_data_i;
  assign desc_queue_o = rx_queue;
  assign desc_epoch_o = flight_epoch_q[2*rx_class +: 2];
  assign desc_order_o = order[rx_queue];
  assign desc_func_o = func_of[rx_queue];

  // The queue whose readiness is looked at again, one a cycle, after anything about it changed.
  logic [QueueW-1:0] dirty_sel;
  always_comb begin
    dirty_sel = '0;
    if (dirty_q != '0) begin
      for (int i = NumQueues - 1; i >= 0; i--) if (dirty_q[i]) dirty_sel = QueueW'(i);
    end
  end

  logic rx_fail, cpl_fail;
  assign rx_fail = rsp_valid_i && rsp_err_i && enable_q[rx_queue] && epoch_q[2*rx_queue +: 2] == desc_epoch_o;
  assign cpl_fail = cpl_err_i && enable_q[cpl_err_queue_i];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      enable_q <= '0;
      pend_q <= '0;
      dirty_q <= '0;
      halted_q <= '0;
      epoch_q <= '0;
      member_q <= '0;
      inflight_q <= '0;
      class_q <= '0;
      last_class_q <= '0;
      queue_q <= '0;
      last_queue_q <= '0;
      flight_epoch_q <= '0;
      flight_queue_q <= '0;
      addr_q <= '0;
      n_q <= '0;
      rx_err_q <= 1'b0;
      rx_beat_q <= '0;
      for (int i = 0; i < NumQueues; i++) begin
        sq_base[i] <= '0;
        cq_base[i] <= '0;
        size_log2[i] <= '0;
        class_of[i] <= '0;
        sq_tail[i] <= '0;
        sq_head[i] <= '0;
        cq_tail[i] <= '0;
        cq_head[i] <= '0;
        error[i] <= ErrNone;
        func_of[i] <= '0;
        order[i] <= '0;
        answered[i] <= '0;
        dropped[i] <= '0;
      end
    end else begin
      state_q <= state_d;
      if (dirty_q != '0) begin
        dirty_q[dirty_sel] <= 1'b0;
        pend_q[dirty_sel] <= enable_q[dirty_sel] && !halted_q[dirty_sel] && sq_tail[dirty_sel] != sq_head[dirty_sel] &&
                             16'(sq_head[dirty_sel] - cq_head[dirty_sel]) < (16'h1 << size_log2[dirty_sel]);
      end
      if (state_q == StIdle && want != '0) begin
        class_q <= next_class;
        queue_q <= next_queue;
        last_class_q <= next_class;
        last_queue_q[QueueW*next_class +: QueueW] <= next_queue;
      end
      if (state_q == StCalc) begin
        dirty_q[queue_q] <= 1'b1;
        pend_q[queue_q] <= 1'b0;
        if (fetch) begin
          addr_q <= fetch_addr;
          n_q <= n;
          sq_head[queue_q] <= sq_head[queue_q] + {13'h0, n};
          inflight_q[class_q] <= 1'b1;
          flight_epoch_q[2*class_q +: 2] <= epoch_q[2*queue_q +: 2];
          flight_queue_q[QueueW*class_q +: QueueW] <= queue_q;
        end
        if (enable_q[queue_q] && !halted_q[queue_q] && (sq_denied || beyond)) begin
          error[queue_q] <= beyond ? ErrDoorbell : ErrDma;
          halted_q[queue_q] <= 1'b1;
        end
      end
      if (rsp_valid_i) begin
        rx_beat_q <= rsp_last_i ? 2'd0 : rx_beat_q + 2'd1;
        rx_err_q <= (rx_err_q || rsp_err_i) && !rsp_last_i;
        if (rsp_last_i) inflight_q[rx_class] <= 1'b0;
      end
      if (desc_commit_o != '0) order[rx_queue] <= order[rx_queue] + 8'd1;
      if (cpl_done_i) answered[cpl_done_queue_i] <= answered[cpl_done_queue_i] + 8'd1;
      if (cpl_drop_i) dropped[cpl_queue_i] <= dropped[cpl_queue_i] + 8'd1;
      if (cpl_deny_i) begin
        error[cpl_queue_i] <= ErrDma;
        halted_q[cpl_queue_i] <= 1'b1;
        dirty_q[cpl_queue_i] <= 1'b1;
      end
      if (cpl_push_i) cq_tail[cpl_queue_i] <= cq_tail[cpl_queue_i] + 16'h1;
      if (rx_fail) begin
        error[rx_queue] <= ErrDma;
        halted_q[rx_queue] <= 1'b1;
        dirty_q[rx_queue] <= 1'b1;
      end
      if (cpl_fail) begin
        error[cpl_err_queue_i] <= ErrDma;
        halted_q[cpl_err_queue_i] <= 1'b1;
        dirty_q[cpl_err_queue_i] <= 1'b1;
      end
      // software's writes last: a start overrides what an old epoch left behind
      if (csr_we_i) dirty_q[qi] <= 1'b1;
      if (base_we) begin
        unique case (csr_reg_i)
          sluice_pkg::QUEUE_SQ_BASE_LO: sq_base[qi][31:0] <= csr_wdata_i;
          sluice_pkg::QUEUE_SQ_BASE_HI: sq_base[qi][63:32] <= csr_wdata_i;
          sluice_pkg::QUEUE_CQ_BASE_LO: cq_base[qi][31:0] <= csr_wdata_i;
          sluice_pkg::QUEUE_CQ_BASE_HI: cq_base[qi][63:32] <= csr_wdata_i;
          sluice_pkg::QUEUE_CONFIG: begin
            size_log2[qi] <= new_size;
            class_of[qi] <= new_class;
            func_of[qi] <= csr_wdata_i[sluice_pkg::QUEUE_CONFIG_FUNC_LSB +: 3];
          end
          default: ;
        endcase
      end else if (csr_we_i) begin
        unique case (csr_reg_i)
          sluice_pkg::QUEUE_SQ_TAIL: begin
            sq_tail[qi] <= csr_wdata_i[15:0];
            if (tail_ahead > ring && !halted_q[qi]) begin
              error[qi] <= ErrDoorbell;
              halted_q[qi] <= 1'b1;
            end
          end
          sluice_pkg::QUEUE_CQ_HEAD: begin
            if (head_behind > 16'(cq_tail[qi] - cq_head[qi])) begin
              if (!halted_q[qi]) error[qi] <= ErrDoorbell;
              halted_q[qi] <= 1'b1;
            end else begin
              cq_head[qi] <= csr_wdata_i[15:0];
            end
          end
          sluice_pkg::QUEUE_CONFIG: if (!csr_wdata_i[EnableBit]) enable_q[qi] <= 1'b0;
          default: ;
        endcase
      end
      if (start) begin
        enable_q[qi] <= 1'b1;
        halted_q[qi] <= !config_ok || queue_busy;
        error[qi] <= queue_busy ? ErrBusy : config_ok ? ErrNone : ErrConfig;
        epoch_q[2*qi +: 2] <= epoch_q[2*qi +: 2] + 2'd1;
        sq_tail[qi] <= '0;
        sq_head[qi] <= '0;
        cq_tail[qi] <= '0;
        cq_head[qi] <= '0;
        for (int c = 0; c < NumClasses; c++) member_q[NumQueues*c + 32'(qi)] <= new_class == 4'(c);
      end
    end
  end

  // ---- completion writer's view -----------------------------------------------------------------------------------------------
  logic [15:0] cq_size, cq_used;
  assign cq_used = cq_tail[cpl_queue_i] - cq_head[cpl_queue_i];
  assign cq_size = 16'h1 << size_log2[cpl_queue_i];
  assign cpl_addr_o = cq_base[cpl_queue_i] + {43'h0, cq_tail[cpl_queue_i] & (cq_size - 16'h1), 5'h0};
  assign cpl_phase_o = (cq_tail[cpl_queue_i] & cq_size) == 16'h0;
  assign cpl_sq_head_o = sq_head[cpl_queue_i];
  logic [2:0] cpl_func;
  assign cpl_func = func_of[cpl_queue_i];
  assign cpl_denied_o = win_en_i[cpl_func] && (cpl_addr_o < win_base_i[64*cpl_func +: 64] ||
                                                {cpl_addr_o[63:5], 5'h1F} > win_limit_i[64*cpl_func +: 64]);
  assign cpl_seen_o = cq_head[cpl_done_queue_i] == cq_tail[cpl_done_queue_i] || (read_o && qi == cpl_done_queue_i);
  assign win_err_o = {cpl_deny_i, sq_denied};
  assign win_func_o = {cpl_func, fetch_func};

  assign live_o = enable_q;
  assign epoch_o = epoch_q;
  assign inflight_o = inflight_q;
  assign idle_o = state_q == StIdle && inflight_q == '0;
  assign fatal_o = state_q == StFatal;
  assign act_o = state_d != state_q || state_q != StIdle || dirty_q != '0 || csr_we_i || rsp_valid_i || cpl_push_i || cpl_err_i || cpl_done_i || cpl_drop_i;

  `ASSERT_CONST(QueuesArePowerOfTwo, NumQueues == 1 << QueueW && NumQueues <= sluice_pkg::NumQueuesMax)
  `ASSERT_NEVER(FetchBeyondTail, fetch && {13'h0, n} > avail)
  `ASSERT_NEVER(FetchWithoutCompletionRoom, fetch && {13'h0, n} > room)
  `ASSERT_NEVER(CompletionRingOverflows, cpl_push_i && cq_used >= cq_size)
endmodule
