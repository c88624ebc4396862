// The AES S-box and its inverse straight from their definition (FIPS 197 5.1.1, 5.3.2): inversion in GF(2^8) as x^254, and the affine map.
// Not used in the cores, which have tables; `make lint-aes-ct` proves that tables and definition are equal.
module aes_sbox_gf #(
  parameter logic [7:0] Constant = 8'h63
) (
  input  logic [7:0] x_i,
  output logic [7:0] fwd_o,
  output logic [7:0] inv_o
);
  function automatic logic [7:0] mul(input logic [7:0] a, input logic [7:0] b);
    logic [7:0] t;
    t   = a;
    mul = 8'd0;
    for (int i = 0; i < 8; i++) begin
      if (b[i]) mul = mul ^ t;
      t = {t[6:0], 1'b0} ^ (t[7] ? 8'h1b : 8'h00);
    end
  endfunction

  function automatic logic [7:0] invert(input logic [7:0] x);
    logic [7:0] x2, x3, x6, x12, x15, x30, x60, x120, x240;
    x2     = mul(x, x);
    x3     = mul(x2, x);
    x6     = mul(x3, x3);
    x12    = mul(x6, x6);
    x15    = mul(x12, x3);
    x30    = mul(x15, x15);
    x60    = mul(x30, x30);
    x120   = mul(x60, x60);
    x240   = mul(x120, x120);
    invert = mul(mul(x240, x12), x2);
  endfunction

  function automatic logic [7:0] rotl(input logic [7:0] x, input int unsigned n);
    rotl = (x << n) | (x >> (8 - n));
  endfunction

  logic [7:0] y, z, unmap;
  assign y     = invert(x_i);
  assign fwd_o = y ^ rotl(y, 1) ^ rotl(y, 2) ^ rotl(y, 3) ^ rotl(y, 4) ^ Constant;
  assign unmap = rotl(x_i, 1) ^ rotl(x_i, 3) ^ rotl(x_i, 6) ^ 8'h05;
  assign z     = invert(unmap);
  assign inv_o = z;
endmodule
