// Sequencer: runs the programs of pka_program_rom for up to four operations, each in a slot (two contexts) or a pair of slots.
//
// Contexts of an operation, lowest first: p and q (RSA-2048); p's two blocks, q's two blocks (RSA-3072, 4096); the blocks of the one modulus
// (RSA_PUBLIC: 2, 3 or 4). All follow one program counter, which moves when the last of them has fetched; a step takes as many frames as a
// number has blocks. The course follows public values only: counters, lengths, the public exponent. An operation that takes longer than its
// program can is sent to the step that erases and ends as aborted.
`include "assert.svh"

module pka_seq #(
  parameter int unsigned KeyAw = 5,
  parameter int unsigned BufAw = 3,
  parameter int unsigned Engine = 0   // this engine's number in its cluster: which odd power of a key's blinding pair is its own
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  // start of an operation: in slot start_slot_i, which is even when it takes two; all are free
  input  logic               start_i,
  input  logic [1:0]         start_slot_i,
  input  logic               start_public_i,
  input  logic [1:0]         start_top_i,    // blocks less one
  input  logic [KeyAw-1:0]   start_key_i,
  input  logic               start_new_i,    // first operation with this key: make the blinding pair this engine's own
  input  logic [BufAw-1:0]   start_buf_i,
  input  logic [31:0]        start_e_i,
  input  logic [6:0]         start_limb_i,   // exponent limb that the exponentiation starts with
  input  logic               start_flip_i,   // fault injection: its first squaring is damaged
  input  logic [16:0]        start_n0_i,     // public: of the modulus
  input  logic [pka_pkg::QuotBits-1:0] start_quot_i,
  output logic [3:0]         used_o,         // slots
  output logic [3:0]         blinding_o,     // the slot's operation has not yet renewed its key's blinding pair
  output logic [4*KeyAw-1:0] key_o,          // of each slot
  // end of an operation, one cycle
  output logic               end_o,
  output logic [BufAw-1:0]   end_buf_o,
  output logic               end_pass_o,     // the fault check's verdict
  output logic               end_abort_o,
  // array
  output logic               run_o,
  input  logic [2:0]         ctx_i,
  input  logic               fetch_i,
  output logic [1:0]         blk_o,
  output logic [pka_pkg::InstrBits-1:0]  instr_o,
  output logic [pka_pkg::SecretBits-1:0] secret_o,
  output logic [pka_pkg::QuotBits-1:0]   quot_o,
  input  logic [7:0]         zero_i,
  // loader: what to bring to the context of the load window, and where its operation keeps things
  input  logic [2:0]         win_ctx_i,
  output logic               win_valid_o,
  output logic [2:0]         win_ld_o,
  output logic [2:0]         win_page_o,
  output logic               win_half_o,
  output logic [1:0]         win_blk_o,
  output logic [1:0]         win_oblk_o,     // block of an operand
  output logic [KeyAw-1:0]   win_key_o,
  output logic [BufAw-1:0]   win_buf_o,
  output logic [16:0]        win_n0_o,
  output logic               win_exp_o,      // the exponent's limb is due
  output logic [6:0]         win_limb_o,
  input  logic [24:0]        exp_i,          // the limb
  // where the results of a context go
  input  logic [2:0]         kw_ctx_i,
  output logic [KeyAw-1:0]   kw_key_o,
  output logic               kw_half_o,
  output logic               kw_blk_o,
  input  logic [1:0]         cap_slot_i,
  output logic [BufAw-1:0]   cap_buf_o
);
  localparam logic [6:0] EngineNumber = 7'(Engine);

  // ---- state of an operation, in its (first) slot
  logic [3:0]       active_q, joined_q, public_q, armed_q, pass_q, abort_q, flip_q, new_q, done_q, tested_q;
  logic [1:0]       top_q [4];
  logic [1:0]       part_q [4];    // frame of the step
  logic [5:0]       pc_q [4];
  logic [4:0]       table_q [4];   // window table entry to be made
  logic [6:0]       limb_q [4];    // exponent limb
  logic [2:0]       win_q [4];     // window in it, 4 is the upper one
  logic [2:0]       square_q [4];
  logic [5:0]       odd_q [4];
  logic [4:0]       ebit_q [4];    // bit of the public exponent (or of log2 R) that the next step is for
  logic [31:0]      e_q [4];
  logic [14:0]      left_q [4];    // frames until it is aborted
  logic [KeyAw-1:0] key_q [4];
  logic [BufAw-1:0] buf_q [4];
  logic [16:0]      n0_q [4];
  logic [pka_pkg::QuotBits-1:0] quot_q [4];

  // ---- whose context is it: slot of the operation, half, block
  function automatic logic [1:0] owner(logic [1:0] slot, logic [3:0] joined);
    owner = joined[slot] ? {slot[1], 1'b0} : slot;
  endfunction
  function automatic logic half_of(logic [1:0] c, logic is_public, logic [1:0] top);
    half_of = !is_public && (top == 2'd0 ? c[0] : c[1]);
  endfunction
  function automatic logic [1:0] blk_of(logic [1:0] c, logic is_active, logic is_public, logic [1:0] top);
    blk_of = !is_active || top == 2'd0 ? 2'd0 : is_public && top != 2'd1 ? c[1:0] : {1'b0, c[0]};
  endfunction

  logic [1:0] s;
  logic       half, half_first, member, last_ctx, running;
  logic [1:0] blk;
  assign s          = owner(ctx_i[2:1], joined_q);
  assign half       = half_of(ctx_i[1:0], public_q[s], top_q[s]);
  assign blk        = blk_of(ctx_i[1:0], active_q[s], public_q[s], top_q[s]);
  assign member     = active_q[s] && blk <= top_q[s];
  assign half_first = !half && blk == 2'd0;
  assign last_ctx   = (public_q[s] || half) && blk == top_q[s];
  assign running    = member && (half_first || armed_q[s]);
  assign blk_o      = blk <= top_q[s] ? blk : 2'd0;
  assign quot_o     = quot_q[s];
  assign run_o      = active_q != 4'd0;

  // ---- the step
  logic [5:0]       pc;
  pka_pkg::step_t   step;
  pka_pkg::next_t   nxt;
  logic [pka_pkg::StepBits-1:0] step_rom;
  logic [pka_pkg::NextBits-1:0] next_rom;
  assign pc = pc_q[s];
  pka_program_rom u_rom (.pc_i(pc), .step_o(step_rom), .next_o(next_rom));
  assign step = step_rom;
  assign nxt  = next_rom;

  pka_pkg::instr_t  ins;
  pka_pkg::secret_t sec;
  logic             zero_own, zero_peer, mine, part_last;
  logic [2:0]       base_own, base_peer;
  assign part_last = part_q[s] == top_q[s];
  assign base_own  = ctx_i - {1'b0, blk_o};
  assign base_peer = base_own ^ (top_q[s] == 2'd0 ? 3'd1 : 3'd2);
  assign zero_own  = zero_i[base_own];
  assign zero_peer = zero_i[base_peer];
  assign mine      = step.who[half];
  always_comb begin
    ins = '0;
    sec = '0;
    if (fetch_i && running) begin
      ins.first  = part_q[s] == 2'd0;
      ins.last   = part_last;
      ins.part   = part_q[s];
      ins.blk    = blk;
      ins.top    = top_q[s];
      ins.erase  = step.erase;
      if (mine) begin
        ins.valid     = 1'b1;
        ins.a         = step.a;
        ins.b_sel     = step.b_sel;
        ins.add       = step.add;
        ins.add_sel   = step.add_sel;
        ins.sum       = step.sum;
        ins.plain     = step.plain;
        ins.capture   = step.capture;
        ins.cap_new   = step.cap_new;
        ins.write     = step.write;
        ins.dst       = step.dst_table ? {1'b0, table_q[s]} : step.dst;
        ins.zero_test = step.zero_test;
        ins.key_write = step.key_write;
        ins.key_page  = step.key_page;
        ins.flip      = step.flip && flip_q[s] && !half;
        sec.a_sel     = step.read_win ? {1'b0, exp_i[5*win_q[s] +: 5]} : step.a_sel;
        sec.add_zero  = step.add_mask && zero_own;
        unique case (step.b_mask)
          pka_pkg::MkOwn:  sec.b_zero = zero_own;
          pka_pkg::MkPeer: sec.b_zero = zero_peer;
          pka_pkg::MkZero: sec.b_zero = 1'b1;
          default:         sec.b_zero = 1'b0;
        endcase
      end
    end
  end
  assign instr_o  = ins;
  assign secret_o = sec;

  // ---- the step after this one. The verdict counts only right behind the test of both halves, however the program came to it.
  logic        advance, window_last, bit_set, bit_last;
  logic [5:0]  pc_next;
  logic [31:0] bits;
  logic [4:0]  bits_top;
  logic [31:0] radix;
  always_comb begin  // log2 R; a table, since a product would take a multiplier
    unique case (top_q[s])
      2'd0:    radix = 32'd1037;
      2'd1:    radix = 32'd2074;
      2'd2:    radix = 32'd3111;
      default: radix = 32'd4148;
    endcase
  end
  assign advance     = fetch_i && running && last_ctx && part_last;
  assign window_last = limb_q[s] == 7'd0 && win_q[s] == 3'd0;
  assign bits        = nxt.radix ? radix : e_q[s];
  assign bit_set     = bits[ebit_q[s]];
  assign bit_last    = ebit_q[s] == 5'd0;
  always_comb begin
    pc_next  = pc + 6'd1;
    bits_top = 5'd1;
    if (advance) begin
      for (int i = 2; i < 32; i++) if (bits[i]) bits_top = 5'(i);
      unique case (nxt.flow)
        pka_pkg::FlTable:  if (table_q[s] != 5'd31) pc_next = pc;
        pka_pkg::FlFirst:  if (window_last) pc_next = pc + 6'd3;
        pka_pkg::FlSquare: if (square_q[s] != 3'd4) pc_next = pc;
        pka_pkg::FlWindow: if (!window_last) pc_next = pc - 6'd1;
        pka_pkg::FlBit1:   pc_next = bit_set ? pc + 6'd2 : bit_last ? pc + 6'd3 : pc + 6'd1;
        pka_pkg::FlBit:    pc_next = bit_set ? pc + 6'd1 : bit_last ? pc + 6'd2 : pc;
        pka_pkg::FlBitMul: if (!bit_last) pc_next = pc - 6'd1;
        pka_pkg::FlPair:   if (!new_q[s] || EngineNumber == 7'd0) pc_next = pc + 6'd4;
        pka_pkg::FlOdd1:   if (odd_q[s] == 6'd1) pc_next = pc + 6'd2;
        pka_pkg::FlOdd:    if (odd_q[s] != 6'd1) pc_next = pc;
        default: ;
      endcase
    end
  end

  // What the loader does for a context at the end of the frame that was fetched. The window of an upper block is after that end, so its load is
  // held over.
  logic [2:0] ld_q [8];
  logic [2:0] ld_page_q [8];
  logic [2:0] late_q [8];
  logic [2:0] late_page_q [8];
  logic [2:0] ld;
  assign ld = running && part_last && nxt.ld_who[half] ? nxt.ld : pka_pkg::LdNone;
  always_ff @(posedge clk_i) begin
    done_q <= 4'd0;
    if (!rst_ni) begin
      active_q <= 4'd0;
      joined_q <= 4'd0;
      public_q <= 4'd0;
      armed_q  <= 4'd0;
      pass_q   <= 4'd0;
      abort_q  <= 4'd0;
      tested_q <= 4'd0;
      flip_q   <= 4'd0;
      new_q    <= 4'd0;
      for (int i = 0; i < 4; i++) begin
        pc_q[i]   <= 6'd0;
        part_q[i] <= 2'd0;
        top_q[i]  <= 2'd0;
        key_q[i]  <= '0;
        buf_q[i]  <= '0;
        quot_q[i] <= '0;
      end
      for (int c = 0; c < 8; c++) begin
        ld_q[c]   <= pka_pkg::LdNone;
        late_q[c] <= pka_pkg::LdNone;
      end
    end else begin
      if (fetch_i) begin
        ld_q[ctx_i]        <= ld;
        ld_page_q[ctx_i]   <= nxt.ld_page;
        late_q[ctx_i]      <= ld_q[ctx_i];
        late_page_q[ctx_i] <= ld_page_q[ctx_i];
        if (running && half_first) armed_q[s] <= 1'b1;
        if (member && half_first && left_q[s] != 15'd0) left_q[s] <= left_q[s] - 15'd1;
      end
      if (fetch_i && running && last_ctx) part_q[s] <= part_last ? 2'd0 : part_q[s] + 2'd1;
      if (advance) begin
        pc_q[s]     <= pc_next;
        tested_q[s] <= step.zero_test && step.who == 2'b11;
        unique case (nxt.flow)
          pka_pkg::FlTable:  table_q[s] <= table_q[s] + 5'd1;
          pka_pkg::FlSquare: begin
            square_q[s] <= square_q[s] + 3'd1;
            flip_q[s]   <= 1'b0;
          end
          pka_pkg::FlFirst, pka_pkg::FlWindow: begin
            square_q[s] <= 3'd0;
            if (win_q[s] == 3'd0) begin
              win_q[s]  <= 3'd4;
              limb_q[s] <= limb_q[s] - 7'd1;
            end else begin
              win_q[s] <= win_q[s] - 3'd1;
            end
          end
          pka_pkg::FlBitSet: ebit_q[s] <= bits_top - 5'd1;
          pka_pkg::FlBit1, pka_pkg::FlBit: if (!bit_set) ebit_q[s] <= ebit_q[s] - 5'd1;
          pka_pkg::FlBitMul: ebit_q[s] <= ebit_q[s] - 5'd1;
          pka_pkg::FlPair: odd_q[s] <= EngineNumber[5:0];
          pka_pkg::FlOdd1, pka_pkg::FlOdd: odd_q[s] <= odd_q[s] - 6'd1;
          pka_pkg::FlVerdict: pass_q[s] <= !abort_q[s] && (public_q[s] || (tested_q[s] && zero_own && zero_peer));
          pka_pkg::FlDone: begin
            active_q[s] <= 1'b0;
            armed_q[s]  <= 1'b0;
            done_q[s]   <= 1'b1;
            if (!s[0]) joined_q[s + 2'd1] <= 1'b0;
          end
          default: ;
        endcase
        // the program's longest way is over and it has not ended: registers and operands are erased, nothing comes out
        if (left_q[s] == 15'd0 && !abort_q[s]) begin
          abort_q[s] <= 1'b1;
          pc_q[s]    <= pka_program_pkg::StepErase;
        end
      end
      if (start_i) begin
        active_q[start_slot_i] <= 1'b1;
        armed_q[start_slot_i]  <= 1'b0;
        pass_q[start_slot_i]   <= 1'b0;
        abort_q[start_slot_i]  <= 1'b0;
        public_q[start_slot_i] <= start_public_i;
        flip_q[start_slot_i]   <= start_flip_i;
        new_q[start_slot_i]    <= start_new_i;
        top_q[start_slot_i]    <= start_top_i;
        part_q[start_slot_i]   <= 2'd0;
        pc_q[start_slot_i]     <= start_public_i ? pka_program_pkg::EntryPublic : pka_program_pkg::EntryPrivate;
        table_q[start_slot_i]  <= 5'd2;
        key_q[start_slot_i]    <= start_key_i;
        buf_q[start_slot_i]    <= start_buf_i;
        e_q[start_slot_i]      <= start_e_i;
        n0_q[start_slot_i]     <= start_n0_i;
        quot_q[start_slot_i]   <= start_quot_i;
        limb_q[start_slot_i]   <= start_limb_i;
        win_q[start_slot_i]    <= 3'd4;
        left_q[start_slot_i]   <= bound;
        if (two_slots) joined_q[start_slot_i + 2'd1] <= 1'b1;
      end
    end
  end

  // the longest way through a program, in frames (gen_program.py counts them), and one step more
  logic        two_slots;
  logic [14:0] bound, bound_blk;
  assign two_slots = start_public_i ? start_top_i[1] : start_top_i[0];
  localparam logic [14:0] FramesLimb = 15'(pka_program_pkg::FramesLimb);
  always_comb begin  // sums of shifts: a product would take a multiplier
    bound_blk = 15'(pka_program_pkg::FramesPublic + 1);
    if (!start_public_i) begin
      bound_blk = 15'(pka_program_pkg::FramesPrivate + 1);
      for (int i = 0; i < 15; i++) if (FramesLimb[i]) bound_blk = bound_blk + (({8'd0, start_limb_i} + 15'd1) << i);
    end
  end
  always_comb begin
    unique case (start_top_i)
      2'd0:    bound = bound_blk;
      2'd1:    bound = bound_blk << 1;
      2'd2:    bound = bound_blk + (bound_blk << 1);
      default: bound = bound_blk << 2;
    endcase
  end

  // ---- ends, one a cycle: two operations never end in the same one, as each ends with a fetch
  logic [1:0] end_slot;
  always_comb begin
    end_slot = 2'd0;
    for (int i = 1; i < 4; i++) if (done_q[i]) end_slot = 2'(i);
  end
  assign end_o       = done_q != 4'd0;
  assign end_buf_o   = buf_q[end_slot];
  assign end_pass_o  = pass_q[end_slot];
  assign end_abort_o = abort_q[end_slot];
  assign used_o      = active_q | joined_q | done_q;

  // A key's blinding pair is in use until the step that is no longer marked; a slot that has not begun counts.
  logic [3:0] fresh_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fresh_q <= 4'd0;
    end else begin
      if (advance && !nxt.fresh) fresh_q[s] <= 1'b0;
      if (start_i) fresh_q[start_slot_i] <= !start_public_i;
    end
  end
  assign blinding_o = fresh_q & active_q;
  for (genvar g = 0; g < 4; g++) begin : gen_key
    assign key_o[KeyAw*g +: KeyAw] = key_q[g];
  end

  // ---- loader, key and capture destinations
  logic [1:0] ws, ks, wblk;
  assign ws          = owner(win_ctx_i[2:1], joined_q);
  assign wblk        = blk_of(win_ctx_i[1:0], active_q[ws], public_q[ws], top_q[ws]);
  assign win_valid_o = active_q[ws] && wblk <= top_q[ws];
  assign win_ld_o    = wblk == 2'd0 ? ld_q[win_ctx_i] : late_q[win_ctx_i];
  assign win_page_o  = wblk == 2'd0 ? ld_page_q[win_ctx_i] : late_page_q[win_ctx_i];
  assign win_half_o  = half_of(win_ctx_i[1:0], public_q[ws], top_q[ws]);
  assign win_blk_o   = wblk;
  assign win_oblk_o  = public_q[ws] ? wblk : top_q[ws] == 2'd0 ? {1'b0, win_page_o[0]} : {win_page_o[0], wblk[0]};
  assign win_key_o   = key_q[ws];
  assign win_buf_o   = buf_q[ws];
  assign win_n0_o    = n0_q[ws];
  assign win_exp_o   = active_q[ws] && wblk == 2'd0 && (pc_q[ws] == pka_program_pkg::StepFirst || pc_q[ws] == pka_program_pkg::StepMul);
  assign win_limb_o  = limb_q[ws];
  assign ks          = owner(kw_ctx_i[2:1], joined_q);
  assign kw_key_o    = key_q[ks];
  assign kw_half_o   = half_of(kw_ctx_i[1:0], public_q[ks], top_q[ks]);
  assign kw_blk_o    = top_q[ks] != 2'd0 && kw_ctx_i[0];
  assign cap_buf_o   = buf_q[owner(cap_slot_i, joined_q)];

  `ASSERT_CONST(StepFits, $bits(pka_pkg::step_t) == pka_pkg::StepBits && $bits(pka_pkg::next_t) == pka_pkg::NextBits)
  `ASSERT_CONST(EngineHasItsOddPower, Engine < 64)
  `ASSERT_NEVER(StartOnlyInAFreeSlot, start_i && (used_o[start_slot_i] || (two_slots && (start_slot_i[0] || used_o[start_slot_i + 2'd1]))))
  `ASSERT_NEVER(StepIsIllegal, advance && nxt.flow > pka_pkg::FlDone)
  `ASSERT_NEVER(OneEndAtATime, (done_q & (done_q - 4'd1)) != 4'd0)
endmodule
