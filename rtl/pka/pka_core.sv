// One large engine: the Montgomery array, its sequencer, key memory and operand memory, and the queue of jobs that wait for contexts.
//
// A job names a buffer of the operand memory that holds its input; jobs start in the order in which they came and end when they end. Programs
// are in programs.txt, rtl/pka/README.md has the algebra. Commands, streams and padding are pka_engine's business.
`include "assert.svh"

module pka_core #(
  parameter int unsigned NumKeys = 16,
  parameter int unsigned Buffers = 8,
  parameter int unsigned Engine = 0,
  localparam int unsigned KeyAw = $clog2(NumKeys),
  localparam int unsigned BufAw = $clog2(Buffers)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  // a job whose input is in buffer job_buf_i
  input  logic              job_valid_i,
  input  logic [BufAw-1:0]  job_buf_i,
  input  logic              job_public_i,
  input  logic [1:0]        job_top_i,     // blocks of its modulus (of each prime) less one
  input  logic [KeyAw-1:0]  job_key_i,
  input  logic [31:0]       job_e_i,
  input  logic [6:0]        job_limb_i,    // exponent limb that the exponentiation starts with
  input  logic              job_flip_i,    // fault injection: its first squaring is damaged
  input  logic [16:0]       job_n0_i,      // public: of the modulus
  input  logic [pka_pkg::QuotBits-1:0] job_quot_i,
  output logic [Buffers-1:0] done_o,       // until the next job in that buffer
  output logic [Buffers-1:0] pass_o,       // verdict of the fault check
  output logic [Buffers-1:0] abort_o,      // it took longer than its program can
  output logic              busy_o,
  // a key was written: its blinding pair is not this engine's own yet
  input  logic              key_new_i,
  input  logic [KeyAw-1:0]  key_i,
  output logic              key_busy_o,    // a job that uses key_i waits or runs
  // key memory, {key, block, half, page, word}; reads and writes yield to the array
  input  logic              km_we_i,
  output logic              km_wready_o,
  input  logic [KeyAw+10:0] km_waddr_i,
  input  logic [25:0]       km_wdata_i,
  input  logic              km_re_i,
  output logic              km_ready_o,
  input  logic [KeyAw+10:0] km_raddr_i,
  output logic [25:0]       km_rdata_o,    // one cycle after an accepted read
  // operand memory, {buffer, result, block, word}; both ports yield to the array
  input  logic              om_we_i,
  output logic              om_wready_o,
  input  logic [BufAw+8:0]  om_waddr_i,
  input  logic [24:0]       om_wdata_i,
  input  logic              om_re_i,
  output logic              om_ready_o,
  input  logic [BufAw+8:0]  om_raddr_i,
  output logic [24:0]       om_rdata_o,
  // erases the array, one address a cycle, while nothing is active
  input  logic              erase_i,
  input  logic [8:0]        erase_addr_i
);
  // ---- jobs in order of arrival, what each brings by buffer
  logic [BufAw-1:0]   order [Buffers];
  logic [BufAw-1:0]   head_q, tail_q;
  logic [BufAw:0]     wait_q;
  logic [Buffers-1:0] done_q, pass_q, abort_q;
  logic               jb_public [Buffers];
  logic [1:0]         jb_top [Buffers];
  logic [KeyAw-1:0]   jb_key [Buffers];
  logic [31:0]        jb_e [Buffers];
  logic [6:0]         jb_limb [Buffers];
  logic               jb_flip [Buffers];
  logic [16:0]        jb_n0 [Buffers];
  logic [pka_pkg::QuotBits-1:0] jb_quot [Buffers];
  logic [NumKeys-1:0] key_new_q;
  logic [BufAw:0]     key_jobs [NumKeys];   // jobs that use the key and have not ended

  // ---- which slot the next job gets: a single one beside a used one first, so that pairs stay free
  logic               start, pair, end_valid, end_pass, end_abort, conflict, fits;
  logic [1:0]         start_slot;
  logic [3:0]         used, blinding;
  logic [4*KeyAw-1:0] slot_key;
  logic [BufAw-1:0]   nb, end_buf;
  always_comb begin
    nb         = order[head_q];
    pair       = 1'b0;
    conflict   = 1'b0;
    fits       = 1'b0;
    start_slot = 2'd0;
    if (wait_q != '0) begin
      pair = jb_public[nb] ? jb_top[nb][1] : jb_top[nb][0];
      for (int s = 0; s < 4; s++) if (blinding[s] && slot_key[KeyAw*s +: KeyAw] == jb_key[nb] && !jb_public[nb]) conflict = 1'b1;
      if (pair) begin
        fits       = used[1:0] == 2'd0 || used[3:2] == 2'd0;
        start_slot = {used[1:0] != 2'd0, 1'b0};
      end else begin
        fits       = used != 4'hf;
        start_slot = {used[1:0] == 2'd3 || (used[1:0] == 2'd0 && (used[3] ^ used[2])), 1'b0};
        start_slot[0] = used[start_slot];
      end
    end
    start = wait_q != '0 && fits && !conflict;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_q    <= '0;
      tail_q    <= '0;
      wait_q    <= '0;
      done_q    <= '0;
      pass_q    <= '0;
      abort_q   <= '0;
      key_new_q <= '0;
      for (int k = 0; k < NumKeys; k++) key_jobs[k] <= '0;
    end else begin
      if (job_valid_i) begin
        order[tail_q]        <= job_buf_i;
        tail_q               <= tail_q == BufAw'(Buffers - 1) ? '0 : tail_q + 1'b1;
        done_q[job_buf_i]    <= 1'b0;
        pass_q[job_buf_i]    <= 1'b0;
        abort_q[job_buf_i]   <= 1'b0;
        jb_public[job_buf_i] <= job_public_i;
        jb_top[job_buf_i]    <= job_top_i;
        jb_key[job_buf_i]    <= job_key_i;
        jb_e[job_buf_i]      <= job_e_i;
        jb_limb[job_buf_i]   <= job_limb_i;
        jb_flip[job_buf_i]   <= job_flip_i;
        jb_n0[job_buf_i]     <= job_n0_i;
        jb_quot[job_buf_i]   <= job_quot_i;
      end
      if (start) begin
        head_q <= head_q == BufAw'(Buffers - 1) ? '0 : head_q + 1'b1;
        if (!jb_public[nb]) key_new_q[jb_key[nb]] <= 1'b0;
      end
      if (job_valid_i != start) wait_q <= job_valid_i ? wait_q + 1'b1 : wait_q - 1'b1;
      if (end_valid) begin
        done_q[end_buf]  <= 1'b1;
        pass_q[end_buf]  <= end_pass;
        abort_q[end_buf] <= end_abort;
      end
      if (key_new_i) key_new_q[key_i] <= 1'b1;
      if (job_valid_i && !job_public_i && !(end_valid && jb_key[end_buf] == job_key_i && !jb_public[end_buf])) begin
        key_jobs[job_key_i] <= key_jobs[job_key_i] + 1'b1;
      end
      if (end_valid && !jb_public[end_buf] && !(job_valid_i && jb_key[end_buf] == job_key_i && !job_public_i)) begin
        key_jobs[jb_key[end_buf]] <= key_jobs[jb_key[end_buf]] - 1'b1;
      end
    end
  end
  assign done_o     = done_q;
  assign pass_o     = pass_q;
  assign abort_o    = abort_q;
  assign key_busy_o = key_jobs[key_i] != '0;

  // ---- sequencer and array
  logic              run, fetch, win_valid, win_half, win_exp, kw_half, kw_blk, kw_valid, mont_busy, cap_valid, cap_first;
  logic [2:0]        ctx, win_ctx, win_ld, win_page, kw_ctx, kw_page;
  logic [1:0]        blk, win_blk, win_oblk, cs;
  logic [5:0]        win_word, kw_word;
  logic [6:0]        win_limb;
  logic [7:0]        zero;
  logic [16:0]       win_n0, cap_digit;
  logic [24:0]       exp_q;
  logic [25:0]       kw_data, ld_data;
  logic [KeyAw-1:0]  win_key, kw_key;
  logic [BufAw-1:0]  win_buf, cap_buf;
  logic [pka_pkg::InstrBits-1:0]  instr;
  logic [pka_pkg::SecretBits-1:0] secret;
  logic [pka_pkg::QuotBits-1:0]   quot;
  logic              ldd_mod_q, ldd_ext_q, ldd_exp_q;
  logic [2:0]        ldd_kind_q, ldd_ctx_q;
  logic [5:0]        ldd_word_q;
  pka_seq #(.KeyAw(KeyAw), .BufAw(BufAw), .Engine(Engine)) u_seq (
    .clk_i, .rst_ni,
    .start_i(start), .start_slot_i(start_slot), .start_public_i(jb_public[nb]), .start_top_i(jb_top[nb]), .start_key_i(jb_key[nb]),
    .start_new_i(key_new_q[jb_key[nb]]), .start_buf_i(nb), .start_e_i(jb_e[nb]), .start_limb_i(jb_limb[nb]), .start_flip_i(jb_flip[nb]),
    .start_n0_i(jb_n0[nb]), .start_quot_i(jb_quot[nb]),
    .used_o(used), .blinding_o(blinding), .key_o(slot_key),
    .end_o(end_valid), .end_buf_o(end_buf), .end_pass_o(end_pass), .end_abort_o(end_abort),
    .run_o(run), .ctx_i(ctx), .fetch_i(fetch), .blk_o(blk), .instr_o(instr), .secret_o(secret), .quot_o(quot), .zero_i(zero),
    .win_ctx_i(win_ctx), .win_valid_o(win_valid), .win_ld_o(win_ld), .win_page_o(win_page), .win_half_o(win_half), .win_blk_o(win_blk),
    .win_oblk_o(win_oblk), .win_key_o(win_key), .win_buf_o(win_buf), .win_n0_o(win_n0), .win_exp_o(win_exp), .win_limb_o(win_limb),
    .exp_i(exp_q), .kw_ctx_i(kw_ctx), .kw_key_o(kw_key), .kw_half_o(kw_half), .kw_blk_o(kw_blk), .cap_slot_i(cs), .cap_buf_o(cap_buf)
  );
  pka_mont u_mont (
    .clk_i, .rst_ni, .run_i(run),
    .ctx_o(ctx), .fetch_o(fetch), .blk_i(blk), .quot_i(quot), .instr_i(instr), .secret_i(secret),
    .win_ctx_o(win_ctx), .win_word_o(win_word),
    .ld_ext_i(ldd_ext_q), .ld_mod_i(ldd_mod_q), .ld_ctx_i(ldd_ctx_q), .ld_word_i(ldd_word_q), .ld_data_i(ld_data),
    .kw_valid_o(kw_valid), .kw_ctx_o(kw_ctx), .kw_page_o(kw_page), .kw_word_o(kw_word), .kw_data_o(kw_data),
    .cap_valid_o(cap_valid), .cap_first_o(cap_first), .cap_slot_o(cs), .cap_digit_o(cap_digit),
    .zero_o(zero), .busy_o(mont_busy), .erase_i, .erase_addr_i
  );
  assign busy_o = run || wait_q != '0 || used != 4'd0 || mont_busy || ldd_ext_q || ldd_mod_q || ldd_exp_q;

  // ---- loader: words 0..41 of a window; word 44 fetches the exponent limb
  localparam logic [5:0] WordExp = 6'd44;
  logic       ld_issue, exp_issue, km_own, om_own, exp_hi;
  logic [5:0] exp_word;
  assign ld_issue  = run && win_valid && win_ld != pka_pkg::LdNone && win_word < 6'(pka_pkg::PageWords);
  assign exp_issue = run && win_exp && win_word == WordExp;
  assign om_own    = ld_issue && (win_ld == pka_pkg::LdOp || win_ld == pka_pkg::LdOpMod || win_ld == pka_pkg::LdNeg);
  assign km_own    = (ld_issue && (win_ld == pka_pkg::LdMod || win_ld == pka_pkg::LdKey || win_ld == pka_pkg::LdMinus)) || exp_issue;
  assign exp_hi    = win_limb >= 7'(pka_pkg::Limbs);
  assign exp_word  = exp_hi ? 6'(win_limb - 7'(pka_pkg::Limbs)) : win_limb[5:0];

  logic [25:0] key_mem [NumKeys*2048];
  logic [24:0] op_mem [Buffers*512];
  logic [25:0] km_rdata_q;
  logic [24:0] om_rdata_q;
  logic        cap_we;
  logic [BufAw+8:0] cap_waddr;
  logic [24:0] cap_wdata;
  assign km_ready_o  = !km_own;
  assign km_wready_o = !kw_valid;
  assign om_ready_o  = !om_own;
  assign om_wready_o = !cap_we;
  assign km_rdata_o  = km_rdata_q;
  assign om_rdata_o  = om_rdata_q;
  // each memory has one read and one write port, as a block RAM has
  logic [KeyAw+10:0] km_raddr, km_waddr;
  logic [BufAw+8:0]  om_raddr, om_waddr;
  assign km_raddr = !km_own ? km_raddr_i : exp_issue ? {win_key, exp_hi, win_half, pka_pkg::PgExp, exp_word} :
                    {win_key, win_blk[0], win_half, win_page, win_word};
  assign km_waddr = kw_valid ? {kw_key, kw_blk, kw_half, kw_page, kw_word} : km_waddr_i;
  assign om_raddr = om_own ? {win_buf, win_ld != pka_pkg::LdOp || win_page[1], win_oblk, win_word} : om_raddr_i;
  assign om_waddr = cap_we ? cap_waddr : om_waddr_i;
  always_ff @(posedge clk_i) begin
    if (km_own || km_re_i) km_rdata_q <= key_mem[km_raddr];
    if (kw_valid || km_we_i) key_mem[km_waddr] <= kw_valid ? kw_data : km_wdata_i;
    if (om_own || om_re_i) om_rdata_q <= op_mem[om_raddr];
    if (cap_we || om_we_i) op_mem[om_waddr] <= cap_we ? cap_wdata : om_wdata_i;
  end

  logic        ldd_low_q;   // lowest limb of the number
  logic [16:0] ldd_n0_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ldd_mod_q <= 1'b0;
      ldd_ext_q <= 1'b0;
      ldd_exp_q <= 1'b0;
    end else begin
      ldd_mod_q <= ld_issue && (win_ld == pka_pkg::LdMod || win_ld == pka_pkg::LdOpMod || win_ld == pka_pkg::LdZero);
      ldd_ext_q <= ld_issue && win_ld != pka_pkg::LdMod && win_ld != pka_pkg::LdOpMod;
      ldd_exp_q <= exp_issue;
    end
    ldd_kind_q <= win_ld;
    ldd_ctx_q  <= win_ctx;
    ldd_word_q <= win_word;
    ldd_low_q  <= win_word == 6'd0 && win_blk == 2'd0;
    if (om_own) ldd_n0_q <= win_n0;
    if (ldd_exp_q) exp_q <= km_rdata_q[24:0];
    else if (!run) exp_q <= 25'd0;
  end
  always_comb begin
    unique case (ldd_kind_q)
      pka_pkg::LdOp:    ld_data = {1'b0, om_rdata_q};
      pka_pkg::LdOpMod: ld_data = ldd_word_q == 6'(pka_pkg::Limbs) ? {9'd0, ldd_n0_q} : {1'b0, om_rdata_q};
      pka_pkg::LdNeg:   ld_data = {1'b0, ~om_rdata_q} + {25'd0, ldd_low_q};
      pka_pkg::LdZero:  ld_data = 26'd0;
      pka_pkg::LdMinus: ld_data = km_rdata_q & ~{25'd0, ldd_low_q};  // the modulus is odd
      default:          ld_data = km_rdata_q;
    endcase
  end

  // ---- capture: 17-bit digits into 25-bit limbs of the buffer's result
  logic [23:0] cap_acc_q [4];
  logic [4:0]  cap_have_q [4];
  logic [1:0]  cap_blk_q [4];
  logic        cap_full_q [4];
  logic [5:0]  cap_word_q [4];
  logic [40:0] cap_sum;
  logic [5:0]  cap_have;
  always_comb begin
    cap_sum  = 41'd0;
    cap_have = 6'd0;
    if (cap_valid) begin
      cap_sum  = cap_first ? {24'd0, cap_digit} : {17'd0, cap_acc_q[cs]} | ({24'd0, cap_digit} << cap_have_q[cs]);
      cap_have = cap_first ? 6'd17 : {1'b0, cap_have_q[cs]} + 6'd17;
    end
    cap_we    = cap_valid && cap_have >= 6'd25 && !cap_full_q[cs];
    cap_waddr = {cap_buf, 1'b1, cap_blk_q[cs], cap_word_q[cs]};
    cap_wdata = cap_sum[24:0];
  end
  always_ff @(posedge clk_i) begin
    if (cap_valid) begin
      if (cap_have >= 6'd25) begin
        cap_acc_q[cs]  <= {8'd0, cap_sum[40:25]};
        cap_have_q[cs] <= 5'(cap_have - 6'd25);
        if (cap_word_q[cs] == 6'(pka_pkg::Limbs - 1)) begin
          cap_word_q[cs] <= 6'd0;
          cap_blk_q[cs]  <= cap_blk_q[cs] + 2'd1;
          if (cap_blk_q[cs] == 2'd3) cap_full_q[cs] <= 1'b1;
        end else begin
          cap_word_q[cs] <= cap_word_q[cs] + 6'd1;
        end
      end else begin
        cap_acc_q[cs]  <= cap_sum[23:0];
        cap_have_q[cs] <= cap_have[4:0];
        if (cap_first) begin
          cap_blk_q[cs]  <= 2'd0;
          cap_word_q[cs] <= 6'd0;
          cap_full_q[cs] <= 1'b0;
        end
      end
    end
  end

  `ASSERT_NEVER(KeyOfAJobIsNotWritten, km_we_i && key_new_i && key_busy_o)
  `ASSERT_NEVER(JobsNeverOverflow, job_valid_i && wait_q == (BufAw+1)'(Buffers))
endmodule
