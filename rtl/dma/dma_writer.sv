// Destination side of a job runner: result words of 0..16 bytes in, bursts of aligned lines with byte strobes out.
//
//   engine -> parity check -> shift to the destination's alignment, merge into lines -> line buffer, closed bursts -> dma_wr
//
// A word enters a cycle unless a segment ends inside it (one cycle more per segment). A burst lies within one 256-byte block and
// is offered only when it is closed (block or segment end, or job end). Bytes beyond the room at the destination are thrown away and the
// job is marked short; from the first word with wrong parity on, nothing of that job is written any more.
`include "assert.svh"
module dma_writer #(
  parameter int unsigned IdxW = 4,
  parameter int unsigned LineLog2 = 6
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,
  output logic fatal_o,

  input  logic out_valid_i,
  output logic out_ready_o,
  input  logic [127:0] out_data_i,
  input  logic [15:0] out_parity_i,
  input  logic [4:0] out_bytes_i,
  input  logic out_last_i,

  input  logic seg_valid_i,
  output logic seg_ready_o,
  input  logic [63:0] seg_addr_i,
  input  logic [31:0] seg_len_i,
  input  logic seg_last_i,
  input  logic [1:0] seg_code_i,
  input  logic [IdxW-1:0] seg_idx_i,

  output logic burst_push_o,            // a burst of job burst_idx_o was closed
  output logic [IdxW-1:0] burst_idx_o,
  output logic burst_valid_o,
  input  logic burst_ready_i,
  output logic [63:0] burst_addr_o,
  output logic [3:0] burst_len_o,
  output logic [IdxW-1:0] burst_tag_o,
  output logic [127:0] line_data_o,
  output logic [15:0] line_strb_o,
  input  logic line_ready_i,

  output logic done_valid_o,            // all of job done_idx_o is in closed bursts
  output logic [IdxW-1:0] done_idx_o,
  output logic [31:0] done_len_o,       // bytes placed
  output logic done_short_o,
  output logic done_parity_o,
  output logic [1:0] done_code_o,       // reason the destination list ended early, but for "short"
  output logic parity_err_o             // a word with wrong parity came
);
  typedef enum logic [1:0] {StRun, StFlush, StEnd, StFatal} state_e;
  state_e state_q, state_d;

  // ---- intake -----------------------------------------------------------------------------------------------------------------
  logic f_valid, f_full, f_pop;
  logic [127:0] f_data;
  logic [15:0] f_parity;
  logic [4:0] f_n;
  logic f_last;

  // Whether one of the n bytes of a word does not have its parity: every byte is folded onto its lowest bit.
  function automatic logic damaged(input logic [127:0] data, input logic [15:0] parity, input logic [4:0] n);
    logic [127:0] fold;
    logic [15:0] wrong;
    fold = data ^ (data >> 4);
    fold = fold ^ (fold >> 2);
    fold = fold ^ (fold >> 1);
    for (int i = 0; i < 16; i++) wrong[i] = fold[8*i] ^ parity[i];
    damaged = (wrong & 16'((17'h1 << n) - 17'h1)) != 16'h0;
  endfunction

  assign out_ready_o = !f_full;

  dma_fifo #(.Width(128 + 16 + 5 + 1), .Log2(2)) u_words (
    .clk_i, .rst_ni, .wr_i(out_valid_i && out_ready_o), .wdata_i({out_data_i, out_parity_i, out_bytes_i, out_last_i}), .rd_i(f_pop),
    .rdata_o({f_data, f_parity, f_n, f_last}), .valid_o(f_valid), .full_o(f_full), .count_o(unused_word_count)
  );
  logic [2:0] unused_word_count;

  // ---- scatter ----------------------------------------------------------------------------------------------------------------
  logic w_new_q;                           // first cycle of the word in hand
  logic w_valid_q, w_last_q, w_bad_q;      // the word in hand, its first byte in 7:0
  logic [127:0] w_data_q;
  logic [4:0] w_n_q;
  logic [31:0] g_rem_q;                    // room in the open segment
  logic g_last_q, drop_q, short_q, bad_q;  // g_last_q: the job's last segment was opened
  logic [1:0] code_q;
  logic [IdxW-1:0] idx_q;
  logic [31:0] len_q;
  logic [127:0] ln_data_q;                 // the open line and the bytes it has
  logic [15:0] ln_strb_q;
  logic [3:0] pos_q;
  logic [59:0] ln_addr_q;                  // address of the open line / 16
  logic [3:0] b_cnt_q;                     // lines in the open burst
  logic [59:0] b_addr_q;

  logic open_seg, place, discard, split, seg_end, emit, close, spill, room, use_word, fill_line;
  logic [4:0] take, next_pos;
  logic [255:0] shifted;
  logic [31:0] strb32;
  logic [127:0] take_mask, lo_data;
  logic [15:0] lo_strb;
  logic line_full, burst_full;
  logic ended_q;                           // the job's last word was used up
  logic seg_skip, w_done;

  assign room = !line_full && !burst_full;
  assign take = (g_rem_q < {27'h0, w_n_q}) ? g_rem_q[4:0] : w_n_q;
  assign next_pos = {1'b0, pos_q} + take;
  assign seg_end = g_rem_q == {27'h0, take};
  assign fill_line = next_pos[4] || seg_end;
  // word in hand: nothing to place, or place it, or open the next segment first
  assign discard = state_q == StRun && w_valid_q && (w_n_q == 5'd0 || drop_q);
  assign use_word = state_q == StRun && w_valid_q && w_n_q != 5'd0 && !drop_q;
  assign open_seg = use_word && g_rem_q == 32'h0 && !g_last_q && seg_valid_i;
  assign place = use_word && g_rem_q != 32'h0 && !w_bad_q && (room || !fill_line);
  assign split = place && take != w_n_q;
  assign spill = place && seg_end && next_pos > 5'd16;  // the segment's last bytes reach into a second line

  assign take_mask = take[4] ? {128{1'b1}} : ~({128{1'b1}} << {take[3:0], 3'b000});
  assign shifted = {128'h0, w_data_q & take_mask} << {pos_q, 3'b000};
  assign strb32 = ((32'h1 << take) - 32'h1) << pos_q;
  assign lo_data = ln_data_q | shifted[127:0];
  assign lo_strb = ln_strb_q | strb32[15:0];

  always_comb begin
    state_d = state_q;
    emit = 1'b0;
    close = 1'b0;
    unique case (state_q)
      StRun: begin  // words into lines
        if (place && fill_line) begin
          emit = 1'b1;
          close = (seg_end && !spill) || ln_addr_q[3:0] == 4'hF;
        end
        if (spill) state_d = StFlush;
        else if ((place && !split || discard) && w_last_q) begin
          state_d = (b_cnt_q != 4'd0 || ln_strb_q != 16'h0 || place) ? StFlush : StEnd;
        end
      end
      StFlush: begin  // the rest of a line at the end of a segment or of the job
        if (room) begin
          emit = ln_strb_q != 16'h0;
          close = emit || b_cnt_q != 4'd0;
          state_d = ended_q ? StEnd : StRun;
        end
      end
      StEnd: begin  // segments the result did not reach
        if (g_last_q) state_d = StRun;
      end
      StFatal: state_d = StFatal;
      default: state_d = StFatal;
    endcase
  end

  assign seg_skip = state_q == StEnd && !g_last_q && seg_valid_i;
  assign seg_ready_o = open_seg || seg_skip;
  assign done_valid_o = state_q == StEnd && g_last_q;
  assign w_done = discard || (place && !split);  // the word in hand is used up
  assign f_pop = f_valid && (!w_valid_q || (w_done && !w_last_q));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StRun;
      w_valid_q <= 1'b0;
      w_last_q <= 1'b0;
      w_bad_q <= 1'b0;
      w_new_q <= 1'b0;
      w_data_q <= '0;
      w_n_q <= '0;
      g_rem_q <= '0;
      g_last_q <= 1'b0;
      drop_q <= 1'b0;
      short_q <= 1'b0;
      bad_q <= 1'b0;
      code_q <= '0;
      idx_q <= '0;
      len_q <= '0;
      ln_data_q <= '0;
      ln_strb_q <= '0;
      pos_q <= '0;
      ln_addr_q <= '0;
      b_cnt_q <= '0;
      b_addr_q <= '0;
      ended_q <= 1'b0;
    end else begin
      state_q <= state_d;
      w_new_q <= 1'b0;
      if (f_pop) begin
        w_valid_q <= 1'b1;
        w_data_q <= f_data;
        w_n_q <= f_n;
        w_last_q <= f_last;
        w_bad_q <= damaged(f_data, f_parity, f_n);
        w_new_q <= 1'b1;
      end else if (w_done) begin
        w_valid_q <= 1'b0;
        w_data_q <= '0;
      end else if (split) begin
        w_data_q <= w_data_q >> {take[3:0], 3'b000};
        w_n_q <= w_n_q - take;
      end
      // a segment opens, or there is none left, or its list ended with a reason, or the word is damaged: the rest is dropped
      if (open_seg || seg_skip) begin
        g_last_q <= seg_last_i;
        idx_q <= seg_idx_i;
      end
      if (open_seg) begin
        if (seg_code_i == 2'd0) begin
          g_rem_q <= seg_len_i;
          pos_q <= seg_addr_i[3:0];
          ln_addr_q <= seg_addr_i[63:4];
        end else begin
          drop_q <= 1'b1;
          if (seg_code_i == 2'd1) short_q <= 1'b1;
          else code_q <= seg_code_i;
        end
      end else if (use_word && g_rem_q == 32'h0 && g_last_q) begin
        drop_q <= 1'b1;
        short_q <= 1'b1;
      end else if (use_word && g_rem_q != 32'h0 && w_bad_q) begin
        drop_q <= 1'b1;
        bad_q <= 1'b1;
      end
      if (place) begin
        g_rem_q <= g_rem_q - {27'h0, take};
        len_q <= len_q + {27'h0, take};
        pos_q <= next_pos[3:0];
        if (emit) begin
          ln_data_q <= shifted[255:128];
          ln_strb_q <= strb32[31:16];
        end else begin
          ln_data_q <= lo_data;
          ln_strb_q <= lo_strb;
        end
      end else if (emit) begin
        ln_data_q <= '0;
        ln_strb_q <= '0;
      end
      if (emit) begin
        ln_addr_q <= ln_addr_q + 60'h1;
        if (b_cnt_q == 4'd0) b_addr_q <= ln_addr_q;
      end
      if (close) b_cnt_q <= '0;
      else if (emit) b_cnt_q <= b_cnt_q + 4'd1;
      if (((place && !split) || discard) && w_last_q) ended_q <= 1'b1;
      if (done_valid_o) begin
        g_last_q <= 1'b0;
        g_rem_q <= '0;
        drop_q <= 1'b0;
        short_q <= 1'b0;
        bad_q <= 1'b0;
        code_q <= '0;
        len_q <= '0;
        ended_q <= 1'b0;
      end
    end
  end

  dma_fifo #(.Width(144), .Log2(LineLog2)) u_lines (
    .clk_i, .rst_ni, .wr_i(emit), .wdata_i(state_q == StFlush ? {ln_strb_q, ln_data_q} : {lo_strb, lo_data}), .rd_i(line_ready_i),
    .rdata_o({line_strb_o, line_data_o}), .valid_o(unused_line_valid), .full_o(line_full), .count_o(unused_line_count)
  );
  logic unused_line_valid;
  logic [LineLog2:0] unused_line_count;
  logic [59:0] head_addr;
  logic [3:0] head_len;
  assign head_addr = (b_cnt_q == 4'd0) ? ln_addr_q : b_addr_q;
  assign head_len = emit ? b_cnt_q : b_cnt_q - 4'd1;
  logic [59:0] burst_line;
  dma_fifo #(.Width(60 + 4 + IdxW), .Log2(4)) u_bursts (
    .clk_i, .rst_ni, .wr_i(close), .wdata_i({head_addr, head_len, idx_q}), .rd_i(burst_ready_i),
    .rdata_o({burst_line, burst_len_o, burst_tag_o}), .valid_o(burst_valid_o), .full_o(burst_full), .count_o(unused_burst_count)
  );
  logic [4:0] unused_burst_count;
  assign burst_addr_o = {burst_line, 4'h0};
  assign parity_err_o = w_new_q && w_bad_q;
  assign burst_push_o = close;
  assign burst_idx_o = idx_q;

  assign done_idx_o = idx_q;
  assign done_len_o = len_q;
  assign done_short_o = short_q;
  assign done_parity_o = bad_q;
  assign done_code_o = code_q;
  assign fatal_o = state_q == StFatal;
  assign act_o = state_d != state_q || f_pop || w_new_q || w_done || split || seg_ready_o || place || emit ||
                 close || line_ready_i || burst_ready_i || done_valid_o ||
                 (use_word && ((g_rem_q == 32'h0 && g_last_q) || (g_rem_q != 32'h0 && w_bad_q)));  // beside words that the engine gives

  `ASSERT_NEVER(LineBeforeItsSegment, emit && ln_strb_q == 16'h0 && lo_strb == 16'h0)
  `ASSERT_NEVER(BurstOver16Lines, emit && !close && b_cnt_q == 4'd15)
  `ASSERT_NEVER(SegmentEndsTwice, open_seg && ln_strb_q != 16'h0)
endmodule
