// Self test of the chacha lane: plays the front end to the lane's own ports with known answers (chacha_selftest_rom.svh) and compares every
// result word and status. It uses session slot 0 and frees it, so it belongs before sessions are loaded.
`include "assert.svh"

module chacha_selftest (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  output logic         run_o,
  output logic         done_o,
  output logic         pass_o,
  output logic         cmd_valid_o,
  input  logic         cmd_ready_i,
  output logic [511:0] cmd_desc_o,
  output logic         in_valid_o,
  input  logic         in_ready_i,
  output logic [127:0] in_data_o,
  output logic [4:0]   in_bytes_o,
  input  logic         out_valid_i,     // always taken
  input  logic [127:0] out_data_i,
  input  logic [4:0]   out_bytes_i,
  input  logic         out_last_i,
  input  logic         rsp_valid_i,     // always taken
  input  logic [7:0]   rsp_status_i
);
`include "rtl/chacha/chacha_selftest_rom.svh"

  localparam logic [31:0] Handle = 32'hffff_0000;  // slot 0, generation 0xffff

  logic         run_q, done_q, pass_q, bad_q, cmd_sent_q;
  logic [7:0]   job_q;
  logic [15:0]  left_q;   // source bytes of this job still to send
  logic [6:0]   src_q;
  logic [5:0]   res_q;
  logic [7:0]   op, param0, param1, status;
  logic [15:0]  len;
  logic [127:0] want_data;
  logic [4:0]   want_bytes;
  logic         want_last, wrong, job_end;

  assign {status, param1, param0, len, op} = cmd_rom[job_q[3:0]];
  assign {want_last, want_bytes, want_data} = res_rom[res_q];
  assign wrong = (out_valid_i && {out_last_i, out_bytes_i, out_data_i} != {want_last, want_bytes, want_data}) ||
                 (rsp_valid_i && rsp_status_i != status);
  assign job_end = run_q && rsp_valid_i;

  assign run_o       = run_q;
  assign done_o      = done_q;
  assign pass_o      = pass_q;
  assign cmd_valid_o = run_q && !cmd_sent_q;
  assign in_valid_o  = run_q && left_q != 16'd0;

  always_comb begin
    cmd_desc_o = 512'd0;
    if (cmd_valid_o) begin
      cmd_desc_o[sluice_pkg::DESC_OPCODE_LSB +: 8]   = op;
      cmd_desc_o[sluice_pkg::DESC_HANDLE_LSB +: 32]  = Handle;
      cmd_desc_o[sluice_pkg::DESC_SRC_LEN_LSB +: 16] = len;
      cmd_desc_o[sluice_pkg::DESC_PARAM0_LSB +: 8]   = param0;
      cmd_desc_o[sluice_pkg::DESC_PARAM1_LSB +: 8]   = param1;
    end
    {in_bytes_o, in_data_o} = 133'd0;
    if (in_valid_o) {in_bytes_o, in_data_o} = src_rom[src_q];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q      <= 1'b0;
      done_q     <= 1'b0;
      pass_q     <= 1'b0;
      bad_q      <= 1'b0;
      cmd_sent_q <= 1'b0;
      job_q      <= 8'd0;
      left_q     <= 16'd0;
      src_q      <= 7'd0;
      res_q      <= 6'd0;
    end else if (!run_q) begin
      if (start_i) begin
        run_q      <= 1'b1;
        done_q     <= 1'b0;
        pass_q     <= 1'b0;
        bad_q      <= 1'b0;
        cmd_sent_q <= 1'b0;
        job_q      <= 8'd0;
        left_q     <= 16'd0;
        src_q      <= 7'd0;
        res_q      <= 6'd0;
      end
    end else begin
      if (wrong) bad_q <= 1'b1;
      if (cmd_valid_o && cmd_ready_i) begin
        cmd_sent_q <= 1'b1;
        left_q     <= len;
      end
      if (in_valid_o && in_ready_i) begin
        src_q  <= src_q + 7'd1;
        left_q <= left_q - {11'd0, in_bytes_o};
      end
      if (out_valid_i) res_q <= res_q + 6'd1;
      if (job_end) begin
        cmd_sent_q <= 1'b0;
        job_q      <= job_q + 8'd1;
        if (job_q == NumJobs - 8'd1) begin
          run_q  <= 1'b0;
          done_q <= 1'b1;
          pass_q <= !bad_q && !wrong;
        end
      end
    end
  end

  `ASSERT_IF(JobInRange, run_q, job_q < NumJobs)
endmodule
