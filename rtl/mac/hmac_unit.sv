// HMAC (RFC 2104) over hash_unit, from the two compression states that stand for the key.
// key_start_i: makes both states from a zero-padded 64-byte key (two compressions) and keeps them. ld_i: takes them from a context.
// start_i: one message; hmac_i=1 inner and outer hash from those states, hmac_i=0 the plain hash. len_i may be secret (see hash_unit);
// blocks_i and chunks_i are public and decide the time. done_o is 1 for a cycle; then digest_o (byte 0 in 7:0, zero behind a SHA-1 digest),
// inner_o and outer_o are valid until the next start.
`include "assert.svh"

module hmac_unit (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         ready_o,
  input  logic         sha256_i,
  input  logic         ld_i,
  input  logic [255:0] ld_inner_i,
  input  logic [255:0] ld_outer_i,
  input  logic         key_start_i,
  input  logic [511:0] key_i,              // held until done_o
  input  logic         start_i,
  input  logic         hmac_i,
  input  logic [26:0]  blocks_i,
  input  logic [28:0]  chunks_i,
  input  logic [31:0]  len_i,              // held until done_o
  input  logic         chunk_valid_i,
  output logic         chunk_ready_o,
  input  logic [127:0] chunk_i,
  output logic         done_o,
  output logic [255:0] digest_o,
  output logic [255:0] inner_o,
  output logic [255:0] outer_o
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
  logic         sha256_q, done_q, hu_start, hu_ready, hu_done, hu_chunk_ready, own_chunk;
  logic         hu_sha256, hu_iv, hu_raw, hu_prefix;
  logic [1:0]   idx_q;                     // chunk of the key or of the inner digest
  logic [255:0] inner_q, outer_q, mid_q, hu_state, hu_init;
  logic [26:0]  hu_blocks;
  logic [28:0]  hu_chunks;
  logic [31:0]  hu_len;
  logic [127:0] hu_chunk;

  function automatic logic [255:0] bytes_of(input logic [255:0] s, input logic wide);
    for (int i = 0; i < 8; i++) bytes_of[32*i +: 32] = {s[32*i +: 8], s[32*i+8 +: 8], s[32*i+16 +: 8], s[32*i+24 +: 8]};
    if (!wide) bytes_of[255:160] = '0;
  endfunction

  assign ready_o       = (state_q == StIdle);
  assign done_o        = done_q;
  assign digest_o      = bytes_of(hu_state, sha256_q);
  assign inner_o       = inner_q;
  assign outer_o       = outer_q;
  assign own_chunk     = (state_q == StKeyIn) || (state_q == StKeyOut) || (state_q == StOuter);
  assign chunk_ready_o = hu_chunk_ready && !own_chunk;

  always_comb begin
    state_d   = state_q;
    hu_start  = 1'b0;
    hu_sha256 = sha256_q;
    hu_iv     = 1'b0;
    hu_raw    = 1'b0;
    hu_prefix = 1'b0;
    hu_init   = '0;
    hu_blocks = 27'd1;
    hu_chunks = 29'd4;
    hu_len    = len_i;
    unique case (state_q)
      StIdle: begin // wait for a key or a message
        hu_sha256 = sha256_i;
        if (key_start_i) begin
          hu_start = 1'b1;
          hu_iv    = 1'b1;
          hu_raw   = 1'b1;
          state_d  = StKeyIn;
        end else if (start_i) begin
          hu_start  = 1'b1;
          hu_iv     = !hmac_i;
          hu_prefix = hmac_i;
          hu_init   = inner_q;
          hu_blocks = blocks_i;
          hu_chunks = chunks_i;
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
        hu_prefix = 1'b1;
        hu_init   = outer_q;
        hu_chunks = 29'd2;
        hu_len    = sha256_q ? 32'd32 : 32'd20;
        state_d   = StOuter;
      end
      StOuter: begin
        hu_len = sha256_q ? 32'd32 : 32'd20;
        if (hu_done) state_d = StIdle;
      end
      default: state_d = StError;
    endcase
  end

  always_comb begin
    hu_chunk = chunk_i;
    if (own_chunk) begin
      hu_chunk = idx_q[0] ? mid_q[255:128] : mid_q[127:0];
      if (state_q != StOuter) hu_chunk = key_i[128*idx_q +: 128] ^ {16{(state_q == StKeyIn) ? 8'h36 : 8'h5c}};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      done_q   <= 1'b0;
      sha256_q <= 1'b0;
      idx_q    <= '0;
      inner_q  <= '0;
      outer_q  <= '0;
    end else begin
      state_q <= state_d;
      done_q  <= hu_done && (state_d == StIdle);
      if (hu_start) begin
        sha256_q <= hu_sha256;
        idx_q    <= '0;
      end else if (own_chunk && hu_chunk_ready) idx_q <= idx_q + 2'd1;
      if (ld_i) begin
        inner_q <= ld_inner_i;
        outer_q <= ld_outer_i;
      end
      if (hu_done && (state_q == StKeyIn)) inner_q <= hu_state;
      if (hu_done && (state_q == StKeyOut)) outer_q <= hu_state;
    end
  end
  always_ff @(posedge clk_i) if (hu_done && (state_q == StInner)) mid_q <= bytes_of(hu_state, sha256_q);

  hash_unit u_hash (
    .clk_i, .rst_ni, .start_i(hu_start), .ready_o(hu_ready), .sha256_i(hu_sha256), .iv_i(hu_iv), .raw_i(hu_raw), .prefix_i(hu_prefix),
    .state_i(hu_init), .blocks_i(hu_blocks), .chunks_i(hu_chunks), .len_i(hu_len),
    .chunk_valid_i(own_chunk || chunk_valid_i), .chunk_ready_o(hu_chunk_ready), .chunk_i(hu_chunk), .done_o(hu_done), .state_o(hu_state)
  );

  `ASSERT(HashIsReadyWhenStarted, hu_start |-> hu_ready)
  `ASSERT(StateIsLegal, state_q != StError)
  `ASSERT_NEVER(NoLoadWhileBusy, ld_i && (state_q != StIdle))
endmodule
