// ChaCha20 block function (RFC 8439 2.3), two blocks in flight: half a round in each of two stages, so a block every 20 cycles and 42
// cycles from start to result. A quarter round is four additions in a row; a stage holds two of them.
//
// After a column round the rows are turned so that the diagonals stand in columns, after a diagonal round back: both kinds of round are
// then the same logic, and the turn is wiring with one choice.
`include "assert.svh"

module chacha_core (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         wipe_i,       // only while idle: forget everything, one word of the memory a cycle
  input  logic [1:0]   wipe_idx_i,
  input  logic         start_i,
  output logic         ready_o,
  input  logic [255:0] key_i,
  input  logic [31:0]  counter_i,
  input  logic [95:0]  nonce_i,
  output logic         done_o,       // 42 cycles after the start
  output logic [511:0] block_o,      // byte k in bits 8k+7:8k; zero while not done
  output logic         busy_o
);
  localparam logic [127:0] Constants = 128'h6b206574_79622d32_3320646e_61707865;  // "expand 32-byte k"
  localparam logic [4:0]   LastRound = 5'd19;

  // one column: two of the quarter round's four additions with their xors and rotations; {d, c, b, a}
  function automatic logic [31:0] rotl(input logic [31:0] x, input int n);
    rotl = (x << n) | (x >> (32 - n));
  endfunction

  (* mem2reg *) logic [31:0] x_q [16];   // before the first half of a round
  (* mem2reg *) logic [31:0] y_q [16];   // between the halves
  (* mem2reg *) logic [31:0] f_q [16];   // after the last round
  logic [383:0] init_mem [4];            // what the block started from, for the addition at its end
  logic         xv_q, yv_q, fv_q;
  logic [4:0]   xr_q, yr_q;
  logic [1:0]   xi_q, yi_q, fi_q, next_q;
  logic         start, leave;

  assign leave   = yv_q && yr_q == LastRound;
  assign ready_o = !yv_q || leave;
  assign start   = start_i && ready_o;
  assign busy_o  = xv_q || yv_q || fv_q;

  (* mem2reg *) logic [31:0] a [4];
  (* mem2reg *) logic [31:0] b [4];
  (* mem2reg *) logic [31:0] c [4];
  (* mem2reg *) logic [31:0] d [4];
  (* mem2reg *) logic [31:0] e [4];
  (* mem2reg *) logic [31:0] f [4];
  (* mem2reg *) logic [31:0] g [4];
  (* mem2reg *) logic [31:0] h [4];
  always_comb begin
    for (int i = 0; i < 4; i++) begin
      a[i] = 32'd0;
      b[i] = 32'd0;
      c[i] = 32'd0;
      d[i] = 32'd0;
      e[i] = 32'd0;
      f[i] = 32'd0;
      g[i] = 32'd0;
      h[i] = 32'd0;
    end
    if (xv_q) begin
      for (int i = 0; i < 4; i++) begin
        a[i] = x_q[i] + x_q[4+i];
        d[i] = rotl(x_q[12+i] ^ a[i], 16);
        c[i] = x_q[8+i] + d[i];
        b[i] = rotl(x_q[4+i] ^ c[i], 12);
      end
    end
    if (yv_q) begin
      for (int i = 0; i < 4; i++) begin
        e[i] = y_q[i] + y_q[4+i];
        h[i] = rotl(y_q[12+i] ^ e[i], 8);
        g[i] = y_q[8+i] + h[i];
        f[i] = rotl(y_q[4+i] ^ g[i], 7);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      xv_q   <= 1'b0;
      yv_q   <= 1'b0;
      fv_q   <= 1'b0;
      xr_q   <= 5'd0;
      yr_q   <= 5'd0;
      xi_q   <= 2'd0;
      yi_q   <= 2'd0;
      fi_q   <= 2'd0;
      next_q <= 2'd0;
    end else begin
      xv_q <= start || (yv_q && !leave);
      yv_q <= xv_q;
      fv_q <= leave;
      if (xv_q) begin
        yr_q <= xr_q;
        yi_q <= xi_q;
      end
      if (leave) fi_q <= yi_q;
      if (start) begin
        xr_q   <= 5'd0;
        xi_q   <= next_q;
        next_q <= next_q + 2'd1;
      end else if (yv_q) begin
        xr_q <= yr_q + 5'd1;
        xi_q <= yi_q;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || wipe_i) begin
      for (int i = 0; i < 16; i++) begin
        x_q[i] <= 32'd0;
        y_q[i] <= 32'd0;
        f_q[i] <= 32'd0;
      end
    end else begin
      if (xv_q) begin
        for (int i = 0; i < 4; i++) begin
          y_q[i]    <= a[i];
          y_q[4+i]  <= b[i];
          y_q[8+i]  <= c[i];
          y_q[12+i] <= d[i];
        end
      end
      if (start) begin
        for (int i = 0; i < 4; i++) x_q[i] <= Constants[32*i +: 32];
        for (int i = 0; i < 8; i++) x_q[4+i] <= key_i[32*i +: 32];
        x_q[12] <= counter_i;
        for (int i = 0; i < 3; i++) x_q[13+i] <= nonce_i[32*i +: 32];
      end else if (yv_q && !yr_q[0]) begin
        for (int i = 0; i < 4; i++) begin
          x_q[i]             <= e[i];
          x_q[4+((i+3)%4)]   <= f[i];
          x_q[8+((i+2)%4)]   <= g[i];
          x_q[12+((i+1)%4)]  <= h[i];
        end
      end else if (yv_q && !leave) begin
        for (int i = 0; i < 4; i++) begin
          x_q[i]             <= e[i];
          x_q[4+((i+1)%4)]   <= f[i];
          x_q[8+((i+2)%4)]   <= g[i];
          x_q[12+((i+3)%4)]  <= h[i];
        end
      end
      if (leave) begin
        for (int i = 0; i < 4; i++) begin
          f_q[i]             <= e[i];
          f_q[4+((i+1)%4)]   <= f[i];
          f_q[8+((i+2)%4)]   <= g[i];
          f_q[12+((i+3)%4)]  <= h[i];
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (wipe_i) init_mem[wipe_idx_i] <= 384'd0;
    else if (start) init_mem[next_q] <= {nonce_i, counter_i, key_i};
  end

  assign done_o = fv_q;
  always_comb begin
    block_o = 512'd0;
    if (fv_q) begin
      for (int i = 0; i < 4; i++) block_o[32*i +: 32] = f_q[i] + Constants[32*i +: 32];
      for (int i = 4; i < 16; i++) block_o[32*i +: 32] = f_q[i] + init_mem[fi_q][32*(i-4) +: 32];
    end
  end

  `ASSERT_NEVER(WipeOnlyWhileIdle, wipe_i && (busy_o || start_i))
endmodule
