// Source of an operation: big-endian words into limbs of the operand memory. A private operation's input is compared with the key's modulus on
// the way; a public operation brings its modulus first (to the result area), then the input, which is compared with that.
`include "assert.svh"

module pka_operand #(
  parameter int unsigned KeyAw = 5,
  parameter int unsigned BufAw = 3
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              start_i,
  input  logic              public_i,     // this and what follows is held during the work
  input  logic [1:0]        size_i,       // 2048, 3072, 4096 bits
  input  logic [BufAw-1:0]  buf_i,
  input  logic [KeyAw-1:0]  key_i,
  output logic              busy_o,
  output logic              done_o,       // one cycle
  output logic              good_o,       // with done_o: the input is below the modulus; public: which is odd and has its top bit set
  output logic              upper_o,      // public, one cycle: the modulus is there
  output logic [127:0]      upper_n_o,    // its upper 128 bits
  output logic [16:0]       lower_n_o,    // its lowest bits
  // 16, 24 or 32 whole words (public: twice), the most significant first
  input  logic              in_valid_i,
  output logic              in_ready_o,
  input  logic [127:0]      in_data_i,
  // modulus in the key memory
  output logic              km_re_o,
  input  logic              km_ready_i,
  output logic [KeyAw+10:0] km_raddr_o,
  input  logic [25:0]       km_rdata_i,
  // operand memory
  output logic              om_we_o,
  input  logic              om_wready_i,
  output logic [BufAw+8:0]  om_waddr_o,
  output logic [24:0]       om_wdata_o,
  output logic              om_re_o,
  input  logic              om_rready_i,
  output logic [BufAw+8:0]  om_raddr_o,
  input  logic [24:0]       om_rdata_i
);
  typedef enum logic [2:0] {StIdle, StFill, StNeed, StCompare, StPut, StDone, StError} state_e;
  state_e state_q, state_d;

  logic [127:0] words [32];
  logic [127:0] word_be;
  logic [4:0]   word_q, word_d, word_top;
  logic         empty_q, empty_d;  // every word is in the accumulator
  logic [151:0] acc_q, acc_d;
  logic [7:0]   have_q, have_d;
  logic         borrow_q, borrow_d, mod_q, mod_d, good_q, good_d;  // mod: the numbers at hand are the modulus
  logic [1:0]   blk_q, blk_d, blk_top;
  logic [5:0]   limb_q, limb_d;
  logic [24:0]  limb_n;
  logic [25:0]  diff;
  logic [127:0] upper_q;
  logic [16:0]  lower_q;
  assign word_top = {1'b0, 4'd15} + {size_i, 3'd0};
  // blocks of the operand, less one: a private one is cut in two halves of one or two blocks
  assign blk_top  = public_i ? size_i + 2'd1 : size_i == 2'd0 ? 2'd1 : 2'd3;

  // first byte, bits 7:0, is the most significant
  always_comb begin
    word_be = 128'd0;
    if (state_q == StNeed) for (int b = 0; b < 16; b++) word_be[8*b +: 8] = words[word_q][8*(15-b) +: 8];
  end
  assign limb_n = public_i ? om_rdata_i : km_rdata_i[24:0];
  assign diff   = {1'b0, acc_q[24:0]} - {1'b0, limb_n} - {25'd0, borrow_q};

  always_comb begin
    state_d  = state_q;
    word_d   = word_q;
    empty_d  = empty_q;
    acc_d    = acc_q;
    have_d   = have_q;
    blk_d    = blk_q;
    limb_d   = limb_q;
    borrow_d = borrow_q;
    mod_d    = mod_q;
    good_d   = good_q;
    km_re_o  = 1'b0;
    om_re_o  = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) begin
        state_d = StFill;
        word_d  = 5'd0;
        mod_d   = public_i;
        good_d  = 1'b1;
      end
      // take the source
      StFill: if (in_valid_i) begin
        word_d = word_q + 5'd1;
        if (mod_q && word_q == 5'd0) good_d = in_data_i[7];
        if (word_q == word_top) begin
          word_d   = word_q;
          state_d  = StNeed;
          empty_d  = 1'b0;
          acc_d    = 152'd0;
          have_d   = 8'd0;
          blk_d    = 2'd0;
          limb_d   = 6'd0;
          borrow_d = 1'b0;
          if (mod_q && !in_data_i[120]) good_d = 1'b0;
        end
      end
      // enough bits for a limb: fetch the modulus' limb; else the next word from the end
      StNeed: if (have_q < 8'd25 && !empty_q) begin
        acc_d   = acc_q | ({24'd0, word_be} << have_q[4:0]);
        have_d  = have_q + 8'd128;
        word_d  = word_q - 5'd1;
        empty_d = word_q == 5'd0;
      end else if (mod_q) begin
        state_d = StPut;
      end else begin
        km_re_o = !public_i;
        om_re_o = public_i;
        if (public_i ? om_rready_i : km_ready_i) state_d = StCompare;
      end
      StCompare: begin
        borrow_d = diff[25];
        state_d  = StPut;
      end
      StPut: if (om_wready_i) begin
        acc_d   = acc_q >> 25;
        have_d  = have_q < 8'd25 ? 8'd0 : have_q - 8'd25;
        limb_d  = limb_q + 6'd1;
        state_d = StNeed;
        if (limb_q == 6'(pka_pkg::Limbs - 1)) begin
          limb_d = 6'd0;
          blk_d  = blk_q + 2'd1;
          if (blk_q == blk_top) begin
            state_d = mod_q ? StFill : StDone;
            word_d  = 5'd0;
            mod_d   = 1'b0;
          end
        end
      end
      StDone: state_d = StIdle;
      default: state_d = StError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      word_q   <= 5'd0;
      empty_q  <= 1'b0;
      acc_q    <= 152'd0;
      have_q   <= 8'd0;
      blk_q    <= 2'd0;
      limb_q   <= 6'd0;
      borrow_q <= 1'b0;
      mod_q    <= 1'b0;
      good_q   <= 1'b0;
      upper_q  <= 128'd0;
      lower_q  <= 17'd0;
    end else begin
      state_q  <= state_d;
      word_q   <= word_d;
      empty_q  <= empty_d;
      acc_q    <= acc_d;
      have_q   <= have_d;
      blk_q    <= blk_d;
      limb_q   <= limb_d;
      borrow_q <= borrow_d;
      mod_q    <= mod_d;
      good_q   <= good_d;
      if (state_q == StFill && in_valid_i && mod_q) begin
        if (word_q == 5'd0) for (int b = 0; b < 16; b++) upper_q[8*b +: 8] <= in_data_i[8*(15-b) +: 8];
        lower_q <= {in_data_i[104], in_data_i[119:112], in_data_i[127:120]};
      end
    end
    if (state_q == StFill && in_valid_i) words[word_q] <= in_data_i;
  end

  assign busy_o     = state_q != StIdle;
  assign done_o     = state_q == StDone;
  assign good_o     = borrow_q && good_q;
  assign upper_o    = state_q == StPut && mod_q && om_wready_i && limb_q == 6'd0 && blk_q == 2'd0;
  assign upper_n_o  = upper_q;
  assign lower_n_o  = lower_q;
  assign in_ready_o = state_q == StFill;
  assign km_raddr_o = {key_i, size_i != 2'd0 && blk_q[0], 1'b1, (size_i == 2'd0 ? blk_q[0] : blk_q[1]) ? pka_pkg::PgNHi : pka_pkg::PgNLo, limb_q};
  assign om_we_o    = state_q == StPut;
  assign om_waddr_o = {buf_i, mod_q, blk_q, limb_q};
  assign om_wdata_o = acc_q[24:0];
  assign om_raddr_o = {buf_i, 1'b1, blk_q, limb_q};

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
endmodule
