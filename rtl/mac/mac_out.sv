// Results and responses of the lane: masks a word to its valid bytes, makes its parity, injects the flip behind the parity, and gives the
// job's response after its last word was taken. Words of the next job wait for that. All port outputs come from registers.
`include "assert.svh"

module mac_out (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  now_i,              // the lane's cycle count
  input  logic         flip_i,             // rising: damage the next last non-empty word
  input  logic         p_valid_i,
  output logic         p_ready_o,
  input  logic [127:0] p_data_i,
  input  logic [4:0]   p_bytes_i,
  input  logic         p_last_i,
  input  logic         p_flip_i,           // the job's last word that is not empty
  input  logic         r_valid_i,          // response; after the job's last word was pushed
  output logic         r_ready_o,
  input  logic [7:0]   r_status_i,
  input  logic [15:0]  r_info_i,
  input  logic [63:0]  r_seq_i,
  input  logic [31:0]  r_t0_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic [15:0]  out_parity_o,
  output logic [4:0]   out_bytes_o,
  output logic         out_last_o,
  output logic         rsp_valid_o,
  input  logic         rsp_ready_i,
  output logic [7:0]   rsp_status_o,
  output logic [15:0]  rsp_info_o,
  output logic [63:0]  rsp_seq_o,
  output logic [31:0]  rsp_cycles_o,
  output logic         busy_o
);
  logic         pend_q, rsp_q, flip_seen_q, flip_q, skid_ready, push;
  logic [7:0]   status_q;
  logic [15:0]  info_q, parity;
  logic [63:0]  seq_q;
  logic [31:0]  t0_q, cycles_q;
  logic [127:0] data;

  assign p_ready_o = skid_ready && !pend_q && !rsp_q;
  assign r_ready_o = !pend_q && !rsp_q;
  assign push      = p_valid_i && p_ready_o;
  always_comb begin
    data   = '0;
    parity = '0;
    if (p_valid_i) begin
      for (int i = 0; i < 16; i++) begin
        if (5'(i) < p_bytes_i) data[8*i +: 8] = p_data_i[8*i +: 8];
        parity[i] = ^data[8*i +: 8];
      end
      data[0] = data[0] ^ (flip_q && p_flip_i);
    end
  end
  skid_buffer #(.Width(150)) u_skid (
    .clk_i, .rst_ni, .in_valid_i(push), .in_ready_o(skid_ready), .in_data_i({p_last_i, p_bytes_i, parity, data}),
    .out_valid_o, .out_ready_i, .out_data_o({out_last_o, out_bytes_o, out_parity_o, out_data_o})
  );

  assign rsp_valid_o  = rsp_q;
  assign rsp_status_o = status_q;
  assign rsp_info_o   = info_q;
  assign rsp_seq_o    = seq_q;
  assign rsp_cycles_o = cycles_q;
  assign busy_o       = pend_q || rsp_q || out_valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pend_q      <= 1'b0;
      rsp_q       <= 1'b0;
      flip_seen_q <= 1'b0;
      flip_q      <= 1'b0;
      status_q    <= '0;
      info_q      <= '0;
      seq_q       <= '0;
      t0_q        <= '0;
      cycles_q    <= '0;
    end else begin
      flip_seen_q <= flip_i;
      if (flip_i && !flip_seen_q) flip_q <= 1'b1;
      else if (push && p_flip_i) flip_q <= 1'b0;
      if (r_valid_i && r_ready_o) begin
        pend_q   <= 1'b1;
        status_q <= r_status_i;
        info_q   <= r_info_i;
        seq_q    <= r_seq_i;
        t0_q     <= r_t0_i;
      end else if (pend_q && !out_valid_o) begin
        pend_q   <= 1'b0;
        rsp_q    <= 1'b1;
        cycles_q <= now_i - t0_q;
      end else if (rsp_q && rsp_ready_i) begin
        rsp_q    <= 1'b0;
        status_q <= '0;
        info_q   <= '0;
        seq_q    <= '0;
        cycles_q <= '0;
      end
    end
  end

  `ASSERT_STABLE(ResponseHolds, rsp_valid_o, rsp_ready_i, {rsp_status_o, rsp_info_o, rsp_seq_o, rsp_cycles_o})
  `ASSERT_NEVER(MoreThanSixteenBytes, p_valid_i && (p_bytes_i > 5'd16))
endmodule
