// Many record slots behind one port: Slots cores for records (each one SHA unit, one AES, two record banks), one core for everything
// else, one context store. Jobs are dispatched as they come, give their results in the order in which they came, and work side by side.
//   Affinity: records of a session that has a record in flight go to the slot that has it, so they keep their order; any other record goes to a
//   slot that has least to do. A slot holds two records: one is worked on, one fills, waits or drains.
//   SESSION_LOAD and SESSION_FREE wait for the records of their session, and records of a session for its SESSION_LOAD.
// A job that may not go yet holds up the ones behind it; with two records a slot that is less than the time of the longest record before it.
// Contexts: a core's read request is served in turn, two cycles later its own copy is there; writes are served lowest slot first.
`include "assert.svh"

module mac_cluster #(
  parameter int unsigned NumSessions = 1024,
  parameter int unsigned Slots = 4,
  localparam int unsigned SlotW = $clog2(Slots + 1)        // the last number is the core for everything else
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  now_i,
  input  logic         tested_i,
  input  logic         pin_i,              // self test: all records go to slot pin_slot_i
  input  logic [SlotW-1:0] pin_slot_i,
  output logic         busy_o,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  input  logic         rnd_valid_i,
  output logic         rnd_ready_o,
  input  logic [127:0] rnd_data_i,
  input  logic         rnd_fail_i,
  output logic         sec_req_valid_o,
  input  logic         sec_req_ready_i,
  output logic [31:0]  sec_req_handle_o,
  output logic [7:0]   sec_req_func_o,
  output logic [7:0]   sec_req_slice_o,
  input  logic         sec_rsp_valid_i,
  output logic         sec_rsp_ready_o,
  input  logic         sec_rsp_ok_i,
  input  logic [7:0]   sec_rsp_len_i,
  input  logic [127:0] sec_rsp_data_i,
  input  logic         sec_rsp_last_i,
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
  localparam int unsigned Cores = Slots + 1;
  localparam logic [SlotW-1:0] Control = SlotW'(Slots);
  localparam int unsigned OrderLog2 = $clog2(2 * Slots + 1);

  // ---- dispatch -----------------------------------------------------------------------------------------------------------------------------
  typedef enum logic [1:0] {
    StIdle = 2'd0,                         // look at the command
    StSend = 2'd1,                         // give it to its core
    StData = 2'd2                          // and its source
  } state_e;
  state_e            state_q, state_d;
  logic [SlotW-1:0]  target_q, target, next_q;             // next_q: where the search for a free slot begins
  logic [7:0]        opcode;
  logic [15:0]       index;
  logic              is_record, is_table, may_go, send, retire;
  logic [Cores-1:0]  cmd_valid, cmd_ready, in_valid, in_ready;
  logic [2*Slots-1:0]  held_q;                             // records in flight, by slot: the older one in the even bit
  logic [32*Slots-1:0] session_q;                          // and their sessions
  logic              control_q, table_q;                   // the other core has a job; SESSION_LOAD or SESSION_FREE, of session
  logic [15:0]       table_session_q;
  logic [Slots-1:0]  match;                                // slots that have a record of this session
  logic [Cores-1:0]  full;
  assign opcode    = cmd_desc_i[sluice_pkg::DESC_OPCODE_LSB +: 8];
  assign index     = cmd_desc_i[sluice_pkg::DESC_HANDLE_LSB +: 16];
  assign is_record = (opcode == sluice_pkg::OP_RECORD_SEAL) || (opcode == sluice_pkg::OP_RECORD_OPEN);
  assign is_table  = (opcode == sluice_pkg::OP_SESSION_LOAD) || (opcode == sluice_pkg::OP_SESSION_FREE);
  always_comb begin
    full = '0;
    for (int s = 0; s < Slots; s++) full[s] = held_q[2*s+1];
  end
  always_comb begin
    match  = '0;
    target = Control;
    may_go = 1'b0;
    if ((state_q == StIdle) && cmd_valid_i) begin
      for (int s = 0; s < Slots; s++) begin
        match[s] = (held_q[2*s] && (session_q[32*s +: 16] == index)) || (held_q[2*s+1] && (session_q[32*s+16 +: 16] == index));
      end
      if (!is_record) may_go = !control_q && !(is_table && (match != '0));
      else if (table_q && (table_session_q == index)) may_go = 1'b0;
      else begin
        // an idle slot, else one with room; from next_q on
        for (int s = 2 * Slots - 1; s >= 0; s--) if (!held_q[2*(s%Slots)+1] && (s >= 32'(next_q)) && (s < 32'(next_q) + Slots)) begin
          target = SlotW'(s % Slots);
          may_go = 1'b1;
        end
        for (int s = 2 * Slots - 1; s >= 0; s--) if (!held_q[2*(s%Slots)] && (s >= 32'(next_q)) && (s < 32'(next_q) + Slots)) target = SlotW'(s % Slots);
        for (int s = 0; s < Slots; s++) if (match[s]) begin
          target = SlotW'(s);
          may_go = !held_q[2*s+1];
        end
        if (pin_i) target = pin_slot_i;
      end
    end
  end
  assign send        = (state_q == StSend) && cmd_ready[target_q];
  assign cmd_ready_o = send;
  assign in_ready_o  = (state_q == StData) && in_ready[target_q];
  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (may_go) state_d = StSend;
      StSend: if (send) state_d = (cmd_desc_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32] == '0) ? StIdle : StData;
      StData: if (in_valid_i && in_ready_o && in_last_i) state_d = StIdle;
      default: state_d = StIdle;
    endcase
    cmd_valid = '0;
    in_valid  = '0;
    if (state_q == StSend) cmd_valid[target_q] = 1'b1;
    if (state_q == StData) in_valid[target_q] = in_valid_i;
  end

  // ---- results in the order of the commands ---------------------------------------------------------------------------------------------------
  logic               head_valid, order_ready;
  logic [SlotW-1:0]   head;
  logic [OrderLog2:0] unused_level;
  fifo_sync #(.Width(SlotW), .DepthLog2(OrderLog2)) u_order (
    .clk_i, .rst_ni, .wr_valid_i(send), .wr_ready_o(order_ready), .wr_data_i(target_q), .rd_valid_o(head_valid), .rd_ready_i(retire),
    .rd_data_o(head), .level_o(unused_level)
  );
  assign retire = r_valid_o && r_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q         <= StIdle;
      target_q        <= '0;
      next_q          <= '0;
      held_q          <= '0;
      session_q       <= '0;
      control_q       <= 1'b0;
      table_q         <= 1'b0;
      table_session_q <= '0;
    end else begin
      state_q <= state_d;
      if (may_go) begin
        target_q <= target;
        if (target == Control) begin
          control_q       <= 1'b1;
          table_q         <= is_table;
          table_session_q <= index;
        end else next_q <= (32'(target) == Slots - 1) ? '0 : target + SlotW'(1);
      end
      if (retire && (head == Control)) begin
        control_q <= 1'b0;
        table_q   <= 1'b0;
      end
      for (int s = 0; s < Slots; s++) begin
        if (may_go && (target == SlotW'(s)) && !(retire && (head == SlotW'(s)))) begin
          if (held_q[2*s]) begin
            held_q[2*s+1]            <= 1'b1;
            session_q[32*s+16 +: 16] <= index;
          end else begin
            held_q[2*s]           <= 1'b1;
            session_q[32*s +: 16] <= index;
          end
        end else if (may_go && (target == SlotW'(s))) session_q[32*s +: 16] <= index; // one goes, one comes: there was one
        else if (retire && (head == SlotW'(s))) begin
          held_q[2*s +: 2]      <= {1'b0, held_q[2*s+1]};
          session_q[32*s +: 16] <= session_q[32*s+16 +: 16];
        end
      end
    end
  end

  // ---- cores ------------------------------------------------------------------------------------------------------------------------------------
  logic [Cores-1:0]     busy, rnd_want, rnd_give, rd, rd_ready, wr_load, wr_record, wr_erase, wr_ready, p_valid, p_ready, p_last, p_flip, r_valid, r_ready;
  logic [16*Cores-1:0]  rd_index, wr_index, r_info;
  logic [128*Cores-1:0] p_data;
  logic [5*Cores-1:0]   p_bytes;
  logic [8*Cores-1:0]   r_status;
  logic [64*Cores-1:0]  r_seq;
  logic [32*Cores-1:0]  r_t0;
  logic [192*Cores-1:0] wr_moving;
  logic                 store_ready, st_valid, granted_q;
  logic [SlotW-1:0]     grant, grant_q, wr_grant;
  mac_pkg::fixed_t      wr_fixed, st_fixed;
  mac_pkg::moving_t     st_moving, wr_one;
  logic                 rd_any, wr_any;
  for (genvar c = 0; c < Cores; c++) begin : gen_core
    mac_pkg::fixed_t  fixed_q;
    mac_pkg::moving_t moving_q;
    logic             valid_q;
    always_ff @(posedge clk_i) if (rd_ready[c]) begin
      fixed_q  <= st_fixed;
      moving_q <= st_moving;
      valid_q  <= st_valid;
    end
    if (c == Slots) begin : gen_control
      mac_core #(.NumSessions(NumSessions), .Records(1'b0)) u_core (
        .clk_i, .rst_ni, .now_i, .tested_i, .busy_o(busy[c]), .cmd_valid_i(cmd_valid[c]), .cmd_ready_o(cmd_ready[c]), .cmd_desc_i,
        .in_valid_i(in_valid[c]), .in_ready_o(in_ready[c]), .in_data_i, .in_last_i, .rnd_valid_i(rnd_give[c]), .rnd_ready_o(rnd_want[c]),
        .rnd_data_i, .rnd_fail_i, .sec_req_valid_o, .sec_req_ready_i, .sec_req_handle_o, .sec_req_func_o, .sec_req_slice_o,
        .sec_rsp_valid_i, .sec_rsp_ready_o, .sec_rsp_ok_i, .sec_rsp_len_i, .sec_rsp_data_i, .sec_rsp_last_i,
        .store_ready_i(store_ready), .rd_o(rd[c]), .rd_ready_i(rd_ready[c]), .rd_index_o(rd_index[16*c +: 16]), .rd_valid_i(valid_q),
        .rd_fixed_i(fixed_q), .rd_moving_i(moving_q), .wr_load_o(wr_load[c]), .wr_record_o(wr_record[c]), .wr_erase_o(wr_erase[c]),
        .wr_ready_i(wr_ready[c]), .wr_index_o(wr_index[16*c +: 16]), .wr_fixed_o(wr_fixed), .wr_moving_o(wr_moving[192*c +: 192]),
        .p_valid_o(p_valid[c]), .p_ready_i(p_ready[c]), .p_data_o(p_data[128*c +: 128]), .p_bytes_o(p_bytes[5*c +: 5]), .p_last_o(p_last[c]),
        .p_flip_o(p_flip[c]), .r_valid_o(r_valid[c]), .r_ready_i(r_ready[c]), .r_status_o(r_status[8*c +: 8]), .r_info_o(r_info[16*c +: 16]),
        .r_seq_o(r_seq[64*c +: 64]), .r_t0_o(r_t0[32*c +: 32])
      );
    end else begin : gen_slot
      logic            unused_sec;
      logic [49:0]     sec_out;
      mac_pkg::fixed_t unused_fixed;
      assign unused_sec = ^sec_out;
      mac_core #(.NumSessions(NumSessions), .Others(1'b0)) u_core (
        .clk_i, .rst_ni, .now_i, .tested_i, .busy_o(busy[c]), .cmd_valid_i(cmd_valid[c]), .cmd_ready_o(cmd_ready[c]), .cmd_desc_i,
        .in_valid_i(in_valid[c]), .in_ready_o(in_ready[c]), .in_data_i, .in_last_i, .rnd_valid_i(rnd_give[c]), .rnd_ready_o(rnd_want[c]),
        .rnd_data_i, .rnd_fail_i, .sec_req_valid_o(sec_out[0]), .sec_req_ready_i(1'b0), .sec_req_handle_o(sec_out[32:1]),
        .sec_req_func_o(sec_out[40:33]), .sec_req_slice_o(sec_out[48:41]), .sec_rsp_valid_i(1'b0), .sec_rsp_ready_o(sec_out[49]), .sec_rsp_ok_i(1'b0),
        .sec_rsp_len_i(8'd0), .sec_rsp_data_i(128'd0), .sec_rsp_last_i(1'b0),
        .store_ready_i(store_ready), .rd_o(rd[c]), .rd_ready_i(rd_ready[c]), .rd_index_o(rd_index[16*c +: 16]), .rd_valid_i(valid_q),
        .rd_fixed_i(fixed_q), .rd_moving_i(moving_q), .wr_load_o(wr_load[c]), .wr_record_o(wr_record[c]), .wr_erase_o(wr_erase[c]),
        .wr_ready_i(wr_ready[c]), .wr_index_o(wr_index[16*c +: 16]), .wr_fixed_o(unused_fixed), .wr_moving_o(wr_moving[192*c +: 192]),
        .p_valid_o(p_valid[c]), .p_ready_i(p_ready[c]), .p_data_o(p_data[128*c +: 128]), .p_bytes_o(p_bytes[5*c +: 5]), .p_last_o(p_last[c]),
        .p_flip_o(p_flip[c]), .r_valid_o(r_valid[c]), .r_ready_i(r_ready[c]), .r_status_o(r_status[8*c +: 8]), .r_info_o(r_info[16*c +: 16]),
        .r_seq_o(r_seq[64*c +: 64]), .r_t0_o(r_t0[32*c +: 32])
      );
    end
  end

  // ---- one random word for whoever waits, lowest first ----------------------------------------------------------------------------------------------
  assign rnd_ready_o = |rnd_want;
  always_comb begin
    rnd_give = '0;
    for (int c = Cores - 1; c >= 0; c--) if (rnd_want[c]) begin
      rnd_give    = '0;
      rnd_give[c] = rnd_valid_i;
    end
  end

  // ---- contexts -------------------------------------------------------------------------------------------------------------------------------------
  logic [SlotW-1:0] turn_q;                // reads: who comes first
  always_comb begin
    rd_any = 1'b0;
    grant  = '0;
    if (rd != '0) begin
      for (int c = 2 * Cores - 1; c >= 0; c--) begin
        if (rd[c%Cores] && (c >= 32'(turn_q)) && (c < 32'(turn_q) + Cores) && !(granted_q && (grant_q == SlotW'(c % Cores)))) begin
          rd_any = 1'b1;
          grant  = SlotW'(c % Cores);
        end
      end
    end
    rd_ready = '0;
    if (granted_q) rd_ready[grant_q] = 1'b1;
    wr_any   = 1'b0;
    wr_grant = '0;
    for (int c = Cores - 1; c >= 0; c--) begin
      if (wr_load[c] || wr_record[c] || wr_erase[c]) begin
        wr_any   = 1'b1;
        wr_grant = SlotW'(c);
      end
    end
    wr_ready = '0;
    if (wr_any) wr_ready[wr_grant] = 1'b1;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      granted_q <= 1'b0;
      grant_q   <= '0;
      turn_q    <= '0;
    end else begin
      granted_q <= rd_any;
      if (rd_any) begin
        grant_q <= grant;
        turn_q  <= (32'(grant) == Cores - 1) ? '0 : grant + SlotW'(1);
      end
    end
  end
  assign wr_one = wr_moving[192*wr_grant +: 192];
  mac_store #(.NumSessions(NumSessions)) u_store (
    .clk_i, .rst_ni, .ready_o(store_ready), .rd_i(rd_any), .rd_index_i(rd_index[16*grant +: 16]), .rd_valid_o(st_valid), .rd_fixed_o(st_fixed),
    .rd_moving_o(st_moving), .wr_i(wr_any && wr_load[wr_grant]), .wr_record_i(wr_any && wr_record[wr_grant]),
    .erase_i(wr_any && wr_erase[wr_grant]), .wr_index_i(wr_index[16*wr_grant +: 16]), .wr_fixed_i(wr_fixed), .wr_moving_i(wr_one)
  );

  // ---- results --------------------------------------------------------------------------------------------------------------------------------------
  always_comb begin
    p_ready = '0;
    r_ready = '0;
    if (head_valid) begin
      p_ready[head] = p_ready_i;
      r_ready[head] = r_ready_i;
    end
    p_valid_o  = head_valid && p_valid[head];
    r_valid_o  = head_valid && r_valid[head];
    p_data_o   = '0;
    p_bytes_o  = '0;
    p_last_o   = 1'b0;
    p_flip_o   = 1'b0;
    r_status_o = '0;
    r_info_o   = '0;
    r_seq_o    = '0;
    r_t0_o     = '0;
    if (p_valid_o) begin
      p_data_o  = p_data[128*head +: 128];
      p_bytes_o = p_bytes[5*head +: 5];
      p_last_o  = p_last[head];
      p_flip_o  = p_flip[head];
    end
    if (r_valid_o) begin
      r_status_o = r_status[8*head +: 8];
      r_info_o   = r_info[16*head +: 16];
      r_seq_o    = r_seq[64*head +: 64];
      r_t0_o     = r_t0[32*head +: 32];
    end
  end
  assign busy_o = (busy != '0) || (state_q != StIdle) || head_valid;

  `ASSERT_NEVER(OrderIsFull, send && !order_ready)
  `ASSERT_NEVER(ThirdRecordInASlot, may_go && full[target])
endmodule
