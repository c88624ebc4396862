// AXI4-Lite slave: one access at a time, every output a register. Writes must be whole words (SLVERR else, nothing written).
// A read or write reaches the registers in the cycle in which rd_o or wr_o is 1; the answer follows in the next.
`include "assert.svh"
module sluice_lite #(
  parameter int unsigned Aw = 16
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,

  input  logic s_awvalid_i,
  output logic s_awready_o,
  input  logic [Aw-1:0] s_awaddr_i,
  input  logic s_wvalid_i,
  output logic s_wready_o,
  input  logic [31:0] s_wdata_i,
  input  logic [3:0] s_wstrb_i,
  output logic s_bvalid_o,
  input  logic s_bready_i,
  output logic [1:0] s_bresp_o,
  input  logic s_arvalid_i,
  output logic s_arready_o,
  input  logic [Aw-1:0] s_araddr_i,
  output logic s_rvalid_o,
  input  logic s_rready_i,
  output logic [31:0] s_rdata_o,
  output logic [1:0] s_rresp_o,

  output logic rd_o,
  output logic wr_o,
  output logic [Aw-1:0] addr_o,
  output logic [31:0] wdata_o,
  input  logic [31:0] rdata_i
);
  localparam logic [1:0] Okay = 2'b00, SlvErr = 2'b10;
  logic aw_q, w_q, ar_q, b_q, r_q, whole_q, berr_q, do_write;
  logic [Aw-1:0] awaddr_q, araddr_q;
  logic [31:0] wdata_q, rdata_q;

  // a write goes first; a read waits a cycle then
  assign do_write = aw_q && w_q && !b_q;
  assign wr_o = do_write && whole_q;
  assign rd_o = ar_q && !r_q && !do_write;
  assign addr_o = do_write ? awaddr_q : araddr_q;
  assign wdata_o = wdata_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      aw_q <= 1'b0;
      w_q <= 1'b0;
      ar_q <= 1'b0;
      b_q <= 1'b0;
      r_q <= 1'b0;
      whole_q <= 1'b0;
      berr_q <= 1'b0;
      awaddr_q <= '0;
      araddr_q <= '0;
      wdata_q <= '0;
      rdata_q <= '0;
    end else begin
      if (s_awvalid_i && !aw_q) begin
        aw_q <= 1'b1;
        awaddr_q <= s_awaddr_i;
      end
      if (s_wvalid_i && !w_q) begin
        w_q <= 1'b1;
        wdata_q <= s_wdata_i;
        whole_q <= s_wstrb_i == 4'hF;
      end
      if (do_write) begin
        aw_q <= 1'b0;
        w_q <= 1'b0;
        b_q <= 1'b1;
        berr_q <= !whole_q;
      end else if (s_bready_i) begin
        b_q <= 1'b0;
      end
      if (s_arvalid_i && !ar_q) begin
        ar_q <= 1'b1;
        araddr_q <= s_araddr_i;
      end
      if (rd_o) begin
        ar_q <= 1'b0;
        r_q <= 1'b1;
        rdata_q <= rdata_i;
      end else if (s_rready_i) begin
        r_q <= 1'b0;
      end
    end
  end

  assign s_awready_o = !aw_q;
  assign s_wready_o = !w_q;
  assign s_arready_o = !ar_q;
  assign s_bvalid_o = b_q;
  assign s_bresp_o = berr_q ? SlvErr : Okay;
  assign s_rvalid_o = r_q;
  assign s_rdata_o = rdata_q;
  assign s_rresp_o = Okay;
  assign act_o = s_awvalid_i || s_wvalid_i || s_arvalid_i || aw_q || w_q || ar_q || b_q || r_q;

  `ASSERT_STABLE(B, s_bvalid_o, s_bready_i, s_bresp_o)
  `ASSERT_STABLE(R, s_rvalid_o, s_rready_i, s_rdata_o)
endmodule
