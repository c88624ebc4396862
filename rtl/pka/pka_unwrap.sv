// RFC 5649 key unwrap of one private key blob (struct rsa_key or rsa_key_large), and its way into the key memory.
//
// Each kind of blob has one length, so the AIV's length field has one right value and there is no padding. Ciphertext is taken in full, unwrapped
// in place (6 n AES-256 decryptions), checked in full, and only then stored, when the slot may be written. Whatever the outcome, buffer and round keys are erased. The time
// depends on nothing but whether the blob was good.
`include "assert.svh"

module pka_unwrap #(
  parameter int unsigned KeyAw = 5
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             start_i,
  input  logic             large_i,      // struct rsa_key_large; held during the work
  input  logic [255:0]     kek_i,        // byte 0 in bits 7:0; held during the work
  input  logic [KeyAw-1:0] key_i,        // where to store; held during the work
  output logic             busy_o,
  output logic             done_o,       // one cycle
  output logic             ok_o,         // with done_o
  input  logic             store_i,      // nothing uses the slot
  output logic             storing_o,    // the blob is good and is being written
  output logic [31:0]      e_o,          // of the last good blob
  output logic [6:0]       top_o,
  output logic [1:0]       size_o,       // 2048, 3072, 4096 bits
  // the wrapped blob: 169 or 333 whole words and one of eight bytes
  input  logic             in_valid_i,
  output logic             in_ready_o,
  input  logic [127:0]     in_data_i,
  // key memory, {key, block, page, word}
  output logic             km_we_o,
  input  logic             km_ready_i,
  output logic [KeyAw+10:0] km_waddr_o,
  output logic [25:0]      km_wdata_o,
  // erases the buffer after reset
  input  logic             erase_i,
  input  logic [9:0]       erase_addr_i
);
  localparam logic [31:0] Magic = 32'h3141534B;
  // A6 59 59 A6 and the length, most significant byte first, as the bytes lie in a little-endian vector
  logic [31:0] blob_bytes;
  logic [63:0] aiv;
  logic [9:0]  blocks;  // n of the RFC
  assign blob_bytes = large_i ? 32'(sluice_pkg::RSA_KEY_LARGE_BYTES) : 32'(sluice_pkg::RSA_KEY_BYTES);
  assign aiv        = {blob_bytes[7:0], blob_bytes[15:8], blob_bytes[23:16], blob_bytes[31:24], 32'hA65959A6};
  assign blocks     = blob_bytes[12:3];

  typedef enum logic [3:0] {
    StIdle, StKey, StFill, StFillHalf, StRead, StSend, StWait, StCheck, StHold, StStoreLow, StStoreHigh, StWipe, StUnkey, StDone, StError
  } state_e;
  state_e state_q, state_d;

  logic [63:0]  buf_mem [1024];   // semiblocks 1..n
  logic [63:0]  rd_q, wr_data, hold_q, a_q;
  logic [9:0]   i_q, i_d, rd_addr, wr_addr;
  logic [2:0]   j_q, j_d;
  logic [11:0]  t_q, t_d;
  logic         wr_en, ok_q, ok_d;
  logic [31:0]  e_q;
  logic [6:0]   top_q;
  logic [1:0]   size_q;
  // place of a word: page, block, word of it; word 41 of block 0 is what the page's line adds
  logic [10:0]  at_q, at_d, at_high, at_next;

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

  // ---- checks on a semiblock of the plaintext, two words of pages at at_q and behind it
  function automatic logic [10:0] after(logic [10:0] at, logic big);
    after = at + 11'd1;
    if (at[5:0] == 6'd40) after = big && !at[6] ? {at[10:7], 1'b1, 6'd0} : {at[10:7], 1'b0, 6'd41};
    else if (at[5:0] == 6'd41) after = {at[10:7] + 4'd1, 7'd0};
  endfunction
  function automatic logic word_ok(logic [31:0] w, logic [9:0] at, logic big);
    word_ok = w[31:25] == '0;
    if (at[6:0] == 7'd0 && at[9:7] == pka_pkg::PgMod) word_ok = word_ok && w[0];
    if (at[5:0] == 6'd41) begin
      if (at[9:7] == pka_pkg::PgMod) word_ok = word_ok && w[24:17] == '0 && w[0];
      else if (at[9:7] == pka_pkg::PgExp) word_ok = word_ok && w[24:0] <= (big ? 25'd81 : 25'd40);
      else word_ok = word_ok && w == 32'd0;
    end
  endfunction
  logic [31:0] w_low, w_high;
  logic        block_ok;
  assign w_low   = rd_q[31:0];
  assign w_high  = rd_q[63:32];
  assign at_high = after(at_q, large_i);
  assign at_next = after(at_high, large_i);
  always_comb begin
    if (i_q == 10'd2) begin
      block_ok = rd_q[31:0] == Magic && rd_q[63:48] == 16'd0 &&
                 (large_i ? rd_q[47:32] == 16'd3072 || rd_q[47:32] == 16'd4096 : rd_q[47:32] == 16'd2048);
    end else if (i_q == 10'd3) begin
      block_ok = w_high == 32'd0 && w_low[0] && w_low[31:1] != '0;
    end else begin
      block_ok = word_ok(w_low, at_q[9:0], large_i) && word_ok(w_high, at_high[9:0], large_i);
    end
  end

  always_comb begin
    state_d = state_q;
    i_d     = i_q;
    j_d     = j_q;
    t_d     = t_q;
    ok_d    = ok_q;
    at_d    = at_q;
    rd_addr = i_q;
    wr_en   = 1'b0;
    wr_addr = i_q;
    wr_data = 64'd0;
    unique case (state_q)
      StIdle: if (start_i) state_d = StKey;
      // expand the key-encryption key
      StKey: if (aes_key_ready) begin
        state_d = StFill;
        i_d     = 10'd0;
      end
      // take ciphertext: semiblock 0 is A
      StFill: if (in_valid_i) begin
        wr_en   = i_q != 10'd0;
        wr_data = in_data_i[63:0];
        i_d     = i_q + 10'd1;
        state_d = StFillHalf;
        if (i_q == blocks) begin  // n is even: the last word has one semiblock
          state_d = StRead;
          i_d     = blocks;
          j_d     = 3'd5;
          t_d     = {blocks, 2'd0} + {1'b0, blocks, 1'b0};
        end
      end
      StFillHalf: begin
        wr_en   = 1'b1;
        wr_data = hold_q;
        i_d     = i_q + 10'd1;
        state_d = StFill;
      end
      StRead: state_d = StSend;
      StSend: if (aes_ready) state_d = StWait;
      StWait: if (aes_res_valid) begin
        wr_en   = 1'b1;
        wr_data = aes_res[127:64];
        t_d     = t_q - 12'd1;
        state_d = StRead;
        i_d     = i_q - 10'd1;
        if (i_q == 10'd1) begin
          i_d = blocks;
          j_d = j_q - 3'd1;
          if (j_q == 3'd0) begin
            state_d = StCheck;
            i_d     = 10'd1;
            ok_d    = aes_res[63:0] == aiv;
          end
        end
      end
      // one pass over the plaintext: reads are one ahead, so rd_q is semiblock i - 1
      StCheck: begin
        i_d = i_q + 10'd1;
        if (i_q == 10'd1) begin
          at_d = 11'd0;
        end else begin
          ok_d = ok_q && block_ok;
          if (i_q > 10'd3) at_d = at_next;
          if (i_q == blocks + 10'd1) begin
            state_d = ok_d ? StHold : StWipe;
            i_d     = ok_d ? 10'd3 : 10'd0;
            at_d    = 11'd0;
          end
        end
      end
      StHold: if (store_i) begin
        state_d = StStoreLow;
        rd_addr = 10'd3;
      end
      // rd_q is semiblock i: two words
      StStoreLow: if (km_ready_i) state_d = StStoreHigh;
      StStoreHigh: if (km_ready_i) begin
        state_d = StStoreLow;
        i_d     = i_q + 10'd1;
        rd_addr = i_q + 10'd1;
        at_d    = at_next;
        if (i_q == blocks) begin
          state_d = StWipe;
          i_d     = 10'd0;
        end
      end
      // erase the buffer, then the round keys
      StWipe: begin
        wr_en = 1'b1;
        i_d   = i_q + 10'd1;
        if (i_q == blocks) state_d = StUnkey;
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
      i_q     <= 10'd0;
      j_q     <= 3'd0;
      t_q     <= 12'd0;
      ok_q    <= 1'b0;
      at_q    <= 11'd0;
      a_q     <= 64'd0;
      hold_q  <= 64'd0;
      rd_q    <= 64'd0;
      e_q     <= 32'd0;
      top_q   <= 7'd0;
      size_q  <= 2'd0;
    end else begin
      state_q <= state_d;
      i_q     <= i_d;
      j_q     <= j_d;
      t_q     <= t_d;
      ok_q    <= ok_d;
      at_q    <= at_d;
      if (state_q == StRead || state_q == StCheck || state_q == StHold || (state_q == StStoreHigh && km_ready_i)) rd_q <= buf_mem[rd_addr];
      if (state_q == StFill && in_valid_i) begin
        hold_q <= in_data_i[127:64];
        if (i_q == 10'd0) a_q <= in_data_i[63:0];
      end
      if (state_q == StWait && aes_res_valid) a_q <= aes_res[63:0];
      if (state_q == StCheck && i_q == 10'd2) size_q <= {rd_q[44], large_i && !rd_q[44]};
      if (state_q == StCheck && i_q == 10'd3) e_q <= w_low;
      if (km_we_o && km_waddr_o[9:0] == {1'b0, pka_pkg::PgExp, 6'd41} && !km_waddr_o[10]) top_q <= km_wdata_o[6:0];
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
  assign size_o     = size_q;
  assign km_we_o    = storing_o;
  logic [10:0] at;
  assign at         = state_q == StStoreHigh ? at_high : at_q;
  assign km_waddr_o = {key_i, at[6], at[10:7], at[5:0]};
  assign km_wdata_o = state_q == StStoreHigh ? w_high[25:0] : w_low[25:0];

  `ASSERT_CONST(BlobIsWholeWordsAndASemiblock, sluice_pkg::RSA_KEY_BYTES % 16 == 0 && sluice_pkg::RSA_KEY_LARGE_BYTES % 16 == 0 && sluice_pkg::RSA_KEY_LARGE_BYTES < 8184)
  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_NEVER(NothingBadIsStored, storing_o && !ok_q)
endmodule
