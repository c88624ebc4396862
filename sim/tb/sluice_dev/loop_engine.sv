// Test engine with the engine port of rtl/README.md: gives back its source, each byte XORed with param1[7:0]. What it does besides is
// chosen by param0 of the job: bit 0 splits every word in two, bit 1 gives no result, bit 2 a longer one (16 bytes more), bit 3 answers
// AUTH_FAILED, bit 4 damages the parity of result word param0[15:8],
// bit 5 puts the job's function into info, bits 31:16 are how long it thinks before it takes its source, in units of 16 cycles. The response's seq is {handle, cookie}, info the low half of
// the cookie, cycles the number of source words. With STALL it pauses at random; the generator moves only while it is busy.
`include "assert.svh"
module loop_engine #(
  parameter bit Stall = 1'b0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic cmd_valid_i,
  output logic cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  input  logic in_valid_i,
  output logic in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic [4:0] in_bytes_i,
  input  logic in_last_i,
  output logic out_valid_o,
  input  logic out_ready_i,
  output logic [127:0] out_data_o,
  output logic [15:0] out_parity_o,
  output logic [4:0] out_bytes_o,
  output logic out_last_o,
  output logic rsp_valid_o,
  input  logic rsp_ready_i,
  output logic [7:0] rsp_status_o,
  output logic [15:0] rsp_info_o,
  output logic [63:0] rsp_seq_o,
  output logic [31:0] rsp_cycles_o,
  input  logic st_start_i,
  output logic st_done_o,
  output logic st_pass_o,
  input  logic flt_hang_i,
  input  logic flt_flip_i,
  output logic busy_o
);
  logic run_q, half_q, extra_q, empty_q, hang_q, flip_q, st_done_q, busy_q, first_q;  // first_q: the flip input as it was
  logic [31:0] param0_q, src_len_q, words_q;
  logic [7:0] xor_q, outs_q;
  logic [63:0] id_q;
  logic [19:0] think_q;
  logic [31:0] lfsr_q;
  logic [127:0] half_data_q;
  logic [4:0] half_n_q;
  logic half_last_q;
  logic [2:0] owed_q, st_count_q;
  logic fifo_wr, fifo_rdy, rsp_wr, rsp_rdy, rsp_vld, take;
  logic [127:0] w_data, mixed;
  logic [15:0] w_par;
  logic [4:0] w_n, n1;
  logic w_last;
  logic [2:0] level, rsp_level;

  function automatic logic [127:0] keep(input logic [127:0] d, input logic [4:0] n);
    keep = n[4] ? d : d & ~({128{1'b1}} << {n[3:0], 3'b000});
  endfunction

  logic stall;
  assign stall = Stall && lfsr_q[0];
  assign cmd_ready_o = !run_q && !hang_q && !(Stall && lfsr_q[3]);
  assign in_ready_o = run_q && think_q == '0 && !half_q && !extra_q && !empty_q && !stall && level < 3'd3 && rsp_level < 3'd3 && !hang_q;
  assign take = in_valid_i && in_ready_o;
  assign mixed = keep(in_data_i ^ {16{xor_q}}, in_bytes_i);
  assign n1 = param0_q[0] && in_bytes_i > 5'd1 ? 5'd1 + {1'b0, words_q[3:0] % 4'(in_bytes_i[3:0] - 4'd1)} : in_bytes_i;

  always_comb begin
    fifo_wr = 1'b0;
    w_data = '0;
    w_n = '0;
    w_last = 1'b0;
    rsp_wr = 1'b0;
    if (take) begin
      fifo_wr = 1'b1;
      w_n = n1;
      w_data = keep(mixed, n1);
      w_last = in_last_i && n1 == in_bytes_i && !param0_q[2];
      if (param0_q[1]) begin
        fifo_wr = in_last_i;
        w_n = '0;
        w_data = '0;
        w_last = 1'b1;
      end
    end else if (half_q && fifo_rdy) begin
      fifo_wr = 1'b1;
      w_n = half_n_q;
      w_data = half_data_q;
      w_last = half_last_q && !param0_q[2];
    end else if (extra_q && fifo_rdy) begin
      fifo_wr = 1'b1;
      w_n = 5'd16;
      w_data = {16{8'hA5}};
      w_last = 1'b1;
    end else if (empty_q && think_q == '0 && fifo_rdy && rsp_rdy) begin
      fifo_wr = 1'b1;
      w_last = 1'b1;
    end
    rsp_wr = fifo_wr && w_last;
    for (int i = 0; i < 16; i++) w_par[i] = ^w_data[8*i +: 8];
    if (fifo_wr && param0_q[4] && outs_q == param0_q[15:8]) w_par[0] = !w_par[0];
    if (fifo_wr && flip_q && w_n != 5'd0) w_par[0] = !w_par[0];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {run_q, half_q, extra_q, empty_q, hang_q, flip_q, st_done_q, busy_q, first_q} <= '0;
      {param0_q, src_len_q, words_q} <= '0;
      xor_q <= '0;
      outs_q <= '0;
      id_q <= '0;
      think_q <= '0;
      lfsr_q <= 32'hACE1_5EED;
      half_data_q <= '0;
      half_n_q <= '0;
      half_last_q <= 1'b0;
      owed_q <= '0;
      st_count_q <= '0;
    end else begin
      if (busy_q || cmd_valid_i) lfsr_q <= {lfsr_q[30:0], lfsr_q[31] ^ lfsr_q[21] ^ lfsr_q[1] ^ lfsr_q[0]};
      if (flt_hang_i) hang_q <= 1'b1;
      first_q <= flt_flip_i;
      if (flt_flip_i && !first_q) flip_q <= 1'b1;
      if (think_q != '0) think_q <= think_q - 20'd1;
      if (cmd_valid_i && cmd_ready_o) begin
        think_q <= {cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB + 16 +: 16], 4'h0};
        run_q <= 1'b1;
        param0_q <= cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB +: 32];
        xor_q <= cmd_desc_i[sluice_pkg::DESC_PARAM1_LSB +: 8];
        src_len_q <= cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32];
        id_q <= {cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB +: 32], cmd_desc_i[sluice_pkg::DESC_COOKIE_LSB +: 32]};
        if (cmd_desc_i[sluice_pkg::DESC_PARAM0_LSB + 5]) id_q[15:0] <= {8'h0, cmd_desc_i[sluice_pkg::DESC_RSVD2_LSB +: 8]};
        words_q <= '0;
        outs_q <= '0;
        empty_q <= cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32] == 32'h0;
      end
      if (take) begin
        words_q <= words_q + 32'd1;
        if (n1 != in_bytes_i && !param0_q[1]) begin
          half_q <= 1'b1;
          half_n_q <= in_bytes_i - n1;
          half_data_q <= mixed >> {n1, 3'b000};
          half_last_q <= in_last_i;
        end else if (in_last_i && param0_q[2] && !param0_q[1]) extra_q <= 1'b1;
      end
      if (half_q && fifo_rdy) begin
        half_q <= 1'b0;
        if (half_last_q && param0_q[2]) extra_q <= 1'b1;
      end
      if (fifo_wr) begin
        outs_q <= outs_q + 8'd1;
        if (w_n != 5'd0) flip_q <= 1'b0;
        if (w_last) begin
          run_q <= 1'b0;
          extra_q <= 1'b0;
          empty_q <= 1'b0;
        end
      end
      owed_q <= owed_q + 3'(out_valid_o && out_ready_i && out_last_o) - 3'(rsp_valid_o && rsp_ready_i);
      if (st_start_i) st_count_q <= 3'd5;
      else if (st_count_q != 3'd0) begin
        st_count_q <= st_count_q - 3'd1;
        st_done_q <= st_count_q == 3'd1;
      end
      busy_q <= flt_hang_i || hang_q || cmd_valid_i || run_q || level != 3'd0 || rsp_vld || fifo_wr || st_start_i || st_count_q > 3'd1;
    end
  end

  fifo_sync #(.Width(128 + 16 + 5 + 1), .DepthLog2(2)) u_out (
    .clk_i, .rst_ni, .wr_valid_i(fifo_wr), .wr_ready_o(fifo_rdy), .wr_data_i({w_data, w_par, w_n, w_last}),
    .rd_valid_o(out_valid_o), .rd_ready_i(out_ready_i), .rd_data_o({out_data_o, out_parity_o, out_bytes_o, out_last_o}), .level_o(level)
  );
  logic [103:0] rsp_head;
  fifo_sync #(.Width(104), .DepthLog2(2)) u_rsp (
    .clk_i, .rst_ni, .wr_valid_i(rsp_wr), .wr_ready_o(rsp_rdy),
    .wr_data_i({param0_q[3] ? sluice_pkg::ST_AUTH_FAILED : sluice_pkg::ST_OK, id_q, words_q + 32'(take)}),
    .rd_valid_o(rsp_vld), .rd_ready_i(rsp_valid_o && rsp_ready_i), .rd_data_o(rsp_head), .level_o(rsp_level)
  );
  assign rsp_valid_o = owed_q != 3'd0 && rsp_vld;
  assign rsp_status_o = rsp_valid_o ? rsp_head[103:96] : '0;
  assign rsp_seq_o = rsp_valid_o ? rsp_head[95:32] : '0;
  assign rsp_info_o = rsp_valid_o ? rsp_head[47:32] : '0;
  assign rsp_cycles_o = rsp_valid_o ? rsp_head[31:0] : '0;
  assign st_done_o = st_done_q;
  assign st_pass_o = st_done_q;
  assign busy_o = busy_q;

  logic unused;
  assign unused = ^{cmd_desc_i, src_len_q, param0_q};
  `ASSERT_NEVER(ResponseLost, rsp_wr && !rsp_rdy)
  `ASSERT_NEVER(WordLost, fifo_wr && !fifo_rdy)
endmodule
