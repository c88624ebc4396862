// Takes len_i bytes at byte offset start_i out of a stream of 16-byte words, in a time that does not depend on start_i or len_i.
// Every byte lies at its position modulo 32 in an accumulator, written under a mask; a rotate network turns byte start_i to place 0.
// Words are named by their index; those that the caller leaves out must not hold wanted bytes. Bytes of mac_o behind len_i are zero.
module mac_extract (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         clear_i,
  input  logic         valid_i,
  input  logic [27:0]  index_i,
  input  logic [127:0] word_i,
  input  logic [31:0]  start_i,            // may be secret; held
  input  logic [5:0]   len_i,              // 0..32
  output logic [255:0] mac_o
);
  logic [255:0] acc_q, put, r0, r1, r2, r3;
  logic [32:0]  rel;                       // position in the wanted bytes, negative before them
  always_comb begin
    put = '0;
    rel = '0;
    if (valid_i) begin
      for (int i = 0; i < 16; i++) begin
        rel = {1'b0, index_i, 4'(i)} - {1'b0, start_i};
        if (!rel[32] && (rel[31:0] < {26'd0, len_i})) put[8*i +: 8] = word_i[8*i +: 8];
      end
      if (index_i[0]) put = {put[127:0], 128'd0};
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) acc_q <= '0;
    else if (clear_i) acc_q <= '0;
    else if (valid_i) acc_q <= acc_q | put;
  end
  // rotate right by start_i mod 32 bytes
  assign r0    = start_i[0] ? {acc_q[7:0], acc_q[255:8]} : acc_q;
  assign r1    = start_i[1] ? {r0[15:0], r0[255:16]} : r0;
  assign r2    = start_i[2] ? {r1[31:0], r1[255:32]} : r1;
  assign r3    = start_i[3] ? {r2[63:0], r2[255:64]} : r2;
  assign mac_o = start_i[4] ? {r3[127:0], r3[255:128]} : r3;
endmodule
