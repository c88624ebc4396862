// Montgomery array: 41 limbs of 25 bits, two multipliers each, eight contexts in a barrel, one digit step a cycle.
//
// A step does S := (S + A * b + N * q) / 2^17 in carry-save form for one context; the loop takes eight cycles, so each context owns every
// eighth cycle. A frame of 64 such turns makes one product. Contexts are 64 cycles apart, so one digitiser, one unload register
// and one load port serve all. Longer numbers take a chain of neighbouring contexts that share their turns, one cycle apart: each takes digit
// and quotient digit from the one before it and hands it the low bits that it shifts out. rtl/pka/README.md has the schedule. Nothing here depends on operand values but data.
`include "assert.svh"

module pka_mont (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          run_i,         // frames advance; the phase is fixed while it is 0
  // the context of this cycle, and its next instruction in the turn in which fetch_o is 1
  output logic [2:0]                    ctx_o,
  output logic                          fetch_o,
  input  logic [1:0]                    blk_i,         // number of this context's block in its chain
  input  logic [pka_pkg::QuotBits-1:0]  quot_i,        // its operation's quotient
  input  logic [pka_pkg::InstrBits-1:0] instr_i,
  input  logic [pka_pkg::SecretBits-1:0] secret_i,
  // load window: for 64 cycles the context win_ctx_o may be loaded; the data comes one cycle after word win_word_o
  output logic [2:0]                    win_ctx_o,
  output logic [5:0]                    win_word_o,
  input  logic                          ld_ext_i,      // write ld_data_i to the external operand of ld_ctx_i
  input  logic                          ld_mod_i,      // write it to the modulus (word 41: n0)
  input  logic [2:0]                    ld_ctx_i,
  input  logic [5:0]                    ld_word_i,
  input  logic [pka_pkg::RfBits-1:0]    ld_data_i,
  // results that go back to the key
  output logic                          kw_valid_o,
  output logic [2:0]                    kw_ctx_o,
  output logic [2:0]                    kw_page_o,
  output logic [5:0]                    kw_word_o,
  output logic [pka_pkg::RfBits-1:0]    kw_data_o,
  // captured digits
  output logic                          cap_valid_o,
  output logic                          cap_first_o,   // it begins a number
  output logic [1:0]                    cap_slot_o,    // pair of contexts
  output logic [16:0]                   cap_digit_o,
  output logic [7:0]                    zero_o,        // verdict of each context's last zero test
  output logic                          busy_o,        // a result is still being unloaded
  // erases the whole array, one address a cycle, while run_i is 0
  input  logic                          erase_i,
  input  logic [8:0]                    erase_addr_i
);
  localparam int L = pka_pkg::Limbs;

  // ---- frame counter and this cycle's instruction
  logic [8:0] phase_q;
  logic [2:0] c0;
  logic [5:0] turn;
  assign c0   = phase_q[2:0];
  assign turn = phase_q[8:3] - {c0 - {1'b0, blk_i}, 3'b000};

  logic [pka_pkg::InstrBits-1:0] instr_q [8];
  logic [pka_pkg::SecretBits-1:0] secret_q [8];
  pka_pkg::instr_t ins, ins9;
  pka_pkg::secret_t sec;
  logic [2:0] c9;
  assign ins  = instr_q[c0];
  assign sec  = secret_q[c0];
  assign ins9 = instr_q[c9];

  assign ctx_o      = c0;
  assign fetch_o    = run_i && turn == pka_pkg::TurnFetch;
  assign win_ctx_o  = phase_q[8:6] + 3'd1;
  assign win_word_o = phase_q[5:0];

  // What a turn does for its context: add a register (the addend; A of a sum), take a digit, or, between the frames of a step and in the rest
  // of a sum, keep what there is.
  logic add_turn, sum_turn, digit_turn, hold_turn, pause_turn, v0, first0, last0, upper0;
  assign upper0     = ins.blk != 2'd0;
  assign add_turn   = turn == pka_pkg::TurnAdd && ins.first && ins.add;
  assign sum_turn   = turn == pka_pkg::TurnFirst && ins.first && ins.sum;
  assign pause_turn = !ins.last && turn == {1'b0, ins.part, 3'd7};
  assign digit_turn = turn >= pka_pkg::TurnFirst && (turn <= pka_pkg::TurnLast || (turn == pka_pkg::TurnLast + 6'd1 && !ins.last)) && !ins.sum &&
                      !pause_turn;
  assign hold_turn  = pause_turn || (turn == pka_pkg::TurnAdd && !ins.first) || (turn == pka_pkg::TurnFetch && !ins.last) ||
                      (ins.sum && !sum_turn && turn != pka_pkg::TurnAdd && (turn <= pka_pkg::TurnLast || !ins.last));
  assign v0         = run_i && ins.valid && (add_turn || sum_turn || digit_turn || hold_turn);
  assign first0     = add_turn || (turn == pka_pkg::TurnFirst && ins.first && !ins.add);
  assign last0      = v0 && turn == pka_pkg::TurnLast && ins.last;

  // ---- digitiser: exact 17-bit digits out of redundant limbs, one a turn; a chain's upper blocks take the digit of the context before. The limb
  // that a context wants next is read a cycle before its turn.
  logic [25:0] res_mem [512];  // last results, {context, limb}
  logic [25:0] ext_mem [512];  // external operands
  logic [25:0] res_limb_q, ext_limb_q;
  logic [43:0] acc_q [8];
  logic [4:0]  have_q [8];
  logic [5:0]  limb_q [8];
  logic [1:0]  dblk_q [8];     // block that the digits are in
  logic        dend_q [8];     // all blocks are used up
  logic [43:0] acc_sum;
  logic [25:0] b_limb;
  logic        want_limb;
  logic [16:0] digit;
  logic [2:0]  c_next, b_ctx;
  logic [8:0]  b_addr;
  pka_pkg::instr_t ins_next;
  assign c_next   = c0 + 3'd1;
  assign ins_next = instr_q[c_next];
  assign b_ctx    = ins_next.b_sel == pka_pkg::BPeer ? c_next ^ (ins_next.top == 2'd0 ? 3'd1 : 3'd2) : c_next;
  assign b_addr   = {b_ctx | {1'b0, dblk_q[c_next]}, limb_q[c_next]};
  always_ff @(posedge clk_i) begin
    if (!run_i) begin
      res_limb_q <= 26'd0;
      ext_limb_q <= 26'd0;
    end else begin
      res_limb_q <= res_mem[b_addr];
      ext_limb_q <= ext_mem[b_addr];
    end
  end
  always_comb begin
    want_limb = 1'b0;
    b_limb    = 26'd0;
    acc_sum   = 44'd0;
    digit     = 17'd0;
    if (v0 && digit_turn && !upper0) begin
      want_limb = have_q[c0] < 5'd17;
      if (want_limb && !dend_q[c0]) b_limb = ins.b_sel == pka_pkg::BExt ? ext_limb_q : res_limb_q;
      acc_sum = acc_q[c0] + ({18'd0, b_limb} << have_q[c0]);
      unique case (ins.b_sel)
        pka_pkg::BOne:  digit = {16'd0, turn == pka_pkg::TurnFirst && ins.first};
        pka_pkg::BQuot: begin
          for (int i = 0; i < 6; i++) if (ins.first && turn == 6'(i + 1)) digit = quot_i[17*i +: 17];
        end
        default:        digit = acc_sum[16:0];
      endcase
      if (sec.b_zero) digit = 17'd0;
    end
  end

  // ---- control pipeline: index k is the stage that uses it
  logic [9:1] v_q;
  logic [2:0] c_q [10];
  logic [9:1] last_q;
  logic [4:1] plain_q;
  logic [7:1] cap_q, ucap_q;
  logic [8:1] shift_q, more_q, up_q;  // more: a block above this one; up: a block below
  logic [5:1] first_q, test_q;
  logic [16:0] bd_q [8];  // the digit, for the plain product and the capture
  assign c9 = c_q[9];

  logic [16:0] ba_q;      // what A is multiplied with
  logic [16:0] qd_q;      // quotient digit
  logic [16:0] qm_q;
  logic [16:0] n0_q [8];
  logic [16:0] u3_low, t7_low;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || !run_i) begin
      phase_q <= 9'd496;  // context 0 fetches eight cycles after the start
      v_q     <= '0;
    end else begin
      phase_q <= phase_q + 9'd1;
      v_q     <= {v_q[8:1], v0};
    end
    first_q <= {first_q[4:1], first0};
    last_q  <= rst_ni ? {last_q[8:1], last0} : '0;
    plain_q <= {plain_q[3:1], ins.plain || !digit_turn};
    shift_q <= {shift_q[7:1], digit_turn};
    up_q    <= {up_q[7:1], upper0};
    more_q  <= {more_q[7:1], ins.blk != ins.top};
    cap_q   <= {cap_q[6:1], ins.capture && digit_turn && !upper0};
    ucap_q  <= {ucap_q[6:1], ins.plain};
    test_q  <= {test_q[4:1], ins.zero_test && digit_turn};
    for (int k = 2; k < 10; k++) c_q[k] <= c_q[k-1];
    c_q[1] <= c0;
    for (int k = 2; k < 8; k++) bd_q[k] <= bd_q[k-1];
    if (!upper0) bd_q[1] <= digit;
    if (!rst_ni) begin
      for (int c = 0; c < 8; c++) instr_q[c] <= '0;
    end else if (fetch_o) begin
      instr_q[c0]  <= instr_i;
      secret_q[c0] <= secret_i;
      if (instr_i[pka_pkg::InstrBits-2]) begin  // first
        acc_q[c0]  <= 44'd0;
        have_q[c0] <= 5'd0;
        limb_q[c0] <= 6'd0;
        dblk_q[c0] <= 2'd0;
        dend_q[c0] <= 1'b0;
      end
    end
    if (v0) begin
      if (digit_turn && !upper0) begin
        acc_q[c0] <= acc_sum >> 17;
        if (want_limb) begin
          limb_q[c0] <= limb_q[c0] + 6'd1;
          have_q[c0] <= have_q[c0] + 5'd8;
          if (limb_q[c0] == 6'(L - 1)) begin
            limb_q[c0] <= 6'd0;
            dblk_q[c0] <= dblk_q[c0] + 2'd1;
            dend_q[c0] <= dend_q[c0] || dblk_q[c0] == ins.top;
          end
        end else begin
          have_q[c0] <= have_q[c0] - 5'd17;
        end
      end
      if (!upper0) begin
        ba_q <= add_turn ? {16'd0, !sec.add_zero} : sum_turn ? 17'd1 : ins.plain ? 17'd0 :
                digit ^ {16'd0, ins.flip && turn == pka_pkg::TurnFlip};
      end
    end
    if (v_q[3]) qm_q <= u3_low * n0_q[c_q[3]];
    if (v_q[4] && !up_q[4]) qd_q <= plain_q[4] ? bd_q[4] : qm_q;
  end

  // Zero test: with A = 1 the quotient is -B/N mod R, so its digits are all zero for B = 0 and all ones for B = N.
  logic [7:0] all0_q, all1_q;
  assign zero_o = all0_q | all1_q;
  always_ff @(posedge clk_i) begin
    if (v_q[5] && test_q[5]) begin
      all0_q[c_q[5]] <= (first_q[5] || all0_q[c_q[5]]) && qd_q == '0;
      all1_q[c_q[5]] <= (first_q[5] || all1_q[c_q[5]]) && qd_q == '1;
    end
  end

  // A result waits in its register for its way out, which begins with reading it: the lowest block's in the last turn of its frame, an upper
  // block's in a pause of the step after, so that each context has its own 64 cycles for it.
  logic [7:0] wait_q;
  logic [5:0] wait_dst_q [8];
  logic       wait_key_q [8];
  logic [2:0] wait_page_q [8];
  logic       unload0;
  assign unload0 = run_i && wait_q[c0] && (ins.blk == 2'd0 ? turn == pka_pkg::TurnFetch : pause_turn && ins.blk == ins.part + 2'd1);

  // ---- the limbs
  // Registers and moduli are read and written by rows, one limb in each 32 bits: a row needs no shifting in simulation then. The bits between are
  // never written and synthesise to nothing; a row of registers is one block RAM for each limb.
  localparam int Row = 32 * L;
  logic [Row-1:0] rf [512];
  logic [Row-1:0] mod_mem [8];
  logic [Row-1:0] a1;          // what the register file gave, zero when A is a constant
  logic           a1_one_q, a1_top_q;
  logic [42:0] m2 [L];
  logic [45:0] u3 [L];
  logic [45:0] u4 [L];
  logic [45:0] u5 [L];
  logic [45:0] u6 [L];
  logic [Row-1:0] n5;
  logic [42:0] m6 [L];
  logic [45:0] t7 [L];
  logic [29:0] s8 [L];
  logic [29:0] s9 [L];
  logic [29:0] s10 [L];
  logic [Row-1:0] x9;          // the finished result; zero while registers are erased
  // the low bits of the block above, one stage behind, come in at the top
  logic [29:0] s8_top;
  logic [4:0]  carry9_q;
  assign s8_top = more_q[8] && shift_q[8] ? s8[L-1] + {5'd0, t7_low, 8'd0} : s8[L-1];
  assign u3_low = u3[0][16:0];
  assign t7_low = t7[0][16:0];

  logic [5:0] a_addr;
  logic       a_const, erase_ctx, erase_q;
  logic [8:0] erase_addr_q;
  assign a_addr    = unload0 ? wait_dst_q[c0] : add_turn ? ins.add_sel : sec.a_sel;
  assign a_const   = ins.a != pka_pkg::AReg && !add_turn && !unload0;
  pka_pkg::instr_t ins_w;
  assign ins_w     = instr_q[win_ctx_o];
  assign erase_ctx = run_i && ins_w.erase;

  always_ff @(posedge clk_i) begin
    if (v0 || unload0) begin
      if (a_const) a1 <= '0;
      else a1 <= rf[{c0, a_addr}];
      a1_one_q <= a_const && ins.a == pka_pkg::AOne && !upper0;
      a1_top_q <= a_const && ins.a == pka_pkg::ATop && ins.blk == ins.top;
    end
    if (v_q[1]) begin
      m2[0] <= 43'({a1[25:1], a1[0] | a1_one_q}) * 43'(ba_q);
      for (int k = 1; k < L - 1; k++) m2[k] <= 43'(a1[32*k +: 26]) * 43'(ba_q);
      m2[L-1] <= 43'({a1[32*(L-1)+25] | a1_top_q, a1[32*(L-1) +: 25]}) * 43'(ba_q);
    end
    if (v_q[2]) for (int k = 0; k < L; k++) u3[k] <= 46'(m2[k]) + 46'(s10[k]);
    if (v_q[3]) for (int k = 0; k < L; k++) u4[k] <= u3[k];
    if (v_q[4]) n5 <= mod_mem[c_q[4]];
    if (v_q[4]) for (int k = 0; k < L; k++) u5[k] <= u4[k];
    if (v_q[5]) for (int k = 0; k < L; k++) begin
      u6[k] <= u5[k];
      m6[k] <= 43'(n5[32*k +: 25]) * 43'(qd_q);
    end
    if (v_q[6]) for (int k = 0; k < L; k++) t7[k] <= u6[k] + 46'(m6[k]);
    if (v_q[7]) begin
      if (shift_q[7]) begin
        for (int k = 0; k < L - 1; k++) s8[k] <= 30'(t7[k][45:17]) + {5'd0, t7[k+1][16:0], 8'd0};
        s8[L-1] <= 30'(t7[L-1][45:17]);
      end else begin
        for (int k = 0; k < L; k++) s8[k] <= t7[k][29:0];
      end
    end
    if (v_q[8]) begin
      for (int k = 0; k < L; k++) s9[k] <= s8[k];
      s9[L-1] <= s8_top;
    end
    if (erase_i || erase_ctx) begin
      x9 <= '0;
    end else if (last_q[8]) begin : carry  // one carry step makes limbs of at most 26 bits
      logic [Row-1:0] x;
      x = '0;
      x[25:0] = {1'b0, s8[0][24:0]} + (up_q[8] ? 26'(carry9_q) : 26'd0);
      for (int k = 1; k < L - 1; k++) x[32*k +: 26] = {1'b0, s8[k][24:0]} + 26'(s8[k-1][29:25]);
      x[32*(L-1) +: 26] = {s8_top[25] && !more_q[8], s8_top[24:0]} + 26'(s8[L-2][29:25]);
      x9       <= x;
      carry9_q <= s8_top[29:25];
    end
    if (v_q[1] && first_q[1]) for (int k = 0; k < L; k++) s10[k] <= 30'd0;
    else if (v_q[9]) for (int k = 0; k < L; k++) s10[k] <= s9[k];
    erase_q      <= rst_ni && (erase_i || erase_ctx);
    erase_addr_q <= erase_i ? erase_addr_i : {win_ctx_o, win_word_o};
    if (erase_q || (last_q[9] && ins9.write)) rf[erase_q ? erase_addr_q : {c9, ins9.dst}] <= x9;
  end

  // What the loader or the erasing sweep brings, by words of a context in their order. A modulus is gathered first and goes in as a row with its
  // last word, n0.
  logic [8:0]     ld_addr;
  logic [25:0]    ld_word;
  logic           ld_mod_last;
  logic [Row-1:0] ld_row_q;
  assign ld_addr     = erase_i ? erase_addr_i : {ld_ctx_i, ld_word_i};
  assign ld_word     = erase_i ? 26'd0 : ld_data_i;
  assign ld_mod_last = (erase_i || ld_mod_i) && ld_addr[5:0] == 6'(L);
  always_ff @(posedge clk_i) if (erase_i || ld_mod_i) ld_row_q <= {7'd0, ld_word[24:0], ld_row_q[Row-1:32]};
  always_ff @(posedge clk_i) begin
    if (ld_mod_last) mod_mem[ld_addr[8:6]] <= ld_row_q;
    if (ld_mod_last) n0_q[ld_addr[8:6]] <= ld_word[16:0];
    if (erase_i || ld_ext_i) ext_mem[ld_addr] <= ld_word;
  end

  // ---- unload: the row that was read back leaves limb by limb, to be the next digits
  logic [Row-1:0] un_q;
  logic [25:0] un_limb_q;
  logic [5:0]  un_word_q, un_out_word_q;
  logic [2:0]  un_ctx_q, un_page_q;
  logic        un_load_q, un_busy_q, un_key_q, un_out_q;
  always_ff @(posedge clk_i) if (un_load_q) un_q <= a1;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      un_load_q <= 1'b0;
      un_busy_q <= 1'b0;
      un_out_q  <= 1'b0;
      un_key_q  <= 1'b0;
      wait_q    <= 8'd0;
    end else begin
      un_load_q <= unload0;
      un_out_q  <= un_busy_q;
      if (unload0) begin
        un_key_q  <= wait_key_q[c0];
        un_page_q <= wait_page_q[c0];
        un_ctx_q  <= c0;
      end
      if (un_load_q) begin
        un_busy_q <= 1'b1;
        un_word_q <= 6'd0;
      end else if (un_busy_q) begin
        un_word_q <= un_word_q + 6'd1;
        if (un_word_q == 6'(L - 1)) un_busy_q <= 1'b0;
      end
      if (un_busy_q) begin
        un_limb_q     <= un_q[{un_word_q, 5'd0} +: 26];
        un_out_word_q <= un_word_q;
      end
      if (last_q[9] && ins9.write) begin
        wait_q[c9]      <= 1'b1;
        wait_dst_q[c9]  <= ins9.dst;
        wait_key_q[c9]  <= ins9.key_write;
        wait_page_q[c9] <= ins9.key_page;
      end
      if (unload0) wait_q[c0] <= 1'b0;
    end
    if (erase_i || un_out_q) res_mem[erase_i ? erase_addr_i : {un_ctx_q, un_out_word_q}] <= erase_i ? 26'd0 : un_limb_q;
  end
  assign kw_valid_o = un_out_q && un_key_q;
  assign kw_ctx_o   = un_ctx_q;
  assign kw_page_o  = un_page_q;
  assign kw_word_o  = un_out_word_q;
  assign kw_data_o  = un_limb_q;
  assign busy_o     = un_load_q || un_busy_q || un_out_q || erase_q;

  // ---- capture
  logic [7:1] first_cap_q;
  assign cap_valid_o = v_q[7] && cap_q[7];
  assign cap_first_o = first_cap_q[7];
  assign cap_slot_o  = c_q[7][2:1];
  assign cap_digit_o = ucap_q[7] ? t7_low : bd_q[7];
  always_ff @(posedge clk_i) first_cap_q <= {first_cap_q[6:1], turn == pka_pkg::TurnFirst && ins.first && ins.cap_new};

  `ASSERT_CONST(InstructionFits, $bits(pka_pkg::instr_t) == pka_pkg::InstrBits && $bits(pka_pkg::secret_t) == pka_pkg::SecretBits)
  `ASSERT_NEVER(ResultNeverFindsTheUnloadRegisterFull, (unload0 || un_load_q) && (un_busy_q || un_out_q))
  `ASSERT_NEVER(NoResultIsOverwrittenBeforeItLeft, last_q[9] && ins9.write && wait_q[c9])
  `ASSERT_NEVER(LoadsOnlyInTheirWindow, (ld_ext_i || ld_mod_i) && ld_word_i > 6'd41)
  `ASSERT_NEVER(EraseOnlyWhileStopped, erase_i && run_i)
  `ASSERT_NEVER(NoResultWhileRegistersAreErased, last_q[9] && ins9.write && (erase_q || erase_ctx))
endmodule
