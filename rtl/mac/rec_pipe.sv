// The record unit: fill (rec_fill) -> cipher (rec_cipher) and hash (rec_hash) -> drain (rec_drain) over two banks, so that while one
// record is hashed, the next one fills and has its key schedule and its first blocks done, and the one before drains.
// The lane starts a fill when a bank is free, then hands the record to both stages when they are idle: to the cipher first what the hash
// needs the cipher for (open: padding; encrypt then MAC: ciphertext), else to the hash first. After a stage is done with what the session keeps
// (sequence number, chained IV) the context is written; as it was, when the record was bad. Drain and response follow in order.
`include "assert.svh"

module rec_pipe (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         idle_o,             // no record anywhere
  output logic         hash_idle_o,
  output logic         cipher_idle_o,
  output logic         bank_free_o,
  // fill
  input  logic         fill_start_i,
  input  logic         fill_drop_i,        // the record was refused: its bank is free again
  input  mac_pkg::record_t rec_i,          // of the job in hand; kind counts for seal
  input  logic         fill_empty_i,
  input  logic [15:0]  frag_len_i,
  output logic         fill_done_o,
  output logic         fill_bad_o,
  output logic         fill_ended_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  // hand over to the stages, with the context read for it
  input  logic         cipher_first_i,     // the order of the next two
  input  logic         go_hash_i,
  input  logic         go_cipher_i,
  input  logic         rnd_take_i,         // seal: rnd_data_i is this record's IV
  input  logic [127:0] rnd_data_i,
  input  mac_pkg::moving_t ctx_i,
  output logic         key_taken_o,
  // context: after a record
  output logic         wr_req_o,
  input  logic         wr_ready_i,
  output logic [15:0]  wr_index_o,
  output mac_pkg::moving_t wr_o,
  // hash
  output logic [1:0]   h_hash_o,
  output logic         h_start_o,
  output logic         h_ssl3_o,
  output logic [31:0]  h_seq_hi_o,
  output logic [26:0]  h_blocks_o,
  output logic [28:0]  h_chunks_o,
  output logic [31:0]  h_len_o,
  output logic         h_chunk_valid_o,
  input  logic         h_chunk_ready_i,
  output logic [127:0] h_chunk_o,
  input  logic         h_done_i,
  input  logic [511:0] h_digest_i,
  // cipher
  output logic         c_decrypt_o,
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
  input  logic [127:0] c_chain_i,
  // drain and response
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
  logic         f_bank_q, c_bank_q, h_bank_q, d_bank_q;
  // ---- the banks: what is known of their records --------------------------------------------------------------------------------------------
  logic [$bits(rec_i)-1:0] rec_q [2];
  mac_pkg::record_t d_rec;                 // of the bank that drains
  assign d_rec = rec_q[d_bank_q];
  logic [127:0] iv_q [2];
  logic [383:0] mac_q [2];                 // open: the record's; seal: the one made
  logic [14:0]  len_q [2];                 // open: plaintext bytes; secret
  logic [14:0]  out_len_q [2];             // the same after the verdict
  logic [7:0]   status_q [2];
  logic [63:0]  seq_q [2];
  logic [1:0]   used_q, bad_q, len_valid_q, cipher_over_q, hash_over_q;

  // ---- fill ---------------------------------------------------------------------------------------------------------------------------------
  logic         explicit_iv, f_we;
  logic [7:0]   f_kind;
  logic [127:0] f_iv, f_prev, f_last, f_wdata, iv_rnd_q, iv;
  logic [383:0] f_mac;
  logic [10:0]  f_waddr;
  mac_pkg::record_t rec;
  assign explicit_iv = mac_pkg::explicit_iv(rec_i.version);
  assign bank_free_o = !used_q[f_bank_q];
  rec_fill u_fill (
    .clk_i, .rst_ni, .start_i(fill_start_i), .seal_i(rec_i.seal), .empty_i(fill_empty_i), .version_i(rec_i.version), .explicit_iv_i(explicit_iv),
    .frag_len_i, .words_i(rec_i.words), .done_o(fill_done_o), .bad_o(fill_bad_o), .ended_o(fill_ended_o), .kind_o(f_kind), .iv_o(f_iv),
    .prev_o(f_prev), .last_o(f_last), .mac_o(f_mac), .in_valid_i, .in_ready_o, .in_data_i, .in_last_i, .we_o(f_we), .waddr_o(f_waddr),
    .wdata_o(f_wdata)
  );
  always_comb begin
    rec = rec_i;
    if (!rec_i.seal) rec.kind = f_kind;
  end
  assign iv = !explicit_iv ? ctx_i.iv : (rec_i.seal ? iv_rnd_q : f_iv);

  // ---- cipher stage ---------------------------------------------------------------------------------------------------------------------------
  mac_pkg::record_t c_rec_q, h_rec_q;
  logic         c_re, c_we, c_want, c_hold, c_done, c_bad, c_len_valid, c_writes, h_here, same_bank;
  logic [10:0]  c_raddr, c_waddr, c_at, h_at;
  logic [14:0]  c_len;
  logic [127:0] c_iv_q, c_prev_q, c_last_q, c_rdata, c_wdata;
  logic [383:0] c_mac;
  logic         h_re, h_over, h_want, h_hold, h_done, h_writes, c_here;
  assign same_bank   = (c_bank_q == h_bank_q);
  assign h_here      = same_bank && !hash_idle_o;
  assign c_here      = same_bank && !cipher_idle_o;
  assign c_decrypt_o = !c_rec_q.seal;
  rec_cipher u_cipher (
    .clk_i, .rst_ni, .start_i(go_cipher_i), .idle_o(cipher_idle_o), .rec_i(c_rec_q), .iv_i(c_iv_q), .prev_i(c_prev_q), .last_i(c_last_q),
    .mac_i(mac_q[c_bank_q]), .mac_valid_i(hash_over_q[c_bank_q]), .hash_over_i(hash_over_q[c_bank_q] || (h_here && h_over)),
    .hash_at_i(h_here ? h_at : '0), .hash_re_i(h_re && same_bank), .key_taken_o, .len_valid_o(c_len_valid), .len_o(c_len), .at_o(c_at),
    .want_o(c_want), .hold_i(c_hold), .done_o(c_done), .bad_o(c_bad), .mac_o(c_mac), .c_key_valid_o, .c_key_ready_i, .c_iv_ld_o, .c_iv_o,
    .c_valid_o, .c_ready_i, .c_data_o, .c_out_valid_i, .c_out_ready_o, .c_out_data_i, .re_o(c_re), .raddr_o(c_raddr), .rdata_i(c_rdata),
    .we_o(c_we), .waddr_o(c_waddr), .wdata_o(c_wdata)
  );

  // ---- hash stage -----------------------------------------------------------------------------------------------------------------------------
  logic [10:0]  h_raddr;
  logic [7:0]   h_status;
  logic [14:0]  h_len;
  logic [63:0]  h_seq_q;
  logic [127:0] h_iv_q, h_last_q, h_old_iv_q, h_rdata;
  assign h_hash_o = h_rec_q.hash;
  rec_hash u_hash (
    .clk_i, .rst_ni, .start_i(go_hash_i), .idle_o(hash_idle_o), .rec_i(h_rec_q), .seq_i(h_seq_q), .iv_i(h_iv_q),
    .len_valid_i(len_valid_q[h_bank_q]), .len_i(len_q[h_bank_q]), .cipher_over_i(cipher_over_q[h_bank_q]), .cipher_at_i(c_here ? c_at : '0),
    .over_o(h_over), .at_o(h_at), .bad_i(bad_q[h_bank_q]), .mac_i(mac_q[h_bank_q]), .want_o(h_want), .hold_i(h_hold), .done_o(h_done),
    .status_o(h_status), .len_o(h_len), .h_start_o, .h_ssl3_o, .h_seq_hi_o, .h_blocks_o, .h_chunks_o, .h_len_o, .h_chunk_valid_o,
    .h_chunk_ready_i, .h_chunk_o, .h_done_i, .h_digest_i, .re_o(h_re), .raddr_o(h_raddr), .rdata_i(h_rdata)
  );

  // ---- context: the cipher stage writes it for sealed records with a chained IV, the hash stage for the others -----------------------------------
  logic ok;
  assign ok         = (h_status == sluice_pkg::ST_OK);
  assign c_writes   = c_want && c_rec_q.seal && !mac_pkg::explicit_iv(c_rec_q.version);
  assign h_writes   = h_want && !(h_rec_q.seal && !mac_pkg::explicit_iv(h_rec_q.version));
  assign c_hold     = c_writes && !wr_ready_i;
  assign h_hold     = h_writes && (c_writes || !wr_ready_i);
  assign wr_req_o   = c_writes || h_writes;
  assign wr_index_o = c_writes ? c_rec_q.index : h_rec_q.index;
  always_comb begin
    wr_o = '0;
    if (c_writes) begin
      wr_o.seq = seq_q[c_bank_q] + 64'd1;
      wr_o.iv  = c_chain_i;
    end else if (h_writes) begin
      wr_o.seq = ok ? h_seq_q + 64'd1 : h_seq_q;
      wr_o.iv  = (ok && !h_rec_q.seal) ? h_last_q : h_old_iv_q;
    end
  end

  rec_buf u_buf (
    .clk_i, .fill_bank_i(f_bank_q), .fill_we_i(f_we), .fill_addr_i(f_waddr), .fill_data_i(f_wdata),
    .cipher_bank_i(c_bank_q), .cipher_we_i(c_we), .cipher_waddr_i(c_waddr), .cipher_wdata_i(c_wdata), .cipher_re_i(c_re),
    .cipher_raddr_i(c_raddr), .cipher_rdata_o(c_rdata), .hash_bank_i(h_bank_q), .hash_re_i(h_re), .hash_raddr_i(h_raddr),
    .hash_rdata_o(h_rdata), .drain_bank_i(d_bank_q), .drain_re_i(d_re), .drain_addr_i(d_addr), .drain_data_o(d_data)
  );

  // ---- drain and response -----------------------------------------------------------------------------------------------------------------------
  logic         d_start, d_busy, d_done, d_re, d_rsp_q;
  logic [10:0]  d_addr;
  logic [127:0] d_data;
  assign d_start = used_q[d_bank_q] && cipher_over_q[d_bank_q] && hash_over_q[d_bank_q] && !d_busy && !d_rsp_q;
  rec_drain u_drain (
    .clk_i, .rst_ni, .start_i(d_start), .rec_i(d_rec), .iv_i(iv_q[d_bank_q]), .mac_i(mac_q[d_bank_q]), .len_i(out_len_q[d_bank_q]),
    .busy_o(d_busy), .done_o(d_done), .re_o(d_re), .addr_o(d_addr), .data_i(d_data), .o_valid_o(p_valid_o), .o_ready_i(p_ready_i),
    .o_data_o(p_data_o), .o_bytes_o(p_bytes_o), .o_last_o(p_last_o), .o_flip_o(p_flip_o)
  );
  assign r_valid_o  = d_rsp_q;
  assign r_status_o = status_q[d_bank_q];
  assign r_info_o   = (!d_rec.seal && (r_status_o == sluice_pkg::ST_OK)) ? {8'd0, d_rec.kind} : '0;
  assign r_seq_o    = seq_q[d_bank_q];
  assign r_t0_o     = d_rec.t0;
  assign idle_o     = (used_q == '0);

  logic launched;                          // the fill bank is the stages' now
  assign launched = cipher_first_i ? go_hash_i : go_cipher_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      used_q        <= '0;
      bad_q         <= '0;
      len_valid_q   <= '0;
      cipher_over_q <= '0;
      hash_over_q   <= '0;
      f_bank_q      <= 1'b0;
      c_bank_q      <= 1'b0;
      h_bank_q      <= 1'b0;
      d_bank_q      <= 1'b0;
      d_rsp_q       <= 1'b0;
    end else begin
      if (fill_start_i) begin
        used_q[f_bank_q]        <= 1'b1;
        len_valid_q[f_bank_q]   <= 1'b0;
        cipher_over_q[f_bank_q] <= 1'b0;
        hash_over_q[f_bank_q]   <= 1'b0;
      end
      if (fill_drop_i) used_q[f_bank_q] <= 1'b0;
      if (go_cipher_i) c_bank_q <= f_bank_q;
      if (go_hash_i) h_bank_q <= f_bank_q;
      if (launched) f_bank_q <= !f_bank_q;
      if (c_len_valid) len_valid_q[c_bank_q] <= 1'b1;
      if (c_done) begin
        cipher_over_q[c_bank_q] <= 1'b1;
        bad_q[c_bank_q]         <= c_bad;
      end
      if (h_done) hash_over_q[h_bank_q] <= 1'b1;
      if (d_done) d_rsp_q <= 1'b1;
      if (r_valid_o && r_ready_i) begin
        d_rsp_q          <= 1'b0;
        used_q[d_bank_q] <= 1'b0;
        d_bank_q         <= !d_bank_q;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (rnd_take_i) iv_rnd_q <= rnd_data_i;
    if (go_cipher_i || go_hash_i) begin
      rec_q[f_bank_q] <= rec;
      iv_q[f_bank_q]  <= iv;
    end
    if (go_cipher_i) begin
      c_rec_q  <= rec;
      c_iv_q   <= iv;
      c_prev_q <= f_prev;
      c_last_q <= f_last;
    end
    if (go_hash_i) begin
      h_rec_q         <= rec;
      h_seq_q         <= ctx_i.seq;
      h_old_iv_q      <= ctx_i.iv;
      h_iv_q          <= iv;
      h_last_q        <= f_last;
      seq_q[f_bank_q] <= ctx_i.seq;
    end
    if (c_len_valid) len_q[c_bank_q] <= c_len;
    if (h_done) begin
      status_q[h_bank_q]  <= h_status;
      out_len_q[h_bank_q] <= h_len;
    end
    for (int b = 0; b < 2; b++) begin
      if (go_cipher_i && !rec_i.seal && rec_i.etm && (f_bank_q == 1'(b))) mac_q[b] <= f_mac;
      else if (c_done && !c_rec_q.seal && !c_rec_q.etm && (c_bank_q == 1'(b))) mac_q[b] <= c_mac;
      else if (h_done && h_rec_q.seal && (h_bank_q == 1'(b))) mac_q[b] <= h_digest_i[383:0];
    end
  end

  logic unused_digest;
  assign unused_digest = ^h_digest_i[511:384];
  `ASSERT_NEVER(HandedOnWhileWorking, (go_hash_i && !hash_idle_o) || (go_cipher_i && !cipher_idle_o))
  `ASSERT_NEVER(FilledWithoutABank, fill_start_i && !bank_free_o)
endmodule
