// Job table of the chacha lane: eight jobs may be between their start and their response. Compares tags, and answers.
//
// The comparison takes one cycle whatever the tags are. Its verdict decides the status, whether the sequence number goes on, and (TLS 1.3)
// whether content and its length are given out; nothing else here depends on data.
`include "assert.svh"

module chacha_jobs (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  cycle_i,
  input  logic         hang_i,
  output logic         busy_o,
  // a job starts (chacha_front, with what chacha_ctx prepared) and ends
  output logic         slot_ready_o,
  input  logic         slot_start_i,
  input  logic         slot_open_i,
  input  logic         slot_record_i,
  input  logic         slot_hold_i,
  input  logic         slot_tls13_i,
  input  logic [16:0]  slot_aad_i,
  input  logic [31:0]  slot_data_i,
  input  logic [7:0]   slot_type_i,
  input  logic [63:0]  slot_seq_i,
  input  logic [15:0]  slot_idx_i,
  input  logic [31:0]  slot_start_cycle_i,
  input  logic         slot_end_i,
  input  logic [7:0]   slot_status_i,
  // the job that chacha_exec works on, the one whose blocks reach Poly1305
  input  logic [2:0]   exec_job_i,
  output logic         exec_hold_o,
  output logic         exec_tls13_o,
  output logic [16:0]  exec_aad_o,
  output logic [31:0]  exec_data_o,
  input  logic [2:0]   blk_job_i,
  output logic [28:0]  blk_count_o,
  input  logic         given_valid_i,
  input  logic [127:0] given_data_i,
  input  logic         inner_valid_i,
  input  logic [2:0]   inner_job_i,
  input  logic         inner_found_i,
  input  logic [14:0]  inner_pos_i,
  input  logic [7:0]   inner_type_i,
  // tags
  input  logic         tag_valid_i,
  input  logic [2:0]   tag_job_i,
  input  logic [127:0] tag_data_i,
  output logic         seal_tag_o,      // it is a sealed job's
  // opened records without a verdict, and verdicts
  output logic [7:0]   open_valid_o,
  output logic [127:0] open_idx_o,
  output logic         verdict_valid_o,
  output logic         verdict_ok_o,
  output logic [15:0]  verdict_idx_o,
  output logic [63:0]  verdict_seq_o,
  // what chacha_out may give of a held record
  input  logic [2:0]   out_job_i,
  output logic         out_known_o,
  output logic         out_ok_o,
  output logic [14:0]  out_pos_o,
  input  logic         last_taken_i,
  // responses
  output logic         rsp_valid_o,
  input  logic         rsp_ready_i,
  output logic [7:0]   rsp_status_o,
  output logic [15:0]  rsp_info_o,
  output logic [63:0]  rsp_seq_o,
  output logic [31:0]  rsp_cycles_o
);
  localparam logic [31:0] MaxInner = 32'd16385;  // RFC 8446 5.2: TLSInnerPlaintext

  logic [31:0]  start_mem [8];
  logic [16:0]  aad_mem [8];
  logic [31:0]  data_mem [8];
  logic [28:0]  count_mem [8];
  logic [7:0]   type_mem [8];
  logic [7:0]   status_mem [8];
  logic [63:0]  seq_mem [8];
  logic [127:0] given_mem [8];
  logic [22:0]  inner_mem [8];
  logic [127:0] idx_q;
  logic [7:0]   open_q, record_q, hold_q, tls13_q, found_q, known_q, ok_q;
  logic [2:0]   issue_q, end_q, rsp_q;
  logic [3:0]   used_q, lasts_q;
  logic         answer, waits;

  assign slot_ready_o = !used_q[3];
  assign exec_hold_o  = hold_q[exec_job_i];
  assign exec_tls13_o = tls13_q[exec_job_i];
  assign exec_aad_o   = aad_mem[exec_job_i];
  assign exec_data_o  = data_mem[exec_job_i];
  assign blk_count_o  = count_mem[blk_job_i];

  // ---- tags -----------------------------------------------------------------------------------------------------------------------
  logic         cmp_q;
  logic [2:0]   cmp_job_q;
  logic [127:0] diff_q;
  logic         match;
  assign match           = diff_q == 128'd0;
  assign seal_tag_o      = tag_valid_i && !open_q[tag_job_i];
  assign verdict_valid_o = cmp_q && record_q[cmp_job_q];
  assign verdict_ok_o    = verdict_valid_o && match && (!hold_q[cmp_job_q] || found_q[cmp_job_q]);
  assign verdict_idx_o   = idx_q[16*cmp_job_q +: 16];
  assign verdict_seq_o   = seq_mem[cmp_job_q];
  assign open_valid_o    = open_q & record_q & ~known_q;
  assign open_idx_o      = idx_q;

  assign out_known_o = known_q[out_job_i];
  assign out_ok_o    = ok_q[out_job_i] && found_q[out_job_i];
  assign out_pos_o   = inner_mem[out_job_i][14:0];

  // ---- responses ------------------------------------------------------------------------------------------------------------------
  logic empty;   // the tag was right, but there is no inner type, or too much of it all
  assign waits  = open_q[rsp_q] && !known_q[rsp_q];
  assign answer = lasts_q != 4'd0 && !waits && (!rsp_valid_o || rsp_ready_i) && !hang_i;
  assign empty  = hold_q[rsp_q] && !found_q[rsp_q];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rsp_valid_o  <= 1'b0;
      rsp_status_o <= 8'd0;
      rsp_info_o   <= 16'd0;
      rsp_seq_o    <= 64'd0;
      rsp_cycles_o <= 32'd0;
    end else if (answer) begin
      rsp_valid_o  <= 1'b1;
      rsp_status_o <= status_mem[rsp_q];
      rsp_info_o   <= 16'd0;
      rsp_seq_o    <= record_q[rsp_q] ? seq_mem[rsp_q] : 64'd0;
      rsp_cycles_o <= cycle_i - start_mem[rsp_q];
      if (open_q[rsp_q]) begin
        if (!ok_q[rsp_q]) begin
          rsp_status_o <= sluice_pkg::ST_AUTH_FAILED;
        end else if (empty) begin
          rsp_status_o <= sluice_pkg::ST_BAD_RECORD;
        end else if (record_q[rsp_q]) begin
          rsp_info_o <= {8'd0, hold_q[rsp_q] ? inner_mem[rsp_q][22:15] : type_mem[rsp_q]};
        end
      end
    end else if (rsp_valid_o && rsp_ready_i) begin
      rsp_valid_o  <= 1'b0;
      rsp_status_o <= 8'd0;
      rsp_info_o   <= 16'd0;
      rsp_seq_o    <= 64'd0;
      rsp_cycles_o <= 32'd0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      issue_q  <= 3'd0;
      end_q    <= 3'd0;
      rsp_q    <= 3'd0;
      used_q   <= 4'd0;
      lasts_q  <= 4'd0;
      open_q   <= 8'd0;
      record_q <= 8'd0;
      hold_q   <= 8'd0;
      tls13_q  <= 8'd0;
      found_q  <= 8'd0;
      known_q  <= 8'd0;
      ok_q     <= 8'd0;
      idx_q    <= 128'd0;
      cmp_q    <= 1'b0;
    end else begin
      if (slot_start_i) begin
        issue_q                 <= issue_q + 3'd1;
        open_q[issue_q]         <= slot_open_i;
        record_q[issue_q]       <= slot_record_i;
        hold_q[issue_q]         <= slot_hold_i;
        tls13_q[issue_q]        <= slot_tls13_i;
        found_q[issue_q]        <= 1'b0;
        known_q[issue_q]        <= 1'b0;
        ok_q[issue_q]           <= 1'b0;
        idx_q[16*issue_q +: 16] <= slot_idx_i;
      end
      if (slot_end_i) end_q <= end_q + 3'd1;
      if (inner_valid_i) found_q[inner_job_i] <= inner_found_i && data_mem[inner_job_i] <= MaxInner;
      if (slot_start_i && !answer) used_q <= used_q + 4'd1;
      if (answer && !slot_start_i) used_q <= used_q - 4'd1;
      if (last_taken_i && !answer) lasts_q <= lasts_q + 4'd1;
      if (answer && !last_taken_i) lasts_q <= lasts_q - 4'd1;
      if (answer) begin
        rsp_q         <= rsp_q + 3'd1;
        open_q[rsp_q] <= 1'b0;
      end
      cmp_q <= tag_valid_i && open_q[tag_job_i];
      if (cmp_q) begin
        known_q[cmp_job_q] <= 1'b1;
        ok_q[cmp_job_q]    <= match;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (slot_start_i) begin
      start_mem[issue_q] <= slot_start_cycle_i;
      aad_mem[issue_q]   <= slot_aad_i;
      data_mem[issue_q]  <= slot_data_i;
      count_mem[issue_q] <= {1'd0, slot_data_i[31:4]} + {28'd0, slot_data_i[3:0] != 4'd0} + {16'd0, slot_aad_i[16:4]} +
                            {28'd0, slot_aad_i[3:0] != 4'd0} + 29'd1;
      type_mem[issue_q]  <= slot_type_i;
      seq_mem[issue_q]   <= slot_seq_i;
    end
    if (slot_end_i) status_mem[end_q] <= slot_status_i;
    if (given_valid_i) given_mem[exec_job_i] <= given_data_i;
    if (inner_valid_i) inner_mem[inner_job_i] <= {inner_type_i, inner_pos_i};
    if (tag_valid_i && open_q[tag_job_i]) begin
      cmp_job_q <= tag_job_i;
      diff_q    <= tag_data_i ^ given_mem[tag_job_i];
    end
  end

  assign busy_o = used_q != 4'd0 || rsp_valid_o || cmp_q;

  `ASSERT_ALWAYS(SlotsNeverOverflow, used_q <= 4'd8)
  `ASSERT_ALWAYS(LastsHaveJobs, lasts_q <= used_q)
  `ASSERT_IF(InnerTypeBeforeVerdict, cmp_q && hold_q[cmp_job_q], !inner_valid_i || inner_job_i != cmp_job_q)
  `ASSERT_ZERO(NoResponseDataWhileIdle, rsp_valid_o, {rsp_status_o, rsp_info_o, rsp_seq_o, rsp_cycles_o})
  `ASSERT_STABLE(ResponseHolds, rsp_valid_o, rsp_ready_i, {rsp_status_o, rsp_info_o, rsp_seq_o, rsp_cycles_o})
endmodule
