// Cipher datapath of the aead lane: both AES pipes, and beside them a queue that keeps each item's data while it is in the pipe. An item
// comes out 16 cycles after it went in, whatever its kind, with what the cipher made of it. It never stalls: aead_issue sends an item only when there
// is room for its result.
`include "assert.svh"

module aead_datapath (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         busy_o,
  // round keys
  input  logic         rk_valid_i,
  input  logic [1:0]   rk_bank_i,
  input  logic [3:0]   rk_enc_slot_i,
  input  logic [3:0]   rk_dec_slot_i,
  input  logic [127:0] rk_enc_i,
  input  logic [127:0] rk_dec_i,
  input  logic [3:0]   bank_256_i,
  // items in
  input  logic         it_valid_i,
  input  logic [3:0]   it_kind_i,
  input  logic [1:0]   it_bank_i,
  input  logic [4:0]   it_bytes_i,
  input  logic         it_final_i,
  input  logic [127:0] it_data_i,
  input  logic         it_enc_i,
  input  logic         it_dec_i,
  input  logic [127:0] it_aes_i,
  // items out
  output logic         ex_valid_o,
  output logic [3:0]   ex_kind_o,
  output logic [1:0]   ex_bank_o,
  output logic [4:0]   ex_bytes_o,
  output logic         ex_final_o,
  output logic [127:0] ex_data_o,    // as it came in
  output logic [127:0] ex_result_o,  // what the cipher made of it; zero beyond ex_bytes_o
  output logic [127:0] ex_aes_o      // the block itself, for ItemRSeal, ItemROpen, ItemJ0 and ItemKeyH
);
  logic         enc_valid, dec_valid;
  logic [127:0] enc_data, dec_data;

  aes_enc_pipe u_enc_pipe (
    .clk_i, .rst_ni,
    .key_valid_i(rk_valid_i), .key_bank_i(rk_bank_i), .key_slot_i(rk_enc_slot_i), .key_data_i(rk_enc_i),
    .in_valid_i(it_enc_i), .in_bank_i(it_bank_i), .in_256_i(bank_256_i[it_bank_i]), .in_data_i(it_aes_i),
    .out_valid_o(enc_valid), .out_data_o(enc_data)
  );
  aes_dec_pipe u_dec_pipe (
    .clk_i, .rst_ni,
    .key_valid_i(rk_valid_i), .key_bank_i(rk_bank_i), .key_slot_i(rk_dec_slot_i), .key_data_i(rk_dec_i),
    .in_valid_i(it_dec_i), .in_bank_i(it_bank_i), .in_256_i(bank_256_i[it_bank_i]), .in_data_i(it_aes_i),
    .out_valid_o(dec_valid), .out_data_o(dec_data)
  );

  // ---- the items' own way -----------------------------------------------------------------------------------------------------------
  logic [127:0] data_mem [16];
  logic [11:0]  ctl_mem [16];
  logic [14:0]  valid_q;
  logic [3:0]   wr_q, rd_q;
  logic [3:0]   kind;
  logic [1:0]   bank;
  logic [4:0]   bytes;
  logic         final_word, out;
  logic [127:0] data, chain_q, result;

  assign out = valid_q[14];
  assign {kind, bank, bytes, final_word} = ctl_mem[rd_q];

  always_comb begin
    data   = 128'd0;
    result = 128'd0;
    if (out) begin
      data = data_mem[rd_q];
      unique case (kind)
        aead_pkg::ItemSeal, aead_pkg::ItemOpen, aead_pkg::ItemCtr: result = data ^ enc_data;
        aead_pkg::ItemCbcE: result = enc_data;
        aead_pkg::ItemCbcD: result = dec_data ^ chain_q;
        default: result = 128'd0;
      endcase
      if (!bytes[4]) result = result & ~({128{1'b1}} << {bytes[3:0], 3'd0});
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q    <= 15'd0;
      wr_q       <= 4'd0;
      rd_q       <= 4'd0;
      ex_valid_o <= 1'b0;
    end else begin
      valid_q    <= {valid_q[13:0], it_valid_i};
      ex_valid_o <= out;
      if (it_valid_i) wr_q <= wr_q + 4'd1;
      if (out) rd_q <= rd_q + 4'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (it_valid_i) begin
      data_mem[wr_q] <= it_data_i;
      ctl_mem[wr_q]  <= {it_kind_i, it_bank_i, it_bytes_i, it_final_i};
    end
    if (out) begin
      ex_kind_o   <= kind;
      ex_bank_o   <= bank;
      ex_bytes_o  <= bytes;
      ex_final_o  <= final_word;
      ex_data_o   <= data;
      ex_result_o <= result;
      if (kind == aead_pkg::ItemRSeal || kind == aead_pkg::ItemROpen || kind == aead_pkg::ItemJ0 ||
          kind == aead_pkg::ItemKeyH) begin
        ex_aes_o <= enc_data;
      end
      if (kind == aead_pkg::ItemCbcIv || kind == aead_pkg::ItemCbcD) chain_q <= data;
    end
  end

  assign busy_o = valid_q != 15'd0 || ex_valid_o;

  `ASSERT_IF(PipesAndQueueAgree, enc_valid || dec_valid, out)
  `ASSERT_ALWAYS(OnePipeAtATime, !(enc_valid && dec_valid))
  `ASSERT_IF(QueueEmptyWithPipe, valid_q == 15'd0, wr_q == rd_q)
endmodule
