// Iterative AES, one round a cycle, AES-128 and AES-256, both directions.
//
// A key transfer expands and stores the round keys; they stay until the next key transfer or reset. A block takes Nr + 1 cycles from its
// transfer to its result (11 or 15), and the next block may be taken in the cycle in which that result is first seen. The time depends on
// the key's length and the result's back-pressure only. A block offered together with
// a key is done under the old key first.
`include "assert.svh"

module aes_iter (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         key_valid_i,
  output logic         key_ready_o,
  input  logic [255:0] key_data_i,   // byte 0 in bits 7:0; AES-128 uses bits 127:0
  input  logic         key_256_i,
  input  logic         blk_valid_i,
  output logic         blk_ready_o,
  input  logic         blk_decrypt_i,
  input  logic [127:0] blk_data_i,   // byte 0 in bits 7:0
  output logic         res_valid_o,
  input  logic         res_ready_i,
  output logic [127:0] res_data_o
);
`include "rtl/aes/aes_enc.svh"
`include "rtl/aes/aes_dec.svh"

  logic         kx_start, kx_ready, rk_valid, rk_last;
  logic [3:0]   rk_round;
  logic [127:0] rk, rk_dec;

  aes_key_expand u_key_expand (
    .clk_i, .rst_ni,
    .start_i(kx_start), .ready_o(kx_ready), .key_i(key_data_i), .key_256_i, .want_dec_i(1'b1),
    .rk_valid_o(rk_valid), .rk_round_o(rk_round), .rk_last_o(rk_last), .rk_o(rk), .rk_dec_o(rk_dec)
  );

  logic [127:0] enc_key [16];
  logic [127:0] dec_key [16];
  logic         keyed_q, wide_q, run_q, dec_q, res_valid_q;
  logic [3:0]   step_q, last_step;  // step_q: round that the next edge does
  logic [127:0] state_q, res_q;
  logic         fire, last, go;

  // A new key waits for the block in hand and for one that is offered.
  assign key_ready_o = kx_ready && !run_q && !(keyed_q && blk_valid_i);
  assign kx_start    = key_valid_i && key_ready_o;
  assign blk_ready_o = keyed_q && kx_ready && !run_q;
  assign fire        = blk_valid_i && blk_ready_o;
  assign last_step   = wide_q ? 4'd14 : 4'd10;
  assign last        = step_q == last_step;
  assign go          = run_q && (!last || !res_valid_q || res_ready_i);
  assign res_valid_o = res_valid_q;
  assign res_data_o  = res_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      keyed_q     <= 1'b0;
      wide_q      <= 1'b0;
      run_q       <= 1'b0;
      dec_q       <= 1'b0;
      step_q      <= 4'd0;
      state_q     <= 128'd0;
      res_valid_q <= 1'b0;
      res_q       <= 128'd0;
    end else begin
      if (kx_start) begin
        keyed_q <= 1'b0;
        wide_q  <= key_256_i;
      end else if (rk_last) begin
        keyed_q <= 1'b1;
      end
      if (res_valid_q && res_ready_i) begin
        res_valid_q <= 1'b0;
        res_q       <= 128'd0;
      end
      if (fire) begin
        run_q   <= 1'b1;
        step_q  <= 4'd1;
        dec_q   <= blk_decrypt_i;
        state_q <= blk_data_i ^ (blk_decrypt_i ? dec_key[0] : enc_key[0]);
      end else if (go) begin
        step_q <= step_q + 4'd1;
        if (last) begin
          run_q       <= 1'b0;
          state_q     <= 128'd0;
          res_valid_q <= 1'b1;
          if (dec_q) res_q <= dec_last(state_q, dec_key[step_q]);
          else res_q <= enc_last(state_q, enc_key[step_q]);
        end else begin
          if (dec_q) state_q <= dec_round(state_q, dec_key[step_q]);
          else state_q <= enc_round(state_q, enc_key[step_q]);
        end
      end
    end
  end

  // round keys by the step that uses them: decryption runs through the schedule backwards
  always_ff @(posedge clk_i) begin
    if (rk_valid) begin
      enc_key[rk_round]             <= rk;
      dec_key[last_step - rk_round] <= rk_dec;
    end
  end

  `ASSERT_STABLE(ResultHolds, res_valid_o, res_ready_i, res_data_o)
  `ASSERT_ZERO(NoDataOnIdleOutputs, res_valid_o, res_data_o)
  `ASSERT_ALWAYS(StepLegal, !run_q || (step_q >= 4'd1 && step_q <= last_step))
endmodule
