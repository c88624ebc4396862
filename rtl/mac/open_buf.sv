// Record buffer of RECORD_OPEN: two banks of one record each, every bank with one write and one registered read port. A bank is filled,
// then worked on (ciphertext read, plaintext written to the same place), then drained; the lane sees to it that a bank has one user at a
// time, so one bank fills or drains while the other one works. Read data hold until the bank's next read.
module open_buf #(
  parameter int unsigned Depth = 1152      // words of the longest fragment: (2^14 + 2048) / 16
) (
  input  logic         clk_i,
  input  logic         fill_bank_i,
  input  logic         fill_we_i,
  input  logic [10:0]  fill_addr_i,
  input  logic [127:0] fill_data_i,
  input  logic         work_bank_i,
  input  logic         work_we_i,
  input  logic [10:0]  work_waddr_i,
  input  logic [127:0] work_wdata_i,
  input  logic         work_re_i,
  input  logic [10:0]  work_raddr_i,
  output logic [127:0] work_rdata_o,
  input  logic         drain_bank_i,
  input  logic         drain_re_i,
  input  logic [10:0]  drain_addr_i,
  output logic [127:0] drain_data_o
);
  logic [127:0] rdata0, rdata1;
  assign work_rdata_o = work_bank_i ? rdata1 : rdata0;
  assign drain_data_o = drain_bank_i ? rdata1 : rdata0;
  for (genvar b = 0; b < 2; b++) begin : gen_bank
    logic [127:0] mem [Depth];
    logic [127:0] rdata_q;
    logic         fill_we, work_we, work_re, drain_re;
    assign fill_we  = fill_we_i && (fill_bank_i == 1'(b));
    assign work_we  = work_we_i && (work_bank_i == 1'(b));
    assign work_re  = work_re_i && (work_bank_i == 1'(b));
    assign drain_re = drain_re_i && (drain_bank_i == 1'(b));
    always_ff @(posedge clk_i) begin
      if (fill_we || work_we) mem[fill_we ? fill_addr_i : work_waddr_i] <= fill_we ? fill_data_i : work_wdata_i;
      if (work_re || drain_re) rdata_q <= mem[work_re ? work_raddr_i : drain_addr_i];
    end
  end
  assign rdata0 = gen_bank[0].rdata_q;
  assign rdata1 = gen_bank[1].rdata_q;
endmodule
