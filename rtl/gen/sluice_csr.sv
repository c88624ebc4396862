// Generated from rtl/regs/sluice.toml by rtl/regs/gen.py (`make regs`). Do not edit.
// Register decoder: read multiplexer of the single registers, write strobes of those that software may write, and the
// select, index and offset of the register blocks. Combinational; unknown addresses read as zero, and so does all while rd_i is 0.
module sluice_csr (
  input  logic [15:2] addr_i,
  input  logic rd_i,
  input  logic wr_i,
  input  logic [31:0] magic_i,
  input  logic [31:0] map_version_i,
  input  logic [31:0] map_hash_i,
  input  logic [31:0] cap0_i,
  input  logic [31:0] cap1_i,
  input  logic [31:0] cap2_i,
  input  logic [31:0] cap3_i,
  input  logic [31:0] ctrl_i,
  output logic ctrl_we_o,
  input  logic [31:0] status_i,
  input  logic [31:0] selftest_done_i,
  input  logic [31:0] selftest_pass_i,
  input  logic [31:0] cycles_lo_i,
  input  logic [31:0] cycles_hi_i,
  input  logic [31:0] fault_inject_i,
  output logic fault_inject_we_o,
  input  logic [31:0] err_desc_i,
  input  logic [31:0] err_dma_i,
  input  logic [31:0] err_parity_i,
  input  logic [31:0] int_status0_i,
  output logic int_status0_we_o,
  input  logic [31:0] int_status1_i,
  output logic int_status1_we_o,
  input  logic [31:0] int_enable0_i,
  output logic int_enable0_we_o,
  input  logic [31:0] int_enable1_i,
  output logic int_enable1_we_o,
  output logic engine_sel_o,
  output logic [2:0] engine_index_o,
  output logic [15:0] engine_reg_o,
  input  logic [31:0] engine_rdata_i,
  output logic func_sel_o,
  output logic [2:0] func_index_o,
  output logic [15:0] func_reg_o,
  input  logic [31:0] func_rdata_i,
  output logic queue_sel_o,
  output logic [5:0] queue_index_o,
  output logic [15:0] queue_reg_o,
  input  logic [31:0] queue_rdata_i,
  output logic [31:0] rdata_o
);
  logic [15:0] word_addr;
  assign word_addr = {addr_i, 2'b00};

  assign ctrl_we_o = wr_i && word_addr == sluice_pkg::REG_CTRL;
  assign fault_inject_we_o = wr_i && word_addr == sluice_pkg::REG_FAULT_INJECT;
  assign int_status0_we_o = wr_i && word_addr == sluice_pkg::REG_INT_STATUS0;
  assign int_status1_we_o = wr_i && word_addr == sluice_pkg::REG_INT_STATUS1;
  assign int_enable0_we_o = wr_i && word_addr == sluice_pkg::REG_INT_ENABLE0;
  assign int_enable1_we_o = wr_i && word_addr == sluice_pkg::REG_INT_ENABLE1;
  assign engine_sel_o = word_addr >= 16'h100 && word_addr < 16'h300;
  assign engine_index_o = 3'((word_addr - 16'h100) >> 6);
  assign engine_reg_o = {10'h0, word_addr[5:0]};
  assign func_sel_o = word_addr >= 16'h400 && word_addr < 16'h500;
  assign func_index_o = 3'((word_addr - 16'h400) >> 5);
  assign func_reg_o = {11'h0, word_addr[4:0]};
  assign queue_sel_o = word_addr >= 16'h1000 && word_addr < 16'h2000;
  assign queue_index_o = 6'((word_addr - 16'h1000) >> 6);
  assign queue_reg_o = {10'h0, word_addr[5:0]};

  always_comb begin
    rdata_o = 32'h0;
    if (rd_i) begin
      unique case (1'b1)
      engine_sel_o: rdata_o = engine_rdata_i;
      func_sel_o: rdata_o = func_rdata_i;
      queue_sel_o: rdata_o = queue_rdata_i;
      default:
        unique case (word_addr)
          sluice_pkg::REG_MAGIC: rdata_o = magic_i;
          sluice_pkg::REG_MAP_VERSION: rdata_o = map_version_i;
          sluice_pkg::REG_MAP_HASH: rdata_o = map_hash_i;
          sluice_pkg::REG_CAP0: rdata_o = cap0_i;
          sluice_pkg::REG_CAP1: rdata_o = cap1_i;
          sluice_pkg::REG_CAP2: rdata_o = cap2_i;
          sluice_pkg::REG_CAP3: rdata_o = cap3_i;
          sluice_pkg::REG_CTRL: rdata_o = ctrl_i;
          sluice_pkg::REG_STATUS: rdata_o = status_i;
          sluice_pkg::REG_SELFTEST_DONE: rdata_o = selftest_done_i;
          sluice_pkg::REG_SELFTEST_PASS: rdata_o = selftest_pass_i;
          sluice_pkg::REG_CYCLES_LO: rdata_o = cycles_lo_i;
          sluice_pkg::REG_CYCLES_HI: rdata_o = cycles_hi_i;
          sluice_pkg::REG_FAULT_INJECT: rdata_o = fault_inject_i;
          sluice_pkg::REG_ERR_DESC: rdata_o = err_desc_i;
          sluice_pkg::REG_ERR_DMA: rdata_o = err_dma_i;
          sluice_pkg::REG_ERR_PARITY: rdata_o = err_parity_i;
          sluice_pkg::REG_INT_STATUS0: rdata_o = int_status0_i;
          sluice_pkg::REG_INT_STATUS1: rdata_o = int_status1_i;
          sluice_pkg::REG_INT_ENABLE0: rdata_o = int_enable0_i;
          sluice_pkg::REG_INT_ENABLE1: rdata_o = int_enable1_i;
          default: rdata_o = 32'h0;
        endcase
    endcase
    end
  end
endmodule
