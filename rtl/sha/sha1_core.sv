// SHA-1 compression function (FIPS 180-4 6.1.2), one round a cycle: 82 cycles a block (load, 80 rounds, add).
// start_i is taken when ready_o is 1. With first_i the chain starts from state_i, else from the last block's result.
// done_o is 1 for the cycle after the addition; state_o holds the result until the next start.
// Word i of a state is in bits 32i+31:32i; byte k of a block in bits 8k+7:8k. Padding is the caller's (hash_unit).
// The sum e + K[t] + W[t] is made one round early, which takes two adders out of the loop.
`include "assert.svh"

module sha1_core (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         first_i,
  input  logic [511:0] block_i,
  input  logic [159:0] state_i,
  output logic         ready_o,
  output logic         done_o,
  output logic [159:0] state_o
);
  // FIPS 180-4 4.2.1: one constant for each quarter
  logic [31:0] k_rom [4];
  initial begin
    k_rom[0] = 32'h5a827999; k_rom[1] = 32'h6ed9eba1; k_rom[2] = 32'h8f1bbcdc; k_rom[3] = 32'hca62c1d6;
  end

  function automatic logic [31:0] rol(input logic [31:0] x, input int n);
    rol = (x << n) | (x >> (32 - n));
  endfunction
  function automatic logic [31:0] bswap(input logic [31:0] x);
    bswap = {x[7:0], x[15:8], x[23:16], x[31:24]};
  endfunction

  logic        run_q, add_q, done_q;
  logic [4:0]  t_q;                        // round within the quarter, 0..19
  logic [1:0]  quarter_q, quarter_next;    // quarter of this round, and of the next one
  logic        accept, last;
  assign accept       = start_i && ready_o;
  assign ready_o      = !run_q && !add_q;
  assign done_o       = done_q;
  assign last         = (t_q == 5'd19) && (quarter_q == 2'd3);
  assign quarter_next = (t_q == 5'd19) ? quarter_q + 2'd1 : quarter_q;

  // Control: depends on start alone, so that the time of a block is the same for every block.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q     <= 1'b0;
      add_q     <= 1'b0;
      done_q    <= 1'b0;
      t_q       <= '0;
      quarter_q <= '0;
    end else begin
      add_q  <= run_q && last;
      done_q <= add_q;
      if (accept) begin
        run_q     <= 1'b1;
        t_q       <= '0;
        quarter_q <= '0;
      end else if (run_q) begin
        run_q     <= !last;
        t_q       <= (t_q == 5'd19) ? '0 : t_q + 5'd1;
        quarter_q <= quarter_next;
      end
    end
  end

  logic [159:0] h_q;                       // chain value
  logic [31:0]  a_q, b_q, c_q, d_q;
  logic [31:0]  s_q;                       // e + K[t] + W[t]
  logic [31:0]  e_last_q;                  // e itself, wanted only for the addition at the end
  logic [511:0] w_q;                       // W[t+j] in bits 32j+31:32j
  logic [31:0]  f, w16;
  assign state_o = h_q;

  always_comb begin
    f   = '0;
    w16 = '0;
    if (run_q) begin
      unique case (quarter_q)
        2'd0:    f = (b_q & c_q) | (~b_q & d_q);
        2'd2:    f = (b_q & c_q) | (b_q & d_q) | (c_q & d_q);
        default: f = b_q ^ c_q ^ d_q;
      endcase
      w16 = rol(w_q[31:0] ^ w_q[32*2 +: 32] ^ w_q[32*8 +: 32] ^ w_q[32*13 +: 32], 1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept) begin
      for (int j = 0; j < 16; j++) w_q[32*j +: 32] <= bswap(block_i[32*j +: 32]);
      if (first_i) h_q <= state_i;
      {d_q, c_q, b_q, a_q} <= first_i ? state_i[127:0] : h_q[127:0];
      s_q <= (first_i ? state_i[159:128] : h_q[159:128]) + k_rom[0] + bswap(block_i[31:0]);
    end else if (run_q) begin
      w_q <= {w16, w_q[511:32]};
      s_q <= d_q + k_rom[quarter_next] + w_q[63:32];
      e_last_q <= d_q;
      d_q <= c_q;
      c_q <= rol(b_q, 30);
      b_q <= a_q;
      a_q <= rol(a_q, 5) + f + s_q;
    end else if (add_q) begin
      h_q[31:0]    <= h_q[31:0] + a_q;
      h_q[63:32]   <= h_q[63:32] + b_q;
      h_q[95:64]   <= h_q[95:64] + c_q;
      h_q[127:96]  <= h_q[127:96] + d_q;
      h_q[159:128] <= h_q[159:128] + e_last_q;
    end
  end
endmodule
