// The port of one engine (rtl/README.md), connected to place `e` of the vectors in sluice_top, which have one for each lane of each class:
// written once, so that an engine is one line.
//
//   ENGINE_PORT(e)      inside an instance: clock, reset and everything every engine has
//   SECRET_PORT(e)      inside an instance: the secret port, of engines that use secrets
//   SECRET_STORE(n)     inside the instance of engine kdf: the store that the secret ports at places 0..n-1 reach
//   NO_SECRET_PORT(e), NO_SECRET_STORE, NO_SECRET_LANE(e), NO_ENGINE(e)   statements that tie off what is not there
`ifndef SLUICE_ENGINE_PORT_SVH
`define SLUICE_ENGINE_PORT_SVH

`define ENGINE_PORT(e) \
    .clk_i, .rst_ni(eng_rst_n), \
    .cmd_valid_i(cmd_valid[e]), .cmd_ready_o(cmd_ready[e]), .cmd_desc_i(cmd_desc[512*(e) +: 512]), \
    .in_valid_i(in_valid[e]), .in_ready_o(in_ready[e]), .in_data_i(in_data[128*(e) +: 128]), .in_bytes_i(in_bytes[5*(e) +: 5]), \
    .in_last_i(in_last[e]), \
    .out_valid_o(out_valid[e]), .out_ready_i(out_ready[e]), .out_data_o(out_data[128*(e) +: 128]), \
    .out_parity_o(out_parity[16*(e) +: 16]), .out_bytes_o(out_bytes[5*(e) +: 5]), .out_last_o(out_last[e]), \
    .rsp_valid_o(rsp_valid[e]), .rsp_ready_i(rsp_ready[e]), .rsp_status_o(rsp_status[8*(e) +: 8]), \
    .rsp_info_o(rsp_info[16*(e) +: 16]), .rsp_seq_o(rsp_seq[64*(e) +: 64]), .rsp_cycles_o(rsp_cycles[32*(e) +: 32]), \
    .rnd_valid_i(rnd_valid[e]), .rnd_ready_o(rnd_ready[e]), .rnd_data_i(rnd_data[128*(e) +: 128]), \
    .st_start_i(st_start[e]), .st_done_o(st_done[e]), .st_pass_o(st_pass[e]), \
    .flt_hang_i(flt_hang[e]), .flt_flip_i(flt_flip[e]), .busy_o(busy[e])

`define SECRET_PORT(e) \
    .sec_req_valid_o(sec_req_valid[e]), .sec_req_ready_i(sec_req_ready[e]), .sec_req_write_o(sec_req_write[e]), \
    .sec_req_handle_o(sec_req_handle[32*(e) +: 32]), .sec_req_func_o(sec_req_func[8*(e) +: 8]), \
    .sec_req_kind_o(sec_req_kind[4*(e) +: 4]), .sec_req_len_o(sec_req_len[8*(e) +: 8]), \
    .sec_req_data_o(sec_req_data[128*(e) +: 128]), .sec_req_last_o(sec_req_last[e]), \
    .sec_rsp_valid_i(sec_rsp_valid[e]), .sec_rsp_ready_o(sec_rsp_ready[e]), .sec_rsp_ok_i(sec_rsp_ok[e]), \
    .sec_rsp_len_i(sec_rsp_len[8*(e) +: 8]), .sec_rsp_data_i(sec_rsp_data[128*(e) +: 128]), .sec_rsp_last_i(sec_rsp_last[e])

`define SECRET_STORE(n) \
    .sec_req_valid_i(sec_req_valid[(n)-1:0]), .sec_req_ready_o(sec_req_ready[(n)-1:0]), .sec_req_write_i(sec_req_write[(n)-1:0]), \
    .sec_req_handle_i(sec_req_handle[32*(n)-1:0]), .sec_req_func_i(sec_req_func[8*(n)-1:0]), .sec_req_kind_i(sec_req_kind[4*(n)-1:0]), \
    .sec_req_len_i(sec_req_len[8*(n)-1:0]), .sec_req_data_i(sec_req_data[128*(n)-1:0]), .sec_req_last_i(sec_req_last[(n)-1:0]), \
    .sec_rsp_valid_o(sec_rsp_valid[(n)-1:0]), .sec_rsp_ready_i(sec_rsp_ready[(n)-1:0]), .sec_rsp_ok_o(sec_rsp_ok[(n)-1:0]), \
    .sec_rsp_len_o(sec_rsp_len[8*(n)-1:0]), .sec_rsp_data_o(sec_rsp_data[128*(n)-1:0]), .sec_rsp_last_o(sec_rsp_last[(n)-1:0])

`define NO_SECRET_PORT(e) \
  assign {sec_req_valid[e], sec_req_write[e], sec_req_last[e], sec_rsp_ready[e]} = '0; \
  assign sec_req_handle[32*(e) +: 32] = '0; \
  assign sec_req_func[8*(e) +: 8] = '0; \
  assign sec_req_kind[4*(e) +: 4] = '0; \
  assign sec_req_len[8*(e) +: 8] = '0; \
  assign sec_req_data[128*(e) +: 128] = '0;

`define NO_SECRET_STORE \
  sluice_nostore #(.NumPorts(NumPorts)) u_nostore ( \
    .clk_i, .rst_ni(eng_rst_n), .sec_req_valid_i(sec_req_valid), .sec_req_ready_o(sec_req_ready), .sec_req_last_i(sec_req_last), \
    .sec_rsp_valid_o(sec_rsp_valid), .sec_rsp_ready_i(sec_rsp_ready)); \
  assign {sec_rsp_ok, sec_rsp_len, sec_rsp_data} = '0; \
  assign sec_rsp_last = '1;

`define NO_SECRET_LANE(e) \
  assign {sec_req_ready[e], sec_rsp_valid[e], sec_rsp_ok[e], sec_rsp_last[e]} = '0; \
  assign sec_rsp_len[8*(e) +: 8] = '0; \
  assign sec_rsp_data[128*(e) +: 128] = '0;

`define NO_ENGINE(e) \
  assign {cmd_ready[e], in_ready[e], out_valid[e], out_last[e], rsp_valid[e], rnd_ready[e], st_done[e], st_pass[e], busy[e]} = '0; \
  assign out_data[128*(e) +: 128] = '0; \
  assign out_parity[16*(e) +: 16] = '0; \
  assign out_bytes[5*(e) +: 5] = '0; \
  assign rsp_status[8*(e) +: 8] = '0; \
  assign rsp_info[16*(e) +: 16] = '0; \
  assign rsp_seq[64*(e) +: 64] = '0; \
  assign rsp_cycles[32*(e) +: 32] = '0;

`endif
