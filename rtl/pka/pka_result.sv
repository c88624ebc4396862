// Result of an operation: limbs of the operand memory into big-endian words, and PKCS#1 type 2 unpadding in constant time.
//
// For a premaster secret (RFC 5246 7.4.7.1) all words are looked at, three random words are always taken, and the last step chooses
// between them word by word: time and status are the same for every result.
`include "assert.svh"

module pka_result #(
  parameter int unsigned BufAw = 3
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         cancel_i,    // instead of the random words
  input  logic [BufAw-1:0] buf_i,   // this and what follows is held during the work
  input  logic [1:0]   size_i,      // 2048, 3072, 4096 bits
  input  logic         pms_i,       // unpad; else all bytes
  input  logic [15:0]  version_i,
  output logic         busy_o,
  output logic         done_o,      // one cycle, after the last word was taken
  output logic         rnd_ready_o,
  input  logic         rnd_valid_i,
  input  logic [127:0] rnd_data_i,
  output logic         om_re_o,
  input  logic         om_ready_i,
  output logic [BufAw+8:0] om_raddr_o,
  input  logic [24:0]  om_rdata_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic         out_last_o
);
  typedef enum logic [2:0] {StIdle, StRandom, StRead, StShift, StWord, StOut, StError} state_e;
  state_e state_q, state_d;

  logic [152:0] acc_q, acc_d;
  logic [7:0]   have_q, have_d;
  logic         good_q, good_d, top_q, top_d;   // top: the limb is the number's highest
  logic [1:0]   blk_q, blk_d;
  logic [5:0]   limb_q, limb_d;
  logic [4:0]   word_q, word_d, word_top;
  logic [383:0] sub_q, sub_d;   // the substitute
  logic [383:0] pms_q, pms_d;
  logic [127:0] out_q, out_d;
  logic [127:0] word;
  logic [15:0]  zero_byte;
  logic         word_good, last;
  assign word_top = {1'b0, 4'd15} + {size_i, 3'd0};
  assign last = pms_i ? word_q == word_top : word_q == word_top + 5'd1;  // in StOut: the word that is offered is the last one

  // the 128 upper valid bits, first byte in 7:0
  logic [127:0] word_be;
  always_comb begin
    word_be   = 128'd0;
    word      = 128'd0;
    zero_byte = 16'd0;
    word_good = 1'b1;
    if (state_q == StWord) begin
      word_be = 128'(acc_q >> have_q[4:0]);  // have is what is left below the word
      for (int b = 0; b < 16; b++) begin
        word[8*b +: 8] = word_be[8*(15-b) +: 8];
        zero_byte[b]   = word_be[8*(15-b) +: 8] == 8'd0;
      end
      unique case (word_top - word_q)
        word_top: word_good = word[15:0] == 16'h0200 && zero_byte[15:2] == '0;  // 00 02, then no zero
        5'd3:    word_good = zero_byte == 16'h8000;                            // the first zero is the last byte: 48 bytes follow
        5'd2:    word_good = word[7:0] == version_i[15:8] && word[15:8] == version_i[7:0];
        5'd1, 5'd0: word_good = 1'b1;
        default: word_good = zero_byte == '0;
      endcase
    end
  end

  always_comb begin
    state_d = state_q;
    acc_d   = acc_q;
    have_d  = have_q;
    blk_d   = blk_q;
    top_d   = top_q;
    limb_d  = limb_q;
    word_d  = word_q;
    good_d  = good_q;
    sub_d   = sub_q;
    pms_d   = pms_q;
    out_d   = out_q;
    om_re_o = 1'b0;
    unique case (state_q)
      StIdle: begin
        word_d = 5'd0;
        if (start_i) begin
          state_d = pms_i ? StRandom : StRead;
          have_d  = 8'd0;
          blk_d   = size_i + 2'd1;
          top_d   = 1'b1;
          limb_d  = 6'(pka_pkg::Limbs - 1);
          good_d  = 1'b1;
        end
      end
      // three words of substitute
      StRandom: if (cancel_i) begin
        state_d = StIdle;
        sub_d   = 384'd0;
      end else if (rnd_valid_i) begin
        sub_d  = {rnd_data_i, sub_q[383:128]};
        word_d = word_q + 5'd1;
        if (word_q == 5'd2) begin
          word_d  = 5'd0;
          state_d = StRead;
        end
      end
      // limbs from the top one, which has 23, 22 or 21 bits
      StRead: begin
        om_re_o = 1'b1;
        if (om_ready_i) state_d = StShift;
      end
      StShift: begin
        acc_d   = {acc_q[127:0], om_rdata_i};
        have_d  = have_q + (top_q ? 8'd23 - {6'd0, size_i} : 8'd25);
        top_d   = 1'b0;
        limb_d  = limb_q - 6'd1;
        if (limb_q == 6'd0) begin
          limb_d = 6'(pka_pkg::Limbs - 1);
          blk_d  = blk_q - 2'd1;
        end
        state_d = StRead;
        if (have_d >= 8'd128) begin
          have_d  = have_d - 8'd128;
          state_d = StWord;
        end
      end
      StWord: begin
        good_d  = good_q && word_good;
        pms_d   = {word, pms_q[383:128]};
        out_d   = pms_i ? 128'd0 : word;
        word_d  = word_q + 5'd1;
        state_d = pms_i ? StRead : StOut;
        if (pms_i && word_q == word_top) begin
          state_d = StOut;
          word_d  = word_top - 5'd2;
          out_d   = (pms_d[127:0] & {128{good_d}}) | ({sub_q[127:16], version_i[7:0], version_i[15:8]} & {128{!good_d}});
          pms_d   = {128'd0, pms_d[383:128]};
          sub_d   = {128'd0, sub_q[383:128]};
        end
      end
      // raw: word_q is the number of the next word; premaster: of this one
      StOut: if (out_ready_i) begin
        out_d   = 128'd0;
        state_d = StRead;
        if (pms_i) begin
          state_d = StOut;
          word_d  = word_q + 5'd1;
          out_d   = (pms_q[127:0] & {128{good_q}}) | (sub_q[127:0] & {128{!good_q}});
          pms_d   = {128'd0, pms_q[383:128]};
          sub_d   = {128'd0, sub_q[383:128]};
        end
        if (last) begin
          state_d = StIdle;
          out_d   = 128'd0;
          pms_d   = 384'd0;
          sub_d   = 384'd0;
          acc_d   = 153'd0;
          good_d  = 1'b0;
        end
      end
      default: state_d = StError;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      acc_q   <= 153'd0;
      have_q  <= 8'd0;
      blk_q   <= 2'd0;
      top_q   <= 1'b0;
      limb_q  <= 6'd0;
      word_q  <= 5'd0;
      good_q  <= 1'b0;
      sub_q   <= 384'd0;
      pms_q   <= 384'd0;
      out_q   <= 128'd0;
    end else begin
      state_q <= state_d;
      acc_q   <= acc_d;
      have_q  <= have_d;
      blk_q   <= blk_d;
      top_q   <= top_d;
      limb_q  <= limb_d;
      word_q  <= word_d;
      good_q  <= good_d;
      sub_q   <= sub_d;
      pms_q   <= pms_d;
      out_q   <= out_d;
    end
  end

  assign busy_o      = state_q != StIdle;
  assign done_o      = state_q == StOut && out_ready_i && last;
  assign rnd_ready_o = state_q == StRandom;
  assign om_raddr_o  = {buf_i, 1'b1, blk_q, limb_q};
  assign out_valid_o = state_q == StOut;
  assign out_data_o  = out_q;
  assign out_last_o  = state_q == StOut && last;

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_STABLE(ResultHolds, out_valid_o, out_ready_i, out_data_o)
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, out_data_o)
endmodule
