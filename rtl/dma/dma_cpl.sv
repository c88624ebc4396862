// Completion writer, shared by the runners round robin. A completion is two single-beat writes in order: first the half without the
// phase, then the half with it, so that software that sees the phase sees the rest. It gets its slot in the ring only here, so completions
// of a queue are dense and in the order in which its operations retired. A dropped one (FAULT_INJECT.DROP) takes its slot but is not written.
`include "assert.svh"
module dma_cpl #(
  parameter int unsigned NumRunners = 3,
  parameter int unsigned NumQueues = 16,
  parameter int unsigned QueueW = $clog2(NumQueues),
  parameter int unsigned RunW = $clog2(NumRunners)
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,
  output logic fatal_o,
  output logic idle_o,

  input  logic [NumRunners-1:0] cpl_valid_i,
  output logic [NumRunners-1:0] cpl_ready_o,
  input  logic [NumRunners*QueueW-1:0] cpl_queue_i,
  input  logic [NumRunners*2-1:0] cpl_epoch_i,
  input  logic [NumRunners*8-1:0] cpl_order_i,
  input  logic [NumRunners*32-1:0] cpl_cookie_i,
  input  logic [NumRunners*8-1:0] cpl_status_i,
  input  logic [NumRunners*16-1:0] cpl_info_i,
  input  logic [NumRunners*32-1:0] cpl_length_i,
  input  logic [NumRunners*32-1:0] cpl_cycles_i,
  input  logic [NumRunners*64-1:0] cpl_seq_i,
  input  logic [NumRunners-1:0] cpl_drop_i,
  input  logic [NumRunners-1:0] cpl_stale_i,

  output logic [QueueW-1:0] queue_o,            // the queue in hand, and what dma_queues says of it
  input  logic [NumQueues-1:0] queue_live_i,
  input  logic [2*NumQueues-1:0] queue_epoch_i,
  input  logic [63:0] queue_addr_i,
  input  logic queue_phase_i,
  input  logic [15:0] queue_sq_head_i,
  input  logic queue_denied_i,           // its ring leaves the window of its function
  output logic queue_push_o,
  output logic queue_deny_o,
  output logic queue_drop_o,             // a job of queue_o ends without a completion
  output logic [8*NumQueues-1:0] expect_o,  // per queue: order of the job that is next to retire

  output logic burst_valid_o,
  input  logic burst_ready_i,
  output logic [63:0] burst_addr_o,
  output logic [3:0] burst_len_o,
  output logic [QueueW:0] burst_tag_o,   // second half, queue
  output logic [127:0] line_data_o,
  output logic [15:0] line_strb_o,
  input  logic line_ready_i
);
  typedef enum logic [2:0] {StIdle, StTake, StFirst, StSecond, StFatal} state_e;
  state_e state_q, state_d;
  logic [8*NumQueues-1:0] expect_q;
  logic [NumRunners-1:0] next;           // runners whose job is the next of its queue
  logic [QueueW-1:0] take_queue;
  logic [RunW-1:0] sel_q, sel;
  logic [QueueW-1:0] queue_q;
  logic [1:0] epoch_q;
  logic [31:0] cookie_q, length_q, cycles_q;
  logic [7:0] status_q;
  logic [15:0] info_q;
  logic [63:0] seq_q;
  logic drop_q, stale_q, current, push, line_valid, line_full, burst_full;
  logic [127:0] line;
  logic [63:0] push_addr;
  logic [3:0] line_count, burst_count;

  // written only to the queue as it was when the descriptor was fetched
  assign current = !stale_q && queue_live_i[queue_q] && queue_epoch_i[2*queue_q +: 2] == epoch_q;

  always_comb begin
    sel = sel_q;
    next = '0;
    if (cpl_valid_i != '0) begin
      for (int r = 0; r < NumRunners; r++) begin
        next[r] = cpl_valid_i[r] && expect_q[8*cpl_queue_i[QueueW*r +: QueueW] +: 8] == cpl_order_i[8*r +: 8];
      end
      for (int i = NumRunners; i > 0; i--) begin
        if (next[(32'(sel_q) + i) % NumRunners]) sel = RunW'((32'(sel_q) + i) % NumRunners);
      end
    end
  end

  always_comb begin
    state_d = state_q;
    cpl_ready_o = '0;
    push = 1'b0;
    line = '0;
    push_addr = queue_addr_i;
    queue_push_o = 1'b0;
    queue_deny_o = 1'b0;
    queue_drop_o = 1'b0;
    unique case (state_q)
      StIdle: if (next != '0) state_d = StTake;  // whose turn is it
      StTake: begin                                     // taking the completion from its runner
        cpl_ready_o[sel_q] = 1'b1;
        state_d = StFirst;
      end
      StFirst: begin                                    // first half, or nothing when the queue is not what it was
        line[8*0 +: 32] = cookie_q;
        line[sluice_pkg::CPL_STATUS_LSB +: 8] = status_q;
        line[sluice_pkg::CPL_INFO_LSB +: 16] = info_q;
        line[sluice_pkg::CPL_LENGTH_LSB +: 32] = length_q;
        line[sluice_pkg::CPL_CYCLES_LSB +: 32] = cycles_q;
        if (!current || queue_denied_i) begin
          queue_drop_o = 1'b1;
          queue_deny_o = current;
          state_d = StIdle;
        end else if (drop_q) begin
          queue_push_o = 1'b1;
          queue_drop_o = 1'b1;
          state_d = StIdle;
        end else if (!line_full && !burst_full) begin
          push = 1'b1;
          state_d = StSecond;
        end
      end
      StSecond: begin                                   // second half, with the phase
        line[sluice_pkg::CPL_SEQ_LSB - 128 +: 64] = seq_q;
        line[sluice_pkg::CPL_SQ_HEAD_LSB - 128 +: 16] = queue_sq_head_i;
        line[sluice_pkg::CPL_PHASE_LSB - 128] = queue_phase_i;
        push_addr = queue_addr_i + 64'd16;
        if (!line_full && !burst_full) begin
          push = 1'b1;
          queue_push_o = 1'b1;
          state_d = StIdle;
        end
      end
      StFatal: state_d = StFatal;
      default: state_d = StFatal;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      sel_q <= '0;
      expect_q <= '0;
      queue_q <= '0;
      epoch_q <= '0;
      cookie_q <= '0;
      length_q <= '0;
      cycles_q <= '0;
      status_q <= '0;
      info_q <= '0;
      seq_q <= '0;
      drop_q <= 1'b0;
      stale_q <= 1'b0;
    end else begin
      state_q <= state_d;
      if (state_q == StIdle) sel_q <= sel;
      if (state_q == StTake) begin
        queue_q <= take_queue;
        expect_q[8*take_queue +: 8] <= expect_q[8*take_queue +: 8] + 8'd1;
        epoch_q <= cpl_epoch_i[2*sel_q +: 2];
        cookie_q <= cpl_cookie_i[32*sel_q +: 32];
        status_q <= cpl_status_i[8*sel_q +: 8];
        info_q <= cpl_info_i[16*sel_q +: 16];
        length_q <= cpl_length_i[32*sel_q +: 32];
        cycles_q <= cpl_cycles_i[32*sel_q +: 32];
        seq_q <= cpl_seq_i[64*sel_q +: 64];
        drop_q <= cpl_drop_i[sel_q];
        stale_q <= cpl_stale_i[sel_q];
      end
    end
  end

  dma_fifo #(.Width(128), .Log2(3)) u_lines (
    .clk_i, .rst_ni, .wr_i(push), .wdata_i(line), .rd_i(line_ready_i), .rdata_o(line_data_o), .valid_o(line_valid),
    .full_o(line_full), .count_o(line_count)
  );
  dma_fifo #(.Width(64 + 1 + QueueW), .Log2(3)) u_bursts (
    .clk_i, .rst_ni, .wr_i(push), .wdata_i({push_addr, state_q == StSecond, queue_q}), .rd_i(burst_ready_i), .rdata_o({burst_addr_o, burst_tag_o}),
    .valid_o(burst_valid_o), .full_o(burst_full), .count_o(burst_count)
  );
  assign burst_len_o = 4'd0;
  assign line_strb_o = 16'hFFFF;
  assign take_queue = cpl_queue_i[QueueW*sel_q +: QueueW];
  assign expect_o = expect_q;
  assign queue_o = queue_q;
  assign idle_o = state_q == StIdle && line_count == '0 && burst_count == '0;
  assign fatal_o = state_q == StFatal;
  assign act_o = state_q != StIdle || state_d != state_q || burst_ready_i || line_ready_i;

  `ASSERT_NEVER(LineMissing, line_ready_i && !line_valid)
  `ASSERT_NEVER(TakesNothing, (cpl_ready_o & ~cpl_valid_i) != '0)
endmodule
