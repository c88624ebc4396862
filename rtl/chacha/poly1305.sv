// Poly1305 (RFC 8439 2.5) over whole blocks of 16 bytes (the AEAD pads to them), for records one behind another.
//
// `Ways` sums run side by side, each multiplied by r^Ways, so that the multiplier's latency is hidden; the last blocks of a record are
// multiplied by the powers that bring all sums to the same end, and added up. So a record of n blocks takes n products, plus Ways-1 for its
// powers of r, which are made when its key comes: two keys may be here, so that is while the record before is still worked on.
// All times depend on the number of blocks alone.
`include "assert.svh"

module poly1305 #(
  parameter int unsigned Digits = 2     // as poly1305_mul: cycles a block = 8 / Digits
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         wipe_i,          // only while idle
  input  logic [3:0]   wipe_idx_i,
  output logic         busy_o,
  input  logic         key_valid_i,     // one key a record, in the order of the records
  output logic         key_ready_o,
  input  logic [255:0] key_data_i,
  input  logic         blk_valid_i,
  output logic         blk_ready_o,
  input  logic [127:0] blk_data_i,
  input  logic [2:0]   blk_job_i,
  input  logic [28:0]  blk_count_i,     // blocks of the record (with its first block)
  output logic         tag_valid_o,
  output logic [2:0]   tag_job_o,
  output logic [127:0] tag_data_o
);
  localparam int unsigned Ways = Digits == 2 ? 4 : 8;
  localparam int unsigned WayW = Digits == 2 ? 2 : 3;
  localparam int unsigned Groups = 8 / Digits;
  localparam int unsigned ResW = Digits == 8 ? 142 : 133;
  localparam int unsigned SumW = ResW + 3;
  localparam logic [127:0] Clamp = 128'h0ffffffc_0ffffffc_0ffffffc_0fffffff;
  // what a product is for
  localparam logic [1:0] ToPower = 2'd0;
  localparam logic [1:0] ToWay   = 2'd1;
  localparam logic [1:0] ToSum   = 2'd2;
  localparam logic [1:0] ToTag   = 2'd3;   // the record's last: also added to the sum
  localparam int unsigned TagW = 2 + 1 + 1 + 3 + 3;

  // below 2^131
  function automatic logic [130:0] fold(input logic [ResW-1:0] x);
    fold = 131'(x[129:0]) + 131'(x[ResW-1:130]) + (131'(x[ResW-1:130]) << 2);
  endfunction

  // ---- keys and their powers: power k of bank b at {b, k-1} -----------------------------------------------------------------------
  logic [130:0] pow_mem [2*Ways];
  logic [127:0] s_mem [2];
  logic [1:0]   full_q;                  // bank holds a key whose tag has not left
  logic [1:0]   open_q;                  // bank holds the key of blocks to come
  (* mem2reg *) logic [3:0] known_q [2]; // powers known
  logic         kb_q, cb_q;              // bank of the next key, of the next block
  logic         pw_q, pwb_q;             // powers are being made, for this bank
  logic         ask_q;                   // not all have been asked for
  logic [3:0]   want_q;                  // next power to ask for
  logic [3:0]   high, low;               // want = high + low
  logic         key_go;

  assign key_ready_o = !full_q[kb_q] && !pw_q;
  assign key_go      = key_valid_i && key_ready_o;
  always_comb begin
    high = 4'd1;
    if (want_q > 4'd2) high = 4'd2;
    if (want_q > 4'd4) high = 4'd4;
    low = want_q - high;
  end

  // ---- what enters the multiplier -------------------------------------------------------------------------------------------------
  logic [2:0]      gap_q;
  logic            may, pow_go, blk_go, first_q, start;
  logic [28:0]     left_q, left;
  logic [WayW-1:0] way_q;
  logic            fill_q;               // the ways have had no block yet
  logic            final_blk, first_final;
  logic [3:0]      power;
  logic [130:0]    way_mem [Ways];
  logic [130:0]    a;
  logic [135:0]    b;
  logic [TagW-1:0] tag, tag_out;
  logic            done, mul_busy, first_final_q;
  logic [ResW-1:0] res;

  assign may         = gap_q == 3'd0;
  assign left        = first_q ? blk_count_i : left_q;
  assign final_blk   = left <= 29'(Ways);
  assign power       = final_blk ? left[3:0] : 4'(Ways);
  assign first_final = final_blk && (first_q || first_final_q);
  assign pow_go      = may && ask_q && known_q[pwb_q] >= high;
  assign blk_go      = may && !pow_go && blk_valid_i && open_q[cb_q] && known_q[cb_q] >= power;
  assign start       = pow_go || blk_go;
  assign blk_ready_o = blk_go;

  always_comb begin
    a   = 131'd0;
    b   = 136'd0;
    tag = '0;
    if (pow_go) begin
      a   = pow_mem[{pwb_q, WayW'(high - 4'd1)}];
      b   = 136'(pow_mem[{pwb_q, WayW'(low - 4'd1)}]);
      tag = {ToPower, pwb_q, 1'b0, 3'(want_q - 4'd1), 3'd0};
    end else if (blk_go) begin
      a   = {2'd0, 1'b1, blk_data_i};
      if (!fill_q) a = {2'd0, 1'b1, blk_data_i} + way_mem[way_q];
      b   = 136'(pow_mem[{cb_q, WayW'(power - 4'd1)}]);
      tag = {left == 29'd1 ? ToTag : final_blk ? ToSum : ToWay, cb_q, first_final, 3'(way_q), blk_job_i};
    end
  end

  poly1305_mul #(.Digits(Digits), .TagW(TagW)) u_mul (
    .clk_i, .rst_ni, .wipe_i, .start_i(start), .a_i(a), .b_i(b), .tag_i(tag),
    .done_o(done), .tag_o(tag_out), .res_o(res), .busy_o(mul_busy)
  );

  // ---- what comes out of it -------------------------------------------------------------------------------------------------------
  logic [1:0] to;
  logic       to_bank, to_first;
  logic [2:0] to_idx, to_job;
  assign {to, to_bank, to_first, to_idx, to_job} = tag_out;

  logic            tag_end;              // a tag leaves
  logic            end_bank;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      full_q        <= 2'd0;
      open_q        <= 2'd0;
      known_q[0]    <= 4'd0;
      known_q[1]    <= 4'd0;
      kb_q          <= 1'b0;
      cb_q          <= 1'b0;
      pw_q          <= 1'b0;
      ask_q         <= 1'b0;
      pwb_q         <= 1'b0;
      want_q        <= 4'd0;
      gap_q         <= 3'd0;
      first_q       <= 1'b1;
      first_final_q <= 1'b0;
      fill_q        <= 1'b1;
      left_q        <= 29'd0;
      way_q         <= '0;
    end else begin
      if (start) gap_q <= 3'(Groups - 1);
      else if (!may) gap_q <= gap_q - 3'd1;
      if (key_go) begin
        full_q[kb_q]  <= 1'b1;
        open_q[kb_q]  <= 1'b1;
        known_q[kb_q] <= 4'd1;
        kb_q          <= !kb_q;
        pw_q          <= 1'b1;
        ask_q         <= 1'b1;
        pwb_q         <= kb_q;
        want_q        <= 4'd2;
      end
      if (pow_go) begin
        want_q <= want_q + 4'd1;
        ask_q  <= want_q != 4'(Ways);
      end
      if (done && to == ToPower) begin
        known_q[to_bank] <= known_q[to_bank] + 4'd1;
        if (to_idx == 3'(Ways - 1)) pw_q <= 1'b0;
      end
      if (blk_go) begin
        first_q       <= left == 29'd1;
        left_q        <= left - 29'd1;
        way_q         <= left == 29'd1 ? '0 : way_q + 1'b1;
        fill_q        <= left == 29'd1 || (fill_q && way_q != WayW'(Ways - 1));
        first_final_q <= left == 29'(Ways + 1);
        if (left == 29'd1) begin
          cb_q         <= !cb_q;
          open_q[cb_q] <= 1'b0;
        end
      end
      if (tag_end) full_q[end_bank] <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (wipe_i) pow_mem[wipe_idx_i[WayW:0]] <= 131'd0;
    else if (key_go) pow_mem[{kb_q, WayW'(0)}] <= {3'd0, key_data_i[127:0] & Clamp};
    else if (done && to == ToPower) pow_mem[{to_bank, WayW'(to_idx)}] <= fold(res);
    if (wipe_i) s_mem[wipe_idx_i[0]] <= 128'd0;
    else if (key_go) s_mem[kb_q] <= key_data_i[255:128];
    if (wipe_i) way_mem[wipe_idx_i[WayW-1:0]] <= '0;
    else if (done && to == ToWay) way_mem[WayW'(to_idx)] <= fold(res);
  end

  // ---- the sum, its full reduction, and s -----------------------------------------------------------------------------------------
  logic [4:0]      e_q;                  // stages of the end
  (* mem2reg *) logic [2:0] ej_q [5];
  logic [4:0]      eb_q;
  logic [SumW-1:0] sum_q;
  logic [130:0]    e1_q, over;
  logic [129:0]    e2_q;
  logic [127:0]    e3_q, e4_q;
  assign over     = 131'(e2_q) + 131'd5;
  assign tag_end  = e_q[4];
  assign end_bank = eb_q[4];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) e_q <= 5'd0;
    else e_q <= {e_q[3:0], done && to == ToTag};
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni || wipe_i) begin
      sum_q <= '0;
      e1_q  <= '0;
      e2_q  <= '0;
      e3_q  <= '0;
      e4_q  <= '0;
    end else begin
      if (done && to[1]) sum_q <= SumW'(res) + (to_first ? '0 : sum_q);
      if (e_q[0]) e1_q <= 131'(sum_q[129:0]) + 131'(sum_q[SumW-1:130]) + (131'(sum_q[SumW-1:130]) << 2);
      if (e_q[1]) e2_q <= e1_q[129:0] + (e1_q[130] ? 130'd5 : 130'd0);
      if (e_q[2]) e3_q <= over[130] ? over[127:0] : e2_q[127:0];
      if (e_q[3]) e4_q <= e3_q + s_mem[eb_q[3]];
    end
  end
  always_ff @(posedge clk_i) begin
    if (done && to == ToTag) begin
      ej_q[0] <= to_job;
      eb_q[0] <= to_bank;
    end
    for (int i = 1; i < 5; i++) begin
      if (e_q[i-1]) begin
        ej_q[i] <= ej_q[i-1];
        eb_q[i] <= eb_q[i-1];
      end
    end
  end

  assign tag_valid_o = e_q[4];
  assign tag_job_o   = ej_q[4];
  assign tag_data_o  = e_q[4] ? e4_q : 128'd0;
  assign busy_o      = full_q != 2'd0 || pw_q || mul_busy || e_q != 5'd0 || gap_q != 3'd0;

  // a sum that is read again has come back: it was sent at least Ways * Groups cycles ago
`ifndef SYNTHESIS
  logic [Ways-1:0] away_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      away_q <= '0;
    end else begin
      if (done && to == ToWay) away_q[WayW'(to_idx)] <= 1'b0;
      if (blk_go && !final_blk) away_q[way_q] <= 1'b1;
    end
  end
`endif
  `ASSERT_IF(SumHasComeBack, blk_go && !fill_q, !away_q[way_q])
  `ASSERT_NEVER(OneWriterOfPowers, key_go && done && to == ToPower)
  `ASSERT_IF(RecordsHaveBlocks, blk_go, left != 29'd0)
  `ASSERT_NEVER(WipeOnlyWhileIdle, wipe_i && busy_o)
endmodule
