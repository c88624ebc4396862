// Bench top: the front end with test engines on its engine ports, one of each class.
module dev_loop #(
  parameter bit Stall = 1'b1,
  parameter int unsigned Engines = 6,
  parameter logic [31:0] Lanes = 32'h0011_1111,
  parameter int unsigned BusW = 128,
  parameter int unsigned ByteW = $clog2(BusW / 8),
  parameter int unsigned Ports = 32'(Lanes[3:0]) + 32'(Lanes[7:4]) + 32'(Lanes[11:8]) + 32'(Lanes[15:12]) + 32'(Lanes[19:16]) + 32'(Lanes[23:20])
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic quiet_o,
  output logic ready_o,
  input  logic tamper_i,
  input  logic entropy_fail_i,
  output logic [sluice_pkg::NumQueues-1:0] irq_o,
  output logic [Ports-1:0] busy_o,
  output logic eng_rst_no,
  input  logic s_awvalid_i,
  output logic s_awready_o,
  input  logic [15:0] s_awaddr_i,
  input  logic s_wvalid_i,
  output logic s_wready_o,
  input  logic [31:0] s_wdata_i,
  input  logic [3:0] s_wstrb_i,
  output logic s_bvalid_o,
  input  logic s_bready_i,
  output logic [1:0] s_bresp_o,
  input  logic s_arvalid_i,
  output logic s_arready_o,
  input  logic [15:0] s_araddr_i,
  output logic s_rvalid_o,
  input  logic s_rready_i,
  output logic [31:0] s_rdata_o,
  output logic [1:0] s_rresp_o,
  output logic m_arvalid_o,
  input  logic m_arready_i,
  output logic [63:0] m_araddr_o,
  output logic [7:0] m_arlen_o,
  output logic [ByteW-1:0] m_aruser_o,
  input  logic m_rvalid_i,
  output logic m_rready_o,
  input  logic [BusW-1:0] m_rdata_i,
  input  logic [1:0] m_rresp_i,
  input  logic m_rlast_i,
  output logic m_awvalid_o,
  input  logic m_awready_i,
  output logic [63:0] m_awaddr_o,
  output logic [7:0] m_awlen_o,
  output logic m_wvalid_o,
  input  logic m_wready_i,
  output logic [BusW-1:0] m_wdata_o,
  output logic [BusW/8-1:0] m_wstrb_o,
  output logic m_wlast_o,
  input  logic m_bvalid_i,
  output logic m_bready_o,
  input  logic [1:0] m_bresp_i
);
  logic eng_rst_n;
  logic [Ports-1:0] cmd_valid, cmd_ready, in_valid, in_ready, in_last, out_valid, out_ready, out_last, rsp_valid, rsp_ready;
  logic [Ports-1:0] st_start, st_done, st_pass, flt_hang, flt_flip, busy;
  logic [Ports*512-1:0] cmd_desc;
  logic [Ports*128-1:0] in_data, out_data;
  logic [Ports*5-1:0] in_bytes, out_bytes;
  logic [Ports*16-1:0] out_parity, rsp_info;
  logic [Ports*8-1:0] rsp_status;
  logic [Ports*64-1:0] rsp_seq;
  logic [Ports*32-1:0] rsp_cycles;

  sluice_dev #(.NumEngines(Engines), .EngineMask('1), .Lanes(Lanes), .BusW(BusW)) u_dev (
    .eng_rst_no(eng_rst_n), .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_desc_o(cmd_desc), .in_valid_o(in_valid),
    .in_ready_i(in_ready), .in_data_o(in_data), .in_bytes_o(in_bytes), .in_last_o(in_last), .out_valid_i(out_valid),
    .out_ready_o(out_ready), .out_data_i(out_data), .out_parity_i(out_parity), .out_bytes_i(out_bytes), .out_last_i(out_last),
    .rsp_valid_i(rsp_valid), .rsp_ready_o(rsp_ready), .rsp_status_i(rsp_status), .rsp_info_i(rsp_info), .rsp_seq_i(rsp_seq),
    .rsp_cycles_i(rsp_cycles), .st_start_o(st_start), .st_done_i(st_done), .st_pass_i(st_pass), .flt_hang_o(flt_hang),
    .flt_flip_o(flt_flip), .busy_i(busy), .*
  );
  for (genvar e = 0; e < Ports; e++) begin : gen_engine
    loop_engine #(.Stall(Stall)) u_engine (
      .clk_i, .rst_ni(eng_rst_n), .cmd_valid_i(cmd_valid[e]), .cmd_ready_o(cmd_ready[e]), .cmd_desc_i(cmd_desc[512*e +: 512]),
      .in_valid_i(in_valid[e]), .in_ready_o(in_ready[e]), .in_data_i(in_data[128*e +: 128]), .in_bytes_i(in_bytes[5*e +: 5]),
      .in_last_i(in_last[e]), .out_valid_o(out_valid[e]), .out_ready_i(out_ready[e]), .out_data_o(out_data[128*e +: 128]),
      .out_parity_o(out_parity[16*e +: 16]), .out_bytes_o(out_bytes[5*e +: 5]), .out_last_o(out_last[e]),
      .rsp_valid_o(rsp_valid[e]), .rsp_ready_i(rsp_ready[e]), .rsp_status_o(rsp_status[8*e +: 8]), .rsp_info_o(rsp_info[16*e +: 16]),
      .rsp_seq_o(rsp_seq[64*e +: 64]), .rsp_cycles_o(rsp_cycles[32*e +: 32]), .st_start_i(st_start[e]), .st_done_o(st_done[e]),
      .st_pass_o(st_pass[e]), .flt_hang_i(flt_hang[e]), .flt_flip_i(flt_flip[e]), .busy_o(busy[e])
    );
  end
  assign busy_o = busy;
  assign eng_rst_no = eng_rst_n;
endmodule
