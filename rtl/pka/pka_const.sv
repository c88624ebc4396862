// What a public operation needs beside its modulus n of 2048, 3072 or 4096 bits: n0 = -1/n mod 2^17, bit by bit, and the quotient of
// 2^(1049 K + 1) by n (K = 2, 3, 4 blocks), or one less, from the upper 128 bits of n, whose top bit is set (else it is of no use). Takes
// 25 K + 2 cycles.
`include "assert.svh"

module pka_const (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         start_i,
  input  logic [1:0]                   top_i,   // blocks less one
  input  logic [127:0]                 upper_i, // upper bits of n; held during the work
  input  logic [16:0]                  lower_i, // lowest bits of n
  output logic                         busy_o,
  output logic [16:0]                  n0_o,
  output logic [pka_pkg::QuotBits-1:0] quot_o
);
  logic [6:0]   left_q;
  logic [128:0] divisor, rem_q, twice, less;
  logic [pka_pkg::QuotBits-1:0] quot_q;
  logic [16:0]  n0_q, sum_q, add_q;   // sum = n n0 + 1 so far, add = n shifted
  logic [16:0]  bit_q;
  logic         fits;
  // 2^128 / (upper + 1) is at most 2^(bits) / n, and less than it by no more than 2^-26 at 102 bits
  assign divisor = {1'b0, upper_i} + 129'd1;
  assign twice   = {rem_q[127:0], 1'b0};
  assign less    = twice - divisor;
  assign fits    = twice >= divisor;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q <= 7'd0;
      quot_q <= '0;
      n0_q   <= 17'd0;
    end else if (start_i) begin
      unique case (top_i)
        2'd1:    left_q <= 7'd51;
        2'd2:    left_q <= 7'd76;
        default: left_q <= 7'd101;
      endcase
      quot_q <= pka_pkg::QuotBits'(1);
      rem_q  <= {1'b1, 128'd0} - divisor;
      n0_q   <= 17'd0;
      sum_q  <= 17'd1;
      add_q  <= lower_i;
      bit_q  <= 17'd1;
    end else if (left_q != 7'd0) begin
      left_q <= left_q - 7'd1;
      rem_q  <= fits ? less : twice;
      quot_q <= {quot_q[pka_pkg::QuotBits-2:0], fits};
      if ((sum_q & bit_q) != 17'd0) begin
        sum_q <= sum_q + add_q;
        n0_q  <= n0_q | bit_q;
      end
      add_q <= {add_q[15:0], 1'b0};
      bit_q <= {bit_q[15:0], 1'b0};
    end
  end
  assign busy_o = left_q != 7'd0;
  assign n0_o   = n0_q;
  assign quot_o = quot_q;

  `ASSERT_NEVER(RemainderIsBelowTheDivisor, busy_o && upper_i[127] && rem_q >= divisor)
endmodule
