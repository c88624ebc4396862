// Interrupts: INT_STATUS, INT_ENABLE, QUEUE.COALESCE and one vector per queue. A completion counts when memory has answered its write, so that a
// handler finds it. The first completion that does not raise INT_STATUS by itself arms its queue's timer; a scan that looks at one queue a cycle
// fires those that are due (at most NumQueues cycles late). When software has read all completions of a queue by polling, its timer is disarmed.
// The clock of the timers stands still while none is armed.
`include "assert.svh"
module dma_irq #(
  parameter int unsigned NumQueues = 16,
  parameter int unsigned QueueW = $clog2(NumQueues)
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,

  input  logic csr_rd_i,                // block QUEUE: COALESCE
  input  logic csr_we_i,
  input  logic [QueueW-1:0] csr_index_i,
  input  logic [15:0] csr_reg_i,
  input  logic [31:0] csr_wdata_i,
  output logic [31:0] csr_rdata_o,
  input  logic [1:0] status_we_i,       // INT_STATUS0, 1: write one to clear
  input  logic [1:0] enable_we_i,
  output logic [63:0] status_o,
  output logic [63:0] enable_o,

  input  logic done_i,                  // a completion of done_queue_i is in memory
  input  logic [QueueW-1:0] done_queue_i,
  input  logic read_i,                  // software has read everything of read_queue_i
  input  logic [QueueW-1:0] read_queue_i,
  input  logic start_i,                 // queue start_queue_i starts: forget its past
  input  logic [QueueW-1:0] start_queue_i,
  output logic [NumQueues-1:0] irq_o
);
  logic [7:0] limit [NumQueues];
  logic [15:0] wait_for [NumQueues];
  logic [7:0] count [NumQueues];
  logic [15:0] since [NumQueues];
  logic [NumQueues-1:0] status_q, enable_q, armed_q, irq_q;
  logic [15:0] now_q, age;
  logic [QueueW-1:0] scan_q;
  logic [7:0] next_count;
  logic raise, due;

  assign next_count = count[done_queue_i] + 8'd1;
  assign raise = done_i && next_count >= limit[done_queue_i];
  assign age = now_q - since[scan_q];
  assign due = armed_q != '0 && armed_q[scan_q] && age >= wait_for[scan_q];

  always_comb begin
    csr_rdata_o = 32'h0;
    if (csr_rd_i && csr_reg_i == sluice_pkg::QUEUE_COALESCE) begin
      csr_rdata_o[sluice_pkg::QUEUE_COALESCE_COUNT_LSB +: 8] = limit[csr_index_i];
      csr_rdata_o[sluice_pkg::QUEUE_COALESCE_TIME_LSB +: 16] = wait_for[csr_index_i];
    end
  end

  // software's words for each queue's bit: the upper register holds queues 32..63
  logic [NumQueues-1:0] clear, enables;
  for (genvar q = 0; q < NumQueues; q++) begin : gen_bit
    assign clear[q] = status_we_i[q / 32] && csr_wdata_i[q % 32];
    assign enables[q] = enable_we_i[q / 32] ? csr_wdata_i[q % 32] : enable_q[q];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      status_q <= '0;
      enable_q <= '0;
      armed_q <= '0;
      irq_q <= '0;
      now_q <= '0;
      scan_q <= '0;
      for (int i = 0; i < NumQueues; i++) begin
        limit[i] <= '0;
        wait_for[i] <= '0;
        count[i] <= '0;
        since[i] <= '0;
      end
    end else if (act_o) begin
      irq_q <= status_q & enable_q;
      if (status_we_i != 2'b00) status_q <= status_q & ~clear;
      if (enable_we_i != 2'b00) enable_q <= enables;
      if (armed_q != '0) begin
        now_q <= now_q + 16'd1;
        scan_q <= QueueW'(scan_q + 1'b1);
      end
      if (read_i) begin
        armed_q[read_queue_i] <= 1'b0;
        count[read_queue_i] <= '0;
      end
      if (due) begin
        status_q[scan_q] <= 1'b1;
        armed_q[scan_q] <= 1'b0;
        count[scan_q] <= '0;
      end
      // a completion last: it must not be lost whatever else happens to its queue
      if (done_i) begin
        count[done_queue_i] <= raise ? 8'd0 : next_count;
        if (raise) begin
          status_q[done_queue_i] <= 1'b1;
          armed_q[done_queue_i] <= 1'b0;
        end else if (wait_for[done_queue_i] != 16'h0 && !(armed_q[done_queue_i] && !(due && scan_q == done_queue_i))) begin
          armed_q[done_queue_i] <= 1'b1;
          since[done_queue_i] <= now_q;
        end
      end
      if (csr_we_i && csr_reg_i == sluice_pkg::QUEUE_COALESCE) begin
        limit[csr_index_i] <= csr_wdata_i[sluice_pkg::QUEUE_COALESCE_COUNT_LSB +: 8];
        wait_for[csr_index_i] <= csr_wdata_i[sluice_pkg::QUEUE_COALESCE_TIME_LSB +: 16];
      end
      if (start_i) begin
        status_q[start_queue_i] <= 1'b0;
        armed_q[start_queue_i] <= 1'b0;
        count[start_queue_i] <= '0;
      end
    end
  end
  assign status_o = 64'(status_q);
  assign enable_o = 64'(enable_q);
  assign irq_o = irq_q;
  assign act_o = done_i || read_i || start_i || csr_we_i || status_we_i != 2'b00 || enable_we_i != 2'b00 || armed_q != '0 ||
                 irq_q != (status_q & enable_q);
endmodule
