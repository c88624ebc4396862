// AXI4 read master shared by several requesters: round robin on AR, one ID, so data comes back in the order of the requests and a
// queue of tags says whose it is. R is always accepted: a requester asks only for what it has room for, so no requester can hold up
// another. Addresses are byte addresses; a request lies within one 256-byte block, so a burst has at most 16 beats and never crosses
// 4 KiB. aruser is the index of the last byte wanted in the last beat: a bridge to a bus with byte enables reads exactly what is wanted.
// On a bus wider than 128 bits (BusW) rsp_lo_o and rsp_hi_o tell which words of a beat belong to the request (dma_unpack.sv).
`include "assert.svh"
module dma_rd #(
  parameter int unsigned NumReq = 4,
  parameter int unsigned TagW = 6,
  parameter int unsigned BusW = 128,                                     // 128, 256 or 512
  parameter int unsigned ByteW = $clog2(BusW / 8),
  parameter int unsigned LaneW = BusW == 128 ? 1 : $clog2(BusW / 128)    // of a word in a beat
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic hold_i,   // start nothing new; what is under way still ends
  output logic idle_o,   // nothing under way
  output logic act_o,    // some register here changes at the next edge

  input  logic [NumReq-1:0] req_valid_i,
  output logic [NumReq-1:0] req_ready_o,
  input  logic [NumReq*64-1:0] req_addr_i,
  input  logic [NumReq*9-1:0] req_bytes_i,  // 1..256
  input  logic [NumReq*TagW-1:0] req_tag_i,

  output logic [NumReq-1:0] rsp_valid_o,
  output logic [BusW-1:0] rsp_data_o,
  output logic rsp_err_o,
  output logic rsp_last_o,
  output logic [TagW-1:0] rsp_tag_o,
  output logic [LaneW-1:0] rsp_lo_o,
  output logic [LaneW-1:0] rsp_hi_o,

  output logic m_arvalid_o,
  input  logic m_arready_i,
  output logic [63:0] m_araddr_o,
  output logic [7:0] m_arlen_o,
  output logic [ByteW-1:0] m_aruser_o,
  input  logic m_rvalid_i,
  output logic m_rready_o,
  input  logic [BusW-1:0] m_rdata_i,
  input  logic [1:0] m_rresp_i,
  input  logic m_rlast_i
);
  localparam int unsigned SelW = $clog2(NumReq);
  localparam int unsigned OutLog2 = 5;  // requests under way

  logic [SelW-1:0] last_q, sel;
  logic [(1<<SelW)-1:0] asking;
  logic ar_ready, grant, tags_valid, tags_full, rvalid_q, rerr_q, rlast_q;
  logic [63:0] addr;
  logic [BusW-1:0] rdata_q;
  logic [8:0] bytes;
  logic [8:0] span;  // last byte's distance from the first beat's start
  logic [SelW+TagW+2*LaneW-1:0] tag_head;
  logic [LaneW-1:0] lo, hi, tag_lo, tag_hi;  // of the first beat, of the last one
  logic first_q;
  logic [TagW-1:0] tag;
  logic [SelW-1:0] tag_sel;
  logic pop;
  logic [OutLog2:0] unused_tags_count;
  logic unused_bits;
  assign unused_bits = m_rresp_i[0] ^ span[8];
  assign {tag_lo, tag_hi, tag_sel, tag} = tag_head;

  // padded to a power of two, so that the round robin's index wraps by itself
  assign asking = (1<<SelW)'(req_valid_i);
  assign grant = |req_valid_i && ar_ready && !tags_full && !hold_i;

  always_comb begin
    sel = last_q;
    for (int i = 1 << SelW; i > 0; i--) begin
      if (asking[SelW'(last_q + SelW'(i))]) sel = SelW'(last_q + SelW'(i));
    end
    req_ready_o = '0;
    if (grant) req_ready_o[sel] = 1'b1;
  end

  assign addr = req_addr_i[64*sel +: 64];
  assign bytes = req_bytes_i[9*sel +: 9];
  assign span = 9'(addr[ByteW-1:0]) + bytes - 9'd1;
  if (BusW == 128) begin : gen_narrow
    assign {lo, hi} = '0;
  end else begin : gen_wide
    assign lo = addr[4 +: LaneW];
    assign hi = span[4 +: LaneW];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) last_q <= '0;
    else if (grant) last_q <= sel;
  end

  // Requests leave, and data arrives, through registers: no logic hangs on the bus.
  dma_slice #(.Width(64 + 8)) u_ar (
    .clk_i, .rst_ni, .in_valid_i(grant), .in_ready_o(ar_ready), .in_data_i({addr, span[7:0]}),
    .out_valid_o(m_arvalid_o), .out_ready_i(m_arready_i), .out_data_o({m_araddr_o, m_arlen_o[7-ByteW:0], m_aruser_o})
  );
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rvalid_q <= 1'b0;
      rerr_q <= 1'b0;
      rlast_q <= 1'b0;
      rdata_q <= '0;
    end else begin
      rvalid_q <= m_rvalid_i;
      if (m_rvalid_i) begin
        rdata_q <= m_rdata_i;
        rerr_q <= m_rresp_i[1];
        rlast_q <= m_rlast_i;
      end
    end
  end

  dma_fifo #(.Width(SelW + TagW + 2*LaneW), .Log2(OutLog2)) u_tags (
    .clk_i, .rst_ni, .wr_i(grant), .wdata_i({lo, hi, sel, req_tag_i[TagW*sel +: TagW]}), .rd_i(pop),
    .rdata_o(tag_head), .valid_o(tags_valid), .full_o(tags_full), .count_o(unused_tags_count)
  );

  assign pop = rvalid_q && rlast_q && tags_valid;
  always_comb begin
    rsp_valid_o = '0;
    if (rvalid_q && tags_valid) rsp_valid_o[tag_sel] = 1'b1;
  end
  assign rsp_data_o = rdata_q;
  assign rsp_err_o = rerr_q;
  assign rsp_last_o = rlast_q;
  assign rsp_tag_o = tag;
  if (BusW == 128) begin : gen_all
    assign {first_q, rsp_lo_o, rsp_hi_o} = '0;
    logic unused_lanes;
    assign unused_lanes = ^{first_q, tag_lo, tag_hi};
  end else begin : gen_some
    always_ff @(posedge clk_i) begin
      if (!rst_ni) first_q <= 1'b1;
      else if (rvalid_q) first_q <= rlast_q;
    end
    assign rsp_lo_o = first_q ? tag_lo : '0;
    assign rsp_hi_o = rlast_q ? tag_hi : '1;
  end

  assign m_arlen_o[7:8-ByteW] = '0;
  assign m_rready_o = 1'b1;
  assign idle_o = !m_arvalid_o && !tags_valid;
  assign act_o = grant || m_arvalid_o || rvalid_q;  // beside m_rvalid_i

  `ASSERT_CONST(BusWidthIsKnown, BusW == 128 || BusW == 256 || BusW == 512)
  `ASSERT_STABLE(Ar, m_arvalid_o, m_arready_i, {m_araddr_o, m_arlen_o, m_aruser_o})
  `ASSERT_NEVER(BurstLeaves256Bytes, grant && (9'(addr[7:0]) + bytes > 9'd256 || bytes == 0))
  `ASSERT_NEVER(DataWithoutRequest, rvalid_q && !tags_valid)
endmodule
