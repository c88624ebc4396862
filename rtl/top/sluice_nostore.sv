// Stands in for the secret store in a build without engine kdf: takes every request to its last beat and answers one beat with ok = 0.
`include "assert.svh"
module sluice_nostore #(
  parameter int unsigned NumPorts = 5
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [NumPorts-1:0] sec_req_valid_i,
  output logic [NumPorts-1:0] sec_req_ready_o,
  input  logic [NumPorts-1:0] sec_req_last_i,
  output logic [NumPorts-1:0] sec_rsp_valid_o,
  input  logic [NumPorts-1:0] sec_rsp_ready_i
);
  logic [NumPorts-1:0] answer_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) answer_q <= '0;
    else answer_q <= (answer_q & ~sec_rsp_ready_i) | (~answer_q & sec_req_valid_i & sec_req_last_i);
  end
  assign sec_req_ready_o = ~answer_q;
  assign sec_rsp_valid_o = answer_q;

  `ASSERT_NEVER(RequestDuringAnswer, (sec_req_valid_i & answer_q) != '0)
endmodule
