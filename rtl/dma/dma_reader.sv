// Source side of a job runner: segments in, read requests out, and the bytes that come back gathered into dense 16-byte words.
//
//   segments -> requests (<= 256 bytes each, room reserved first) -> beat buffer -> cut (drop what precedes and follows) -> pack -> engine
//
// Requests run ahead of the engine as far as the beat buffer reaches, over segment and job boundaries, so that memory latency is hidden.
// One beat a cycle goes through cut and pack whatever the alignment. Only a job's last word is short. Segments that carry a reason
// instead of an address (dma_segs.sv) become zero bytes, so that the engine always gets the bytes it was promised; the job then ends
// with an error. A job's words are offered only after its command was taken (cmd_taken_i).
`include "assert.svh"
module dma_reader #(
  parameter int unsigned IdxW = 4,
  parameter int unsigned DataLog2 = 7  // beats buffered; must cover latency x one beat a cycle
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,

  input  logic seg_valid_i,
  output logic seg_ready_o,
  input  logic [63:0] seg_addr_i,
  input  logic [31:0] seg_len_i,
  input  logic seg_last_i,
  input  logic [1:0] seg_code_i,
  input  logic [IdxW-1:0] seg_idx_i,

  output logic req_valid_o,
  input  logic req_ready_i,
  output logic [63:0] req_addr_o,
  output logic [8:0] req_bytes_o,
  input  logic rsp_valid_i,
  input  logic [127:0] rsp_data_i,
  input  logic rsp_err_i,

  input  logic [(1<<IdxW)-1:0] cmd_taken_i,
  output logic err_valid_o,             // job err_idx_o met a reason or a read error
  output logic [1:0] err_code_o,
  output logic [IdxW-1:0] err_idx_o,

  output logic in_valid_o,
  input  logic in_ready_i,
  output logic [127:0] in_data_o,
  output logic [4:0] in_bytes_o,
  output logic in_last_o
);
  localparam int unsigned MetaW = 1 + 2 + 4 + 9 + 1 + IdxW;

  // ---- requests ---------------------------------------------------------------------------------------------------------------
  logic s_valid_q, s_last_q, s_step, s_end;
  logic [63:0] s_addr_q;
  logic [31:0] s_rem_q;
  logic [1:0] s_code_q;
  logic [IdxW-1:0] s_idx_q;
  logic [8:0] block, n;
  logic [DataLog2:0] free_q;  // beats of the buffer neither used nor reserved
  logic [8:0] span;
  logic [4:0] beats;
  logic [3:0] unused_span;
  assign unused_span = span[3:0];
  logic rq_valid_q, meta_push, meta_pop, meta_valid, meta_full;
  logic [63:0] rq_addr_q;
  logic [8:0] rq_bytes_q;
  logic [MetaW-1:0] meta;
  logic beat_valid, beat_pop;
  logic [128:0] beat;

  assign block = (s_code_q != 2'd0) ? 9'd256 : 9'd256 - {1'b0, s_addr_q[7:0]};
  assign n = (s_rem_q > {23'h0, block}) ? block : s_rem_q[8:0];
  assign span = {5'h0, s_addr_q[3:0]} + n + 9'd15;
  assign beats = (s_code_q != 2'd0) ? 5'd0 : span[8:4];
  assign s_step = s_valid_q && !meta_full && (!rq_valid_q || req_ready_i) && free_q >= (DataLog2 + 1)'(16);
  assign s_end = s_step && s_rem_q == {23'h0, n};
  assign meta_push = s_step && n != 9'd0;
  assign seg_ready_o = seg_valid_i && (!s_valid_q || s_end);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      s_valid_q <= 1'b0;
      s_last_q <= 1'b0;
      s_addr_q <= '0;
      s_rem_q <= '0;
      s_code_q <= '0;
      s_idx_q <= '0;
      rq_valid_q <= 1'b0;
      rq_addr_q <= '0;
      rq_bytes_q <= '0;
      free_q <= (DataLog2 + 1)'(1 << DataLog2);
    end else begin
      if (seg_ready_o) begin
        s_valid_q <= 1'b1;
        s_last_q <= seg_last_i;
        s_addr_q <= seg_addr_i;
        s_rem_q <= seg_len_i;
        s_code_q <= seg_code_i;
        s_idx_q <= seg_idx_i;
      end else if (s_end) begin
        s_valid_q <= 1'b0;
      end else if (s_step) begin
        s_addr_q <= s_addr_q + {55'h0, n};
        s_rem_q <= s_rem_q - {23'h0, n};
      end
      if (s_step && beats != 5'd0 && n != 9'd0) begin
        rq_valid_q <= 1'b1;
        rq_addr_q <= s_addr_q;
        rq_bytes_q <= n;
      end else if (req_ready_i) begin
        rq_valid_q <= 1'b0;
      end
      if (s_step || beat_pop) begin
        free_q <= free_q - ((s_step && n != 9'd0) ? (DataLog2 + 1)'(beats) : '0) + (DataLog2 + 1)'(beat_pop);
      end
    end
  end

  // What each request's beats mean: reason, offset of the first byte, bytes, whether the job ends with them, whose they are.
  dma_fifo #(.Width(MetaW), .Log2(4)) u_meta (
    .clk_i, .rst_ni, .wr_i(meta_push),
    .wdata_i({s_code_q != 2'd0, s_code_q, s_code_q != 2'd0 ? 4'd0 : s_addr_q[3:0], n, s_last_q && s_end, s_idx_q}),
    .rd_i(meta_pop), .rdata_o(meta), .valid_o(meta_valid), .full_o(meta_full), .count_o(unused_meta_count)
  );
  dma_fifo #(.Width(129), .Log2(DataLog2)) u_beats (
    .clk_i, .rst_ni, .wr_i(rsp_valid_i), .wdata_i({rsp_err_i, rsp_data_i}), .rd_i(beat_pop),
    .rdata_o(beat), .valid_o(beat_valid), .full_o(unused_beat_full), .count_o(unused_beat_count)
  );
  logic [4:0] unused_meta_count;
  logic unused_beat_full;
  logic [DataLog2:0] unused_beat_count;

  // ---- cut --------------------------------------------------------------------------------------------------------------------
  logic c_valid_q, c_pad_q, c_last_q, c_step, c_end;
  logic [1:0] c_code_q;
  logic [3:0] c_off_q;
  logic [8:0] c_left_q;
  logic [IdxW-1:0] c_idx_q;
  logic [4:0] c_n;
  logic k_valid_q, k_end_q, k_take;
  logic [127:0] k_data_q, cut_mask;
  logic [4:0] k_n_q;
  logic [IdxW-1:0] k_idx_q;

  assign c_n = (c_left_q > 9'd16 - {5'h0, c_off_q}) ? 5'd16 - {1'b0, c_off_q} : c_left_q[4:0];
  assign c_step = c_valid_q && (c_pad_q || beat_valid) && (!k_valid_q || k_take);
  assign c_end = c_step && c_left_q == {4'h0, c_n};
  assign beat_pop = c_step && !c_pad_q;
  assign meta_pop = meta_valid && (!c_valid_q || c_end);
  assign cut_mask = ~({128{1'b1}} << {c_n[3:0], 3'b000});

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      c_valid_q <= 1'b0;
      c_pad_q <= 1'b0;
      c_code_q <= '0;
      c_off_q <= '0;
      c_left_q <= '0;
      c_last_q <= 1'b0;
      c_idx_q <= '0;
      k_valid_q <= 1'b0;
      k_end_q <= 1'b0;
      k_n_q <= '0;
      k_idx_q <= '0;
      k_data_q <= '0;
    end else begin
      if (meta_pop) begin
        c_valid_q <= 1'b1;
        {c_pad_q, c_code_q, c_off_q, c_left_q, c_last_q, c_idx_q} <= meta;
      end else if (c_end) begin
        c_valid_q <= 1'b0;
      end else if (c_step) begin
        c_off_q <= 4'd0;
        c_left_q <= c_left_q - {4'h0, c_n};
      end
      if (c_step) begin
        k_valid_q <= 1'b1;
        k_n_q <= c_n;
        k_idx_q <= c_idx_q;
        k_end_q <= c_last_q && c_end;
        if (c_pad_q || beat[128]) k_data_q <= '0;
        else if (c_n[4]) k_data_q <= beat[127:0];
        else k_data_q <= (beat[127:0] >> {c_off_q, 3'b000}) & cut_mask;
      end else if (k_take) begin
        k_valid_q <= 1'b0;
        k_data_q <= '0;
      end
    end
  end

  assign err_valid_o = c_step && (c_pad_q || beat[128]);
  assign err_code_o = c_pad_q ? c_code_q : 2'd3;
  assign err_idx_o = c_idx_q;

  // ---- pack -------------------------------------------------------------------------------------------------------------------
  logic [127:0] acc_q;  // up to 15 bytes that wait for the next beat
  logic [4:0] fill_q, total;
  logic flush_q, room, word, out_flush, out_push;
  logic [255:0] comb;

  assign total = fill_q + k_n_q;
  assign word = total[4] || k_end_q;
  assign k_take = k_valid_q && !flush_q && cmd_taken_i[k_idx_q] && (room || !word);
  assign comb = (fill_q == 5'd0) ? {128'h0, k_data_q} : {128'h0, acc_q} | ({128'h0, k_data_q} << {fill_q[3:0], 3'b000});

  assign out_flush = flush_q && room;
  assign out_push = out_flush || (k_take && word);
  // to the engine through registers: nothing here hangs on its in_ready
  dma_slice #(.Width(128 + 5 + 1)) u_out (
    .clk_i, .rst_ni, .in_valid_i(out_push), .in_ready_o(room),
    .in_data_i(flush_q ? {acc_q, fill_q, 1'b1} : {comb[127:0], total[4] ? 5'd16 : total, k_end_q && total <= 5'd16}),
    .out_valid_o(in_valid_o), .out_ready_i(in_ready_i), .out_data_o({in_data_o, in_bytes_o, in_last_o})
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      acc_q <= '0;
      fill_q <= '0;
      flush_q <= 1'b0;
    end else if (out_flush) begin
      flush_q <= 1'b0;
      acc_q <= '0;
      fill_q <= '0;
    end else if (k_take && word) begin
      acc_q <= comb[255:128];
      fill_q <= total[4] ? {1'b0, total[3:0]} : 5'd0;
      flush_q <= k_end_q && total > 5'd16;
    end else if (k_take) begin
      acc_q <= comb[127:0];
      fill_q <= total;
    end
  end

  assign req_valid_o = rq_valid_q;
  assign req_addr_o = rq_addr_q;
  assign req_bytes_o = rq_bytes_q;
  assign act_o = seg_ready_o || s_step || rq_valid_q || rsp_valid_i || meta_pop || c_step || k_take || out_flush;  // beside words that the engine takes

  `ASSERT_STABLE(In, in_valid_o, in_ready_i, {in_data_o, in_bytes_o, in_last_o})
  `ASSERT_ZERO(NoDataWhileIdle, in_valid_o, in_data_o)
  `ASSERT_NEVER(ShortWordInTheMiddle, in_valid_o && !in_last_o && in_bytes_o != 5'd16)
  `ASSERT_NEVER(EmptyWord, in_valid_o && in_bytes_o == 5'd0)
  `ASSERT_NEVER(ResidueBeyondAWord, fill_q > 5'd15)
endmodule
