// Keystream of the chacha lane: requests (key, nonce, blocks) become blocks 0, 1, ... from `Cores` cores in turn, kept in order in a small
// buffer. Block 0 of a request is the one-time Poly1305 key and leaves by its own port; the others leave as 16-byte words.
// One request may wait while another is worked on, and the cores go from one to the next without a gap.
`include "assert.svh"

module chacha_keystream #(
  parameter int unsigned Cores = 1
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         wipe_i,         // only while idle
  input  logic [4:0]   wipe_idx_i,
  output logic         busy_o,
  input  logic         req_valid_i,
  output logic         req_ready_o,
  input  logic [255:0] req_key_i,
  input  logic [95:0]  req_nonce_i,
  input  logic [26:0]  req_blocks_i,   // data blocks after block 0
  output logic         key_valid_o,
  input  logic         key_ready_i,
  output logic [255:0] key_data_o,     // r in 127:0, s in 255:128 (RFC 8439 2.6)
  output logic         word_valid_o,
  input  logic         word_take_i,
  input  logic         word_last_i,    // with take: the rest of the block is not wanted
  output logic [127:0] word_data_o
);
  localparam int unsigned Depth = 4 * Cores;
  localparam int unsigned PtrW = $clog2(Depth);
  localparam int unsigned TurnW = Cores == 1 ? 1 : $clog2(Cores);

  // ---- requests -------------------------------------------------------------------------------------------------------------------
  logic         p_valid_q, c_valid_q;
  logic [255:0] p_key_q, c_key_q;
  logic [95:0]  p_nonce_q, c_nonce_q;
  logic [26:0]  p_blocks_q, c_blocks_q, c_next_q;
  logic         start, c_end, shift;
  assign req_ready_o = !p_valid_q;
  assign c_end       = start && c_next_q == c_blocks_q;
  assign shift       = p_valid_q && (!c_valid_q || c_end);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || wipe_i) begin
      p_valid_q  <= 1'b0;
      c_valid_q  <= 1'b0;
      p_key_q    <= 256'd0;
      c_key_q    <= 256'd0;
      p_nonce_q  <= 96'd0;
      c_nonce_q  <= 96'd0;
      p_blocks_q <= 27'd0;
      c_blocks_q <= 27'd0;
      c_next_q   <= 27'd0;
    end else begin
      if (req_valid_i && req_ready_o) begin
        p_valid_q  <= 1'b1;
        p_key_q    <= req_key_i;
        p_nonce_q  <= req_nonce_i;
        p_blocks_q <= req_blocks_i;
      end else if (shift) begin
        p_valid_q <= 1'b0;
      end
      if (shift) begin
        c_valid_q  <= 1'b1;
        c_key_q    <= p_key_q;
        c_nonce_q  <= p_nonce_q;
        c_blocks_q <= p_blocks_q;
        c_next_q   <= 27'd0;
      end else if (c_end) begin
        c_valid_q <= 1'b0;
      end else if (start) begin
        c_next_q <= c_next_q + 27'd1;
      end
    end
  end

  // ---- cores, in turn ---------------------------------------------------------------------------------------------------------------
  logic [TurnW-1:0]     turn_q;
  logic [Cores-1:0]     core_ready, core_done, core_busy;
  logic [512*Cores-1:0] core_block;
  logic [PtrW:0]        reserved_q, level_q;   // places promised, places filled
  logic [PtrW-1:0]      st_q, wr_q, rd_q;
  logic                 pop, done;
  logic [511:0]         block;
  assign start = c_valid_q && core_ready[turn_q] && !reserved_q[PtrW];
  assign done  = |core_done;

  for (genvar i = 0; i < Cores; i++) begin : gen_core
    chacha_core u_core (
      .clk_i, .rst_ni, .wipe_i, .wipe_idx_i(wipe_idx_i[1:0]),
      .start_i(start && turn_q == TurnW'(i)), .ready_o(core_ready[i]), .key_i(c_key_q), .counter_i({5'd0, c_next_q}), .nonce_i(c_nonce_q),
      .done_o(core_done[i]), .block_o(core_block[512*i +: 512]), .busy_o(core_busy[i])
    );
  end
  // all cores take the same time and at most one starts a cycle, so blocks come out one at a time and in order
  always_comb begin
    block = core_block[511:0];
    for (int i = 1; i < Cores; i++) block = block | core_block[512*i +: 512];
  end

  logic [127:0]     mem0 [Depth];
  logic [127:0]     mem1 [Depth];
  logic [127:0]     mem2 [Depth];
  logic [127:0]     mem3 [Depth];
  logic [Depth-1:0] is_key_q;
  logic [1:0]       word_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      turn_q     <= '0;
      reserved_q <= '0;
      level_q    <= '0;
      st_q       <= '0;
      wr_q       <= '0;
      rd_q       <= '0;
      is_key_q   <= '0;
      word_q     <= 2'd0;
    end else begin
      if (start) begin
        turn_q         <= turn_q == TurnW'(Cores - 1) ? '0 : turn_q + 1'b1;
        st_q           <= st_q + 1'b1;
        is_key_q[st_q] <= c_next_q == 27'd0;
      end
      if (start && !pop) reserved_q <= reserved_q + 1'b1;
      if (pop && !start) reserved_q <= reserved_q - 1'b1;
      if (done && !pop) level_q <= level_q + 1'b1;
      if (pop && !done) level_q <= level_q - 1'b1;
      if (done) wr_q <= wr_q + 1'b1;
      if (pop) begin
        rd_q   <= rd_q + 1'b1;
        word_q <= 2'd0;
      end else if (word_take_i) begin
        word_q <= word_q + 2'd1;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (wipe_i) begin
      mem0[wipe_idx_i[PtrW-1:0]] <= 128'd0;
      mem1[wipe_idx_i[PtrW-1:0]] <= 128'd0;
      mem2[wipe_idx_i[PtrW-1:0]] <= 128'd0;
      mem3[wipe_idx_i[PtrW-1:0]] <= 128'd0;
    end else if (done) begin
      mem0[wr_q] <= block[127:0];
      mem1[wr_q] <= block[255:128];
      mem2[wr_q] <= block[383:256];
      mem3[wr_q] <= block[511:384];
    end
  end

  assign key_valid_o  = level_q != '0 && is_key_q[rd_q];
  assign word_valid_o = level_q != '0 && !is_key_q[rd_q];
  assign pop          = (key_valid_o && key_ready_i) || (word_take_i && (word_last_i || word_q == 2'd3));
  always_comb begin
    key_data_o  = 256'd0;
    word_data_o = 128'd0;
    if (key_valid_o) key_data_o = {mem1[rd_q], mem0[rd_q]};
    if (word_valid_o) begin
      unique case (word_q)
        2'd0: word_data_o = mem0[rd_q];
        2'd1: word_data_o = mem1[rd_q];
        2'd2: word_data_o = mem2[rd_q];
        default: word_data_o = mem3[rd_q];
      endcase
    end
  end

  assign busy_o = p_valid_q || c_valid_q || reserved_q != '0 || core_busy != '0;

  `ASSERT_CONST(CoresArePowerOfTwo, (Cores & (Cores - 1)) == 0 && Cores <= 8)
  `ASSERT_ALWAYS(OneBlockAtATime, $onehot0(core_done))
  `ASSERT_ALWAYS(FilledPlacesWerePromised, level_q <= reserved_q && reserved_q <= (PtrW+1)'(Depth))
  `ASSERT_NEVER(TakeOnlyWhatIsThere, word_take_i && !word_valid_o)
  `ASSERT_NEVER(WipeOnlyWhileIdle, wipe_i && busy_o)
endmodule
