// The mac lane: an engine behind the ports of rtl/README.md. SHA-1, SHA-2, HMAC, TLS 1.2 PRF, HKDF, AES-CBC, and whole CBC+HMAC records of
// SSL 3.0 and TLS 1.0 to 1.2, MAC then encrypt and encrypt then MAC, both ways. Here: the port's buffers (every output comes from registers), self test, fault injection, busy; the work is mac_core's.
`include "assert.svh"

module mac_lane #(
  parameter int unsigned NumSessions = 1024,
  parameter int unsigned NumSlots = 1      // records worked on side by side; 1: mac_core alone
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic [4:0]   in_bytes_i,
  input  logic         in_last_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic [15:0]  out_parity_o,
  output logic [4:0]   out_bytes_o,
  output logic         out_last_o,
  output logic         rsp_valid_o,
  input  logic         rsp_ready_i,
  output logic [7:0]   rsp_status_o,
  output logic [15:0]  rsp_info_o,
  output logic [63:0]  rsp_seq_o,
  output logic [31:0]  rsp_cycles_o,
  input  logic         rnd_valid_i,
  output logic         rnd_ready_o,
  input  logic [127:0] rnd_data_i,
  input  logic         rnd_fail_i,
  output logic         sec_req_valid_o,
  input  logic         sec_req_ready_i,
  output logic         sec_req_write_o,
  output logic [31:0]  sec_req_handle_o,
  output logic [7:0]   sec_req_func_o,
  output logic [3:0]   sec_req_kind_o,
  output logic [7:0]   sec_req_len_o,
  output logic [127:0] sec_req_data_o,
  output logic         sec_req_last_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i,
  input  logic         st_start_i,
  output logic         st_done_o,
  output logic         st_pass_o,
  input  logic         flt_hang_i,
  input  logic         flt_flip_i,
  output logic         busy_o
);
  logic         hang_q, busy_q, open;      // open: the port is the front end's
  logic [31:0]  now_q;                     // counts busy cycles only
  logic         st_active, st_cmd_valid, st_in_valid, st_in_last;
  logic [7:0]   st_slot;
  logic [511:0] st_desc;
  logic [127:0] st_data;
  assign open = !st_active && !hang_q;

  // ---- port to core -----------------------------------------------------------------------------------------------------------------------
  logic         cmd_room, cmd_valid, cmd_ready, in_room, in_valid, in_ready, in_last, unused_bytes;
  logic [511:0] cmd_desc;
  logic [127:0] in_data;
  assign cmd_ready_o  = cmd_room && open;
  assign in_ready_o   = in_room && open;
  assign unused_bytes = ^in_bytes_i;       // lengths come from the descriptor
  skid_buffer #(.Width(512)) u_cmd (
    .clk_i, .rst_ni, .in_valid_i(st_active ? st_cmd_valid : (cmd_valid_i && open)), .in_ready_o(cmd_room),
    .in_data_i(st_active ? st_desc : cmd_desc_i), .out_valid_o(cmd_valid), .out_ready_i(cmd_ready), .out_data_o(cmd_desc)
  );
  skid_buffer #(.Width(129)) u_in (
    .clk_i, .rst_ni, .in_valid_i(st_active ? st_in_valid : (in_valid_i && open)), .in_ready_o(in_room),
    .in_data_i(st_active ? {st_in_last, st_data} : {in_last_i, in_data_i}), .out_valid_o(in_valid), .out_ready_i(in_ready),
    .out_data_o({in_last, in_data})
  );

  // ---- core -------------------------------------------------------------------------------------------------------------------------------
  logic         core_busy, rnd_ready, p_valid, p_ready, p_last, p_flip, r_valid, r_ready, out_busy;
  logic [127:0] p_data;
  logic [4:0]   p_bytes;
  logic [7:0]   r_status;
  logic [15:0]  r_info;
  logic [63:0]  r_seq;
  logic [31:0]  r_t0;
  logic         sec_req_valid, sec_rsp_ready;
  logic [31:0]  sec_handle;
  logic [7:0]   sec_func, sec_slice;
  assign rnd_ready_o = rnd_ready && !hang_q;
  // every request is a read of a key block: one beat
  assign sec_req_valid_o  = sec_req_valid && !hang_q;
  assign sec_req_write_o  = 1'b0;
  assign sec_req_handle_o = sec_req_valid_o ? sec_handle : '0;
  assign sec_req_func_o   = sec_req_valid_o ? sec_func : '0;
  assign sec_req_kind_o   = sec_req_valid_o ? 4'(sluice_pkg::SECRET_KEY_BLOCK) : '0;
  assign sec_req_len_o    = '0;
  assign sec_req_data_o   = sec_req_valid_o ? {120'd0, sec_slice} : '0;
  assign sec_req_last_o   = sec_req_valid_o;
  assign sec_rsp_ready_o  = sec_rsp_ready && !hang_q;
  if (NumSlots == 1) begin : gen_one
    logic         store_ready, rd, rd_valid, wr_load, wr_record, wr_erase;
    logic [15:0]  rd_index, wr_index;
    mac_pkg::fixed_t  rd_fixed, wr_fixed;
    mac_pkg::moving_t rd_moving, wr_moving;
    logic         unused_slot;
    assign unused_slot = ^st_slot;
    mac_core #(.NumSessions(NumSessions)) u_core (
      .clk_i, .rst_ni, .now_i(now_q), .tested_i(st_active || st_pass_o), .busy_o(core_busy),
      .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready), .cmd_desc_i(cmd_desc), .in_valid_i(in_valid), .in_ready_o(in_ready),
      .in_data_i(in_data), .in_last_i(in_last), .rnd_valid_i(rnd_valid_i && !hang_q), .rnd_ready_o(rnd_ready), .rnd_data_i, .rnd_fail_i,
      .sec_req_valid_o(sec_req_valid), .sec_req_ready_i(sec_req_ready_i && !hang_q), .sec_req_handle_o(sec_handle), .sec_req_func_o(sec_func),
      .sec_req_slice_o(sec_slice), .sec_rsp_valid_i(sec_rsp_valid_i && !hang_q), .sec_rsp_ready_o(sec_rsp_ready), .sec_rsp_ok_i, .sec_rsp_len_i,
      .sec_rsp_data_i, .sec_rsp_last_i, .store_ready_i(store_ready), .rd_o(rd), .rd_ready_i(1'b1), .rd_index_o(rd_index), .rd_valid_i(rd_valid),
      .rd_fixed_i(rd_fixed), .rd_moving_i(rd_moving), .wr_load_o(wr_load), .wr_record_o(wr_record), .wr_erase_o(wr_erase), .wr_ready_i(1'b1),
      .wr_index_o(wr_index), .wr_fixed_o(wr_fixed), .wr_moving_o(wr_moving),
      .p_valid_o(p_valid), .p_ready_i(p_ready), .p_data_o(p_data), .p_bytes_o(p_bytes), .p_last_o(p_last), .p_flip_o(p_flip),
      .r_valid_o(r_valid), .r_ready_i(r_ready), .r_status_o(r_status), .r_info_o(r_info), .r_seq_o(r_seq), .r_t0_o(r_t0)
    );
    mac_store #(.NumSessions(NumSessions)) u_store (
      .clk_i, .rst_ni, .ready_o(store_ready), .rd_i(rd), .rd_index_i(rd_index), .rd_valid_o(rd_valid), .rd_fixed_o(rd_fixed),
      .rd_moving_o(rd_moving), .wr_i(wr_load), .wr_record_i(wr_record), .erase_i(wr_erase), .wr_index_i(wr_index), .wr_fixed_i(wr_fixed),
      .wr_moving_i(wr_moving)
    );
  end else begin : gen_many
    localparam int unsigned SlotW = $clog2(NumSlots + 1);
    logic unused_slot;
    assign unused_slot = ^st_slot;
    mac_cluster #(.NumSessions(NumSessions), .Slots(NumSlots)) u_cluster (
      .clk_i, .rst_ni, .now_i(now_q), .tested_i(st_active || st_pass_o), .pin_i(st_active), .pin_slot_i(SlotW'(st_slot)), .busy_o(core_busy),
      .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready), .cmd_desc_i(cmd_desc), .in_valid_i(in_valid), .in_ready_o(in_ready),
      .in_data_i(in_data), .in_last_i(in_last), .rnd_valid_i(rnd_valid_i && !hang_q), .rnd_ready_o(rnd_ready), .rnd_data_i, .rnd_fail_i,
      .sec_req_valid_o(sec_req_valid), .sec_req_ready_i(sec_req_ready_i && !hang_q), .sec_req_handle_o(sec_handle), .sec_req_func_o(sec_func),
      .sec_req_slice_o(sec_slice), .sec_rsp_valid_i(sec_rsp_valid_i && !hang_q), .sec_rsp_ready_o(sec_rsp_ready), .sec_rsp_ok_i, .sec_rsp_len_i,
      .sec_rsp_data_i, .sec_rsp_last_i,
      .p_valid_o(p_valid), .p_ready_i(p_ready), .p_data_o(p_data), .p_bytes_o(p_bytes), .p_last_o(p_last), .p_flip_o(p_flip),
      .r_valid_o(r_valid), .r_ready_i(r_ready), .r_status_o(r_status), .r_info_o(r_info), .r_seq_o(r_seq), .r_t0_o(r_t0)
    );
  end

  // ---- core to port -------------------------------------------------------------------------------------------------------------------------
  logic         out_valid, out_last, rsp_valid;
  logic [127:0] out_data;
  logic [15:0]  out_parity, rsp_info;
  logic [4:0]   out_bytes;
  logic [7:0]   rsp_status;
  logic [63:0]  rsp_seq;
  logic [31:0]  rsp_cycles;
  mac_out u_out (
    .clk_i, .rst_ni, .now_i(now_q), .flip_i(flt_flip_i), .p_valid_i(p_valid), .p_ready_o(p_ready), .p_data_i(p_data), .p_bytes_i(p_bytes),
    .p_last_i(p_last), .p_flip_i(p_flip), .r_valid_i(r_valid), .r_ready_o(r_ready), .r_status_i(r_status), .r_info_i(r_info), .r_seq_i(r_seq),
    .r_t0_i(r_t0), .out_valid_o(out_valid), .out_ready_i(st_active || (out_ready_i && open)), .out_data_o(out_data), .out_parity_o(out_parity),
    .out_bytes_o(out_bytes), .out_last_o(out_last), .rsp_valid_o(rsp_valid), .rsp_ready_i(st_active || (rsp_ready_i && open)),
    .rsp_status_o(rsp_status), .rsp_info_o(rsp_info), .rsp_seq_o(rsp_seq), .rsp_cycles_o(rsp_cycles), .busy_o(out_busy)
  );
  assign out_valid_o  = out_valid && open;
  assign out_data_o   = out_valid_o ? out_data : '0;
  assign out_parity_o = out_valid_o ? out_parity : '0;
  assign out_bytes_o  = out_valid_o ? out_bytes : '0;
  assign out_last_o   = out_valid_o && out_last;
  assign rsp_valid_o  = rsp_valid && open;
  assign rsp_status_o = rsp_valid_o ? rsp_status : '0;
  assign rsp_info_o   = rsp_valid_o ? rsp_info : '0;
  assign rsp_seq_o    = rsp_valid_o ? rsp_seq : '0;
  assign rsp_cycles_o = rsp_valid_o ? rsp_cycles : '0;

  // ---- self test, busy, hang ------------------------------------------------------------------------------------------------------------------
  mac_selftest #(.NumSlots(NumSlots)) u_selftest (
    .clk_i, .rst_ni, .start_i(st_start_i && open), .active_o(st_active), .slot_o(st_slot), .done_o(st_done_o), .pass_o(st_pass_o), .cmd_valid_o(st_cmd_valid),
    .cmd_ready_i(cmd_room), .cmd_desc_o(st_desc), .in_valid_o(st_in_valid), .in_ready_i(in_room), .in_data_o(st_data), .in_last_o(st_in_last),
    .out_valid_i(out_valid && st_active), .out_data_i(out_data), .out_parity_i(out_parity), .out_last_i(out_last),
    .rsp_valid_i(rsp_valid && st_active), .rsp_status_i(rsp_status)
  );
  assign busy_o = busy_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q <= 1'b1;
      hang_q <= 1'b0;
      now_q  <= '0;
    end else begin
      hang_q <= hang_q || flt_hang_i;
      // one cycle longer than there is work: a state left at an edge is seen in the next cycle
      busy_q <= cmd_valid_i || in_valid_i || st_start_i || flt_hang_i || hang_q || cmd_valid || in_valid || core_busy || out_busy || st_active;
      if (busy_q) now_q <= now_q + 32'd1;
    end
  end

  `ASSERT_STABLE(ResultHolds, out_valid_o, out_ready_i || hang_q || flt_hang_i, {out_data_o, out_parity_o, out_bytes_o, out_last_o})
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, {out_data_o, out_parity_o, out_bytes_o, out_last_o})
endmodule
