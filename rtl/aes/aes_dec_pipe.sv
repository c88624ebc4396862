// AES decryption pipe: 14 rounds unrolled, one block a cycle, result 15 cycles after the block. It never stalls.
//
// Round keys of 2^BankW banks are kept; each block names its bank. AES-128 has four rounds fewer: its blocks pass stages 1 to 4 unchanged.
// Slots of a bank: 0 is added to the block first, stages 1..14 use slots 1..14 (aes_key_expand's round r goes to slot 0 for r = Nr, else 14 - r).
// A bank is one wide word, of which every stage reads its own part at its own address: in hardware a small memory for each stage. A stage
// computes only when a block is in it.
`include "assert.svh"

module aes_dec_pipe #(
  parameter int unsigned BankW = 2
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         key_valid_i,  // write of a round key
  input  logic [BankW-1:0] key_bank_i,
  input  logic [3:0]   key_slot_i,
  input  logic [127:0] key_data_i,
  input  logic         in_valid_i,
  input  logic [BankW-1:0] in_bank_i,
  input  logic         in_256_i,
  input  logic [127:0] in_data_i,    // byte 0 in bits 7:0
  output logic         out_valid_o,
  output logic [127:0] out_data_o
);
`include "rtl/aes/aes_dec.svh"

  logic [127:0] st [15];
  logic [14:0]  valid_q;
  logic [12:0]  wide_q;
  logic [BankW*14-1:0] bank_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 15'd0;
    else valid_q <= {valid_q[13:0], in_valid_i};
  end
  always_ff @(posedge clk_i) begin
    wide_q <= {wide_q[11:0], in_256_i};
    bank_q <= {bank_q[BankW*13-1:0], in_bank_i};
  end

  logic [15*128-1:0] key_mem [1 << BankW];
  always_ff @(posedge clk_i) begin
    if (key_valid_i) key_mem[key_bank_i][128*key_slot_i +: 128] <= key_data_i;
  end

  always_ff @(posedge clk_i) begin
    if (in_valid_i) st[0] <= in_data_i ^ key_mem[in_bank_i][127:0];
    for (int i = 1; i < 14; i++) begin
      if (valid_q[i-1]) begin
        if (i <= 4 && !wide_q[i-1]) st[i] <= st[i-1];
        else st[i] <= dec_round(st[i-1], key_mem[bank_q[BankW*(i-1) +: BankW]][128*i +: 128]);
      end
    end
    if (valid_q[13]) st[14] <= dec_last(st[13], key_mem[bank_q[BankW*13 +: BankW]][128*14 +: 128]);
  end

  assign out_valid_o = valid_q[14];
  always_comb begin
    out_data_o = 128'd0;
    if (valid_q[14]) out_data_o = st[14];
  end

  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, out_data_o)
  `ASSERT_NEVER(SlotInRange, key_valid_i && key_slot_i == 4'd15)
endmodule
