// AXI4 write master shared by several requesters. A requester offers a burst only when all its beats are in its buffer, so that W
// never waits for anybody once AW is out. One ID: answers come in the order of the bursts; a queue of tags says whose they are.
// W beats of the next burst follow those of the last without a gap.
`include "assert.svh"
module dma_wr #(
  parameter int unsigned NumReq = 4,
  parameter int unsigned TagW = 4,
  parameter int unsigned BusW = 128   // 128, 256 or 512; requesters make bursts of such beats (dma_pack.sv)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic hold_i,
  output logic idle_o,
  output logic act_o,

  input  logic [NumReq-1:0] burst_valid_i,
  output logic [NumReq-1:0] burst_ready_o,
  input  logic [NumReq*64-1:0] burst_addr_i,
  input  logic [NumReq*4-1:0] burst_len_i,   // beats - 1
  input  logic [NumReq*TagW-1:0] burst_tag_i,
  input  logic [NumReq*BusW-1:0] line_data_i,
  input  logic [NumReq*BusW/8-1:0] line_strb_i,
  output logic [NumReq-1:0] line_ready_o,

  output logic [NumReq-1:0] rsp_valid_o,
  output logic rsp_err_o,
  output logic [TagW-1:0] rsp_tag_o,

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
  localparam int unsigned SelW = $clog2(NumReq);
  localparam int unsigned OutLog2 = 5;

  logic [SelW-1:0] last_q, sel;
  logic [(1<<SelW)-1:0] asking;
  logic grant, aw_ready, w_ready, bvalid_q, berr_q;
  logic tags_valid, tags_full, order_valid, order_full, order_pop;
  logic [SelW+TagW-1:0] tag_head;
  logic [SelW+4-1:0] order_head;
  // the burst whose beats are on W
  logic cur_valid_q, load;
  logic [SelW-1:0] cur_sel_q;
  logic [3:0] cur_left_q;
  logic [2:0] unused_order_count;
  logic [OutLog2:0] unused_tags_count;
  logic unused_bits;
  assign unused_bits = m_bresp_i[0];

  // padded to a power of two, so that the round robin's index wraps by itself
  assign asking = (1<<SelW)'(burst_valid_i);
  assign grant = |burst_valid_i && aw_ready && !tags_full && !order_full && !hold_i;

  always_comb begin
    sel = last_q;
    for (int i = 1 << SelW; i > 0; i--) begin
      if (asking[SelW'(last_q + SelW'(i))]) sel = SelW'(last_q + SelW'(i));
    end
    burst_ready_o = '0;
    if (grant) burst_ready_o[sel] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) last_q <= '0;
    else if (grant) last_q <= sel;
  end

  // Everything leaves and arrives through registers: no logic hangs on the bus.
  dma_slice #(.Width(64 + 4)) u_aw (
    .clk_i, .rst_ni, .in_valid_i(grant), .in_ready_o(aw_ready), .in_data_i({burst_addr_i[64*sel +: 64], burst_len_i[4*sel +: 4]}),
    .out_valid_o(m_awvalid_o), .out_ready_i(m_awready_i), .out_data_o({m_awaddr_o, m_awlen_o[3:0]})
  );
  dma_slice #(.Width(BusW + BusW/8 + 1)) u_w (
    .clk_i, .rst_ni, .in_valid_i(load), .in_ready_o(w_ready),
    .in_data_i({line_data_i[BusW*cur_sel_q +: BusW], line_strb_i[BusW/8*cur_sel_q +: BusW/8], cur_left_q == 4'd0}),
    .out_valid_o(m_wvalid_o), .out_ready_i(m_wready_i), .out_data_o({m_wdata_o, m_wstrb_o, m_wlast_o})
  );
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      bvalid_q <= 1'b0;
      berr_q <= 1'b0;
    end else begin
      bvalid_q <= m_bvalid_i;
      berr_q <= m_bresp_i[1];
    end
  end

  dma_fifo #(.Width(SelW + 4), .Log2(2)) u_order (
    .clk_i, .rst_ni, .wr_i(grant), .wdata_i({sel, burst_len_i[4*sel +: 4]}), .rd_i(order_pop),
    .rdata_o(order_head), .valid_o(order_valid), .full_o(order_full), .count_o(unused_order_count)
  );
  dma_fifo #(.Width(SelW + TagW), .Log2(OutLog2)) u_tags (
    .clk_i, .rst_ni, .wr_i(grant), .wdata_i({sel, burst_tag_i[TagW*sel +: TagW]}), .rd_i(bvalid_q && tags_valid),
    .rdata_o(tag_head), .valid_o(tags_valid), .full_o(tags_full), .count_o(unused_tags_count)
  );

  assign load = cur_valid_q && w_ready;
  assign order_pop = order_valid && (!cur_valid_q || (load && cur_left_q == 4'd0));
  always_comb begin
    line_ready_o = '0;
    if (load) line_ready_o[cur_sel_q] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cur_valid_q <= 1'b0;
      cur_sel_q <= '0;
      cur_left_q <= '0;
    end else begin
      if (load) begin
        cur_left_q <= cur_left_q - 4'd1;
        cur_valid_q <= cur_left_q != 4'd0;
      end
      if (order_pop) begin
        cur_valid_q <= 1'b1;
        cur_sel_q <= order_head[4 +: SelW];
        cur_left_q <= order_head[3:0];
      end
    end
  end

  always_comb begin
    rsp_valid_o = '0;
    if (bvalid_q && tags_valid) rsp_valid_o[tag_head[TagW +: SelW]] = 1'b1;
  end
  assign rsp_err_o = berr_q;
  assign rsp_tag_o = tag_head[TagW-1:0];

  assign m_awlen_o[7:4] = 4'h0;
  assign m_bready_o = 1'b1;
  assign idle_o = !m_awvalid_o && !m_wvalid_o && !cur_valid_q && !order_valid && !tags_valid;
  assign act_o = grant || !idle_o;  // beside m_bvalid_i

  `ASSERT_STABLE(Aw, m_awvalid_o, m_awready_i, {m_awaddr_o, m_awlen_o})
  `ASSERT_STABLE(W, m_wvalid_o, m_wready_i, {m_wdata_o, m_wstrb_o, m_wlast_o})
  `ASSERT_NEVER(AnswerWithoutBurst, bvalid_q && !tags_valid)
endmodule
