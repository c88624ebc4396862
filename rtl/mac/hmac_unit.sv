// HMAC (RFC 2104) over hash_unit, from the two compression states that stand for the key.
// key_start_i: makes both states from a zero-padded 64-byte key (two compressions) and keeps them. ld_i: takes them from a context.
// start_i: one message; hmac_i=1 inner and outer hash from those states, hmac_i=0 the plain hash. len_i may be secret (see hash_unit);
// alg_i, blocks_i and chunks_i are public and decide the time. done_o is 1 for a cycle; then digest_o (byte 0 in 7:0; what stands behind the
// digest's length is not part of it), inner_o and outer_o are valid until the next start.
// ssl3_i: the MAC of SSL 3.0 with SHA-1 (RFC 6101 5.2.3.1), whose secret is no whole block: inner_o's first 20 bytes are the secret itself.
// The 64 bytes secret | pad1 | first half of the sequence number are made here; blocks_i and len_i count them, chunks_i does not.
`include "assert.svh"

module hmac_unit (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         ready_o,
  input  logic [1:0]   alg_i,              // as hash_unit's
  input  logic         ld_i,
  input  logic [511:0] ld_inner_i,
  input  logic [511:0] ld_outer_i,
  input  logic         key_start_i,
  input  logic [511:0] key_i,              // held until done_o
  input  logic         start_i,
  input  logic         hmac_i,
  input  logic         ssl3_i,
  input  logic [31:0]  seq_hi_i,           // ssl3_i: sequence number's first four bytes, first in 7:0; held
  input  logic [26:0]  blocks_i,
  input  logic [28:0]  chunks_i,
  input  logic [31:0]  len_i,              // held until done_o
  input  logic         chunk_valid_i,
  output logic         chunk_ready_o,
  input  logic [127:0] chunk_i,
  output logic         done_o,
  output logic [511:0] digest_o,
  output logic [511:0] inner_o,
  output logic [511:0] outer_o
);
  typedef enum logic [2:0] {
    StIdle   = 3'd0,
    StKeyIn  = 3'd1,                       // compression of key ^ ipad
    StKeyOut = 3'd2,                       // compression of key ^ opad
    StPlain  = 3'd3,                       // the only hash of a plain one
    StInner  = 3'd4,                       // inner hash
    StOuter  = 3'd5,                       // outer hash, of the inner digest
    StError  = 3'd7
  } state_e;
  state_e       state_q, state_d;
  logic         ssl3_q, done_q, hu_start, hu_ready, hu_done, hu_chunk_ready, own_chunk;
  logic         hu_iv, hu_raw, hu_prefix;
  logic [1:0]   alg_q, hu_alg;
  logic [2:0]   idx_q;                     // chunk of the key or of the inner digest
  logic [511:0] inner_q, outer_q, hu_state, hu_init;
  logic [26:0]  hu_blocks;
  logic [28:0]  hu_chunks;
  logic [31:0]  hu_len, digest_len;
  logic [127:0] hu_chunk;
  logic [639:0] ssl3_block;

  assign ready_o       = (state_q == StIdle);
  assign done_o        = done_q;
  assign digest_o      = hu_state;
  assign inner_o       = inner_q;
  assign outer_o       = outer_q;
  assign own_chunk     = (state_q == StKeyIn) || (state_q == StKeyOut) || (state_q == StOuter) || ((state_q == StInner) && ssl3_q && !idx_q[2]);
  assign chunk_ready_o = hu_chunk_ready && !own_chunk;
  always_comb begin
    unique case (alg_q)
      2'd0:    digest_len = 32'd20;
      2'd1:    digest_len = 32'd32;
      2'd2:    digest_len = 32'd48;
      default: digest_len = 32'd64;
    endcase
  end

  always_comb begin
    state_d   = state_q;
    hu_start  = 1'b0;
    hu_alg    = alg_q;
    hu_iv     = 1'b0;
    hu_raw    = 1'b0;
    hu_prefix = 1'b0;
    hu_init   = inner_q;
    hu_blocks = 27'd1;
    hu_chunks = alg_q[1] ? 29'd8 : 29'd4;
    hu_len    = len_i;
    unique case (state_q)
      StIdle: begin // wait for a key or a message
        hu_alg = alg_i;
        if (key_start_i) begin
          hu_start  = 1'b1;
          hu_iv     = 1'b1;
          hu_raw    = 1'b1;
          hu_chunks = alg_i[1] ? 29'd8 : 29'd4;
          state_d   = StKeyIn;
        end else if (start_i) begin
          hu_start  = 1'b1;
          hu_iv     = !hmac_i || ssl3_i;
          hu_prefix = hmac_i && !ssl3_i;
          hu_blocks = blocks_i;
          hu_chunks = ssl3_i ? chunks_i + 29'd4 : chunks_i;
          state_d   = hmac_i ? StInner : StPlain;
        end
      end
      StKeyIn: if (hu_done) begin // inner state is there: go on with the outer one
        hu_start = 1'b1;
        hu_iv    = 1'b1;
        hu_raw   = 1'b1;
        state_d  = StKeyOut;
      end
      StKeyOut: if (hu_done) state_d = StIdle;
      StPlain: if (hu_done) state_d = StIdle;
      StInner: if (hu_done) begin // hash the inner digest from the outer state
        hu_start  = 1'b1;
        hu_iv     = ssl3_q;
        hu_prefix = !ssl3_q;
        hu_init   = outer_q;
        hu_blocks = ssl3_q ? 27'd2 : 27'd1;
        hu_chunks = ssl3_q ? 29'd5 : (alg_q[1] ? 29'd4 : 29'd2);
        hu_len    = ssl3_q ? 32'd80 : digest_len;
        state_d   = StOuter;
      end
      StOuter: begin
        hu_len = ssl3_q ? 32'd80 : digest_len;
        if (hu_done) state_d = StIdle;
      end
      default: state_d = StError;
    endcase
  end

  // RFC 6101 5.2.3.1: secret | pad, and what follows it
  always_comb begin
    ssl3_block = '0;
    hu_chunk   = chunk_i;
    if (own_chunk) begin
      if (ssl3_q) begin
        ssl3_block = {hu_state[159:0], {40{8'h5c}}, inner_q[159:0]};
        if (state_q == StInner) ssl3_block = {128'd0, seq_hi_i, {40{8'h36}}, inner_q[159:0]};
        hu_chunk = ssl3_block[128*idx_q +: 128];
      end else if (state_q == StOuter) hu_chunk = hu_state[128*idx_q[1:0] +: 128]; // stays until the outer compression is over
      else hu_chunk = (idx_q[2] ? 128'd0 : key_i[128*idx_q[1:0] +: 128]) ^ {16{(state_q == StKeyIn) ? 8'h36 : 8'h5c}};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      done_q  <= 1'b0;
      alg_q   <= '0;
      ssl3_q  <= 1'b0;
      idx_q   <= '0;
      inner_q <= '0;
      outer_q <= '0;
    end else begin
      state_q <= state_d;
      done_q  <= hu_done && (state_d == StIdle);
      if (hu_start) begin
        alg_q <= hu_alg;
        idx_q <= '0;
      end else if (own_chunk && hu_chunk_ready) idx_q <= idx_q + 3'd1;
      if (state_q == StIdle) ssl3_q <= start_i && hmac_i && ssl3_i && !key_start_i;
      if (ld_i) begin
        inner_q <= ld_inner_i;
        outer_q <= ld_outer_i;
      end
      if (hu_done && (state_q == StKeyIn)) inner_q <= hu_state;
      if (hu_done && (state_q == StKeyOut)) outer_q <= hu_state;
    end
  end

  hash_unit u_hash (
    .clk_i, .rst_ni, .start_i(hu_start), .ready_o(hu_ready), .alg_i(hu_alg), .iv_i(hu_iv), .raw_i(hu_raw), .prefix_i(hu_prefix),
    .state_i(hu_init), .blocks_i(hu_blocks), .chunks_i(hu_chunks), .len_i(hu_len),
    .chunk_valid_i(own_chunk || chunk_valid_i), .chunk_ready_o(hu_chunk_ready), .chunk_i(hu_chunk), .done_o(hu_done), .state_o(hu_state)
  );

  `ASSERT(HashIsReadyWhenStarted, hu_start |-> hu_ready)
  `ASSERT(StateIsLegal, state_q != StError)
  `ASSERT_NEVER(NoLoadWhileBusy, ld_i && (state_q != StIdle))
endmodule
