// Gives an opened record's plaintext out of the buffer after the verdict. The number of words is public (that of the longest plaintext the
// record could hold); words behind the plaintext's end are empty, and all are after a failed verdict. So the time to the response
// tells nothing about padding or verdict.
`include "assert.svh"

module open_drain (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [10:0]  words_i,
  input  logic [14:0]  len_i,
  output logic         busy_o,
  output logic         done_o,             // one cycle: the last word has left
  output logic         re_o,
  output logic [10:0]  addr_o,
  input  logic [127:0] data_i,
  output logic         o_valid_o,
  input  logic         o_ready_i,
  output logic [127:0] o_data_o,
  output logic [4:0]   o_bytes_o,
  output logic         o_last_o,
  output logic         o_flip_o            // the last word that is not empty
);
  logic        busy_q, have_q, fire;
  logic [10:0] words_q, read_q, out_q;
  logic [14:0] left_q;                     // plaintext bytes from this word on
  assign busy_o    = busy_q;
  assign fire      = o_valid_o && o_ready_i;
  assign re_o      = busy_q && (read_q != words_q) && (!have_q || fire);
  assign addr_o    = read_q;
  assign o_valid_o = busy_q && have_q;
  assign o_bytes_o = !o_valid_o ? '0 : ((left_q >= 15'd16) ? 5'd16 : left_q[4:0]);
  assign o_data_o  = o_valid_o ? data_i : '0;
  assign o_last_o  = o_valid_o && (out_q + 11'd1 == words_q);
  assign o_flip_o  = o_valid_o && (left_q != '0) && (left_q <= 15'd16);
  assign done_o    = fire && o_last_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      have_q  <= 1'b0;
      words_q <= '0;
      read_q  <= '0;
      out_q   <= '0;
      left_q  <= '0;
    end else if (start_i) begin
      busy_q  <= 1'b1;
      have_q  <= 1'b0;
      words_q <= words_i;
      read_q  <= '0;
      out_q   <= '0;
      left_q  <= len_i;
    end else if (busy_q) begin
      if (re_o) read_q <= read_q + 11'd1;
      have_q <= re_o || (have_q && !fire);
      if (fire) begin
        out_q  <= out_q + 11'd1;
        left_q <= (left_q >= 15'd16) ? left_q - 15'd16 : '0;
        if (o_last_o) begin
          busy_q <= 1'b0;
          left_q <= '0;
        end
      end
    end
  end

  `ASSERT_NEVER(StartOnlyWhileIdle, start_i && busy_q)
endmodule
