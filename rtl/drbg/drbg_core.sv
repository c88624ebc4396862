// CTR_DRBG with AES-256 and derivation function (SP 800-90A 10.2.1), fed by a noise source under health tests (drbg_health).
//
// After reset: a known answer test of the generator itself, 1024 samples of the noise source through the tests (SP 800-90B 4.3), then the
// instantiation from 96 bytes of noise: 384 bits of entropy where 4 bits a byte are assumed, which covers the 256 that are asked for and a nonce.
// Then batches of words on request, one Generate each, with an Update behind it; every Interval batches a reseed from another 96 bytes.
// With each batch one more word of noise goes through the tests, so that a source that dies is seen while there is work.
// fail_o is sticky: a health test, the known answer, or a source that is silent for 2^16 cycles. No word is given from then on.
`include "assert.svh"

module drbg_core #(
  parameter int unsigned BatchWords = 8,
  parameter int unsigned Interval = 65536,    // batches between reseeds (SP 800-90A table 3 allows 2^48)
  parameter int unsigned StartWords = 64      // of 16 samples: 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         ready_o,       // asleep until batch_i
  input  logic         batch_i,       // while ready_o: BatchWords words, please
  output logic         word_valid_o,  // they are taken as they come
  output logic [127:0] word_o,
  output logic         fail_o,
  input  logic         noise_valid_i,
  output logic         noise_ready_o,
  input  logic [127:0] noise_data_i
);
  localparam int unsigned SeedWords = 6;
  // the generator's first batch from noise words 16 x 00, 16 x 01, ...: its last word
  localparam logic [127:0] Answer = 128'h7ffaf087a9edb9ebe0f6bb452599e333;

  typedef enum logic [3:0] {StStart, StGather, StKey, StSend, StWait, StReady, StFail, StError} state_e;
  typedef enum logic [1:0] {PhBcc, PhDf, PhUpdate, PhGenerate} phase_e;
  state_e state_q, state_d;
  phase_e phase_q, phase_d;

  logic [127:0] ent_mem [8];          // seed material
  logic [127:0] temp_q [3];           // df: its intermediate value, then the seed; zeros while generating
  logic [127:0] chain_q, blk, v_next, aes_in, aes_res, res_swap, v_q;
  logic [255:0] key_q, key_in;
  logic [3:0]   i_q, i_d;             // word gathered, block of a chain, word generated
  logic [1:0]   n_q, n_d;             // which third
  logic [16:0]  age_q;                // batches since the last seed
  logic [15:0]  silent_q;
  logic [6:0]   start_q;
  logic         kat_q, seeding_q, df_key_q, fail_q, fresh_q;
  logic         aes_key_ready, aes_ready, aes_valid, h_ready, h_busy, h_fail, gathering, noise_take;
  logic [127:0] noise;

  function automatic logic [127:0] bswap(input logic [127:0] x);
    for (int b = 0; b < 16; b++) bswap[8*b +: 8] = x[8*(15-b) +: 8];
  endfunction

  // ---- noise: the known answer test has its own
  assign noise = kat_q ? {16{4'd0, i_q}} : noise_data_i;
  drbg_health u_health (
    .clk_i, .rst_ni, .word_valid_i(noise_valid_i && noise_ready_o), .word_ready_o(h_ready), .word_i(noise_data_i),
    .busy_o(h_busy), .fail_o(h_fail)
  );
  assign gathering     = state_q == StGather && i_q != 4'(SeedWords);
  assign noise_ready_o = h_ready && !kat_q && !fail_q && ((state_q == StStart && start_q != 7'(StartWords)) || gathering || fresh_q);
  assign noise_take    = kat_q ? gathering : noise_valid_i && noise_ready_o;

  // ---- block cipher
  // df (10.3.2): IV i, then lengths | seed material | 80 00 ..., each 16 bytes, chained
  always_comb begin
    unique case (i_q)
      4'd0:    blk = {96'd0, 6'd0, n_q, 24'd0};                                    // the number i, most significant byte first
      4'd1:    blk = {ent_mem[0][63:0], 32'h30000000, 32'h60000000};               // 96 and 48, likewise
      4'd7:    blk = {56'd0, 8'h80, ent_mem[5][127:64]};
      default: blk = {ent_mem[i_q[2:0] - 3'd1][63:0], ent_mem[i_q[2:0] - 3'd2][127:64]};
    endcase
  end
  assign v_next = v_q + 128'd1;
  always_comb begin
    unique case (phase_q)
      PhBcc:   aes_in = chain_q ^ blk;
      PhDf:    aes_in = chain_q;
      default: aes_in = bswap(v_next);
    endcase
    key_in = key_q;
    if (phase_q == PhDf) key_in = {temp_q[1], temp_q[0]};
    if (df_key_q) for (int b = 0; b < 32; b++) key_in[8*b +: 8] = 8'(b);
  end
  aes_iter u_aes (
    .clk_i, .rst_ni,
    .key_valid_i(state_q == StKey), .key_ready_o(aes_key_ready), .key_data_i(state_q == StKey ? key_in : 256'd0), .key_256_i(1'b1),
    .blk_valid_i(state_q == StSend), .blk_ready_o(aes_ready), .blk_decrypt_i(1'b0), .blk_data_i(state_q == StSend ? aes_in : 128'd0),
    .res_valid_o(aes_valid), .res_ready_i(1'b1), .res_data_o(aes_res)
  );
  assign res_swap = bswap(aes_res ^ temp_q[2]);

  always_comb begin
    state_d = state_q;
    phase_d = phase_q;
    i_d     = i_q;
    n_d     = n_q;
    unique case (state_q)
      // SP 800-90B 4.3: samples that are only looked at
      StStart: if (start_q == 7'(StartWords) && !h_busy) begin
        state_d = StGather;
        i_d     = 4'd0;
      end
      // seed material
      StGather: begin
        if (noise_take) i_d = i_q + 4'd1;
        if (i_q == 4'(SeedWords)) begin
          i_d = i_q;
          if (!h_busy) begin
            state_d = StKey;
            phase_d = PhBcc;
            i_d     = 4'd0;
            n_d     = 2'd0;
          end
        end
      end
      StKey: if (aes_key_ready) state_d = phase_q == PhGenerate ? StReady : StSend;
      StSend: if (aes_ready) state_d = StWait;
      StWait: if (aes_valid) begin
        state_d = StSend;
        unique case (phase_q)
          // three chains of eight blocks
          PhBcc: begin
            i_d = i_q + 4'd1;
            if (i_q == 4'd7) begin
              i_d = 4'd0;
              n_d = n_q + 2'd1;
              if (n_q == 2'd2) begin
                state_d = StKey;
                phase_d = PhDf;
                n_d     = 2'd0;
              end
            end
          end
          // three blocks of seed
          PhDf: begin
            n_d = n_q + 2'd1;
            if (n_q == 2'd2) begin
              state_d = StKey;
              phase_d = PhUpdate;
              n_d     = 2'd0;
            end
          end
          // 10.2.1.2: new key and V
          PhUpdate: begin
            n_d = n_q + 2'd1;
            if (n_q == 2'd2) begin
              state_d = StKey;
              phase_d = PhGenerate;
              n_d     = 2'd0;
              i_d     = 4'd0;
            end
          end
          // the batch
          default: begin
            i_d = i_q + 4'd1;
            if (i_q == 4'(BatchWords - 1)) begin
              phase_d = PhUpdate;
              i_d     = 4'd0;
              n_d     = 2'd0;
            end
          end
        endcase
      end
      // asleep; the known answer test asks for one batch, and then the real work begins
      StReady: begin
        i_d = 4'd0;
        if (kat_q) state_d = seeding_q ? StSend : StStart;
        else if (batch_i && ready_o) state_d = age_q == 17'(Interval) ? StGather : StSend;
      end
      StFail: ;
      default: state_d = StError;
    endcase
    if (fail_q) state_d = StFail;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StGather;
      phase_q   <= PhBcc;
      i_q       <= 4'd0;
      n_q       <= 2'd0;
      age_q     <= 17'd0;
      silent_q  <= 16'd0;
      start_q   <= 7'd0;
      kat_q     <= 1'b1;
      seeding_q <= 1'b1;
      df_key_q  <= 1'b1;
      fail_q    <= 1'b0;
      fresh_q   <= 1'b0;
      chain_q   <= 128'd0;
      v_q       <= 128'd0;
      key_q     <= 256'd0;
      for (int k = 0; k < 3; k++) temp_q[k] <= 128'd0;
      for (int k = 0; k < 8; k++) ent_mem[k] <= 128'd0;
    end else if (state_q != StReady || batch_i || kat_q || fresh_q || h_busy || h_fail) begin
      state_q <= state_d;
      phase_q <= phase_d;
      i_q     <= i_d;
      n_q     <= n_d;
      if (h_fail && !kat_q) fail_q <= 1'b1;

      // a source that says nothing while it is wanted
      silent_q <= 16'd0;
      if (noise_ready_o && !noise_valid_i) begin
        silent_q <= silent_q + 16'd1;
        if (silent_q == 16'hffff) fail_q <= 1'b1;
      end
      if (state_q == StStart && noise_take) start_q <= start_q + 7'd1;
      if (fresh_q && noise_take) fresh_q <= 1'b0;
      if (state_q == StGather) begin
        seeding_q <= 1'b1;
        df_key_q  <= 1'b1;
        chain_q   <= 128'd0;
        if (noise_take) ent_mem[i_q[2:0]] <= noise;
      end
      if (state_q == StKey && aes_key_ready) df_key_q <= 1'b0;
      if (state_q == StReady) begin
        if (kat_q && !seeding_q) begin
          // the known answer was right (or fail_q is set): everything from the beginning, with noise
          kat_q <= 1'b0;
          key_q <= 256'd0;
          v_q   <= 128'd0;
          phase_q <= PhBcc;
        end
        seeding_q <= 1'b0;
        if (batch_i && ready_o) begin
          age_q   <= age_q == 17'(Interval) ? 17'd0 : age_q + 17'd1;
          fresh_q <= age_q != 17'(Interval);
        end
      end
      if (state_q == StWait && aes_valid) begin
        unique case (phase_q)
          PhBcc: begin
            chain_q <= aes_res;
            if (i_q == 4'd7) begin
              temp_q[n_q] <= aes_res;
              chain_q     <= n_q == 2'd2 ? aes_res : 128'd0;
            end
          end
          PhDf: begin
            chain_q     <= aes_res;
            temp_q[n_q] <= aes_res;
          end
          PhUpdate: begin
            v_q         <= v_next;
            temp_q[n_q] <= aes_res ^ temp_q[n_q];
            chain_q     <= 128'd0;
            if (n_q == 2'd2) begin
              key_q <= {temp_q[1], temp_q[0]};
              v_q   <= res_swap;
              for (int k = 0; k < 3; k++) temp_q[k] <= 128'd0;
              for (int k = 0; k < 8; k++) ent_mem[k] <= 128'd0;
            end
          end
          default: begin
            v_q <= v_next;
            if (kat_q && i_q == 4'(BatchWords - 1) && aes_res != Answer) fail_q <= 1'b1;
          end
        endcase
      end
      if (fail_q) begin
        key_q   <= 256'd0;
        v_q     <= 128'd0;
        chain_q <= 128'd0;
        fresh_q <= 1'b0;
        for (int k = 0; k < 3; k++) temp_q[k] <= 128'd0;
        for (int k = 0; k < 8; k++) ent_mem[k] <= 128'd0;
      end
    end
  end

  // the cipher's key schedule is part of the work: whoever sleeps while this is ready loses no cycle of it
  assign ready_o      = state_q == StReady && !kat_q && !fresh_q && !h_busy && aes_ready;
  assign fail_o       = fail_q;
  assign word_valid_o = state_q == StWait && aes_valid && phase_q == PhGenerate && !kat_q && !fail_q;
  assign word_o       = word_valid_o ? aes_res : 128'd0;

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_CONST(CountersHold, BatchWords <= 15 && Interval <= 65536 && StartWords < 128)
endmodule
