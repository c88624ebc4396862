// RFC 5649 key unwrap of one private key blob (struct rsa_key), and its way into the key memory.
//
// The blob has one length, so the AIV's length field has one right value and there is no padding. Ciphertext is taken in full, unwrapped in
// place (6 n AES-256 decryptions), checked in full, and only then stored. Whatever the outcome, buffer and round keys are erased. The time
// depends on nothing but whether the blob was good.
`include "assert.svh"

module pka_unwrap #(
  parameter int unsigned KeyAw = 5
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             start_i,
  input  logic [255:0]     kek_i,        // byte 0 in bits 7:0; held during the work
  input  logic [KeyAw-1:0] key_i,        // where to store; held during the work
  output logic             busy_o,
  output logic             done_o,       // one cycle
  output logic             ok_o,         // with done_o
  output logic             storing_o,    // the blob is good and is being written
  output logic [31:0]      e_o,          // of the last good blob
  output logic [5:0]       top_o,
  // the wrapped blob: 169 whole words and one of eight bytes
  input  logic             in_valid_i,
  output logic             in_ready_o,
  input  logic [127:0]     in_data_i,
  // key memory, {key, page, word}
  output logic             km_we_o,
  output logic [KeyAw+9:0] km_waddr_o,
  output logic [25:0]      km_wdata_o,
  // erases the buffer after reset
  input  logic             erase_i,
  input  logic [8:0]       erase_addr_i
);
  localparam int unsigned Blocks = sluice_pkg::RSA_KEY_BYTES / 8;  // n of the RFC
  localparam logic [31:0] Magic = 32'h3141534B;
  // A6 59 59 A6 and the length, most significant byte first, as the bytes lie in a little-endian vector
  localparam logic [31:0] BlobBytes = sluice_pkg::RSA_KEY_BYTES;
  localparam logic [63:0] Aiv = {BlobBytes[7:0], BlobBytes[15:8], BlobBytes[23:16], BlobBytes[31:24], 32'hA65959A6};

  typedef enum logic [3:0] {
    StIdle, StKey, StFill, StFillHalf, StRead, StSend, StWait, StCheck, StStoreLow, StStoreHigh, StWipe, StUnkey, StDone, StError
  } state_e;
  state_e state_q, state_d;

  logic [63:0]  buf_mem [512];   // semiblocks 1..n
  logic [63:0]  rd_q, wr_data, hold_q, a_q;
  logic [8:0]   i_q, i_d, rd_addr, wr_addr;
  logic [2:0]   j_q, j_d;
  logic [11:0]  t_q, t_d;
  logic         wr_en, ok_q, ok_d;
  logic [31:0]  e_q;
  logic [5:0]   top_q;
  logic [3:0]   page_q, page_d;
  logic [4:0]   pair_q, pair_d;  // pair of words in the page, 21 is the header's place

  logic         aes_key_valid, aes_key_ready, aes_valid, aes_ready, aes_res_valid;
  logic [127:0] aes_res;
  logic [63:0]  a_xor;
  aes_iter u_aes (
    .clk_i, .rst_ni,
    .key_valid_i(aes_key_valid), .key_ready_o(aes_key_ready), .key_data_i(state_q == StKey ? kek_i : 256'd0), .key_256_i(1'b1),
    .blk_valid_i(aes_valid), .blk_ready_o(aes_ready), .blk_decrypt_i(1'b1), .blk_data_i({rd_q, a_xor}),
    .res_valid_o(aes_res_valid), .res_ready_i(1'b1), .res_data_o(aes_res)
  );
  // t is a 64-bit number with its most significant byte first
  assign a_xor         = a_q ^ {t_q[7:0], 4'd0, t_q[11:8], 48'd0};
  assign aes_key_valid = state_q == StKey || state_q == StUnkey;
  assign aes_valid     = state_q == StSend;

  // ---- checks on a semiblock of the plaintext
  logic [31:0] w_low, w_high;
  logic        block_ok;
  assign w_low  = rd_q[31:0];
  assign w_high = rd_q[63:32];
  always_comb begin
    if (i_q == 9'd2) begin
      block_ok = rd_q == {16'd0, 16'd2048, Magic};
    end else if (i_q == 9'd3) begin
      block_ok = w_high == 32'd0 && w_low[0] && w_low[31:1] != '0;
    end else begin
      block_ok = w_low[31:25] == '0 && w_high[31:25] == '0;
      if (pair_q == 5'd0 && page_q[2:0] == pka_pkg::PgMod) block_ok = block_ok && w_low[0];
      if (pair_q == 5'd20) begin
        if (page_q[2:0] == pka_pkg::PgMod) block_ok = block_ok && w_high[24:17] == '0 && w_high[0];
        else if (page_q[2:0] == pka_pkg::PgExp) block_ok = block_ok && w_high[24:0] <= 25'd40;
        else block_ok = block_ok && w_high == 32'd0;
      end
    end
  end

  always_comb begin
    state_d = state_q;
    i_d     = i_q;
    j_d     = j_q;
    t_d     = t_q;
    ok_d    = ok_q;
    page_d  = page_q;
    pair_d  = pair_q;
    rd_addr = i_q;
    wr_en   = 1'b0;
    wr_addr = i_q;
    wr_data = 64'd0;
    unique case (state_q)
      StIdle: if (start_i) state_d = StKey;
      // expand the key-encryption key
      StKey: if (aes_key_ready) begin
        state_d = StFill;
        i_d     = 9'd0;
      end
      // take ciphertext: semiblock 0 is A
      StFill: if (in_valid_i) begin
        wr_en   = i_q != 9'd0;
        wr_data = in_data_i[63:0];
        i_d     = i_q + 9'd1;
        state_d = StFillHalf;
        if (i_q == 9'(Blocks)) begin  // n is even: the last word has one semiblock
          state_d = StRead;
          i_d     = 9'(Blocks);
          j_d     = 3'd5;
          t_d     = 12'(6 * Blocks);
        end
      end
      StFillHalf: begin
        wr_en   = 1'b1;
        wr_data = hold_q;
        i_d     = i_q + 9'd1;
        state_d = StFill;
      end
      StRead: state_d = StSend;
      StSend: if (aes_ready) state_d = StWait;
      StWait: if (aes_res_valid) begin
        wr_en   = 1'b1;
        wr_data = aes_res[127:64];
        t_d     = t_q - 12'd1;
        state_d = StRead;
        i_d     = i_q - 9'd1;
        if (i_q == 9'd1) begin
          i_d = 9'(Blocks);
          j_d = j_q - 3'd1;
          if (j_q == 3'd0) begin
            state_d = StCheck;
            i_d     = 9'd1;
            ok_d    = aes_res[63:0] == Aiv;
          end
        end
      end
      // one pass over the plaintext: reads are one ahead, so rd_q is semiblock i - 1
      StCheck: begin
        i_d = i_q + 9'd1;
        if (i_q == 9'd1) begin
          page_d = 4'd0;
          pair_d = 5'd0;
        end else begin
          ok_d = ok_q && block_ok;
          if (i_q > 9'd3) begin
            pair_d = pair_q == 5'd20 ? 5'd0 : pair_q + 5'd1;
            if (pair_q == 5'd20) page_d = page_q + 4'd1;
          end
          if (i_q == 9'(Blocks + 1)) begin
            state_d = ok_d ? StStoreLow : StWipe;
            i_d     = ok_d ? 9'd3 : 9'd0;
            rd_addr = 9'd3;
            page_d  = 4'd0;
            pair_d  = 5'd0;
          end
        end
      end
      // rd_q is semiblock i: two words
      StStoreLow: state_d = StStoreHigh;
      StStoreHigh: begin
        state_d = StStoreLow;
        i_d     = i_q + 9'd1;
        rd_addr = i_q + 9'd1;
        pair_d  = pair_q == 5'd20 ? 5'd0 : pair_q + 5'd1;
        if (pair_q == 5'd20) page_d = page_q + 4'd1;
        if (i_q == 9'(Blocks)) begin
          state_d = StWipe;
          i_d     = 9'd0;
        end
      end
      // erase the buffer, then the round keys
      StWipe: begin
        wr_en = 1'b1;
        i_d   = i_q + 9'd1;
        if (i_q == 9'(Blocks)) state_d = StUnkey;
      end
      StUnkey: if (aes_key_ready) state_d = StDone;
      StDone: if (aes_key_ready) state_d = StIdle;
      default: state_d = StError;
    endcase
    if (erase_i) begin
      wr_en   = 1'b1;
      wr_addr = erase_addr_i;
      wr_data = 64'd0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      i_q     <= 9'd0;
      j_q     <= 3'd0;
      t_q     <= 12'd0;
      ok_q    <= 1'b0;
      page_q  <= 4'd0;
      pair_q  <= 5'd0;
      a_q     <= 64'd0;
      hold_q  <= 64'd0;
      rd_q    <= 64'd0;
      e_q     <= 32'd0;
      top_q   <= 6'd0;
    end else begin
      state_q <= state_d;
      i_q     <= i_d;
      j_q     <= j_d;
      t_q     <= t_d;
      ok_q    <= ok_d;
      page_q  <= page_d;
      pair_q  <= pair_d;
      if (state_q == StRead || state_q == StCheck || state_q == StStoreHigh) rd_q <= buf_mem[rd_addr];
      if (state_q == StFill && in_valid_i) begin
        hold_q <= in_data_i[127:64];
        if (i_q == 9'd0) a_q <= in_data_i[63:0];
      end
      if (state_q == StWait && aes_res_valid) a_q <= aes_res[63:0];
      if (state_q == StCheck && i_q == 9'd3) e_q <= w_low;
      if (state_q == StStoreHigh && page_q == {1'b0, pka_pkg::PgExp} && pair_q == 5'd20) top_q <= w_high[5:0];
      if (state_q == StUnkey) begin
        a_q    <= 64'd0;
        hold_q <= 64'd0;
        rd_q   <= 64'd0;
      end
    end
    if (wr_en) buf_mem[wr_addr] <= wr_data;
  end

  assign in_ready_o = state_q == StFill;
  assign busy_o     = state_q != StIdle;
  assign done_o     = state_q == StDone && aes_key_ready;
  assign ok_o       = ok_q;
  assign storing_o  = state_q == StStoreLow || state_q == StStoreHigh;
  assign e_o        = e_q;
  assign top_o      = top_q;
  assign km_we_o    = storing_o;
  assign km_waddr_o = {key_i, page_q, pair_q, state_q == StStoreHigh};
  assign km_wdata_o = state_q == StStoreHigh ? w_high[25:0] : w_low[25:0];

  `ASSERT_CONST(BlobIsWholeWordsAndASemiblock, Blocks % 2 == 0 && Blocks < 511)
  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_NEVER(NothingBadIsStored, storing_o && !ok_q)
endmodule
