// Exit side of the aead lane: what an item does when it comes out of the datapath. Feeds GHASH, forms result words, makes or compares tags, and
// answers jobs. Eight jobs may be between their start and their response; each has a slot of the table here.
//
// The tag comparison takes one cycle whatever the tags are; its verdict (status, and whether the sequence number advances) is the only
// thing outside the data lines that depends on data.
//
// What decides that an answer is right is kept twice, the second time inverted: the counters of jobs, whether a job waits for a verdict, the verdict, the
// response. Where counters or valid disagree nothing is answered any more, and the lane stops (err_o); a verdict that contradicts itself is a bad
// one, a status that does is FAULT, so that neither decides when anything happens.
`include "assert.svh"

module aead_tag (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  cycle_i,
  input  logic         hang_i,
  output logic         busy_o,
  output logic         err_o,           // something kept twice differs
  output logic         drained_o,       // no job has a slot
  // job slots, from aead_issue
  output logic         slot_ready_o,
  input  logic         slot_start_i,
  input  logic [1:0]   slot_bank_i,
  input  logic [31:0]  slot_start_cycle_i,
  input  logic [16:0]  slot_aad_i,
  input  logic [31:0]  slot_data_i,
  input  logic [4:0]   slot_tag_i,
  input  logic [15:0]  slot_version_i,
  input  logic         slot_tls13_i,
  input  logic [7:0]   slot_type_i,
  input  logic [63:0]  slot_seq_i,
  input  logic         slot_end_i,
  input  logic [7:0]   slot_status_i,
  input  logic         slot_record_i,
  input  logic         slot_open_i,
  // items
  input  logic         ex_valid_i,
  input  logic [3:0]   ex_kind_i,
  input  logic [1:0]   ex_bank_i,
  input  logic [4:0]   ex_bytes_i,
  input  logic         ex_final_i,
  input  logic [127:0] ex_data_i,
  input  logic [127:0] ex_result_i,
  input  logic [127:0] ex_aes_i,
  // back to aead_issue and aead_ctx
  output logic         chain_valid_o,
  output logic [127:0] chain_data_o,
  output logic         verdict_valid_o,
  output logic [1:0]   verdict_bank_o,
  input  logic [255:0] seq_i,
  output logic         open_inc_o,
  output logic         ret_valid_o,
  output logic [1:0]   ret_bank_o,
  // session load
  output logic         h_valid_o,
  output logic [127:0] h_data_o,
  input  logic         mul_valid_i,
  input  logic [127:0] mul_data_i,
  output logic         mul_done_o,
  output logic [127:0] mul_data_o,
  input  logic         hp_valid_i,
  input  logic [1:0]   hp_bank_i,
  input  logic [1:0]   hp_pow_i,
  input  logic [127:0] hp_data_i,
  // result words
  output logic         ow_valid_o,
  output logic [127:0] ow_data_o,
  output logic [4:0]   ow_bytes_o,
  output logic         ow_last_o,
  output logic         ow_final_o,      // the job's last non-empty word
  output logic         ow_is_tag_o,     // the data is the tag of job ow_job_o, when it is known
  output logic [2:0]   ow_job_o,
  output logic         tag_valid_o,     // a sealed job's tag
  output logic [2:0]   tag_job_o,
  output logic [127:0] tag_data_o,
  output logic         ow_gated_o,      // the word waits for the verdict on job ow_job_o: TLS 1.3 RECORD_OPEN
  output logic         gate_valid_o,    // that verdict
  output logic [2:0]   gate_job_o,
  output logic [14:0]  gate_keep_o,     // result bytes that leave: none when it failed
  input  logic         last_taken_i,    // a job's last word left the lane
  // responses
  output logic         rsp_valid_o,
  input  logic         rsp_ready_i,
  output logic [7:0]   rsp_status_o,
  output logic [15:0]  rsp_info_o,
  output logic [63:0]  rsp_seq_o,
  output logic [31:0]  rsp_cycles_o
);
  function automatic logic [63:0] swap64(input logic [63:0] x);
    swap64 = {x[7:0], x[15:8], x[23:16], x[31:24], x[39:32], x[47:40], x[55:48], x[63:56]};
  endfunction

  // ---- job table --------------------------------------------------------------------------------------------------------------------
  logic [1:0]   bank_mem [8];
  logic [31:0]  start_mem [8];
  logic [16:0]  aad_mem [8];
  logic [31:0]  data_mem [8];
  logic [28:0]  blocks_mem [8];
  logic [4:0]   taglen_mem [8];
  logic [15:0]  version_mem [8];
  logic [7:0]   type_mem [8];
  logic [7:0]   status_mem [8];
  logic [63:0]  seq_mem [8];
  logic [127:0] mask_mem [8];   // E(K, J0)
  logic [127:0] given_mem [8];  // tag in the source
  logic [7:0]   record_q, open_q, known_q, ok_q, content_q, tls13_q;
  logic [7:0]   closed_q, bad_q; // inverse of open_q since the job's end, of ok_q since its verdict
  logic [7:0]   found_q;        // an inner type, that is a byte that is not zero
  logic [7:0]   inner_mem [8];  // inner type
  logic [14:0]  keep_mem [8];   // content bytes: those before the last one that is not zero
  logic [14:0]  base_q;         // data bytes that came out of the job at the exit
  logic [2:0]   issue_q, exit_q, rsp_q;  // job being issued, coming out, answered next
  logic [3:0]   used_q, lasts_q;
  logic [2:0]   issue_d, exit_d, rsp_d;
  logic [3:0]   used_d, lasts_d;
  logic [16:0]  twin_q;         // inverse of the five
  logic         end_item, retire;

  assign slot_ready_o = !used_q[3];
  assign drained_o    = used_q == 4'd0;

  // ---- GHASH ------------------------------------------------------------------------------------------------------------------------
  logic         gh_valid, gh_first, gh_done, first_q, mul_q, mul_run_q;
  logic [127:0] gh_data, gh_out, mul_data_q;
  logic [2:0]   gh_tag;
  logic         gh_busy;
  logic [63:0]  open_seq, aad_seq, aad_bits, data_bits;
  logic [15:0]  version, length;
  logic [15:0]  rec_len;  // of the record's fragment: explicit nonce (TLS 1.2), data, tag

  assign open_seq  = seq_i[64*ex_bank_i +: 64];
  assign aad_seq   = ex_kind_i == aead_pkg::ItemROpen ? open_seq : seq_mem[exit_q];
  assign version   = {version_mem[exit_q][7:0], version_mem[exit_q][15:8]};
  assign length    = data_mem[exit_q][15:0];
  assign aad_bits  = {44'd0, aad_mem[exit_q], 3'd0};
  assign data_bits = {29'd0, data_mem[exit_q], 3'd0};
  assign end_item  = ex_valid_i && (ex_kind_i == aead_pkg::ItemEndS || ex_kind_i == aead_pkg::ItemEndO ||
                                    ex_kind_i == aead_pkg::ItemEnd);

  always_comb begin
    gh_valid = 1'b0;
    gh_data  = 128'd0;
    if (mul_q) begin
      gh_valid = 1'b1;
      gh_data  = mul_data_q;
    end else if (ex_valid_i) begin
      unique case (ex_kind_i)
        aead_pkg::ItemRSeal, aead_pkg::ItemROpen: begin
          // RFC 5246 6.2.3.3: seq_num | type | version | length; RFC 8446 5.2: the record's header
          gh_valid = 1'b1;
          gh_data  = tls13_q[exit_q] ? {88'd0, rec_len[7:0], rec_len[15:8], version, type_mem[exit_q]}
                                     : {24'd0, length[7:0], length[15:8], version, type_mem[exit_q], swap64(aad_seq)};
        end
        aead_pkg::ItemAad, aead_pkg::ItemOpen: begin
          gh_valid = 1'b1;
          gh_data  = ex_data_i;
        end
        aead_pkg::ItemSeal: begin
          gh_valid = 1'b1;
          gh_data  = ex_result_i;
        end
        aead_pkg::ItemEndS, aead_pkg::ItemEndO: begin
          gh_valid = 1'b1;
          gh_data  = {swap64(data_bits), swap64(aad_bits)};
        end
        default: gh_valid = 1'b0;
      endcase
    end
  end
  assign gh_first = first_q || mul_q;

  ghash u_ghash (
    .clk_i, .rst_ni,
    .h_valid_i(hp_valid_i), .h_bank_i(hp_bank_i), .h_pow_i(hp_pow_i), .h_data_i(hp_data_i),
    .in_valid_i(gh_valid), .in_first_i(gh_first), .in_blocks_i(mul_q ? 29'd1 : blocks_mem[exit_q]),
    .in_bank_i(bank_mem[exit_q]), .in_tag_i(exit_q), .in_data_i(gh_data),
    .out_valid_o(gh_done), .out_tag_o(gh_tag), .out_data_o(gh_out), .busy_o(gh_busy)
  );

  assign h_valid_o     = ex_valid_i && ex_kind_i == aead_pkg::ItemKeyH;
  assign h_data_o      = h_valid_o ? ex_aes_i : 128'd0;
  assign mul_done_o    = gh_done && mul_run_q;
  assign mul_data_o    = mul_done_o ? gh_out : 128'd0;
  assign chain_valid_o = ex_valid_i && ex_kind_i == aead_pkg::ItemCbcE;
  assign chain_data_o  = chain_valid_o ? ex_result_i : 128'd0;

  // ---- result words -----------------------------------------------------------------------------------------------------------------
  assign rec_len = length + (tls13_q[exit_q] ? 16'd16 : 16'd24);

  always_comb begin
    ow_valid_o  = 1'b0;
    ow_data_o   = 128'd0;
    ow_bytes_o  = 5'd0;
    ow_last_o   = 1'b0;
    ow_final_o  = 1'b0;
    ow_is_tag_o = 1'b0;
    ow_job_o    = exit_q;
    ow_gated_o  = 1'b0;
    if (ex_valid_i) begin
      unique case (ex_kind_i)
        aead_pkg::ItemRSeal: begin
          ow_valid_o = 1'b1;
          ow_bytes_o = tls13_q[exit_q] ? 5'd5 : 5'd13;
          ow_data_o  = {24'd0, tls13_q[exit_q] ? 64'd0 : swap64(seq_mem[exit_q]), rec_len[7:0], rec_len[15:8], version, type_mem[exit_q]};
        end
        aead_pkg::ItemSeal, aead_pkg::ItemOpen, aead_pkg::ItemCtr, aead_pkg::ItemCbcE, aead_pkg::ItemCbcD: begin
          ow_valid_o = 1'b1;
          ow_bytes_o = ex_bytes_i;
          ow_data_o  = ex_result_i;
          ow_final_o = ex_final_i && ex_kind_i != aead_pkg::ItemSeal;
          ow_gated_o = ex_kind_i == aead_pkg::ItemOpen && tls13_q[exit_q];
        end
        aead_pkg::ItemEndS: begin
          ow_valid_o  = 1'b1;
          ow_bytes_o  = 5'd16;
          ow_is_tag_o = 1'b1;
          ow_final_o  = 1'b1;
          ow_last_o   = 1'b1;
        end
        aead_pkg::ItemEndO, aead_pkg::ItemEnd: begin
          ow_valid_o = 1'b1;
          ow_last_o  = 1'b1;
          ow_gated_o = ex_kind_i == aead_pkg::ItemEndO && tls13_q[exit_q];
        end
        default: ow_valid_o = 1'b0;
      endcase
    end
  end

  // ---- inner plaintext of TLS 1.3 (RFC 8446 5.2, 5.4): the last byte that is not zero is the type, what is before it the content ------------
  logic        inner, nonzero;
  logic [3:0]  last_at;
  logic [7:0]  last_byte;
  assign inner = ex_valid_i && ex_kind_i == aead_pkg::ItemOpen && tls13_q[exit_q];
  always_comb begin
    nonzero   = 1'b0;
    last_at   = 4'd0;
    last_byte = 8'd0;
    if (inner) begin
      nonzero = ex_result_i != 128'd0;
      for (int i = 0; i < 16; i++) begin
        if (ex_result_i[8*i +: 8] != 8'd0) begin
          last_at   = 4'(i);
          last_byte = ex_result_i[8*i +: 8];
        end
      end
    end
  end

  // ---- tags -------------------------------------------------------------------------------------------------------------------------
  logic         tag_q, verdict, match, content;
  logic [2:0]   tag_job_q;
  logic [127:0] tag_data_q, diff;
  logic [4:0]   tag_len;

  assign verdict = tag_q && open_q[tag_job_q];
  assign tag_len = taglen_mem[tag_job_q];
  always_comb begin
    diff = 128'd0;
    if (verdict) begin
      diff = tag_data_q ^ given_mem[tag_job_q];
      if (!tag_len[4]) diff = diff & ~({128{1'b1}} << {tag_len[3:0], 3'd0});
    end
  end
  assign match           = diff == 128'd0;
  // an inner plaintext needs a type, and has at most 2^14 + 1 bytes (RFC 8446 5.2, 5.4)
  assign content         = !tls13_q[tag_job_q] || (found_q[tag_job_q] && data_mem[tag_job_q] <= 32'd16385);
  assign verdict_valid_o = verdict && record_q[tag_job_q];
  assign verdict_bank_o  = bank_mem[tag_job_q];
  assign open_inc_o      = verdict_valid_o && match && content;
  assign gate_valid_o    = verdict && tls13_q[tag_job_q];
  assign gate_job_o      = tag_job_q;
  always_comb begin
    gate_keep_o = 15'd0;
    if (gate_valid_o && match && content) gate_keep_o = keep_mem[tag_job_q];
  end
  assign tag_valid_o     = tag_q && !open_q[tag_job_q];
  assign tag_job_o       = tag_job_q;
  assign tag_data_o      = tag_valid_o ? tag_data_q : 128'd0;

  // ---- responses --------------------------------------------------------------------------------------------------------------------
  logic       answer, waits, good, rsp_valid_q, rsp_none_q, rsp_err;
  logic [7:0] rsp_status_q, rsp_twin_q;  // twin: the inverse
  assign waits       = open_q[rsp_q] && !known_q[rsp_q];
  assign good        = ok_q[rsp_q] && !bad_q[rsp_q];
  assign answer      = lasts_q != 4'd0 && !waits && open_q[rsp_q] != closed_q[rsp_q] && (!rsp_valid_o || rsp_ready_i) && !hang_i && !err_o;
  assign rsp_err      = rsp_none_q == rsp_valid_q;
  assign rsp_valid_o  = rsp_valid_q && !rsp_err;
  assign rsp_status_o = rsp_twin_q == ~rsp_status_q ? rsp_status_q : sluice_pkg::ST_FAULT;
  assign err_o = rsp_err || twin_q != ~{issue_q, exit_q, rsp_q, used_q, lasts_q};
  assign retire      = answer;
  logic [7:0] status;
  assign status = closed_q[rsp_q] ? status_mem[rsp_q] : !good ? sluice_pkg::ST_AUTH_FAILED :
                  !content_q[rsp_q] ? sluice_pkg::ST_BAD_RECORD : status_mem[rsp_q];
  assign ret_valid_o = retire;
  assign ret_bank_o  = bank_mem[rsp_q];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rsp_valid_q  <= 1'b0;
      rsp_none_q   <= 1'b1;
      rsp_status_q <= 8'd0;
      rsp_twin_q   <= 8'hff;
      rsp_info_o   <= 16'd0;
      rsp_seq_o    <= 64'd0;
      rsp_cycles_o <= 32'd0;
    end else if (answer) begin
      rsp_none_q   <= 1'b0;
      rsp_valid_q  <= 1'b1;
      rsp_status_q <= status;
      rsp_twin_q   <= ~status;
      rsp_info_o   <= (open_q[rsp_q] && good && record_q[rsp_q] && content_q[rsp_q]) ? {8'd0, tls13_q[rsp_q] ? inner_mem[rsp_q] : type_mem[rsp_q]} : 16'd0;
      rsp_seq_o    <= record_q[rsp_q] ? seq_mem[rsp_q] : 64'd0;
      rsp_cycles_o <= cycle_i - start_mem[rsp_q];
    end else if (rsp_valid_o && rsp_ready_i) begin
      rsp_valid_q  <= 1'b0;
      rsp_none_q   <= 1'b1;
      rsp_status_q <= 8'd0;
      rsp_twin_q   <= 8'hff;
      rsp_info_o   <= 16'd0;
      rsp_seq_o    <= 64'd0;
      rsp_cycles_o <= 32'd0;
    end
  end

  always_comb begin
    issue_d = issue_q + {2'd0, slot_end_i};
    exit_d  = exit_q + {2'd0, end_item};
    rsp_d   = rsp_q + {2'd0, retire};
    used_d  = used_q;
    lasts_d = lasts_q;
    if (slot_start_i && !retire) used_d = used_q + 4'd1;
    if (retire && !slot_start_i) used_d = used_q - 4'd1;
    if (last_taken_i && !retire) lasts_d = lasts_q + 4'd1;
    if (retire && !last_taken_i) lasts_d = lasts_q - 4'd1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {issue_q, exit_q, rsp_q, used_q, lasts_q} <= 17'd0;
      twin_q    <= ~17'd0;
      closed_q  <= 8'd0;
      bad_q     <= 8'd0;
      record_q  <= 8'd0;
      open_q    <= 8'd0;
      known_q   <= 8'd0;
      ok_q      <= 8'd0;
      content_q <= 8'd0;
      tls13_q   <= 8'd0;
      found_q   <= 8'd0;
      base_q    <= 15'd0;
      first_q   <= 1'b1;
      mul_q     <= 1'b0;
      mul_run_q <= 1'b0;
      tag_q     <= 1'b0;
    end else begin
      if (slot_start_i) begin
        record_q[issue_q] <= 1'b0;
        open_q[issue_q]   <= 1'b0;
        known_q[issue_q]  <= 1'b0;
        ok_q[issue_q]     <= 1'b0;
        bad_q[issue_q]    <= 1'b0;
        closed_q[issue_q] <= 1'b0;
        tls13_q[issue_q]  <= slot_tls13_i;
        found_q[issue_q]  <= 1'b0;
      end
      if (slot_end_i) begin
        record_q[issue_q] <= slot_record_i;
        open_q[issue_q]   <= slot_open_i;
        closed_q[issue_q] <= !slot_open_i;
      end
      {issue_q, exit_q, rsp_q, used_q, lasts_q} <= {issue_d, exit_d, rsp_d, used_d, lasts_d};
      twin_q <= err_o ? twin_q : ~{issue_d, exit_d, rsp_d, used_d, lasts_d};
      if (end_item) base_q <= 15'd0;
      else if (inner) base_q <= base_q + 15'd16;
      if (inner && nonzero) found_q[exit_q] <= 1'b1;
      if (end_item) first_q <= 1'b1;
      else if (gh_valid && !mul_q) first_q <= 1'b0;
      mul_q <= mul_valid_i;
      if (mul_q) mul_run_q <= 1'b1;
      else if (gh_done) mul_run_q <= 1'b0;
      tag_q <= gh_done && !mul_run_q;
      if (verdict) begin
        known_q[tag_job_q]   <= 1'b1;
        ok_q[tag_job_q]      <= match;
        bad_q[tag_job_q]     <= !match;
        content_q[tag_job_q] <= content;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (slot_start_i) begin
      bank_mem[issue_q]    <= slot_bank_i;
      start_mem[issue_q]   <= slot_start_cycle_i;
      aad_mem[issue_q]     <= slot_aad_i;
      data_mem[issue_q]    <= slot_data_i;
      blocks_mem[issue_q]  <= {1'd0, slot_data_i[31:4]} + {28'd0, slot_data_i[3:0] != 4'd0} + {16'd0, slot_aad_i[16:4]} +
                              {28'd0, slot_aad_i[3:0] != 4'd0} + 29'd1;
      taglen_mem[issue_q]  <= slot_tag_i;
      version_mem[issue_q] <= slot_version_i;
      type_mem[issue_q]    <= slot_type_i;
      seq_mem[issue_q]     <= slot_seq_i;
    end
    if (slot_end_i) status_mem[issue_q] <= slot_status_i;
    if (inner && nonzero) begin
      keep_mem[exit_q]  <= base_q + {11'd0, last_at};
      inner_mem[exit_q] <= last_byte;
    end
    if (ex_valid_i) begin
      if (ex_kind_i == aead_pkg::ItemROpen) seq_mem[exit_q] <= open_seq;
      if (ex_kind_i == aead_pkg::ItemRSeal || ex_kind_i == aead_pkg::ItemROpen || ex_kind_i == aead_pkg::ItemJ0) begin
        mask_mem[exit_q] <= ex_aes_i;
      end
      if (ex_kind_i == aead_pkg::ItemEndO) given_mem[exit_q] <= ex_data_i;
    end
    if (mul_valid_i) mul_data_q <= mul_data_i;
    if (gh_done) begin
      tag_job_q  <= gh_tag;
      tag_data_q <= gh_out ^ mask_mem[gh_tag];
    end
  end

  assign busy_o = used_q != 4'd0 || rsp_valid_o || gh_busy || tag_q;

`ifndef SYNTHESIS
  // the verdict on the record before on this bank is in when the next one's number is read
  logic [7:0] out_q;  // RECORD_OPENs whose last item came out and whose verdict is not in
  logic       pending;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      out_q <= 8'd0;
    end else begin
      if (ex_valid_i && ex_kind_i == aead_pkg::ItemEndO && record_q[exit_q]) out_q[exit_q] <= 1'b1;
      if (verdict) out_q[tag_job_q] <= 1'b0;
    end
  end
  always_comb begin
    pending = 1'b0;
    for (int i = 0; i < 8; i++) if (out_q[i] && bank_mem[i] == ex_bank_i) pending = 1'b1;
  end
`endif
  `ASSERT_NEVER(SequenceNumberIsKnown, ex_valid_i && ex_kind_i == aead_pkg::ItemROpen && pending)
  `ASSERT_ALWAYS(SlotsNeverOverflow, used_q <= 4'd8)
  `ASSERT_ALWAYS(LastsHaveJobs, lasts_q <= used_q)
  `ASSERT_ZERO(NoResponseDataWhileIdle, rsp_valid_o, {rsp_status_o, rsp_info_o, rsp_seq_o, rsp_cycles_o})
  `ASSERT_STABLE(ResponseHolds, rsp_valid_o, rsp_ready_i, {rsp_status_o, rsp_info_o, rsp_seq_o, rsp_cycles_o})
endmodule
