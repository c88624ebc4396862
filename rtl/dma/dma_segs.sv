// Scatter list walker: turns a job's place in memory, flat or a list, into a stream of segments that add up to exactly `job_len`.
// A flat place is one segment. List entries are fetched in bursts of up to 16; entries of zero length are skipped; entries past the
// length are not looked at. When the list does not give the length, the stream ends with one segment that has a reason instead of an
// address (seg_code_o): 1 list too short, 2 entry malformed, 3 the list could not be read. Every job gives at least one segment.
`include "assert.svh"
module dma_segs #(
  parameter int unsigned IdxW = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,
  output logic idle_o,
  output logic fatal_o,

  input  logic job_valid_i,
  output logic job_ready_o,
  input  logic job_sgl_i,
  input  logic [63:0] job_addr_i,   // list: 16-byte aligned
  input  logic [15:0] job_nseg_i,   // list: 1..
  input  logic [31:0] job_len_i,
  input  logic [IdxW-1:0] job_idx_i,
  input  logic job_win_i,           // the job's function has a window in memory
  input  logic [63:0] job_base_i,
  input  logic [63:0] job_limit_i,  // last byte inside
  output logic denied_o,            // an address outside was met

  output logic seg_valid_o,
  input  logic seg_ready_i,
  output logic [63:0] seg_addr_o,
  output logic [31:0] seg_len_o,
  output logic seg_last_o,
  output logic [1:0] seg_code_o,
  output logic [IdxW-1:0] seg_idx_o,

  output logic req_valid_o,
  input  logic req_ready_i,
  output logic [63:0] req_addr_o,
  output logic [8:0] req_bytes_o,
  input  logic rsp_valid_i,
  input  logic [127:0] rsp_data_i,
  input  logic rsp_err_i,
  input  logic rsp_last_i
);
  localparam int unsigned SegW = 64 + 32 + 1 + 2 + IdxW;
  localparam logic [1:0] CodeNone = 2'd0, CodeShort = 2'd1, CodeBad = 2'd2, CodeDma = 2'd3;

  typedef enum logic [2:0] {StIdle, StFlat, StReq, StList, StDrop, StFatal} state_e;
  state_e state_q, state_d;

  logic [63:0] addr_q;
  logic [15:0] left_q;      // entries not yet asked for
  logic [31:0] rem_q;       // bytes still to place
  logic [IdxW-1:0] idx_q;
  logic win_q, outside, list_outside;
  logic [63:0] base_q, limit_q, look_addr, look_end, list_end;
  logic [31:0] ent_used, look_len;
  logic recv_q;             // a burst of entries is under way
  logic [8:0] chunk;        // bytes of the next burst

  logic ent_valid, ent_pop;
  logic [128:0] ent;
  logic seg_push, seg_full;
  logic [63:0] push_addr;
  logic [31:0] push_len, ent_len;
  logic push_last;
  logic [1:0] push_code;
  logic [63:0] ent_end;
  logic unused_ent_full;
  logic [4:0] unused_ent_count;
  logic [2:0] unused_seg_count;

  assign chunk = (left_q > 16'd16 - {12'h0, addr_q[7:4]}) ? 9'(9'd256 - {1'b0, addr_q[7:0]}) : 9'({left_q[4:0], 4'h0});
  assign ent_len = ent[sluice_pkg::SEG_LEN_LSB +: 32];
  assign ent_end = ent[sluice_pkg::SEG_ADDR_LSB +: 64] + {32'h0, ent_len};

  // what leaves the window becomes a segment with the reason CodeDma; a segment's end does not wrap (checked before)
  assign ent_used = (ent_len >= rem_q) ? rem_q : ent_len;
  assign look_addr = (state_q == StFlat) ? addr_q : ent[sluice_pkg::SEG_ADDR_LSB +: 64];
  assign look_len = (state_q == StFlat) ? rem_q : ent_used;
  assign look_end = look_addr + {32'h0, look_len} - 64'd1;
  assign outside = win_q && look_len != 32'h0 && (look_addr < base_q || look_end > limit_q);
  assign list_end = {addr_q[63:4], 4'hF} + {44'h0, left_q - 16'd1, 4'h0};
  assign list_outside = win_q && (addr_q < base_q || list_end > limit_q || list_end < addr_q);

  always_comb begin
    state_d = state_q;
    denied_o = 1'b0;
    job_ready_o = 1'b0;
    req_valid_o = 1'b0;
    ent_pop = 1'b0;
    seg_push = 1'b0;
    push_addr = addr_q;
    push_len = rem_q;
    push_last = 1'b1;
    push_code = CodeNone;
    unique case (state_q)
      StIdle: begin  // waiting for a job
        job_ready_o = 1'b1;
        if (job_valid_i) state_d = (job_sgl_i && job_len_i != 32'h0) ? StReq : StFlat;
      end
      StFlat: begin  // one segment
        if (!seg_full) begin
          seg_push = 1'b1;
          denied_o = outside;
          if (outside) push_code = CodeDma;
          state_d = StIdle;
        end
      end
      StReq: begin  // asking for the next entries
        if (list_outside) begin
          if (!seg_full) begin
            seg_push = 1'b1;
            denied_o = 1'b1;
            push_code = CodeDma;
            state_d = StDrop;
          end
        end else begin
          req_valid_o = 1'b1;
          if (req_ready_i) state_d = StList;
        end
      end
      StList: begin  // one entry a cycle
        push_addr = ent[sluice_pkg::SEG_ADDR_LSB +: 64];
        if (ent_valid && !seg_full) begin
          ent_pop = 1'b1;
          if (ent[128]) begin
            seg_push = 1'b1;
            push_code = CodeDma;
            state_d = StDrop;
          end else if (ent[sluice_pkg::SEG_RSVD_LSB +: 32] != 32'h0 || ent_end < ent[sluice_pkg::SEG_ADDR_LSB +: 64]) begin
            seg_push = 1'b1;
            push_code = CodeBad;
            state_d = StDrop;
          end else if (ent_len != 32'h0) begin
            seg_push = 1'b1;
            push_last = ent_len >= rem_q;
            push_len = ent_used;
            if (push_last) state_d = StDrop;
            if (outside) begin
              denied_o = 1'b1;
              push_code = CodeDma;
              push_last = 1'b1;
              push_len = rem_q;
              state_d = StDrop;
            end
          end
        end else if (!ent_valid && !recv_q) begin
          if (left_q != 16'h0) state_d = StReq;
          else if (!seg_full) begin
            seg_push = 1'b1;
            push_code = CodeShort;
            state_d = StDrop;
          end
        end
      end
      StDrop: begin  // throwing away entries fetched in vain
        ent_pop = ent_valid;
        if (!ent_valid && !recv_q) state_d = StIdle;
      end
      StFatal: state_d = StFatal;
      default: state_d = StFatal;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      recv_q <= 1'b0;
      addr_q <= '0;
      left_q <= '0;
      rem_q <= '0;
      idx_q <= '0;
      win_q <= 1'b0;
      base_q <= '0;
      limit_q <= '0;
    end else begin
      state_q <= state_d;
      if (state_q == StIdle && job_valid_i) begin
        addr_q <= job_addr_i;
        left_q <= job_nseg_i;
        rem_q <= job_len_i;
        idx_q <= job_idx_i;
        win_q <= job_win_i;
        base_q <= job_base_i;
        limit_q <= job_limit_i;
      end
      if (req_valid_o && req_ready_i) begin
        addr_q <= addr_q + {55'h0, chunk};
        left_q <= left_q - {11'h0, chunk[8:4]};
        recv_q <= 1'b1;
      end else if (rsp_valid_i && rsp_last_i) begin
        recv_q <= 1'b0;
      end
      if (seg_push) rem_q <= rem_q - push_len;
    end
  end

  dma_fifo #(.Width(129), .Log2(4)) u_entries (
    .clk_i, .rst_ni, .wr_i(rsp_valid_i), .wdata_i({rsp_err_i, rsp_data_i}), .rd_i(ent_pop),
    .rdata_o(ent), .valid_o(ent_valid), .full_o(unused_ent_full), .count_o(unused_ent_count)
  );
  dma_fifo #(.Width(SegW), .Log2(2)) u_segs (
    .clk_i, .rst_ni, .wr_i(seg_push), .wdata_i({push_addr, push_len, push_last, push_code, idx_q}), .rd_i(seg_ready_i),
    .rdata_o({seg_addr_o, seg_len_o, seg_last_o, seg_code_o, seg_idx_o}), .valid_o(seg_valid_o), .full_o(seg_full), .count_o(unused_seg_count)
  );

  assign req_addr_o = addr_q;
  assign req_bytes_o = chunk;
  assign fatal_o = state_q == StFatal;
  assign idle_o = state_q == StIdle && !seg_valid_o;
  assign act_o = state_d != state_q || ent_pop || seg_push || seg_ready_i || rsp_valid_i || req_valid_o;

  `ASSERT_NEVER(EntryUnasked, rsp_valid_i && !recv_q)
  `ASSERT_NEVER(SegmentTakenFromNothing, seg_ready_i && !seg_valid_o)
endmodule
