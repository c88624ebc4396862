// Small Montgomery array: 11 limbs of 25 bits (Wide, for P-384: 16), two multipliers each, eight contexts in a barrel, one digit step a cycle.
//
// The arithmetic is that of rtl/pka/pka_mont.sv with signs: S := (S + A * b + N * q) / 2^17 in carry-save form, a loop of eight cycles. What
// differs is where operands come from: each factor is a sum of up to five registers or constants with small coefficients, formed while the
// context's last result goes back (its "service", 17 cycles that no other context shares). rtl/ecc/README.md has the schedule.
`include "assert.svh"

module ecc_mont #(
  parameter bit Wide = 1'b0,
  parameter int unsigned Bits = Wide ? 384 : 256,     // of a number
  parameter int unsigned DgAw = Wide ? 5 : 4          // of a digit's index
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  logic                               run_i,          // frames advance; the phase is fixed while it is 0
  // service: which context, where in it; the instruction is wanted from the cycle after SvcWord until the next one
  output logic [2:0]                         svc_ctx_o,
  output logic [4:0]                         svc_pos_o,
  input  logic                               go_i,           // the context in service starts another frame
  input  logic [ecc_prog_pkg::InstrBits-1:0] word_i,
  input  logic [7:0]                         count_i,        // its loop counter
  input  logic                               flip_i,         // fault injection: damage this frame
  // sticky verdicts, {FAULT, AUTH, BAD} of each context
  input  logic                               clear_i,
  input  logic [2:0]                         clear_ctx_i,
  output logic [23:0]                        flags_o,
  // loader: one register a cycle, a number below 2^Bits
  input  logic                               ld_valid_i,
  output logic                               ld_ready_o,
  input  logic [8:0]                         ld_addr_i,      // {context, register}
  input  logic [Bits-1:0]                    ld_data_i,
  // captured digits, {context, slot, digit}; data one cycle after an accepted read
  input  logic                               dg_re_i,
  output logic                               dg_ready_o,
  input  logic [DgAw+4:0]                    dg_addr_i,
  output logic [16:0]                        dg_data_o,
  // erases register and digit of one address a cycle; the context must not be running
  input  logic                               erase_i,
  output logic                               erase_ready_o,
  input  logic [8:0]                         erase_addr_i
);
  localparam int L = Wide ? ecc_pkg::WideLimbs : ecc_pkg::Limbs;
  localparam int unsigned RowBits = Wide ? 400 : 275, RowAw = Wide ? 10 : 11;  // of a modulus or a constant; of its number in the ROM
  localparam logic [4:0] TurnLast = Wide ? ecc_pkg::WideTurnLast : ecc_pkg::TurnLast;
  localparam logic [4:0] Turns = TurnLast + 5'd3;
  localparam logic [6:0] GapEnd = Wide ? 7'd88 : 7'd24;        // the last service's position when the first one's begins: 8 Turns - 7 * 17 - 1
  localparam logic [4:0] OddTurn = 5'(Bits / 17);              // digit and bit that cap_odd sets: bit Bits of the number
  localparam logic [16:0] OddBit = 17'd1 << (Bits % 17);

  // ---- phase: turns and cycles in them; service windows follow each other at 17 cycles, with a gap of eight after the last
  logic [4:0] turn_q, pos, turn;
  logic [6:0] pos_q;
  logic [2:0] c0, sctx_q;
  assign svc_ctx_o = sctx_q;
  assign svc_pos_o = run_i ? pos : 5'd31;
  assign pos       = pos_q > 7'd31 ? 5'd31 : pos_q[4:0];
  assign turn      = turn_q >= {1'b0, c0, 1'b0} ? turn_q - {1'b0, c0, 1'b0} : turn_q + Turns - {1'b0, c0, 1'b0};
  always_ff @(posedge clk_i) begin
    if (!rst_ni || !run_i) begin
      turn_q <= TurnLast;  // cycle 126 of context 0's frame (wide: 190)
      c0     <= 3'd6;
      sctx_q <= 3'd0;
      pos_q  <= 7'd0;
    end else begin
      c0 <= c0 + 3'd1;
      if (c0 == 3'd7) turn_q <= turn_q == Turns - 5'd1 ? 5'd0 : turn_q + 5'd1;
      pos_q <= pos_q + 7'd1;
      if (pos_q == (sctx_q == 3'd7 ? GapEnd : {2'd0, ecc_pkg::SvcLast})) begin
        pos_q  <= 7'd0;
        sctx_q <= sctx_q + 3'd1;
      end
    end
  end

  // ---- instructions in force
  logic [ecc_pkg::CtlBits-1:0] ctl_q [8];
  ecc_pkg::ctl_t ctl, ctl3, ctl4, ctl9, ctl_new, ctl_svc;
  logic [2:0] c_q [10];
  logic       v0, commit;
  assign ctl     = ctl_q[c0];
  assign ctl3    = ctl_q[c_q[3]];
  assign ctl4    = ctl_q[c_q[4]];
  assign ctl9    = ctl_q[c_q[9]];
  assign ctl_svc = ctl_q[sctx_q];
  assign v0      = run_i && ctl.valid && turn <= TurnLast;
  assign commit  = run_i && pos == ecc_pkg::SvcCommit;
  always_comb begin
    ctl_new          = '0;
    ctl_new.valid    = go_i;
    ctl_new.dst      = word_i[ecc_prog_pkg::FDst +: 6] + (word_i[ecc_prog_pkg::FDstCnt] ? count_i[5:0] : 6'd0);
    ctl_new.mod      = word_i[ecc_prog_pkg::FMod +: 2];
    ctl_new.test     = word_i[ecc_prog_pkg::FTest +: 3];
    ctl_new.flag     = word_i[ecc_prog_pkg::FFlag +: 2];
    ctl_new.cap      = word_i[ecc_prog_pkg::FCap];
    ctl_new.cap_slot = word_i[ecc_prog_pkg::FCapSlot +: 2];
    ctl_new.cap_odd  = word_i[ecc_prog_pkg::FCapOdd];
    ctl_new.win      = word_i[ecc_prog_pkg::FWin +: 2] != ecc_pkg::WnNone;
    ctl_new.flip     = flip_i;
  end

  // ---- digitiser: exact 17-bit digits out of redundant signed limbs, one a turn; the last one has the sign
  logic [26:0]        b_mem [128];  // {context, limb}
  logic [45:0]        dacc_q [8];
  logic [4:0]         have_q [8];
  logic [4:0]         limb_q [8];
  logic signed [45:0] dacc_sum;
  logic signed [26:0] b_limb;
  logic               want_limb;
  logic signed [17:0] digit;
  always_comb begin
    want_limb = 1'b0;
    b_limb    = 27'sd0;
    dacc_sum  = 46'sd0;
    digit     = 18'sd0;
    if (v0) begin
      want_limb = have_q[c0] < 5'd17 && limb_q[c0] < 5'(L);
      if (want_limb) b_limb = b_mem[{c0, limb_q[c0][3:0]}];
      dacc_sum = $signed(dacc_q[c0]) + (46'(b_limb) <<< have_q[c0]);
      digit    = turn == TurnLast ? dacc_sum[17:0] : {1'b0, dacc_sum[16:0]};
    end
  end

  // ---- control pipeline: index k is the stage that uses it
  logic [9:1]         v_q, last_q;
  logic [5:1]         first_q;
  logic               cap1_q;
  logic [DgAw+4:0]    cap1_addr_q;
  logic [16:0]        cap1_data_q;
  logic signed [17:0] ba_q;
  logic [16:0]        qm_q, qd_q, n0, u3_low;
  logic [7:0]         even_q;
  if (Wide) begin : gen_inverse
    assign n0 = ctl3.mod[0] ? ecc_prog_pkg::InvN384 : ecc_prog_pkg::InvP384;
  end else begin : gen_inverse
    always_comb begin
      unique case (ctl3.mod)
        2'd0:    n0 = ecc_prog_pkg::InvP;
        2'd1:    n0 = ecc_prog_pkg::InvN;
        2'd2:    n0 = ecc_prog_pkg::InvX;
        default: n0 = ecc_prog_pkg::InvQ;
      endcase
    end
  end
  logic erase;
  assign erase = erase_i && erase_ready_o;
  always_ff @(posedge clk_i) begin
    v_q     <= !rst_ni || !run_i ? '0 : {v_q[8:1], v0};
    first_q <= {first_q[4:1], turn == 5'd0};
    last_q  <= rst_ni ? {last_q[8:1], v0 && turn == TurnLast} : '0;
    for (int k = 2; k < 10; k++) c_q[k] <= c_q[k-1];
    c_q[1] <= c0;
    if (!rst_ni) begin
      for (int c = 0; c < 8; c++) ctl_q[c] <= '0;
      cap1_q <= 1'b0;
    end else begin
      cap1_q <= v0 && ctl.cap;
      if (commit) begin
        ctl_q[sctx_q]  <= ctl_new;
        dacc_q[sctx_q] <= 46'd0;
        have_q[sctx_q] <= 5'd0;
        limb_q[sctx_q] <= 5'd0;
      end
    end
    if (v0) begin
      dacc_q[c0] <= dacc_sum >>> 17;
      if (want_limb) begin
        limb_q[c0] <= limb_q[c0] + 5'd1;
        have_q[c0] <= have_q[c0] + 5'd8;
      end else begin
        have_q[c0] <= have_q[c0] - 5'd17;
      end
      ba_q        <= digit ^ {17'd0, ctl.flip && turn == ecc_pkg::TurnFlip};
      cap1_addr_q <= {c0, ctl.cap_slot, turn[DgAw-1:0]};
      cap1_data_q <= digit[16:0] | (ctl.cap_odd && turn == OddTurn ? OddBit : 17'd0);
      if (ctl.test == ecc_pkg::TsOdd && turn == 5'd0) even_q[c0] <= !digit[0];
    end
    if (erase) even_q[erase_addr_i[8:6]] <= 1'b0;
    if (v_q[3]) qm_q <= u3_low * n0;
    if (v_q[4]) qd_q <= qm_q;
  end

  // ---- zero test: with A = 1 the quotient is -B/N mod R, and B is a small multiple of N just when that is a small number, of either sign
  logic [7:0]  all0_q, all1_q, zero_q;
  logic [2:0]  flags_q [8];
  logic        svc_zero;
  assign svc_zero = all0_q[sctx_q] || all1_q[sctx_q];
  always_ff @(posedge clk_i) begin
    if (v_q[5]) begin
      all0_q[c_q[5]] <= first_q[5] ? qd_q[16:8] == '0 : all0_q[c_q[5]] && qd_q == '0;
      all1_q[c_q[5]] <= first_q[5] ? qd_q[16:8] == '1 : all1_q[c_q[5]] && qd_q == '1;
    end
    if (run_i && pos == ecc_pkg::SvcVerdict && ctl_svc.valid) begin
      if (ctl_svc.test == ecc_pkg::TsFlag) zero_q[sctx_q] <= svc_zero;
      for (int f = 0; f < 3; f++) begin
        if (ctl_svc.flag == 2'(f) && ((ctl_svc.test == ecc_pkg::TsZero && svc_zero) || (ctl_svc.test == ecc_pkg::TsNonzero && !svc_zero))) begin
          flags_q[sctx_q][f] <= 1'b1;
        end
      end
    end
    if (clear_i) flags_q[clear_ctx_i] <= 3'd0;
    if (erase) zero_q[erase_addr_i[8:6]] <= 1'b0;
  end
  always_comb for (int c = 0; c < 8; c++) flags_o[3*c +: 3] = flags_q[c];

  // ---- captured digits, and the window that is made of them
  logic [16:0] dg_mem [512];  // digits 0..15 of each number
  logic [16:0] dg_low_q, dg_q, w0_q;
  logic [DgAw-1:0] wword_q [8];
  logic [DgAw-1:0] wword;
  logic [4:0]  wbit_q [8];
  logic [4:0]  wbit_less;
  logic [4:0]  win_q [8];
  logic [33:0] win_wide;
  logic        dg_own;
  assign dg_own        = run_i && ctl_svc.win && ctl_svc.valid && (pos == ecc_pkg::SvcWord || pos == ecc_pkg::SvcDigit);
  assign dg_ready_o    = !dg_own;
  assign dg_data_o     = dg_q;
  assign wword         = wword_q[sctx_q] + DgAw'(pos == ecc_pkg::SvcDigit);
  assign erase_ready_o = !last_q[9] && !cap1_q && !un_valid_q && !ld_valid_i;
  assign win_wide      = {dg_q, w0_q} >> wbit_q[sctx_q];
  assign wbit_less     = wbit_q[sctx_q] - word_i[ecc_prog_pkg::FWinBit +: 5];
  always_ff @(posedge clk_i) begin
    if (dg_own) dg_low_q <= dg_mem[{sctx_q, 2'd0, wword[3:0]}];
    else if (dg_re_i) dg_low_q <= dg_mem[{dg_addr_i[DgAw+4:DgAw], dg_addr_i[3:0]}];
    if (cap1_q && !cap1_high) dg_mem[{cap1_addr_q[DgAw+4:DgAw], cap1_addr_q[3:0]}] <= cap1_data_q;
    else if (erase) dg_mem[erase_addr_i] <= 17'd0;
    if (run_i && pos == ecc_pkg::SvcDigit) w0_q <= dg_q;
    if (run_i && pos == ecc_pkg::SvcVerdict) begin
      w0_q <= 17'd0;
      if (ctl_svc.win && ctl_svc.valid) win_q[sctx_q] <= win_wide[4:0];
    end
    if (erase) win_q[erase_addr_i[8:6]] <= 5'd0;
    if (commit) begin
      if (word_i[ecc_prog_pkg::FWin +: 2] == ecc_pkg::WnSet) begin
        wword_q[sctx_q] <= word_i[ecc_prog_pkg::FWinWord +: DgAw];
        wbit_q[sctx_q]  <= word_i[ecc_prog_pkg::FWinBit +: 5];
      end else if (word_i[ecc_prog_pkg::FWin +: 2] == ecc_pkg::WnStep) begin
        wbit_q[sctx_q] <= wbit_less;
        if (wbit_q[sctx_q] < word_i[ecc_prog_pkg::FWinBit +: 5]) begin
          wbit_q[sctx_q]  <= wbit_less + 5'd17;
          wword_q[sctx_q] <= wword_q[sctx_q] - DgAw'(1);
        end
      end
    end
  end

  // digits 16 and up, which only the wide array has
  logic cap1_high;
  if (Wide) begin : gen_high
    logic [16:0] dg_high_mem [256];
    logic [16:0] dg_high_q;
    logic        high_q;
    assign cap1_high = cap1_addr_q[DgAw-1];
    assign dg_q      = high_q ? dg_high_q : dg_low_q;
    always_ff @(posedge clk_i) begin
      if (dg_own) dg_high_q <= dg_high_mem[{sctx_q, 2'd0, wword[2:0]}];
      else if (dg_re_i) dg_high_q <= dg_high_mem[{dg_addr_i[DgAw+4:DgAw], dg_addr_i[2:0]}];
      if (dg_own) high_q <= wword[DgAw-1];
      else if (dg_re_i) high_q <= dg_addr_i[DgAw-1];
      if (cap1_q && cap1_high) dg_high_mem[{cap1_addr_q[DgAw+4:DgAw], cap1_addr_q[2:0]}] <= cap1_data_q;
      else if (erase) dg_high_mem[{erase_addr_i[8:6], erase_addr_i[4:0]}] <= 17'd0;
    end
  end else begin : gen_high
    assign cap1_high = 1'b0;
    assign dg_q      = dg_low_q;
  end

  // ---- operands: terms of the instruction in service, one a cycle
  logic [3:0]                        term_i;
  logic [ecc_prog_pkg::TermBits-1:0] term;
  logic [2:0]                        t_mode;
  logic [2:0]                        t_fmod;
  logic [5:0]                        t_addr, t_reg;
  logic [2:0]                        t_index;
  logic [RowAw-1:0]                  t_row;
  logic                              issue, t_en, t_rom;
  logic [4:0]                        win;
  assign win     = win_q[sctx_q];
  assign issue   = run_i && go_i && pos >= ecc_pkg::SvcTerm && pos < ecc_pkg::SvcTerm + 5'(2 * ecc_prog_pkg::MaxTerms);
  assign term_i  = pos[3:0] - ecc_pkg::SvcTerm[3:0];
  assign t_index = win[3] ? win[2:0] : ~win[2:0];
  always_comb begin
    term   = '0;
    if (issue) term = word_i[term_i*ecc_prog_pkg::TermBits +: ecc_prog_pkg::TermBits];
    t_en   = term[ecc_prog_pkg::TermEn];
    t_addr = term[ecc_prog_pkg::TermAddr +: 6];
    t_mode = term[ecc_prog_pkg::TermMode +: 3];
    t_fmod = term[ecc_prog_pkg::TermFmod +: 3];
    t_rom  = t_mode == ecc_pkg::MdConst || t_mode == ecc_pkg::MdComb || t_mode == ecc_pkg::MdEcomb;
    t_reg  = t_addr;
    if (t_mode == ecc_pkg::MdTab) t_reg = t_addr + {3'd0, t_index};
    if (t_mode == ecc_pkg::MdSwap) t_reg = t_addr ^ {5'd0, win[1] ^ win[0]};
    t_row  = RowAw'(t_addr);
    if (t_mode == ecc_pkg::MdComb) t_row = Wide ? RowAw'({count_i[5:0] + {1'b0, t_addr[5:1]} + 6'd16, t_index, t_addr[0]}) :
                                                 RowAw'({2'b01, count_i[4:0] + t_addr[5:1], t_index, t_addr[0]});
    if (!Wide && t_mode == ecc_pkg::MdEcomb) t_row = RowAw'({1'b1, count_i[4:0] + {1'b0, t_addr[5:2]}, t_index, t_addr[1:0]});
  end

  logic [RowBits-1:0] row;
  if (Wide) begin : gen_const
    ecc_wide_const_rom u_const_rom (.clk_i, .re_i(t_en && t_rom), .addr_i(t_row), .data_o(row));
  end else begin : gen_const
    ecc_const_rom u_const_rom (.clk_i, .re_i(t_en && t_rom), .addr_i(t_row), .data_o(row));
  end

  logic       t1_q, t1_first_q, t1_en_q, t1_rom_q, t1_neg_q, t1_keep_q, t1_twice;
  logic [2:0] t1_coef_q;
  logic [1:0] t1_s0, t1_s1;  // the coefficient is 2^s0, or 2^s0 + 2^s1
  always_comb begin
    t1_s0    = 2'd0;
    t1_s1    = 2'd0;
    t1_twice = 1'b0;
    unique case (t1_coef_q)
      3'd0: t1_s0 = 2'd0;
      3'd1: t1_s0 = 2'd1;
      3'd2: begin t1_s0 = 2'd1; t1_s1 = 2'd0; t1_twice = 1'b1; end  // 3
      3'd3: t1_s0 = 2'd2;
      3'd4: t1_s0 = 2'd3;
      3'd5: begin t1_s0 = 2'd2; t1_s1 = 2'd1; t1_twice = 1'b1; end  // 6
      3'd6: begin t1_s0 = 2'd3; t1_s1 = 2'd0; t1_twice = 1'b1; end  // 9
      3'd7: begin t1_s0 = 2'd3; t1_s1 = 2'd2; t1_twice = 1'b1; end  // 12
      default: ;
    endcase
  end
  always_ff @(posedge clk_i) begin
    t1_q <= rst_ni && issue;
    if (issue) begin
      t1_first_q <= term_i == 4'd0 || term_i == 4'(ecc_prog_pkg::MaxTerms);
      t1_en_q    <= t_en;
      t1_rom_q   <= t_rom;
      t1_coef_q  <= term[ecc_prog_pkg::TermCoef +: 3];
      t1_neg_q   <= term[ecc_prog_pkg::TermNeg] ^ ((t_fmod == ecc_pkg::FmWneg && !win[3]) || (t_fmod == ecc_pkg::FmNege && even_q[sctx_q]));
      t1_keep_q  <= !((t_fmod == ecc_pkg::FmKeepe && !even_q[sctx_q]) || (t_fmod == ecc_pkg::FmKeepnz && zero_q[sctx_q]));
    end
  end

  // ---- the limbs
  logic [26:0]        rf [512][L];
  logic signed [26:0] rf_q [L];
  logic signed [31:0] sum_q [L];
  logic signed [31:0] t_val [L];
  logic signed [31:0] t_mul [L];
  logic [26:0]        a_mem [8][L];
  logic signed [26:0] a1 [L];
  logic signed [44:0] m2 [L];
  logic signed [45:0] u3 [L];
  logic signed [45:0] u4 [L];
  logic signed [45:0] u5 [L];
  logic signed [45:0] u6 [L];
  logic [24:0]        n5 [L];
  logic [41:0]        m6 [L];
  logic signed [45:0] t7 [L];
  logic signed [30:0] s8 [L];
  logic signed [30:0] s9 [L];
  logic signed [30:0] s10 [L];
  logic [26:0]        x9 [L];
  logic [26:0]        un_q [L];
  logic               un_valid_q;
  logic [3:0]         un_word_q;
  logic [2:0]         un_ctx_q;
  assign u3_low = u3[0][16:0];

  logic         t_value, sum_b, sum_a;
  logic [RowBits-1:0] modulus, ld_row;
  assign t_value    = t1_q && t1_en_q && t1_keep_q;
  assign sum_b      = run_i && go_i && pos == ecc_pkg::SvcB;
  assign sum_a      = run_i && go_i && pos == ecc_pkg::SvcA;
  assign ld_ready_o = !last_q[9];
  always_comb begin
    ld_row = '0;
    if (ld_valid_i) ld_row[Bits-1:0] = ld_data_i;
  end
  if (Wide) begin : gen_modulus
    assign modulus = ctl4.mod[0] ? ecc_prog_pkg::ModN384 : ecc_prog_pkg::ModP384;
  end else begin : gen_modulus
    always_comb begin
      unique case (ctl4.mod)
        2'd0:    modulus = ecc_prog_pkg::ModP;
        2'd1:    modulus = ecc_prog_pkg::ModN;
        2'd2:    modulus = ecc_prog_pkg::ModX;
        default: modulus = ecc_prog_pkg::ModQ;
      endcase
    end
  end
  always_comb begin
    for (int k = 0; k < L; k++) begin
      t_val[k] = 32'sd0;
      t_mul[k] = 32'sd0;
    end
    if (t_value) for (int k = 0; k < L; k++) begin
      t_val[k] = t1_rom_q ? $signed({7'd0, row[25*k +: 25]}) : 32'(rf_q[k]);
      t_mul[k] = (t_val[k] <<< t1_s0) + (t1_twice ? t_val[k] <<< t1_s1 : 32'sd0);
    end
  end

  always_ff @(posedge clk_i) begin
    // operands: sums of terms; one carry step makes limbs of 27 bits with their sign
    if (t_en && !t_rom) for (int k = 0; k < L; k++) rf_q[k] <= rf[{sctx_q, t_reg}][k];
    else if (sum_a) for (int k = 0; k < L; k++) rf_q[k] <= 27'sd0;
    if (t_value) begin
      if (t1_first_q) for (int k = 0; k < L; k++) sum_q[k] <= t1_neg_q ? -t_mul[k] : t_mul[k];
      else if (t1_neg_q) for (int k = 0; k < L; k++) sum_q[k] <= sum_q[k] - t_mul[k];
      else for (int k = 0; k < L; k++) sum_q[k] <= sum_q[k] + t_mul[k];
    end else if (t1_q && t1_first_q) begin
      for (int k = 0; k < L; k++) sum_q[k] <= 32'sd0;
    end
    if (sum_a) begin
      a_mem[sctx_q][0] <= {2'd0, sum_q[0][24:0]};
      for (int k = 1; k < L - 1; k++) a_mem[sctx_q][k] <= {2'd0, sum_q[k][24:0]} + {{20{sum_q[k-1][31]}}, sum_q[k-1][31:25]};
      a_mem[sctx_q][L-1] <= sum_q[L-1][26:0] + {{20{sum_q[L-2][31]}}, sum_q[L-2][31:25]};
    end else if (erase) begin
      for (int k = 0; k < L; k++) a_mem[erase_addr_i[8:6]][k] <= 27'd0;
    end
    if (sum_b) begin
      un_q[0] <= {2'd0, sum_q[0][24:0]};
      for (int k = 1; k < L - 1; k++) un_q[k] <= {2'd0, sum_q[k][24:0]} + {{20{sum_q[k-1][31]}}, sum_q[k-1][31:25]};
      un_q[L-1] <= sum_q[L-1][26:0] + {{20{sum_q[L-2][31]}}, sum_q[L-2][31:25]};
    end else if (un_valid_q) begin
      for (int k = 0; k < L - 1; k++) un_q[k] <= un_q[k+1];
      un_q[L-1] <= 27'd0;
    end
    // digit steps
    if (v0) for (int k = 0; k < L; k++) a1[k] <= a_mem[c0][k];
    if (v_q[1]) for (int k = 0; k < L; k++) m2[k] <= a1[k] * ba_q;
    if (v_q[2]) begin
      if (first_q[2]) for (int k = 0; k < L; k++) u3[k] <= 46'(m2[k]);
      else for (int k = 0; k < L; k++) u3[k] <= 46'(m2[k]) + 46'(s10[k]);
    end
    if (v_q[3]) for (int k = 0; k < L; k++) u4[k] <= u3[k];
    if (v_q[4]) for (int k = 0; k < L; k++) begin
      u5[k] <= u4[k];
      n5[k] <= modulus[25*k +: 25];
    end
    if (v_q[5]) for (int k = 0; k < L; k++) begin
      u6[k] <= u5[k];
      m6[k] <= 42'(n5[k]) * 42'(qd_q);
    end
    if (v_q[6]) for (int k = 0; k < L; k++) t7[k] <= u6[k] + $signed({4'd0, m6[k]});
    if (v_q[7]) begin
      for (int k = 0; k < L - 1; k++) s8[k] <= 31'(t7[k] >>> 17) + $signed({6'd0, t7[k+1][16:0], 8'd0});
      s8[L-1] <= 31'(t7[L-1] >>> 17);
    end
    if (v_q[8]) for (int k = 0; k < L; k++) s9[k] <= s8[k];
    if (last_q[8]) begin
      x9[0] <= {2'd0, s8[0][24:0]};
      for (int k = 1; k < L - 1; k++) x9[k] <= {2'd0, s8[k][24:0]} + {{21{s8[k-1][30]}}, s8[k-1][30:25]};
      x9[L-1] <= s8[L-1][26:0] + {{21{s8[L-2][30]}}, s8[L-2][30:25]};
    end
    if (v_q[9]) for (int k = 0; k < L; k++) s10[k] <= s9[k];
    // registers
    if (last_q[9]) for (int k = 0; k < L; k++) rf[{c_q[9], ctl9.dst}][k] <= x9[k];
    else if (ld_valid_i) for (int k = 0; k < L; k++) rf[ld_addr_i][k] <= {2'd0, ld_row[25*k +: 25]};
    else if (erase) for (int k = 0; k < L; k++) rf[erase_addr_i][k] <= 27'd0;
  end

  // ---- B on its way to the digitiser
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      un_valid_q <= 1'b0;
      un_word_q  <= 4'd0;
    end else if (sum_b) begin
      un_valid_q <= 1'b1;
      un_word_q  <= 4'd0;
      un_ctx_q   <= sctx_q;
    end else if (un_valid_q) begin
      un_word_q <= un_word_q + 4'd1;
      if (un_word_q == 4'(L - 1)) un_valid_q <= 1'b0;
    end
    if (un_valid_q) b_mem[{un_ctx_q, un_word_q}] <= un_q[0];
    else if (erase) b_mem[{erase_addr_i[8:6], erase_addr_i[3:0]}] <= 27'd0;
  end

  `ASSERT_CONST(ControlFits, $bits(ecc_pkg::ctl_t) == ecc_pkg::CtlBits)
  `ASSERT_NEVER(SumFindsTheDigitiserFree, sum_b && un_valid_q)
  `ASSERT_NEVER(ARunningContextIsNotErased, erase && ctl_q[erase_addr_i[8:6]][ecc_pkg::CtlBits-1])
  `ASSERT_NEVER(ResultComesInItsOwnService, last_q[9] && (sctx_q != c_q[9] || pos >= ecc_pkg::SvcCommit))
endmodule
