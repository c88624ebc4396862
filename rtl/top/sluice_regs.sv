// Register block behind the AXI4-Lite slave: identity, control, status, fault injection, error and engine counters. The queues' own
// registers live in dma_queues. Addresses are decoded by the generated sluice_csr.
//
// cycles_q and busy_q count in every clock cycle, whatever happens. They are the only registers that change in a quiet front end, and
// nothing but a register read looks at them, so a simulation may leave the clock of a quiet front end off and add the cycles later: that is
// why it can reach them.
`include "assert.svh"
module sluice_regs #(
  parameter int unsigned NumQueues = sluice_pkg::NumQueues,
  parameter int unsigned NumEngines = sluice_pkg::NumEngines,
  parameter logic [NumEngines-1:0] EngineMask = '1,
  parameter logic [31:0] Lanes = 32'h1111_1111,
  parameter int unsigned NumPorts = NumEngines,
  parameter int unsigned NumSessions = sluice_pkg::NumSessions,
  parameter int unsigned NumKeys = sluice_pkg::NumKeys,
  parameter int unsigned NumSecrets = sluice_pkg::NumSecrets,
  parameter int unsigned QueueW = $clog2(NumQueues)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic run_rst_ni,   // clears the counters
  output logic act_o,

  input  logic rd_i,
  input  logic wr_i,
  input  logic [15:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  output logic queue_rd_o,
  output logic queue_we_o,
  output logic func_rd_o,
  output logic func_we_o,
  output logic [2:0] func_index_o,
  output logic [15:0] func_reg_o,
  input  logic [31:0] func_rdata_i,
  output logic [1:0] int_status_we_o,
  output logic [1:0] int_enable_we_o,
  input  logic [63:0] int_status_i,
  input  logic [63:0] int_enable_i,
  output logic [QueueW-1:0] queue_index_o,
  output logic [15:0] queue_reg_o,
  input  logic [31:0] queue_rdata_i,

  output logic enable_o,
  output logic reset_o,
  output logic zeroize_o,
  input  logic tamper_i,
  input  logic entropy_fail_i,
  input  logic resetting_i,
  input  logic ready_i,
  input  logic busy_i,
  input  logic fatal_i,
  input  logic [NumEngines-1:0] st_done_i,
  input  logic [NumEngines-1:0] st_pass_i,

  output logic [NumEngines-1:0] fi_valid_o,
  output logic fi_hang_o,
  output logic fi_flip_o,
  output logic fi_drop_o,
  input  logic fi_ack_i,

  input  logic [NumEngines-1:0] eng_busy_i,
  input  logic [NumPorts-1:0] refused_i,
  input  logic dma_err_i,
  input  logic [7:0] win_errs_i,              // addresses outside a window in this cycle
  input  logic [NumPorts-1:0] parity_err_i,
  input  logic [NumEngines-1:0] done_i,       // an operation of this engine completes
  input  logic done_failed_i,
  input  logic [31:0] done_bytes_i
);
  logic [63:0] cycles_q /* verilator public_flat_rw */;
  logic [63:0] busy_q [NumEngines] /* verilator public_flat_rw */;
  logic [63:0] ops_q [NumEngines];
  logic [63:0] bytes_q [NumEngines];
  logic [31:0] failed_q [NumEngines];
  logic [31:0] cycles_hi_q, err_desc_q, err_dma_q, err_parity_q;
  logic enable_q, fatal_q, fi_hang_q, fi_flip_q, fi_drop_q;
  logic [3:0] fi_engine_q;
  logic ctrl_we, fault_we, queue_sel, engine_sel, func_sel, entropy_q;
  logic [2:0] engine_index;
  logic [5:0] queue_index;
  logic [15:0] engine_reg;
  logic [31:0] engine_rdata, ctrl, status, fault, cap0, cap1, cap2, cap3;
  logic [$clog2(NumEngines)-1:0] ei;
  logic [7:0] present;
  logic unused_addr;
  assign unused_addr = ^addr_i[1:0];

  function automatic logic [3:0] lanes_of(input logic [2:0] e);
    lanes_of = present[e] ? Lanes[4*e +: 4] : 4'd0;
  endfunction
  always_comb begin
    cap0 = '0;
    cap0[sluice_pkg::CAP0_NUM_QUEUES_LSB +: 8] = 8'(NumQueues);
    cap0[sluice_pkg::CAP0_AEAD_LANES_LSB +: 4] = lanes_of(sluice_pkg::ENGINE_AEAD[2:0]);
    cap0[sluice_pkg::CAP0_MAC_LANES_LSB +: 4] = lanes_of(sluice_pkg::ENGINE_MAC[2:0]);
    cap0[sluice_pkg::CAP0_PKA_ENGINES_LSB +: 8] = 8'(lanes_of(sluice_pkg::ENGINE_PKA[2:0]));
    cap0[sluice_pkg::CAP0_NUM_KEYS_LSB +: 8] = 8'(NumKeys);
    cap1 = '0;
    cap1[sluice_pkg::CAP1_NUM_SESSIONS_LSB +: 20] = 20'(NumSessions);
    cap1[sluice_pkg::CAP1_MAX_RING_LOG2_LSB +: 4] = 4'(sluice_pkg::MaxRingLog2);
    cap2 = '0;
    cap2[sluice_pkg::CAP2_ECC_ENGINES_LSB +: 8] = 8'(lanes_of(sluice_pkg::ENGINE_ECC[2:0]));
    cap2[sluice_pkg::CAP2_CHACHA_LANES_LSB +: 4] = lanes_of(sluice_pkg::ENGINE_CHACHA[2:0]);
    cap2[sluice_pkg::CAP2_KDF_LSB] = present[sluice_pkg::ENGINE_KDF[2:0]];
    cap2[sluice_pkg::CAP2_ENGINES_LSB +: 8] = present;
    cap3 = '0;
    if (present[sluice_pkg::ENGINE_KDF[2:0]]) cap3[sluice_pkg::CAP3_NUM_SECRETS_LSB +: 20] = 20'(NumSecrets);
    ctrl = '0;
    ctrl[sluice_pkg::CTRL_ENABLE_LSB] = enable_q;
    ctrl[sluice_pkg::CTRL_RESET_LSB] = resetting_i;
    status = '0;
    status[sluice_pkg::STATUS_READY_LSB] = ready_i;
    status[sluice_pkg::STATUS_BUSY_LSB] = busy_i;
    status[sluice_pkg::STATUS_FATAL_LSB] = fatal_q;
    status[sluice_pkg::STATUS_TAMPER_LSB] = tamper_i;
    status[sluice_pkg::STATUS_ENTROPY_LSB] = entropy_q;
    fault = '0;
    fault[sluice_pkg::FAULT_INJECT_ENGINE_LSB +: 4] = fi_engine_q;
    fault[sluice_pkg::FAULT_INJECT_HANG_LSB] = fi_hang_q;
    fault[sluice_pkg::FAULT_INJECT_FLIP_LSB] = fi_flip_q;
    fault[sluice_pkg::FAULT_INJECT_DROP_LSB] = fi_drop_q;
  end

  assign present = 8'(EngineMask);
  assign ei = engine_index[$clog2(NumEngines)-1:0];
  always_comb begin
    engine_rdata = 32'h0;
    if (engine_sel && rd_i && 4'(engine_index) < 4'(NumEngines)) begin
      unique case (engine_reg)
        sluice_pkg::ENGINE_OPS_LO: engine_rdata = ops_q[ei][31:0];
        sluice_pkg::ENGINE_OPS_HI: engine_rdata = ops_q[ei][63:32];
        sluice_pkg::ENGINE_BYTES_LO: engine_rdata = bytes_q[ei][31:0];
        sluice_pkg::ENGINE_BYTES_HI: engine_rdata = bytes_q[ei][63:32];
        sluice_pkg::ENGINE_BUSY_LO: engine_rdata = busy_q[ei][31:0];
        sluice_pkg::ENGINE_BUSY_HI: engine_rdata = busy_q[ei][63:32];
        sluice_pkg::ENGINE_FAILED: engine_rdata = failed_q[ei];
        default: engine_rdata = 32'h0;
      endcase
    end
  end

  sluice_csr u_csr (
    .addr_i(addr_i[15:2]), .rd_i, .wr_i,
    .magic_i(sluice_pkg::MAGIC), .map_version_i(sluice_pkg::MAP_VERSION), .map_hash_i(sluice_pkg::MAP_HASH),
    .cap0_i(cap0), .cap1_i(cap1), .cap2_i(cap2), .cap3_i(cap3), .ctrl_i(ctrl), .ctrl_we_o(ctrl_we), .status_i(status),
    .selftest_done_i(32'(st_done_i)), .selftest_pass_i(32'(st_pass_i)),
    .cycles_lo_i(cycles_q[31:0]), .cycles_hi_i(cycles_hi_q),
    .fault_inject_i(fault), .fault_inject_we_o(fault_we),
    .err_desc_i(err_desc_q), .err_dma_i(err_dma_q), .err_parity_i(err_parity_q),
    .engine_sel_o(engine_sel), .engine_index_o(engine_index), .engine_reg_o(engine_reg), .engine_rdata_i(engine_rdata),
    .func_sel_o(func_sel), .func_index_o, .func_reg_o, .func_rdata_i,
    .int_status0_i(int_status_i[31:0]), .int_status1_i(int_status_i[63:32]), .int_status0_we_o(int_status_we_o[0]),
    .int_status1_we_o(int_status_we_o[1]), .int_enable0_i(int_enable_i[31:0]), .int_enable1_i(int_enable_i[63:32]),
    .int_enable0_we_o(int_enable_we_o[0]), .int_enable1_we_o(int_enable_we_o[1]),
    .queue_sel_o(queue_sel), .queue_index_o(queue_index), .queue_reg_o, .queue_rdata_i,
    .rdata_o
  );
  // the map has room for more queues than this build: those read zero and take nothing
  assign queue_index_o = queue_index[QueueW-1:0];
  assign queue_rd_o = rd_i && queue_sel && 7'(queue_index) < 7'(NumQueues);
  assign queue_we_o = wr_i && queue_sel && 7'(queue_index) < 7'(NumQueues) && !resetting_i;
  assign func_rd_o = rd_i && func_sel;
  assign func_we_o = wr_i && func_sel && !resetting_i;
  assign zeroize_o = ctrl_we && wdata_i[sluice_pkg::CTRL_ZEROIZE_LSB];
  assign reset_o = ctrl_we && wdata_i[sluice_pkg::CTRL_RESET_LSB];

  logic cycles_read;
  assign cycles_read = rd_i && {addr_i[15:2], 2'b00} == sluice_pkg::REG_CYCLES_LO;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      enable_q <= 1'b0;
      fi_hang_q <= 1'b0;
      fi_flip_q <= 1'b0;
      fi_drop_q <= 1'b0;
      fi_engine_q <= '0;
      fatal_q <= 1'b0;
    end else if (reset_o || zeroize_o || tamper_i) begin
      enable_q <= 1'b0;
      fi_hang_q <= 1'b0;
      fi_flip_q <= 1'b0;
      fi_drop_q <= 1'b0;
      fi_engine_q <= '0;
      fatal_q <= 1'b0;
    end else begin
      if (ctrl_we) enable_q <= wdata_i[sluice_pkg::CTRL_ENABLE_LSB];
      if (fatal_i) fatal_q <= 1'b1;
      if (fault_we) begin
        fi_engine_q <= wdata_i[sluice_pkg::FAULT_INJECT_ENGINE_LSB +: 4];
        fi_hang_q <= wdata_i[sluice_pkg::FAULT_INJECT_HANG_LSB];
        fi_flip_q <= wdata_i[sluice_pkg::FAULT_INJECT_FLIP_LSB];
        fi_drop_q <= wdata_i[sluice_pkg::FAULT_INJECT_DROP_LSB];
      end else if (fi_ack_i) begin
        fi_hang_q <= 1'b0;
        fi_flip_q <= 1'b0;
        fi_drop_q <= 1'b0;
        fi_engine_q <= '0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!run_rst_ni) begin
      cycles_q <= '0;
      cycles_hi_q <= '0;
      err_desc_q <= '0;
      err_dma_q <= '0;
      err_parity_q <= '0;
      for (int e = 0; e < NumEngines; e++) begin
        busy_q[e] <= '0;
        ops_q[e] <= '0;
        bytes_q[e] <= '0;
        failed_q[e] <= '0;
      end
    end else begin
      cycles_q <= cycles_q + 64'd1;
      if (cycles_read) cycles_hi_q <= cycles_q[63:32];
      for (int e = 0; e < NumEngines; e++) begin
        if (eng_busy_i[e]) busy_q[e] <= busy_q[e] + 64'd1;
        if (done_i[e]) begin
          ops_q[e] <= ops_q[e] + 64'd1;
          bytes_q[e] <= bytes_q[e] + {32'h0, done_bytes_i};
          if (done_failed_i) failed_q[e] <= failed_q[e] + 32'd1;
        end
      end
      if (refused_i != '0) err_desc_q <= err_desc_q + 32'($countones(refused_i));
      if (dma_err_i || win_errs_i != '0) err_dma_q <= err_dma_q + 32'(dma_err_i) + 32'(win_errs_i);
      if (parity_err_i != '0) err_parity_q <= err_parity_q + 32'($countones(parity_err_i));
    end
  end

  always_ff @(posedge clk_i) begin
    if (!run_rst_ni) entropy_q <= 1'b0;
    else if (entropy_fail_i) entropy_q <= 1'b1;
  end

  assign enable_o = enable_q && ready_i && !fatal_q;
  always_comb begin
    fi_valid_o = '0;
    for (int e = 0; e < NumEngines; e++) fi_valid_o[e] = fi_engine_q == 4'(e) && (fi_hang_q || fi_flip_q || fi_drop_q);
  end
  assign fi_hang_o = fi_hang_q;
  assign fi_flip_o = fi_flip_q;
  assign fi_drop_o = fi_drop_q;
  assign act_o = rd_i || wr_i || (fatal_i && !fatal_q) || fi_ack_i || done_i != '0 || refused_i != '0 || dma_err_i || win_errs_i != '0 || parity_err_i != '0 ||
                 (entropy_fail_i && !entropy_q);

  `ASSERT_NEVER(ReadAndWriteAtOnce, rd_i && wr_i)
endmodule
