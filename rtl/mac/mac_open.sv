// The open pipeline: fill (open_fill) -> work (cbc_open) -> drain (open_drain) over two banks, so that one record fills or drains while
// another one is verified. The lane starts a fill when a bank is free, and hands the filled record on (go_i) when work is idle; after the
// verdict the context's sequence number and chained IV are written (as they were, when the record was bad), and drain and response
// follow by themselves in order.
`include "assert.svh"

module mac_open (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         idle_o,             // no work, no drain, no response left
  output logic         work_idle_o,
  output logic         working_o,          // hash and cipher are this unit's
  // fill
  output logic         bank_free_o,
  input  logic         fill_start_i,
  input  logic         fill_drop_i,        // the record was refused: its bank is free again
  input  logic [15:0]  version_i,          // of the job in hand
  input  logic [15:0]  frag_len_i,
  output logic         fill_done_o,
  output logic         fill_bad_o,
  output logic         fill_ended_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  // work
  input  logic         go_i,
  input  logic         sha256_i,
  input  logic [63:0]  seq_i,
  input  logic [127:0] iv_i,
  input  logic [15:0]  index_i,
  input  logic [31:0]  t0_i,
  output logic         key_taken_o,
  output logic         sha256_o,
  output logic         h_start_o,
  output logic [26:0]  h_blocks_o,
  output logic [28:0]  h_chunks_o,
  output logic [31:0]  h_len_o,
  output logic         h_chunk_valid_o,
  input  logic         h_chunk_ready_i,
  output logic [127:0] h_chunk_o,
  input  logic         h_done_i,
  input  logic [255:0] h_digest_i,
  output logic         c_key_valid_o,
  input  logic         c_key_ready_i,
  output logic         c_iv_ld_o,
  output logic [127:0] c_iv_o,
  output logic         c_valid_o,
  input  logic         c_ready_i,
  output logic [127:0] c_data_o,
  input  logic         c_out_valid_i,
  output logic         c_out_ready_o,
  input  logic [127:0] c_out_data_i,
  output logic         wr_record_o,
  output logic [15:0]  wr_index_o,
  output logic [63:0]  wr_seq_o,
  output logic [127:0] wr_iv_o,
  // drain and response
  output logic         draining_o,
  output logic         p_valid_o,
  input  logic         p_ready_i,
  output logic [127:0] p_data_o,
  output logic [4:0]   p_bytes_o,
  output logic         p_last_o,
  output logic         p_flip_o,
  output logic         r_valid_o,
  input  logic         r_ready_i,
  output logic [7:0]   r_status_o,
  output logic [15:0]  r_info_o,
  output logic [63:0]  r_seq_o,
  output logic [31:0]  r_t0_o
);
  // ---- fill -----------------------------------------------------------------------------------------------------------------------------
  logic         explicit_iv, fill_we, fill_bank_q;
  logic [1:0]   used_q;                    // banks that hold a record
  logic [7:0]   fill_type;
  logic [127:0] fill_iv, fill_prev, fill_last, fill_wdata;
  logic [10:0]  fill_words, fill_waddr;
  assign explicit_iv = (version_i != 16'h0301);
  assign bank_free_o = !used_q[fill_bank_q];
  open_fill u_fill (
    .clk_i, .rst_ni, .start_i(fill_start_i), .version_i, .explicit_iv_i(explicit_iv), .frag_len_i,
    .done_o(fill_done_o), .bad_o(fill_bad_o), .ended_o(fill_ended_o), .type_o(fill_type), .iv_o(fill_iv), .prev_o(fill_prev),
    .last_o(fill_last), .words_o(fill_words), .in_valid_i, .in_ready_o, .in_data_i, .in_last_i,
    .we_o(fill_we), .waddr_o(fill_waddr), .wdata_o(fill_wdata)
  );

  // ---- work: parameters of the record in hand ---------------------------------------------------------------------------------------------
  logic         w_run_q, w_wait_q, w_bank_q, w_sha256_q, work_done;
  logic [15:0]  w_version_q, w_index_q;
  logic [7:0]   w_type_q, w_status, w_status_q;
  logic [63:0]  w_seq_q;
  logic [127:0] w_iv_q, w_prev_q, w_last_q;
  logic [10:0]  w_words_q, w_out_words, w_out_words_q;
  logic [14:0]  w_len, w_len_q;
  logic [31:0]  w_t0_q;
  logic         work_re, work_we, drain_start;
  logic [10:0]  work_raddr, work_waddr;
  logic [127:0] work_rdata, work_wdata;

  assign work_idle_o = !w_run_q && !w_wait_q;
  assign working_o   = w_run_q;
  assign sha256_o    = w_sha256_q;
  assign wr_record_o = work_done;
  assign wr_index_o  = w_index_q;
  assign wr_seq_o    = (w_status == sluice_pkg::ST_OK) ? w_seq_q + 64'd1 : w_seq_q;
  assign wr_iv_o     = (w_status == sluice_pkg::ST_OK) ? w_last_q : w_iv_q;
  cbc_open u_work (
    .clk_i, .rst_ni, .start_i(go_i), .sha256_i(w_sha256_q), .version_i(w_version_q), .type_i(w_type_q), .seq_i(w_seq_q), .iv_i(w_iv_q),
    .prev_i(w_prev_q), .last_i(w_last_q), .words_i(w_words_q), .done_o(work_done), .status_o(w_status), .len_o(w_len),
    .out_words_o(w_out_words), .key_taken_o, .h_start_o, .h_blocks_o, .h_chunks_o, .h_len_o, .h_chunk_valid_o, .h_chunk_ready_i, .h_chunk_o,
    .h_done_i(h_done_i && w_run_q), .h_digest_i, .c_key_valid_o, .c_key_ready_i, .c_iv_ld_o, .c_iv_o, .c_valid_o, .c_ready_i, .c_data_o,
    .c_out_valid_i(c_out_valid_i && w_run_q), .c_out_ready_o, .c_out_data_i, .re_o(work_re), .raddr_o(work_raddr), .rdata_i(work_rdata),
    .we_o(work_we), .waddr_o(work_waddr), .wdata_o(work_wdata)
  );
  open_buf #(.Depth((sluice_pkg::MaxRecord - 5) / 16)) u_buf (
    .clk_i, .fill_bank_i(fill_bank_q), .fill_we_i(fill_we), .fill_addr_i(fill_waddr), .fill_data_i(fill_wdata),
    .work_bank_i(w_bank_q), .work_we_i(work_we), .work_waddr_i(work_waddr), .work_wdata_i(work_wdata),
    .work_re_i(work_re), .work_raddr_i(work_raddr), .work_rdata_o(work_rdata),
    .drain_bank_i(d_bank_q), .drain_re_i(drain_re), .drain_addr_i(drain_addr), .drain_data_o(drain_data)
  );

  // ---- drain and response ---------------------------------------------------------------------------------------------------------------
  logic         d_bank_q, d_rsp_q, drain_busy, drain_done, drain_re;
  logic [10:0]  drain_addr;
  logic [127:0] drain_data;
  logic [7:0]   d_status_q, d_type_q;
  logic [63:0]  d_seq_q;
  logic [31:0]  d_t0_q;
  assign drain_start = w_wait_q && !drain_busy && !d_rsp_q;
  open_drain u_drain (
    .clk_i, .rst_ni, .start_i(drain_start), .words_i(w_out_words_q), .len_i(w_len_q), .busy_o(drain_busy), .done_o(drain_done),
    .re_o(drain_re), .addr_o(drain_addr), .data_i(drain_data), .o_valid_o(p_valid_o), .o_ready_i(p_ready_i), .o_data_o(p_data_o),
    .o_bytes_o(p_bytes_o), .o_last_o(p_last_o), .o_flip_o(p_flip_o)
  );
  assign draining_o = drain_busy;
  assign r_valid_o  = d_rsp_q;
  assign r_status_o = d_status_q;
  assign r_info_o   = (d_status_q == sluice_pkg::ST_OK) ? {8'd0, d_type_q} : '0;
  assign r_seq_o    = d_seq_q;
  assign r_t0_o     = d_t0_q;
  assign idle_o     = work_idle_o && !drain_busy && !d_rsp_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fill_bank_q <= 1'b0;
      used_q      <= '0;
      w_run_q     <= 1'b0;
      w_wait_q    <= 1'b0;
      d_rsp_q     <= 1'b0;
    end else begin
      if (fill_start_i) used_q[fill_bank_q] <= 1'b1;
      if (fill_drop_i) used_q[fill_bank_q] <= 1'b0;
      if (go_i) begin
        w_run_q     <= 1'b1;
        fill_bank_q <= !fill_bank_q;
      end
      if (work_done) begin
        w_run_q  <= 1'b0;
        w_wait_q <= 1'b1;
      end
      if (drain_start) w_wait_q <= 1'b0;
      if (drain_done) begin
        d_rsp_q          <= 1'b1;
        used_q[d_bank_q] <= 1'b0;
      end
      if (r_valid_o && r_ready_i) d_rsp_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (go_i) begin
      w_bank_q    <= fill_bank_q;
      w_sha256_q  <= sha256_i;
      w_version_q <= version_i;
      w_index_q   <= index_i;
      w_type_q    <= fill_type;
      w_seq_q     <= seq_i;
      w_iv_q      <= explicit_iv ? fill_iv : iv_i;
      w_prev_q    <= fill_prev;
      w_last_q    <= fill_last;
      w_words_q   <= fill_words;
      w_t0_q      <= t0_i;
    end
    if (work_done) begin
      w_status_q    <= w_status;
      w_len_q       <= w_len;
      w_out_words_q <= w_out_words;
    end
    if (drain_start) begin
      d_bank_q   <= w_bank_q;
      d_status_q <= w_status_q;
      d_type_q   <= w_type_q;
      d_seq_q    <= w_seq_q;
      d_t0_q     <= w_t0_q;
    end
  end

  `ASSERT_NEVER(HandedOnWhileWorking, go_i && !work_idle_o)
  `ASSERT_NEVER(FilledWithoutABank, fill_start_i && !bank_free_o)
endmodule
