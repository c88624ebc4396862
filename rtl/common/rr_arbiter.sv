// Round-robin arbiter. The grant is the first request behind the one granted last, in the order of the numbers and then from 0 again; so a request that stays
// is granted after at most Num - 1 others. formal.sh beside this proves that for any traffic.
//
// grant_o follows req_i in the same cycle; a grant counts (and moves the turn) in a cycle with take_i.
`include "assert.svh"

module rr_arbiter #(
  parameter int unsigned Num = 16
) (
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic [Num-1:0] req_i,
  input  logic           take_i,
  output logic [Num-1:0] grant_o    // one bit, or none without a request
);
  logic [Num-1:0] behind_q;  // numbers behind the one granted last
  logic [Num-1:0] late, pick;

  assign late    = req_i & behind_q;
  assign pick    = late != '0 ? late : req_i;
  assign grant_o = pick & (~pick + 1'b1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) behind_q <= '0;
    else if (take_i && req_i != '0) behind_q <= ~((grant_o - 1'b1) | grant_o);
  end

  `ASSERT_ALWAYS(GrantIsOneRequest, $onehot0(grant_o) && (grant_o & ~req_i) == '0)
  `ASSERT_IF(SomeRequestIsGranted, req_i != '0, grant_o != '0)

`ifdef FORMAL
  // Some number waits while others are granted. `before` counts those that can still come before it: it falls with every grant to another.
  (* anyconst *) logic [$clog2(Num)-1:0] f_k;
  logic [$clog2(Num):0] f_waited_q, f_before, f_last;
  always_comb begin
    f_last = '0;
    // behind_q is a run of ones up to the top: its lowest one is the number after the one granted last (0 when that was the top one)
    for (int i = 0; i < Num; i++) if (behind_q[Num-1-i]) f_last = ($clog2(Num)+1)'(Num - 1 - i);
    f_before = {1'b0, f_k} >= f_last ? {1'b0, f_k} - f_last : ($clog2(Num)+1)'(Num) - f_last + {1'b0, f_k};
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni || !req_i[f_k] || (take_i && grant_o[f_k])) f_waited_q <= '0;
    else if (take_i) f_waited_q <= f_waited_q + 1'b1;
  end
  logic f_past_q;
  initial f_past_q = 1'b0;
  always_ff @(posedge clk_i) f_past_q <= 1'b1;
  always_comb begin
    assume (f_k < Num);
    if (!f_past_q) assume (!rst_ni);
    if (f_past_q) begin
      // what holds of the turn: ones from some number up
      assert ((~behind_q & (~behind_q + 1'b1)) == '0);
      assert ((grant_o & (grant_o - 1'b1)) == '0);
      assert ((grant_o & ~req_i) == '0);
      assert (req_i == '0 || grant_o != '0);
      assert (f_waited_q + f_before <= Num - 1);
      assert (f_waited_q < Num);
    end
  end
`endif
endmodule
