// Four RSA private operations in flight: the Montgomery array, its sequencer, the key memory and the operand memory.
//
// An operation owns a slot: contexts 2s (modulo p) and 2s + 1 (modulo q) that run the same program in lock step, q 64 cycles behind p. The
// program is the case statement below; rtl/pka/README.md has it as a table with the algebra. It branches on public values only: counters
// and the public exponent. Commands, streams and padding are pka_engine's business.
`include "assert.svh"

module pka_core #(
  parameter int unsigned NumKeys = 16,
  localparam int unsigned KeyAw = $clog2(NumKeys)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  // start of an operation in a free slot whose input is in the operand memory
  input  logic             start_i,
  input  logic [1:0]       start_slot_i,
  input  logic [KeyAw-1:0] start_key_i,
  input  logic [31:0]      start_e_i,
  input  logic [5:0]       start_top_i,   // exponent limb that the exponentiation starts with
  input  logic             start_flip_i,  // fault injection: its first squaring is damaged
  output logic [3:0]       active_o,
  output logic [3:0]       blinding_o,    // the slot's blinding pair is not yet renewed
  output logic [3:0]       pass_o,        // verdict of the fault check, valid when active has fallen
  output logic             busy_o,
  // key memory, {key, half, page, word}; reads yield to the array, writes only while no operation is active
  input  logic             km_we_i,
  input  logic [KeyAw+9:0] km_waddr_i,
  input  logic [25:0]      km_wdata_i,
  input  logic             km_re_i,
  output logic             km_ready_o,
  input  logic [KeyAw+9:0] km_raddr_i,
  output logic [25:0]      km_rdata_o,    // one cycle after an accepted read
  // operand memory, {slot, result, upper half, word}; both ports yield to the array
  input  logic             om_we_i,
  output logic             om_wready_o,
  input  logic [9:0]       om_waddr_i,
  input  logic [24:0]      om_wdata_i,
  input  logic             om_re_i,
  output logic             om_ready_o,
  input  logic [9:0]       om_raddr_i,
  output logic [24:0]      om_rdata_o,
  // erases the array, one address a cycle, while nothing is active
  input  logic             erase_i,
  input  logic [8:0]       erase_addr_i
);
  // ---- program steps (what is fetched next, by slot)
  typedef enum logic [5:0] {
    PcLoadMod, PcIdle1, PcKl, PcOne, PcBi, PcBiSq, PcBe, PcBeSq, PcKh, PcHi, PcIn, PcBlind, PcTable, PcOneAgain, PcFirst, PcSquare,
    PcMul, PcUnblind, PcMx, PcMxZero, PcNq, PcNeg, PcHx, PcH, PcHZero, PcJoin, PcJoinHigh, PcIdle2, PcChkHi, PcChkLo, PcChkSq1, PcChkSq,
    PcChkMul, PcDiff, PcDiffZero, PcErase, PcFlush, PcDone
  } pc_e;

  logic [3:0]       active_q, armed_q, pass_q, flip_q;
  logic [5:0]       pc_q [4];
  logic [4:0]       table_q [4];   // window table entry to be made
  logic [5:0]       limb_q [4];    // exponent limb
  logic [2:0]       win_q [4];     // window in it, 4 is the upper one
  logic [2:0]       square_q [4];
  logic [4:0]       ebit_q [4];    // bit of e that the next check step is for
  logic [31:0]      e_q [4];
  logic [KeyAw-1:0] key_q [4];

  logic [2:0] ctx, win_ctx;
  logic [1:0] slot;
  logic       fetch, half;
  logic [5:0] win_word;
  logic [7:0] zero;
  assign slot = ctx[2:1];
  assign half = ctx[0];

  // ---- the step as an instruction for the fetching context
  pka_pkg::instr_t  ins;
  pka_pkg::secret_t sec;
  pka_pkg::ld_e     ld;
  logic [2:0]       ld_page;
  logic [5:0]       pc;
  logic [24:0]      exp_q;         // exponent limb of the context whose window it is
  logic [4:0]       window;
  logic             running;
  assign pc      = pc_q[slot];
  assign window  = exp_q[5*win_q[slot] +: 5];
  assign running = active_q[slot] && (!half || armed_q[slot]);

  always_comb begin
    ins     = '0;
    sec     = '0;
    ld      = pka_pkg::LdNone;
    ld_page = 3'd0;
    if (fetch && running) begin
      ins.valid = 1'b1;
      ins.write = 1'b1;
      ins.dst   = pka_pkg::RScr;
      ins.b_sel = pka_pkg::BRes;
      unique case (pc)
        PcLoadMod: begin  // the frame loads the modulus
          ins.valid = 1'b0; ins.write = 1'b0;
          ld = pka_pkg::LdMod; ld_page = pka_pkg::PgMod;
        end
        PcIdle1: begin
          ins.valid = 1'b0; ins.write = 1'b0;
          ld = pka_pkg::LdKey; ld_page = pka_pkg::PgKl;
        end
        PcKl: begin  // R^2
          ins.a_one = 1'b1; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RKl;
        end
        PcOne: begin  // table[0] = R
          sec.a_sel = pka_pkg::RKl; ins.b_sel = pka_pkg::BOne; ins.dst = 6'd0;
          ld = pka_pkg::LdKey; ld_page = pka_pkg::PgBi;
        end
        PcBi: begin  // this operation's unblinding factor
          sec.a_sel = 6'd0; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RBi;
        end
        PcBiSq: begin  // the next one's
          sec.a_sel = pka_pkg::RBi; ins.b_sel = pka_pkg::BExt; ins.key_write = 1'b1; ins.key_page = pka_pkg::PgBi;
          ld = pka_pkg::LdKey; ld_page = pka_pkg::PgBe;
        end
        PcBe: begin
          sec.a_sel = 6'd0; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RBe;
        end
        PcBeSq: begin
          sec.a_sel = pka_pkg::RBe; ins.b_sel = pka_pkg::BExt; ins.key_write = 1'b1; ins.key_page = pka_pkg::PgBe;
          ld = pka_pkg::LdKey; ld_page = pka_pkg::PgKh;
        end
        PcKh: begin  // 2^1025 R^3
          ins.a_one = 1'b1; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RKh;
          ld = pka_pkg::LdOp; ld_page = 3'b001;
        end
        PcHi: begin  // upper half of the input
          sec.a_sel = pka_pkg::RKh; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RSum;
          ld = pka_pkg::LdOp; ld_page = 3'b000;
        end
        PcIn: begin  // the input modulo this prime, in Montgomery form
          sec.a_sel = pka_pkg::RKl; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RCm;
          ins.add = 1'b1; ins.add_sel = pka_pkg::RSum;
        end
        PcBlind: begin  // table[1]
          sec.a_sel = pka_pkg::RBe; ins.dst = 6'd1;
        end
        PcTable: begin  // table[k + 1] = table[k] * table[1]
          sec.a_sel = 6'd1; ins.dst = {1'b0, table_q[slot]};
        end
        PcOneAgain: begin
          sec.a_sel = pka_pkg::RKl; ins.b_sel = pka_pkg::BOne;
        end
        PcFirst: begin  // the top window
          sec.a_sel = {1'b0, window}; ins.dst = pka_pkg::RAcc;
        end
        PcSquare: begin
          sec.a_sel = pka_pkg::RAcc; ins.dst = pka_pkg::RAcc; ins.flip = flip_q[slot] && !half;
        end
        PcMul: begin
          sec.a_sel = {1'b0, window}; ins.dst = pka_pkg::RAcc;
        end
        PcUnblind: begin
          sec.a_sel = pka_pkg::RBi; ins.dst = pka_pkg::RAcc;
        end
        PcMx: begin  // out of Montgomery form; in [0, N], N only for zero
          sec.a_sel = pka_pkg::RAcc; ins.b_sel = pka_pkg::BOne; ins.dst = pka_pkg::RMx;
        end
        PcMxZero: begin  // q: is it zero?
          ins.valid = half; ins.write = 1'b0; ins.a_one = 1'b1; ins.zero_test = 1'b1;
          if (!half) begin
            ld = pka_pkg::LdKey; ld_page = pka_pkg::PgNq;
          end
        end
        PcNq: begin  // p: -R^3 / q
          ins.valid = !half; ins.write = !half; ins.a_one = 1'b1; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RNq;
        end
        PcNeg: begin  // p: - mq R^2 / q
          ins.valid = !half; ins.write = !half; sec.a_sel = pka_pkg::RNq; ins.b_sel = pka_pkg::BPeer; ins.dst = pka_pkg::RSum;
          sec.b_zero = zero[{slot, 1'b1}];
          if (!half) begin
            ld = pka_pkg::LdKey; ld_page = pka_pkg::PgQi;
          end
        end
        PcHx: begin  // p: (mp - mq) R / q
          ins.valid = !half; ins.write = !half; sec.a_sel = pka_pkg::RMx; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RAcc;
          ins.add = !half; ins.add_sel = pka_pkg::RSum;
        end
        PcH: begin  // p: h, in [0, p], p only for zero
          ins.valid = !half; ins.write = !half; sec.a_sel = pka_pkg::RAcc; ins.b_sel = pka_pkg::BOne;
        end
        PcHZero: begin
          ins.valid = !half; ins.write = 1'b0; ins.a_one = 1'b1; ins.zero_test = 1'b1;
        end
        PcJoin: begin  // q: mq + q h, a plain product; its low 61 digits leave now
          ins.valid = half; ins.write = half; ins.plain = 1'b1; ins.capture = 1'b1; ins.b_sel = pka_pkg::BPeer;
          sec.b_zero = zero[{slot, 1'b0}]; ins.add = half; ins.add_sel = pka_pkg::RMx; sec.add_zero = zero[{slot, 1'b1}];
        end
        PcJoinHigh: begin  // q: and the upper ones now
          ins.valid = half; ins.write = 1'b0; ins.a_one = 1'b1; ins.capture = 1'b1;
        end
        PcIdle2: begin
          ins.valid = 1'b0; ins.write = 1'b0;
          ld = pka_pkg::LdOp; ld_page = 3'b011;
        end
        PcChkHi: begin
          sec.a_sel = pka_pkg::RKh; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RSum;
          ld = pka_pkg::LdOp; ld_page = 3'b010;
        end
        PcChkLo: begin  // the result modulo this prime, in Montgomery form
          sec.a_sel = pka_pkg::RKl; ins.b_sel = pka_pkg::BExt; ins.dst = pka_pkg::RV;
          ins.add = 1'b1; ins.add_sel = pka_pkg::RSum;
        end
        PcChkSq1: begin
          sec.a_sel = pka_pkg::RV; ins.dst = pka_pkg::RAcc;
          ld = pka_pkg::LdMinus; ld_page = pka_pkg::PgMod;
        end
        PcChkSq: begin
          sec.a_sel = pka_pkg::RAcc; ins.dst = pka_pkg::RAcc;
          ld = pka_pkg::LdMinus; ld_page = pka_pkg::PgMod;
        end
        PcChkMul: begin
          sec.a_sel = pka_pkg::RV; ins.dst = pka_pkg::RAcc;
          ld = pka_pkg::LdMinus; ld_page = pka_pkg::PgMod;
        end
        PcDiff: begin  // (input - result^e) / R
          sec.a_sel = pka_pkg::RAcc; ins.b_sel = pka_pkg::BExt; ins.add = 1'b1; ins.add_sel = pka_pkg::RCm;
        end
        PcDiffZero: begin
          ins.a_one = 1'b1; ins.write = 1'b0; ins.zero_test = 1'b1;
        end
        PcErase: begin  // registers, modulus and external operand
          ins.valid = 1'b0; ins.write = 1'b0; ins.erase = 1'b1;
          ld = pka_pkg::LdZero;
        end
        PcFlush: begin  // zeros through the pipeline into the result memory
          ins.plain = 1'b1; sec.b_zero = 1'b1;
        end
        default: begin  // PcDone
          ins.valid = 1'b0; ins.write = 1'b0;
        end
      endcase
    end
  end

  // ---- the step after this one, when q has fetched
  logic       advance, window_last, ebit_set, ebit_last;
  logic [5:0] pc_next;
  logic [4:0] e_top;
  assign advance     = fetch && running && half;
  assign window_last = limb_q[slot] == 6'd0 && win_q[slot] == 3'd0;
  assign ebit_set    = e_q[slot][ebit_q[slot]];
  assign ebit_last   = ebit_q[slot] == 5'd0;
  always_comb begin
    pc_next = pc + 6'd1;
    e_top   = 5'd1;
    if (advance) begin
      for (int i = 2; i < 32; i++) if (e_q[slot][i]) e_top = 5'(i);
      unique case (pc)
        PcTable:  if (table_q[slot] != 5'd31) pc_next = PcTable;
        PcFirst:  pc_next = window_last ? PcUnblind : PcSquare;
        PcSquare: if (square_q[slot] != 3'd4) pc_next = PcSquare;
        PcMul:    if (!window_last) pc_next = PcSquare;
        PcChkSq1, PcChkSq: pc_next = ebit_set ? PcChkMul : ebit_last ? PcDiff : PcChkSq;
        PcChkMul: pc_next = ebit_last ? PcDiff : PcChkSq;
        default: ;
      endcase
    end
  end

  // What the loader does for a context at the end of the frame that was fetched
  logic [2:0] ld_q [8];
  logic [2:0] ld_page_q [8];
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 4'd0;
      armed_q  <= 4'd0;
      pass_q   <= 4'd0;
      flip_q   <= 4'd0;
      for (int s = 0; s < 4; s++) begin
        pc_q[s]  <= 6'd0;
        key_q[s] <= '0;
      end
      for (int c = 0; c < 8; c++) ld_q[c] <= pka_pkg::LdNone;
    end else begin
      if (fetch) begin
        ld_q[ctx]      <= ld;
        ld_page_q[ctx] <= ld_page;
        if (running && !half) armed_q[slot] <= 1'b1;
      end
      if (advance) begin
        pc_q[slot] <= pc_next;
        if (pc == PcBlind) table_q[slot] <= 5'd2;
        if (pc == PcTable) table_q[slot] <= table_q[slot] + 5'd1;
        if (pc == PcFirst || pc == PcMul) begin
          square_q[slot] <= 3'd0;
          if (win_q[slot] == 3'd0) begin
            win_q[slot]  <= 3'd4;
            limb_q[slot] <= limb_q[slot] - 6'd1;
          end else begin
            win_q[slot] <= win_q[slot] - 3'd1;
          end
        end
        if (pc == PcSquare) begin
          square_q[slot] <= square_q[slot] + 3'd1;
          flip_q[slot]   <= 1'b0;
        end
        if (pc == PcChkLo) ebit_q[slot] <= e_top - 5'd1;
        if (((pc == PcChkSq1 || pc == PcChkSq) && !ebit_set) || pc == PcChkMul) ebit_q[slot] <= ebit_q[slot] - 5'd1;
        if (pc == PcErase) pass_q[slot] <= zero[{slot, 1'b0}] && zero[{slot, 1'b1}];
        if (pc == PcDone) begin
          active_q[slot] <= 1'b0;
          armed_q[slot]  <= 1'b0;
        end
      end
      if (start_i) begin
        active_q[start_slot_i] <= 1'b1;
        armed_q[start_slot_i]  <= 1'b0;
        pass_q[start_slot_i]   <= 1'b0;
        flip_q[start_slot_i]   <= start_flip_i;
        pc_q[start_slot_i]     <= PcLoadMod;
        key_q[start_slot_i]    <= start_key_i;
        e_q[start_slot_i]      <= start_e_i;
        limb_q[start_slot_i]   <= start_top_i;
        win_q[start_slot_i]    <= 3'd4;
      end
    end
  end
  assign active_o = active_q;
  assign pass_o   = pass_q;
  always_comb begin
    for (int s = 0; s < 4; s++) blinding_o[s] = active_q[s] && pc_q[s] <= PcKh;
  end

  // ---- loader: words 0..41 of a window; word 44 fetches the exponent limb
  localparam logic [5:0] WordExp = 6'd44;
  logic        run, ld_issue, exp_issue, km_own, om_own;
  logic [2:0]  win_ld;
  logic [1:0]  win_slot;
  assign run       = active_q != 4'd0;
  assign win_slot  = win_ctx[2:1];
  assign win_ld    = ld_q[win_ctx];
  assign ld_issue  = run && win_ld != pka_pkg::LdNone && win_word < 6'(pka_pkg::PageWords);
  assign exp_issue = run && win_word == WordExp && (pc_q[win_slot] == PcFirst || pc_q[win_slot] == PcMul);
  assign om_own    = ld_issue && win_ld == pka_pkg::LdOp;
  assign km_own    = (ld_issue && win_ld != pka_pkg::LdOp && win_ld != pka_pkg::LdZero) || exp_issue;

  logic [25:0] key_mem [NumKeys*1024];
  logic [24:0] op_mem [1024];
  logic [25:0] km_rdata_q;
  logic [24:0] om_rdata_q;
  logic        kw_valid;
  logic [2:0]  kw_ctx, kw_page;
  logic [5:0]  kw_word;
  logic [25:0] kw_data;
  logic        cap_we;
  logic [9:0]  cap_waddr;
  logic [24:0] cap_wdata;

  assign km_ready_o  = !km_own;
  assign om_ready_o  = !om_own;
  assign om_wready_o = !cap_we;
  assign km_rdata_o  = km_rdata_q;
  assign om_rdata_o  = om_rdata_q;
  always_ff @(posedge clk_i) begin
    if (km_own) km_rdata_q <= key_mem[{key_q[win_slot], win_ctx[0], exp_issue ? pka_pkg::PgExp : ld_page_q[win_ctx],
                                       exp_issue ? limb_q[win_slot] : win_word}];
    else if (km_re_i) km_rdata_q <= key_mem[km_raddr_i];
    if (kw_valid) key_mem[{key_q[kw_ctx[2:1]], kw_ctx[0], kw_page, kw_word}] <= kw_data;
    else if (km_we_i) key_mem[km_waddr_i] <= km_wdata_i;
    if (om_own) om_rdata_q <= op_mem[{win_slot, ld_page_q[win_ctx][1:0], win_word}];
    else if (om_re_i) om_rdata_q <= op_mem[om_raddr_i];
    if (cap_we) op_mem[cap_waddr] <= cap_wdata;
    else if (om_we_i) op_mem[om_waddr_i] <= om_wdata_i;
  end

  logic        ldd_mod_q, ldd_ext_q, ldd_exp_q;
  logic [2:0]  ldd_kind_q, ldd_ctx_q;
  logic [5:0]  ldd_word_q;
  logic [25:0] ld_data;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ldd_mod_q <= 1'b0;
      ldd_ext_q <= 1'b0;
      ldd_exp_q <= 1'b0;
    end else begin
      ldd_mod_q <= ld_issue && (win_ld == pka_pkg::LdMod || win_ld == pka_pkg::LdZero);
      ldd_ext_q <= ld_issue && win_ld != pka_pkg::LdMod;
      ldd_exp_q <= exp_issue;
    end
    ldd_kind_q <= win_ld;
    ldd_ctx_q  <= win_ctx;
    ldd_word_q <= win_word;
    if (ldd_exp_q) exp_q <= km_rdata_q[24:0];
    else if (!run) exp_q <= 25'd0;
  end
  always_comb begin
    unique case (ldd_kind_q)
      pka_pkg::LdOp:    ld_data = {1'b0, om_rdata_q};
      pka_pkg::LdZero:  ld_data = 26'd0;
      pka_pkg::LdMinus: ld_data = km_rdata_q & ~{25'd0, ldd_word_q == 6'd0};  // the modulus is odd
      default:          ld_data = km_rdata_q;
    endcase
  end

  logic        mont_busy, cap_valid, cap_first;
  logic [2:0]  cap_ctx;
  logic [16:0] cap_digit;
  pka_mont u_mont (
    .clk_i, .rst_ni, .run_i(run),
    .ctx_o(ctx), .fetch_o(fetch), .instr_i(ins), .secret_i(sec),
    .win_ctx_o(win_ctx), .win_word_o(win_word),
    .ld_ext_i(ldd_ext_q), .ld_mod_i(ldd_mod_q), .ld_ctx_i(ldd_ctx_q), .ld_word_i(ldd_word_q), .ld_data_i(ld_data),
    .kw_valid_o(kw_valid), .kw_ctx_o(kw_ctx), .kw_page_o(kw_page), .kw_word_o(kw_word), .kw_data_o(kw_data),
    .cap_valid_o(cap_valid), .cap_first_o(cap_first), .cap_ctx_o(cap_ctx), .cap_digit_o(cap_digit),
    .zero_o(zero), .busy_o(mont_busy), .erase_i, .erase_addr_i
  );
  assign busy_o = run || mont_busy || ldd_ext_q || ldd_mod_q || ldd_exp_q;

  // ---- capture: 17-bit digits into 25-bit limbs of the slot's result
  logic [23:0] cap_acc_q [4];
  logic [4:0]  cap_have_q [4];
  logic        cap_hi_q [4];
  logic [5:0]  cap_word_q [4];
  logic [1:0]  cs;
  logic [40:0] cap_sum;
  logic [5:0]  cap_have;
  assign cs = cap_ctx[2:1];
  always_comb begin
    cap_sum  = 41'd0;
    cap_have = 6'd0;
    if (cap_valid) begin
      cap_sum  = cap_first ? {24'd0, cap_digit} : {17'd0, cap_acc_q[cs]} | ({24'd0, cap_digit} << cap_have_q[cs]);
      cap_have = cap_first ? 6'd17 : {1'b0, cap_have_q[cs]} + 6'd17;
    end
    cap_we    = cap_valid && cap_have >= 6'd25 && cap_word_q[cs] < 6'(pka_pkg::Limbs);
    cap_waddr = {cs, 1'b1, cap_hi_q[cs], cap_word_q[cs]};
    cap_wdata = cap_sum[24:0];
  end
  always_ff @(posedge clk_i) begin
    if (cap_valid) begin
      if (cap_have >= 6'd25) begin
        cap_acc_q[cs]  <= {8'd0, cap_sum[40:25]};
        cap_have_q[cs] <= 5'(cap_have - 6'd25);
        if (cap_word_q[cs] == 6'(pka_pkg::Limbs - 1) && !cap_hi_q[cs]) begin
          cap_hi_q[cs]   <= 1'b1;
          cap_word_q[cs] <= 6'd0;
        end else if (cap_word_q[cs] != 6'(pka_pkg::Limbs)) begin
          cap_word_q[cs] <= cap_word_q[cs] + 6'd1;
        end
      end else begin
        cap_acc_q[cs]  <= cap_sum[23:0];
        cap_have_q[cs] <= cap_have[4:0];
        if (cap_first) begin
          cap_hi_q[cs]   <= 1'b0;
          cap_word_q[cs] <= 6'd0;
        end
      end
    end
  end

  `ASSERT_NEVER(StartOnlyInAFreeSlot, start_i && active_q[start_slot_i])
  `ASSERT_NEVER(KeyIsWrittenOnlyWhileIdle, km_we_i && run)
  `ASSERT_NEVER(BlindingPairHasOneWriter, km_we_i && kw_valid)
  `ASSERT_NEVER(StepIsIllegal, advance && pc > PcDone)
  `ASSERT_NEVER(CaptureHasOneSource, cap_valid && !cap_ctx[0])
endmodule
