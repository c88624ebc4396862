// Random numbers for every engine: the generator (drbg_core) behind a small pool, a lane per engine id with the port that engines have (rnd_*).
// Each lane holds one word, ready to be taken; the pool is filled again, a batch at a time, when it is empty. So there is no work, and busy_o is 0,
// while nobody takes any. rnd_fail_o: no words any more until reset; those that were waiting are gone.
`include "assert.svh"

module drbg #(
  parameter int unsigned NumPorts = 6,
  parameter int unsigned BatchWords = 8,       // at most 8: the pool
  parameter int unsigned Interval = 65536
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  output logic                    busy_o,
  // noise source: raw samples, one byte each
  input  logic                    noise_valid_i,
  output logic                    noise_ready_o,
  input  logic [127:0]            noise_data_i,
  // engines
  output logic [NumPorts-1:0]     rnd_valid_o,
  input  logic [NumPorts-1:0]     rnd_ready_i,
  output logic [128*NumPorts-1:0] rnd_data_o,
  output logic                    rnd_fail_o
);
  logic         core_ready, core_valid, batch, fail, take;
  logic [127:0] core_word;
  drbg_core #(.BatchWords(BatchWords), .Interval(Interval)) u_core (
    .clk_i, .rst_ni, .ready_o(core_ready), .batch_i(batch), .word_valid_o(core_valid), .word_o(core_word), .fail_o(fail),
    .noise_valid_i, .noise_ready_o, .noise_data_i
  );

  // ---- pool: a word is erased as it leaves
  logic [127:0] pool_mem [8];
  logic [2:0]   wr_q, rd_q;
  logic [3:0]   level_q;
  assign batch = level_q == 4'd0 && !fail;

  // ---- lanes, filled in turn
  logic [NumPorts-1:0] valid_q;
  logic [127:0]        word_q [NumPorts];
  localparam int unsigned SelW = NumPorts > 1 ? $clog2(NumPorts) : 1;
  logic [SelW-1:0]     sel_q, sel;
  always_comb begin
    sel = sel_q;
    for (int i = NumPorts; i > 0; i--) if (!valid_q[(32'(sel_q) + i) % NumPorts]) sel = SelW'((32'(sel_q) + i) % NumPorts);
  end
  assign take = level_q != 4'd0 && valid_q != '1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q    <= 3'd0;
      rd_q    <= 3'd0;
      level_q <= 4'd0;
      valid_q <= '0;
      sel_q   <= '0;
      for (int p = 0; p < NumPorts; p++) word_q[p] <= 128'd0;
      for (int k = 0; k < 8; k++) pool_mem[k] <= 128'd0;
    end else if (fail) begin
      level_q <= 4'd0;
      valid_q <= '0;
      for (int p = 0; p < NumPorts; p++) word_q[p] <= 128'd0;
      for (int k = 0; k < 8; k++) pool_mem[k] <= 128'd0;
    end else begin
      for (int p = 0; p < NumPorts; p++) begin
        if (valid_q[p] && rnd_ready_i[p]) begin
          valid_q[p] <= 1'b0;
          word_q[p]  <= 128'd0;
        end
      end
      if (core_valid) begin
        pool_mem[wr_q] <= core_word;
        wr_q           <= wr_q + 3'd1;
      end
      if (take) begin
        word_q[sel]    <= pool_mem[rd_q];
        valid_q[sel]   <= 1'b1;
        pool_mem[rd_q] <= 128'd0;
        rd_q           <= rd_q + 3'd1;
        sel_q          <= sel;
      end
      level_q <= level_q + {3'd0, core_valid} - {3'd0, take};
    end
  end

  assign rnd_valid_o = valid_q & {NumPorts{!fail}};
  for (genvar p = 0; p < NumPorts; p++) begin : gen_lane
    assign rnd_data_o[128*p +: 128] = rnd_valid_o[p] ? word_q[p] : 128'd0;
  end
  assign rnd_fail_o = fail;
  // after a failure the core has nothing to do, but the lanes must have seen it
  assign busy_o = fail ? valid_q != '0 || level_q != 4'd0 : !core_ready || level_q == 4'd0 || take;

  `ASSERT_CONST(PoolHoldsABatch, BatchWords <= 8)
  `ASSERT_NEVER(PoolNeverOverflows, core_valid && level_q == 4'd8)
  `ASSERT_NEVER(NoWordsOfAFailedGenerator, fail && rnd_valid_o != '0)
endmodule
