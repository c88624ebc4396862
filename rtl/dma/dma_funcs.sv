// Memory windows of the functions: registers of block FUNC, and how often each function named an address outside its window. Who checks
// what: dma_queues the rings, dma_segs of each runner lists, sources and destinations.
`include "assert.svh"
module dma_funcs #(
  parameter int unsigned NumSources = 4   // who reports addresses outside
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,

  input  logic csr_rd_i,
  input  logic csr_we_i,
  input  logic [2:0] csr_index_i,
  input  logic [15:0] csr_reg_i,
  input  logic [31:0] csr_wdata_i,
  output logic [31:0] csr_rdata_o,

  output logic [7:0] win_en_o,
  output logic [8*64-1:0] win_base_o,
  output logic [8*64-1:0] win_limit_o,   // last byte inside
  input  logic [NumSources-1:0] err_i,
  input  logic [3*NumSources-1:0] err_func_i
);
  logic [7:0] en_q;
  logic [8*64-1:0] base_q, limit_q;
  logic [8*32-1:0] errors_q;
  logic [2:0] f;
  assign f = csr_index_i;

  always_comb begin
    csr_rdata_o = 32'h0;
    if (csr_rd_i) begin
      unique case (csr_reg_i)
        sluice_pkg::FUNC_BASE_LO: csr_rdata_o = base_q[64*f +: 32];
        sluice_pkg::FUNC_BASE_HI: csr_rdata_o = base_q[64*f + 32 +: 32];
        sluice_pkg::FUNC_LIMIT_LO: csr_rdata_o = limit_q[64*f +: 32];
        sluice_pkg::FUNC_LIMIT_HI: csr_rdata_o = limit_q[64*f + 32 +: 32];
        sluice_pkg::FUNC_CTRL: csr_rdata_o = {31'h0, en_q[f]};
        sluice_pkg::FUNC_ERRORS: csr_rdata_o = errors_q[32*f +: 32];
        default: csr_rdata_o = 32'h0;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      en_q <= '0;
      base_q <= '0;
      limit_q <= '0;
    end else if (csr_we_i) begin
      unique case (csr_reg_i)
        sluice_pkg::FUNC_BASE_LO: base_q[64*f +: 32] <= csr_wdata_i;
        sluice_pkg::FUNC_BASE_HI: base_q[64*f + 32 +: 32] <= csr_wdata_i;
        sluice_pkg::FUNC_LIMIT_LO: limit_q[64*f +: 32] <= csr_wdata_i;
        sluice_pkg::FUNC_LIMIT_HI: limit_q[64*f + 32 +: 32] <= csr_wdata_i;
        sluice_pkg::FUNC_CTRL: en_q[f] <= csr_wdata_i[sluice_pkg::FUNC_CTRL_ENABLE_LSB];
        default: ;
      endcase
    end
  end

  logic [NumSources*8-1:0] hit;  // source s is of function g
  always_comb begin
    hit = '0;
    if (err_i != '0) begin
      for (int s = 0; s < NumSources; s++) hit[s*8 + 32'(err_func_i[3*s +: 3])] = err_i[s];
    end
  end
  for (genvar g = 0; g < 8; g++) begin : gen_count
    logic [NumSources-1:0] mine;
    for (genvar s = 0; s < NumSources; s++) begin : gen_mine
      assign mine[s] = hit[8*s + g];
    end
    always_ff @(posedge clk_i) begin
      if (!rst_ni) errors_q[32*g +: 32] <= '0;
      else if (err_i != '0) errors_q[32*g +: 32] <= errors_q[32*g +: 32] + 32'($countones(mine));
    end
  end

  assign win_en_o = en_q;
  assign win_base_o = base_q;
  assign win_limit_o = limit_q;
  assign act_o = csr_we_i || err_i != '0;
endmodule
