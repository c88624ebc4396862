// Key slots: private scalars, and an Ed25519 key's prefix and public key beside them. Written by a good KEY_LOAD; erased after reset, by KEY_FREE and
// after the self test, which has a slot of its own beyond the host's. A number that was read stays in its register as long as it is needed.
module ecc_keys #(
  parameter int unsigned NumKeys = 16
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  // the slot in hand
  input  logic [31:0]  handle_i,
  input  logic [7:0]   func_i,
  input  logic         test_i,         // the self test's slot instead
  output logic         index_ok_o,     // the handle can name a slot
  output logic         foreign_o,      // which another function loaded
  output logic         handle_ok_o,    // the handle names a key that the function may use
  output logic         ed_o,           // which is an Ed25519 key
  output logic         wide_o,         // a P-384 key
  input  logic         erase_i,        // zeros into the memories at the address
  input  logic [8:0]   erase_addr_i,
  input  logic         clear_i,
  input  logic         store_i,
  input  logic         store_ed_i,
  input  logic         store_wide_i,
  input  logic [383:0] scalar_i,
  input  logic [255:0] prefix_i,
  input  logic [255:0] public_i,
  // read: the number is there from the next cycle on, while it is kept
  input  logic         scalar_read_i,
  input  logic         scalar_keep_i,
  output logic [383:0] scalar_o,
  input  logic         hash_read_i,
  input  logic         hash_keep_i,
  output logic [255:0] prefix_o,
  output logic [255:0] public_o
);
  localparam int unsigned KeyAw = $clog2(NumKeys + 1);
  localparam int unsigned SlotAw = $clog2(NumKeys);

  logic [NumKeys-1:0] used_q, ed_q, wide_q;
  logic [15:0]        gen_mem [NumKeys];
  logic [7:0]         func_mem [NumKeys];
  logic [383:0]       scalar_mem [NumKeys+1];
  logic [255:0]       prefix_mem [NumKeys+1];
  logic [255:0]       public_mem [NumKeys+1];
  logic [383:0]       scalar_q;
  logic [255:0]       prefix_q, public_q;
  logic [KeyAw-1:0]   key;
  logic [SlotAw-1:0]  slot;
  assign slot        = handle_i[SlotAw-1:0];
  assign key         = test_i ? KeyAw'(NumKeys) : handle_i[KeyAw-1:0];
  assign index_ok_o  = handle_i[15:0] < 16'(NumKeys) && handle_i[31:16] != 16'd0;
  assign foreign_o   = used_q[slot] && func_mem[slot] != func_i;
  assign handle_ok_o = index_ok_o && used_q[slot] && gen_mem[slot] == handle_i[31:16] && !foreign_o;
  assign ed_o        = ed_q[slot];
  assign wide_o      = wide_q[slot];
  assign scalar_o    = scalar_q;
  assign prefix_o    = prefix_q;
  assign public_o    = public_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      used_q   <= '0;
      ed_q     <= '0;
      wide_q   <= '0;
      scalar_q <= 384'd0;
      prefix_q <= 256'd0;
      public_q <= 256'd0;
    end else begin
      if (store_i && !test_i) begin
        used_q[slot] <= 1'b1;
        ed_q[slot]   <= store_ed_i;
        wide_q[slot] <= store_wide_i;
      end
      if (clear_i && !test_i) used_q[slot] <= 1'b0;
      if (scalar_read_i) scalar_q <= scalar_mem[key];
      else if (!scalar_keep_i) scalar_q <= 384'd0;
      if (hash_read_i) begin
        prefix_q <= prefix_mem[key];
        public_q <= public_mem[key];
      end else if (!hash_keep_i) begin
        prefix_q <= 256'd0;
        public_q <= 256'd0;
      end
    end
    if (erase_i) begin
      if (erase_addr_i <= 9'(NumKeys)) begin
        scalar_mem[erase_addr_i[KeyAw-1:0]] <= 384'd0;
        prefix_mem[erase_addr_i[KeyAw-1:0]] <= 256'd0;
        public_mem[erase_addr_i[KeyAw-1:0]] <= 256'd0;
      end
    end else if (store_i) begin
      scalar_mem[key] <= scalar_i;
      prefix_mem[key] <= prefix_i;
      public_mem[key] <= public_i;
    end else if (clear_i) begin
      scalar_mem[key] <= 384'd0;
      prefix_mem[key] <= 256'd0;
      public_mem[key] <= 256'd0;
    end
    if (store_i && !test_i) begin
      gen_mem[slot]  <= handle_i[31:16];
      func_mem[slot] <= func_i;
    end
  end
endmodule
