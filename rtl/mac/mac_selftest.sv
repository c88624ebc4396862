// Power-on self test: plays the ROM's jobs through the lane's own port, in place of the front end, and compares every result word, its
// place, its parity and the status. One wrong answer fails the test; it always runs to its end. Slot 0 is used and freed again.
`include "assert.svh"

module mac_selftest #(
  parameter int unsigned NumSlots = 1      // the jobs run once for each
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  output logic         active_o,
  output logic [7:0]   slot_o,             // records go to this slot
  output logic         done_o,
  output logic         pass_o,
  output logic         cmd_valid_o,
  input  logic         cmd_ready_i,
  output logic [511:0] cmd_desc_o,
  output logic         in_valid_o,
  input  logic         in_ready_i,
  output logic [127:0] in_data_o,
  output logic         in_last_o,
  input  logic         out_valid_i,
  input  logic [127:0] out_data_i,
  input  logic [15:0]  out_parity_i,
  input  logic         out_last_i,
  input  logic         rsp_valid_i,
  input  logic [7:0]   rsp_status_i
);
  logic         active_q, done_q, pass_q, sent_q, bad_q;
  logic [4:0]   job_q;
  logic [7:0]   slot_q;
  logic [7:0]   src_q, got_q;              // words sent, results seen
  logic         job_last;
  logic [167:0] job;
  logic [127:0] src, want;
  logic [7:0]   first, src_words, out_words;
  assign first     = job[143:136];
  assign src_words = job[151:144];
  assign out_words = job[159:152];
  mac_selftest_rom u_rom (
    .job_i(job_q), .job_last_o(job_last), .job_o(job), .src_i(first + src_q), .src_o(src),
    .want_i(first + src_words + got_q), .want_o(want)
  );

  assign active_o    = active_q;
  assign slot_o      = slot_q;
  assign done_o      = done_q;
  assign pass_o      = pass_q;
  assign cmd_valid_o = active_q && !sent_q;
  assign in_valid_o  = active_q && sent_q && (src_q != src_words);
  assign in_data_o   = in_valid_o ? src : '0;
  assign in_last_o   = in_valid_o && (src_q + 8'd1 == src_words);
  always_comb begin
    cmd_desc_o = '0;
    if (cmd_valid_o) begin
      cmd_desc_o[sluice_pkg::DESC_OPCODE_LSB +: 8]   = job[7:0];
      cmd_desc_o[sluice_pkg::DESC_HANDLE_LSB +: 32]  = job[39:8];
      cmd_desc_o[sluice_pkg::DESC_SRC_LEN_LSB +: 32] = job[71:40];
      cmd_desc_o[sluice_pkg::DESC_PARAM0_LSB +: 32]  = job[103:72];
      cmd_desc_o[sluice_pkg::DESC_PARAM1_LSB +: 32]  = job[135:104];
    end
  end

  logic wrong_word;
  always_comb begin
    wrong_word = 1'b0;
    if (active_q && out_valid_i) begin
      wrong_word = (got_q >= out_words) || (out_data_i != want) || (out_last_i != (got_q + 8'd1 == out_words));
      for (int i = 0; i < 16; i++) wrong_word = wrong_word | (out_parity_i[i] != ^out_data_i[8*i +: 8]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      done_q   <= 1'b0;
      pass_q   <= 1'b0;
      sent_q   <= 1'b0;
      bad_q    <= 1'b0;
      job_q    <= '0;
      slot_q   <= '0;
      src_q    <= '0;
      got_q    <= '0;
    end else if (!active_q) begin
      if (start_i) begin
        active_q <= 1'b1;
        done_q   <= 1'b0;
        pass_q   <= 1'b0;
        sent_q   <= 1'b0;
        bad_q    <= 1'b0;
        job_q    <= '0;
        slot_q   <= '0;
        src_q    <= '0;
        got_q    <= '0;
      end
    end else begin
      if (cmd_valid_o && cmd_ready_i) sent_q <= 1'b1;
      if (in_valid_o && in_ready_i) src_q <= src_q + 8'd1;
      if (out_valid_i) got_q <= got_q + 8'd1;
      if (wrong_word) bad_q <= 1'b1;
      if (rsp_valid_i) begin
        if ((rsp_status_i != job[167:160]) || (got_q != out_words)) bad_q <= 1'b1;
        sent_q <= 1'b0;
        src_q  <= '0;
        got_q  <= '0;
        job_q  <= job_q + 5'd1;
        if (job_last && (slot_q != 8'(NumSlots - 1))) begin
          job_q  <= '0;
          slot_q <= slot_q + 8'd1;
        end else if (job_last) begin
          active_q <= 1'b0;
          done_q   <= 1'b1;
          pass_q   <= !bad_q && (rsp_status_i == job[167:160]) && (got_q == out_words);
        end
      end
    end
  end

  `ASSERT_NEVER(ResponseBeforeTheSourceWasTaken, active_q && rsp_valid_i && (src_q != src_words))
endmodule
