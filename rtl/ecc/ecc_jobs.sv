// Jobs in flight, a ring in order of commands: job n has context n.
`include "assert.svh"

module ecc_jobs (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              push_i,
  input  ecc_job_pkg::job_t job_i,
  input  logic              pop_i,
  input  logic              second_i,   // the head's second program starts
  input  logic              restart_i,  // no job is left: the next one has context 0
  output logic              full_o,
  output logic              empty_o,
  output logic              last_o,     // one job
  output logic [2:0]        tail_o,     // context of the next job
  output logic [2:0]        head_o,     // the oldest job's
  output ecc_job_pkg::job_t job_o,
  output logic              second_o
);
  ecc_job_pkg::job_t job_q [8];
  logic [7:0]        second_q;
  logic [3:0]        count_q;
  logic [2:0]        head_q, tail_q;
  assign full_o   = count_q[3];
  assign empty_o  = count_q == 4'd0;
  assign last_o   = count_q == 4'd1;
  assign tail_o   = tail_q;
  assign head_o   = head_q;
  assign job_o    = job_q[head_q];
  assign second_o = second_q[head_q];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q  <= 4'd0;
      head_q   <= 3'd0;
      tail_q   <= 3'd0;
      second_q <= 8'd0;
      for (int j = 0; j < 8; j++) job_q[j] <= '0;
    end else begin
      if (push_i) begin
        job_q[tail_q]    <= job_i;
        second_q[tail_q] <= 1'b0;
        tail_q           <= tail_q + 3'd1;
      end
      if (second_i) second_q[head_q] <= 1'b1;
      if (pop_i) head_q <= head_q + 3'd1;
      count_q <= count_q + {3'd0, push_i} - {3'd0, pop_i};
      if (restart_i) begin
        head_q <= 3'd0;
        tail_q <= 3'd0;
      end
    end
  end

  `ASSERT_NEVER(JobsNeverOverflow, push_i && full_o)
  `ASSERT_NEVER(JobsNeverUnderflow, pop_i && empty_o)
  `ASSERT_NEVER(RestartsEmptyOnly, restart_i && (push_i || (!empty_o && !(pop_i && last_o))))
endmodule
