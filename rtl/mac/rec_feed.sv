// The MAC input of a TLS record as 16-byte chunks (RFC 5246 6.2.3.1): sequence number, type, version, length (13 bytes), then data; with
// short_i the 7 bytes that SSL 3.0 has behind a whole block. Data words are dense; each is joined to the bytes carried before it, and after words_i of them the carry itself leaves as a last
// chunk, so there are always words_i + 1 chunks. What stands behind the record's end is junk here; hash_unit masks it away.
`include "assert.svh"

module rec_feed (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         short_i,            // held
  input  logic [103:0] header_i,           // byte 0 in 7:0
  input  logic [10:0]  words_i,
  input  logic         word_valid_i,
  output logic         word_ready_o,
  input  logic [127:0] word_i,
  output logic         chunk_valid_o,
  input  logic         chunk_ready_i,
  output logic [127:0] chunk_o
);
  logic         busy_q;
  logic [10:0]  left_q;
  logic [103:0] carry_q;
  logic         more;
  assign more          = (left_q != '0);
  assign chunk_valid_o = busy_q && (!more || word_valid_i);
  assign word_ready_o  = busy_q && more && chunk_ready_i;
  always_comb begin
    chunk_o = '0;
    if (chunk_valid_o) begin
      chunk_o = {more ? word_i[23:0] : 24'd0, carry_q};
      if (short_i) chunk_o = {more ? word_i[71:0] : 72'd0, carry_q[55:0]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      left_q  <= '0;
      carry_q <= '0;
    end else if (start_i) begin
      busy_q  <= 1'b1;
      left_q  <= words_i;
      carry_q <= header_i;
    end else if (chunk_valid_o && chunk_ready_i) begin
      busy_q  <= more;
      left_q  <= more ? left_q - 11'd1 : '0;
      carry_q <= short_i ? {48'd0, word_i[127:72]} : word_i[127:24];
    end
  end

  `ASSERT_NEVER(StartOnlyBetweenRecords, start_i && busy_q)
endmodule
