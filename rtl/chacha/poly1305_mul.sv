// Product of two numbers modulo p = 2^130 - 5, not fully reduced: a (131 bits) in five limbs of 26 bits and one bit, b (136 bits) in eight
// digits of 17 bits, `Digits` of them a cycle from the highest on. Five multipliers of 26x17 bits for each digit of a cycle.
// Digits 2: a product every 4 cycles with 10 multipliers; 4: every 2 with 20; 8: every cycle with 40. Latency 8/Digits + 6.
// Whatever passes 2^130 is added below five times (2^130 = 5 mod p); the result stays below 2^ResW.
module poly1305_mul #(
  parameter int unsigned Digits = 2,
  parameter int unsigned TagW = 8,
  localparam int unsigned ResW = Digits == 8 ? 142 : 133
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            wipe_i,
  input  logic            start_i,   // not more often than every 8/Digits cycles
  input  logic [130:0]    a_i,
  input  logic [135:0]    b_i,
  input  logic [TagW-1:0] tag_i,
  output logic            done_o,
  output logic [TagW-1:0] tag_o,
  output logic [ResW-1:0] res_o,
  output logic            busy_o
);
  localparam int unsigned Groups = 8 / Digits;
  localparam int unsigned GrpW = 17 * Digits;
  localparam int unsigned SumW = 131 + GrpW;
  localparam int unsigned Pairs = Digits / 2;
  localparam logic [2:0]  LastGroup = 3'(Groups - 1);

  logic [130:0]    a_q;
  logic [135:0]    b_q;
  logic [2:0]      group_q;
  logic            run_q;
  logic [TagW-1:0] tag_q;
  // stages after the operands: products, rows, pairs, sum, folded sum, accumulation; with all digits in one cycle: products, rows, pairs, pairs of
  // pairs, sum, folded sum
  logic [4:0]      v_q, first_q, last_q;
  logic [TagW-1:0] t1_q, t2_q, t3_q, t4_q, t5_q;
  (* mem2reg *) logic [42:0]  prod_q [5*Digits];
  (* mem2reg *) logic [16:0]  over_q [Digits];   // of a's bit 130
  (* mem2reg *) logic [147:0] row_q [Digits];
  (* mem2reg *) logic [165:0] pair_q [Pairs];
  (* mem2reg *) logic [199:0] quad_q [2];
  logic [SumW-1:0] sum, sum_q;
  logic [ResW-1:0] fold_q, acc_q;
  logic            done_q;
  logic [TagW-1:0] done_tag_q;

  function automatic logic [ResW-1:0] fold(input logic [SumW-1:0] x);
    fold = ResW'(x[129:0]) + ResW'(x[SumW-1:130]) + (ResW'(x[SumW-1:130]) << 2);
  endfunction

  always_comb begin
    sum = '0;
    if (v_q[2] && Groups != 1) for (int k = 0; k < Pairs; k++) sum = sum + (SumW'(pair_q[k]) << (34 * k));
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q   <= 1'b0;
      group_q <= 3'd0;
      v_q     <= 5'd0;
      first_q <= 5'd0;
      last_q  <= 5'd0;
      done_q  <= 1'b0;
    end else begin
      if (start_i) begin
        run_q   <= 1'b1;
        group_q <= 3'd0;
      end else if (run_q) begin
        group_q <= group_q + 3'd1;
        if (group_q == LastGroup) run_q <= 1'b0;
      end
      v_q     <= {v_q[3:0], run_q};
      first_q <= {first_q[3:0], group_q == 3'd0};
      last_q  <= {last_q[3:0], group_q == LastGroup};
      done_q  <= v_q[4] && last_q[4];
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) tag_q <= tag_i;
    if (run_q) t1_q <= tag_q;
    if (v_q[0]) t2_q <= t1_q;
    if (v_q[1]) t3_q <= t2_q;
    if (v_q[2]) t4_q <= t3_q;
    if (v_q[3]) t5_q <= t4_q;
    if (v_q[4]) done_tag_q <= t5_q;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || wipe_i) begin
      a_q    <= '0;
      b_q    <= '0;
      sum_q  <= '0;
      fold_q <= '0;
      acc_q  <= '0;
      for (int j = 0; j < 5 * Digits; j++) prod_q[j] <= '0;
      for (int j = 0; j < Digits; j++) over_q[j] <= '0;
      for (int j = 0; j < Digits; j++) row_q[j] <= '0;
      for (int j = 0; j < Pairs; j++) pair_q[j] <= '0;
      for (int j = 0; j < 2; j++) quad_q[j] <= '0;
    end else begin
      if (start_i) begin
        a_q <= a_i;
        b_q <= b_i;
      end else if (run_q) begin
        b_q <= b_q << GrpW;
      end
      if (run_q) begin
        for (int j = 0; j < Digits; j++) begin
          for (int i = 0; i < 5; i++) prod_q[5*j+i] <= 43'(a_q[26*i +: 26]) * 43'(b_q[136 - GrpW + 17*j +: 17]);
          over_q[j] <= a_q[130] ? b_q[136 - GrpW + 17*j +: 17] : 17'd0;
        end
      end
      if (v_q[0]) begin
        for (int j = 0; j < Digits; j++) begin
          row_q[j] <= {1'b0, prod_q[5*j+4], 9'd0, prod_q[5*j+2], 9'd0, prod_q[5*j]} +
                      {1'b0, over_q[j], 9'd0, prod_q[5*j+3], 9'd0, prod_q[5*j+1], 26'd0};
        end
      end
      if (v_q[1]) for (int k = 0; k < Pairs; k++) pair_q[k] <= 166'(row_q[2*k]) + {1'b0, row_q[2*k+1], 17'd0};
      if (Groups == 1) begin
        if (v_q[2]) for (int k = 0; k < 2; k++) quad_q[k] <= 200'(pair_q[(2*k)%Pairs]) + {pair_q[(2*k+1)%Pairs], 34'd0};
        if (v_q[3]) sum_q <= SumW'(quad_q[0]) + (SumW'(quad_q[1]) << 68);
        if (v_q[4]) acc_q <= fold(sum_q);
      end else begin
        if (v_q[2]) sum_q <= sum;
        if (v_q[3]) fold_q <= fold(sum_q);
      end
      if (v_q[4] && Groups != 1) begin
        if (first_q[4]) begin
          acc_q <= fold_q;
        end else begin
          acc_q <= fold_q + ResW'({acc_q[129-(GrpW%130):0], {(GrpW%130){1'b0}}}) + ResW'(acc_q[ResW-1:130-(GrpW%130)]) +
                   (ResW'(acc_q[ResW-1:130-(GrpW%130)]) << 2);
        end
      end
    end
  end

  assign done_o = done_q;
  assign tag_o  = done_tag_q;
  assign res_o  = acc_q;
  assign busy_o = run_q || v_q != 5'd0 || done_q;
endmodule
