// Two AES pipes, one for each direction, shared by slots: each slot has its own key and chain value, so that many CBC streams, of which each must wait
// for its last block, fill a pipe together.
//
// A slot asks with req_*; in each direction one ready slot is taken in a cycle, round robin (rr_arbiter). Its answer comes 16 cycles after it was taken,
// on the lines of its direction, which all slots share: enc_valid_o[s] or dec_valid_o[s] is 1 for one cycle and cannot be held off.
//   req_iv_i   the data is the slot's chain value for that direction; no answer
//   req_cbc_i  CBC: encryption adds the chain value before, decryption after the cipher, and the chain value moves on; 0: the block alone
// Encryption takes a slot's next block from the cycle of its last answer on, so 16 ready slots keep the pipe full and one has 1/16 of it;
// decryption takes one in every cycle.
//
// Keys come one at a time through one key schedule: a transfer on key_* while nothing of that slot is in a pipe; 11 or 15 cycles later keyed_o[s] is
// 1 again, and its requests are looked at. Reset overwrites the keys of all slots, which takes 16 cycles for each.
//
// Nothing but requests, key lengths and turns decides when anything happens. Data lines are zero while their valid is zero.
`include "assert.svh"

module aes_slots #(
  parameter int unsigned Slots = 16,        // a power of two
  localparam int unsigned SlotW = $clog2(Slots)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 key_valid_i,
  output logic                 key_ready_o,
  input  logic [SlotW-1:0]     key_slot_i,
  input  logic                 key_256_i,
  input  logic [255:0]         key_data_i,  // byte 0 in bits 7:0; AES-128 uses bits 127:0
  output logic [Slots-1:0]     keyed_o,     // the slot has a key
  input  logic [Slots-1:0]     req_valid_i,
  output logic [Slots-1:0]     req_ready_o, // depends on req_valid_i and req_dec_i of all slots
  input  logic [Slots-1:0]     req_dec_i,
  input  logic [Slots-1:0]     req_cbc_i,
  input  logic [Slots-1:0]     req_iv_i,
  input  logic [Slots*128-1:0] req_data_i,  // byte 0 in bits 7:0
  output logic [Slots-1:0]     enc_valid_o,
  output logic [127:0]         enc_data_o,
  output logic [Slots-1:0]     dec_valid_o,
  output logic [127:0]         dec_data_o,
  output logic                 busy_o       // keys are being made, or a block is in a pipe
);
  function automatic logic [SlotW-1:0] number(input logic [Slots-1:0] one);
    number = '0;
    for (int i = 0; i < Slots; i++) if (one[i]) number = number | SlotW'(i);
  endfunction
  function automatic logic [Slots-1:0] one_of(input logic valid, input logic [SlotW-1:0] n);
    one_of = '0;
    one_of[n] = valid;
  endfunction

  // ---- keys ---------------------------------------------------------------------------------------------------------------------------
  logic             wipe_q, kx_start, kx_ready, rk_valid, rk_last, key_free;
  logic [SlotW-1:0] key_slot_q;
  logic [Slots-1:0] keyed_q, wide_q, enc_busy_q;
  logic [3:0]       rk_round, enc_rk, dec_rk;
  logic [127:0]     rk, rk_dec;
  logic [5*Slots-1:0] dec_busy_q;  // blocks of each slot in the decryption pipe

  assign key_free    = !enc_busy_q[key_slot_i] && dec_busy_q[5*key_slot_i +: 5] == 5'd0;
  assign key_ready_o = kx_ready && !wipe_q && key_free;
  assign kx_start    = wipe_q ? kx_ready : key_valid_i && key_ready_o;
  assign keyed_o     = keyed_q;
  // rounds in the slots of the pipes: see there
  assign enc_rk = rk_round == 4'd0 ? 4'd0 : rk_round + (wide_q[key_slot_q] ? 4'd0 : 4'd4);
  assign dec_rk = rk_last ? 4'd0 : 4'd14 - rk_round;

  logic [255:0] kx_key;
  always_comb begin
    kx_key = 256'd0;
    if (kx_start && !wipe_q) kx_key = key_data_i;
  end
  aes_key_expand u_key_expand (
    .clk_i, .rst_ni,
    .start_i(kx_start), .ready_o(kx_ready), .key_i(kx_key), .key_256_i(wipe_q || key_256_i), .want_dec_i(1'b1),
    .rk_valid_o(rk_valid), .rk_round_o(rk_round), .rk_last_o(rk_last), .rk_o(rk), .rk_dec_o(rk_dec)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wipe_q     <= 1'b1;
      key_slot_q <= '0;
      keyed_q    <= '0;
      wide_q     <= '0;
    end else begin
      if (wipe_q) begin
        wide_q[key_slot_q] <= 1'b1;
        if (rk_last) begin
          key_slot_q <= key_slot_q + 1'b1;
          if (&key_slot_q) wipe_q <= 1'b0;
        end
      end else if (kx_start) begin
        key_slot_q          <= key_slot_i;
        keyed_q[key_slot_i] <= 1'b0;
        wide_q[key_slot_i]  <= key_256_i;
      end else if (rk_last) begin
        keyed_q[key_slot_q] <= 1'b1;
      end
    end
  end

  // ---- whose turn -----------------------------------------------------------------------------------------------------------------------
  logic [Slots-1:0] keying, enc_req, dec_req, enc_grant, dec_grant;
  // a slot whose key is being taken in this cycle has no block taken
  assign keying  = one_of(key_valid_i && key_ready_o, key_slot_i);
  assign enc_req = req_valid_i & ~req_dec_i & keyed_q & ~keying & (~enc_busy_q | enc_valid_o);
  assign dec_req = req_valid_i & req_dec_i & keyed_q & ~keying;
  rr_arbiter #(.Num(Slots)) u_enc_turn (.clk_i, .rst_ni, .req_i(enc_req), .take_i(1'b1), .grant_o(enc_grant));
  rr_arbiter #(.Num(Slots)) u_dec_turn (.clk_i, .rst_ni, .req_i(dec_req), .take_i(1'b1), .grant_o(dec_grant));
  assign req_ready_o = enc_grant | dec_grant;

  // the block taken
  logic             e_valid_q, e_cbc_q, e_iv_q, d_valid_q, d_cbc_q, d_iv_q;
  logic [SlotW-1:0] e_slot_q, d_slot_q;
  logic [127:0]     e_data_q, d_data_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      e_valid_q  <= 1'b0;
      d_valid_q  <= 1'b0;
      enc_busy_q <= '0;
      dec_busy_q <= '0;
    end else begin
      e_valid_q  <= enc_grant != '0;
      d_valid_q  <= dec_grant != '0;
      enc_busy_q <= (enc_busy_q & ~enc_valid_o) | (enc_grant & ~req_iv_i);
      for (int i = 0; i < Slots; i++) begin
        if ((dec_grant[i] && !req_iv_i[i]) != dec_valid_o[i]) dec_busy_q[5*i +: 5] <= dec_busy_q[5*i +: 5] + (dec_valid_o[i] ? 5'h1f : 5'd1);
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (enc_grant != '0) begin
      e_slot_q <= number(enc_grant);
      e_cbc_q  <= (enc_grant & req_cbc_i) != '0;
      e_iv_q   <= (enc_grant & req_iv_i) != '0;
      e_data_q <= req_data_i[128*number(enc_grant) +: 128];
    end
    if (dec_grant != '0) begin
      d_slot_q <= number(dec_grant);
      d_cbc_q  <= (dec_grant & req_cbc_i) != '0;
      d_iv_q   <= (dec_grant & req_iv_i) != '0;
      d_data_q <= req_data_i[128*number(dec_grant) +: 128];
    end
  end

  // ---- encryption -------------------------------------------------------------------------------------------------------------------------
  logic [127:0]        enc_iv_mem [Slots];     // chain value as given
  logic [127:0]        enc_chain_mem [Slots];  // as it came out of the pipe
  logic [Slots-1:0]    enc_given_q;            // the chain value is the given one
  logic [SlotW*15-1:0] enc_slot_q;             // beside the pipe
  logic [14:0]         enc_cbc_q;
  logic                enc_in, enc_out;
  logic [SlotW-1:0]    enc_slot;
  logic [127:0]        enc_block, enc_pipe;

  assign enc_in   = e_valid_q && !e_iv_q;
  assign enc_slot = enc_slot_q[SlotW*14 +: SlotW];
  always_comb begin
    enc_block = 128'd0;
    if (enc_in) begin
      enc_block = e_data_q;
      if (e_cbc_q) enc_block = e_data_q ^ (enc_given_q[e_slot_q] ? enc_iv_mem[e_slot_q] : enc_chain_mem[e_slot_q]);
    end
  end
  aes_enc_pipe #(.BankW(SlotW)) u_enc_pipe (
    .clk_i, .rst_ni,
    .key_valid_i(rk_valid), .key_bank_i(key_slot_q), .key_slot_i(enc_rk), .key_data_i(rk),
    .in_valid_i(enc_in), .in_bank_i(e_slot_q), .in_256_i(wide_q[e_slot_q]), .in_data_i(enc_block),
    .out_valid_o(enc_out), .out_data_o(enc_pipe)
  );
  always_ff @(posedge clk_i) begin
    enc_slot_q <= {enc_slot_q[SlotW*14-1:0], e_slot_q};
    enc_cbc_q  <= {enc_cbc_q[13:0], e_cbc_q};
    if (e_valid_q && e_iv_q) enc_iv_mem[e_slot_q] <= e_data_q;
    if (enc_out && enc_cbc_q[14]) enc_chain_mem[enc_slot] <= enc_pipe;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) enc_given_q <= '0;
    else if (e_valid_q && (e_iv_q || e_cbc_q)) enc_given_q[e_slot_q] <= e_iv_q;
  end
  assign enc_valid_o = one_of(enc_out, enc_slot);
  assign enc_data_o  = enc_pipe;

  // ---- decryption -------------------------------------------------------------------------------------------------------------------------
  logic [127:0]        dec_chain_mem [Slots];  // the ciphertext block before
  logic [127:0]        dec_prev_mem [16];      // what is added to the blocks in the pipe
  logic [3:0]          dec_wr_q, dec_rd_q;
  logic [SlotW*15-1:0] dec_slot_q;
  logic                dec_in, dec_out;
  logic [127:0]        dec_block, dec_pipe;

  assign dec_in = d_valid_q && !d_iv_q;
  always_comb begin
    dec_block = 128'd0;
    if (dec_in) dec_block = d_data_q;
  end
  aes_dec_pipe #(.BankW(SlotW)) u_dec_pipe (
    .clk_i, .rst_ni,
    .key_valid_i(rk_valid), .key_bank_i(key_slot_q), .key_slot_i(dec_rk), .key_data_i(rk_dec),
    .in_valid_i(dec_in), .in_bank_i(d_slot_q), .in_256_i(wide_q[d_slot_q]), .in_data_i(dec_block),
    .out_valid_o(dec_out), .out_data_o(dec_pipe)
  );
  always_ff @(posedge clk_i) begin
    dec_slot_q <= {dec_slot_q[SlotW*14-1:0], d_slot_q};
    if (d_valid_q && (d_iv_q || d_cbc_q)) dec_chain_mem[d_slot_q] <= d_data_q;
    if (dec_in) dec_prev_mem[dec_wr_q] <= d_cbc_q ? dec_chain_mem[d_slot_q] : 128'd0;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      dec_wr_q <= 4'd0;
      dec_rd_q <= 4'd0;
    end else begin
      if (dec_in) dec_wr_q <= dec_wr_q + 4'd1;
      if (dec_out) dec_rd_q <= dec_rd_q + 4'd1;
    end
  end
  assign dec_valid_o = one_of(dec_out, dec_slot_q[SlotW*14 +: SlotW]);
  always_comb begin
    dec_data_o = 128'd0;
    if (dec_out) dec_data_o = dec_pipe ^ dec_prev_mem[dec_rd_q];
  end

  assign busy_o = wipe_q || !kx_ready || enc_busy_q != '0 || dec_busy_q != '0 || e_valid_q || d_valid_q;

  `ASSERT_CONST(SlotsArePowerOfTwo, (1 << SlotW) == Slots)
  `ASSERT_ZERO(NoDataOnIdleEncryption, enc_valid_o != '0, enc_data_o)
  `ASSERT_ZERO(NoDataOnIdleDecryption, dec_valid_o != '0, dec_data_o)
  `ASSERT_ALWAYS(OneAnswerInEachDirection, $onehot0(enc_valid_o) && $onehot0(dec_valid_o))
  `ASSERT_IF(AnswersWereAskedFor, enc_valid_o != '0, (enc_valid_o & ~enc_busy_q) == '0)
  `ASSERT_NEVER(NoBlockUnderAChangingKey, rk_valid && (enc_busy_q[key_slot_q] || dec_busy_q[5*key_slot_q +: 5] != 5'd0))
endmodule
