// Record buffer: two banks of one record each, every bank with one write and one registered read port. A bank is filled, worked on by the
// cipher and hash stages (words replaced in place), then drained. Two stages may be on one bank: the hash stage's read wins, the cipher stage sees to it
// that it does not ask then. Read data hold until the bank's next read.
module rec_buf (
  input  logic         clk_i,
  input  logic         fill_bank_i,
  input  logic         fill_we_i,
  input  logic [10:0]  fill_addr_i,
  input  logic [127:0] fill_data_i,
  input  logic         cipher_bank_i,
  input  logic         cipher_we_i,
  input  logic [10:0]  cipher_waddr_i,
  input  logic [127:0] cipher_wdata_i,
  input  logic         cipher_re_i,
  input  logic [10:0]  cipher_raddr_i,
  output logic [127:0] cipher_rdata_o,
  input  logic         hash_bank_i,
  input  logic         hash_re_i,
  input  logic [10:0]  hash_raddr_i,
  output logic [127:0] hash_rdata_o,
  input  logic         drain_bank_i,
  input  logic         drain_re_i,
  input  logic [10:0]  drain_addr_i,
  output logic [127:0] drain_data_o
);
  localparam int unsigned Depth = (sluice_pkg::MaxRecord - 5) / 16;  // words of the longest fragment
  logic [127:0] rdata0, rdata1;
  assign cipher_rdata_o = cipher_bank_i ? rdata1 : rdata0;
  assign hash_rdata_o   = hash_bank_i ? rdata1 : rdata0;
  assign drain_data_o   = drain_bank_i ? rdata1 : rdata0;
  for (genvar b = 0; b < 2; b++) begin : gen_bank
    logic [127:0] mem [Depth];
    logic [127:0] rdata_q;
    logic         fill_we, cipher_we, cipher_re, hash_re, drain_re;
    logic [10:0]  raddr;
    assign fill_we   = fill_we_i && (fill_bank_i == 1'(b));
    assign cipher_we = cipher_we_i && (cipher_bank_i == 1'(b));
    assign cipher_re = cipher_re_i && (cipher_bank_i == 1'(b));
    assign hash_re   = hash_re_i && (hash_bank_i == 1'(b));
    assign drain_re  = drain_re_i && (drain_bank_i == 1'(b));
    assign raddr     = hash_re ? hash_raddr_i : (cipher_re ? cipher_raddr_i : drain_addr_i);
    always_ff @(posedge clk_i) begin
      if (fill_we || cipher_we) mem[fill_we ? fill_addr_i : cipher_waddr_i] <= fill_we ? fill_data_i : cipher_wdata_i;
      if (cipher_re || hash_re || drain_re) rdata_q <= mem[raddr];
    end
  end
  assign rdata0 = gen_bank[0].rdata_q;
  assign rdata1 = gen_bank[1].rdata_q;
endmodule
