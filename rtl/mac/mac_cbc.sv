// AES-CBC (NIST SP 800-38A 6.2) over the iterative AES: a stream of 16-byte blocks in either direction.
// iv_ld_i sets the chain value (only while no block is in hand). chain_o is the last ciphertext block that passed: the next IV of TLS 1.0.
// Encryption takes the next block in the cycle in which the last result leaves: one block every 11 (AES-128) or 15 (AES-256) cycles.
`include "assert.svh"

module mac_cbc (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         key_valid_i,
  output logic         key_ready_o,
  input  logic [255:0] key_i,
  input  logic         key_256_i,
  input  logic         iv_ld_i,
  input  logic [127:0] iv_i,
  input  logic         decrypt_i,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic         idle_o,
  output logic [127:0] chain_o
);
  logic         blk_ready, res_valid, fire, busy_q;
  logic [127:0] res, blk;
  logic [127:0] chain_q;                   // encryption: last ciphertext; decryption: ciphertext before the block in hand
  logic [127:0] cur_q;                     // decryption: ciphertext of the block in hand

  // a block enters only when the result before it is out or leaves now: its chain value is then known
  assign in_ready_o  = blk_ready && (!res_valid || out_ready_i) && !iv_ld_i;
  assign fire        = in_valid_i && in_ready_o;
  assign blk         = decrypt_i ? in_data_i : in_data_i ^ (res_valid ? res : chain_q);
  assign out_valid_o = res_valid;
  assign out_data_o  = (decrypt_i && res_valid) ? res ^ chain_q : res;
  assign idle_o      = !busy_q;
  assign chain_o     = chain_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      chain_q <= '0;
    end else begin
      if (fire) busy_q <= 1'b1;
      else if (res_valid && out_ready_i) busy_q <= 1'b0;
      if (iv_ld_i) chain_q <= iv_i;
      else if (res_valid && out_ready_i) chain_q <= decrypt_i ? cur_q : res;
    end
  end
  always_ff @(posedge clk_i) if (fire) cur_q <= in_data_i;

  aes_iter u_aes (
    .clk_i, .rst_ni, .key_valid_i, .key_ready_o, .key_data_i(key_i), .key_256_i,
    .blk_valid_i(in_valid_i && (!res_valid || out_ready_i) && !iv_ld_i), .blk_ready_o(blk_ready), .blk_decrypt_i(decrypt_i), .blk_data_i(blk),
    .res_valid_o(res_valid), .res_ready_i(out_ready_i), .res_data_o(res)
  );

  `ASSERT_NEVER(IvOnlyBetweenBlocks, iv_ld_i && busy_q)
endmodule
