// Takes len_i bytes at byte offset start_i out of a stream of 16-byte words, in a time that does not depend on start_i or len_i.
// Every byte lies at its position modulo 64 in an accumulator, written under a mask; a rotate network turns byte start_i to place 0.
// Words are named by their index; those that the caller leaves out must not hold wanted bytes. Bytes of mac_o behind len_i are zero, and
// all are while use_i is 0 (the network then stands still).
module mac_extract (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         clear_i,
  input  logic         valid_i,
  input  logic [27:0]  index_i,
  input  logic [127:0] word_i,
  input  logic [31:0]  start_i,            // may be secret; held
  input  logic [6:0]   len_i,              // 0..64
  input  logic         use_i,
  output logic [511:0] mac_o
);
  logic [511:0] acc_q, r;
  logic [127:0] put;
  logic [32:0]  rel;                       // position in the wanted bytes, negative before them
  always_comb begin
    put = '0;
    rel = '0;
    if (valid_i) begin
      for (int i = 0; i < 16; i++) begin
        rel = {1'b0, index_i, 4'(i)} - {1'b0, start_i};
        if (!rel[32] && (rel[31:0] < {25'd0, len_i})) put[8*i +: 8] = word_i[8*i +: 8];
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) acc_q <= '0;
    else if (clear_i) acc_q <= '0;
    else if (valid_i) begin
      for (int i = 0; i < 4; i++) if (index_i[1:0] == 2'(i)) acc_q[128*i +: 128] <= acc_q[128*i +: 128] | put;
    end
  end
  // rotate right by start_i mod 64 bytes
  always_comb begin
    r = '0;
    if (use_i) begin
      r = acc_q;
      if (start_i[0]) r = {r[7:0], r[511:8]};
      if (start_i[1]) r = {r[15:0], r[511:16]};
      if (start_i[2]) r = {r[31:0], r[511:32]};
      if (start_i[3]) r = {r[63:0], r[511:64]};
      if (start_i[4]) r = {r[127:0], r[511:128]};
      if (start_i[5]) r = {r[255:0], r[511:256]};
    end
  end
  assign mac_o = r;
endmodule
