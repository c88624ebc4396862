// HASH, HMAC and HMAC_VERIFY: source words straight into the hash, two to four result words out.
// Verify: message | tag. The tag is taken out of the source by mac_extract and compared in one cycle; the status tells one bit.
// start_i is one cycle; the hash is started in the same cycle (h_start_o). done_o is one cycle, with ok_o.
`include "assert.svh"

module mac_digest (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         verify_i,
  input  logic         wide_i,             // blocks of 128 bytes; held
  input  logic [6:0]   digest_len_i,       // held
  input  logic [31:0]  src_len_i,          // held
  input  logic [31:0]  msg_len_i,          // held
  input  logic [6:0]   tag_len_i,          // held
  output logic         done_o,
  output logic         ok_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic         in_last_i,
  output logic         h_start_o,
  output logic [26:0]  h_blocks_o,
  output logic [28:0]  h_chunks_o,
  output logic         h_chunk_valid_o,
  input  logic         h_chunk_ready_i,
  input  logic         h_done_i,
  input  logic [511:0] h_digest_i,
  output logic         o_valid_o,
  input  logic         o_ready_i,
  output logic [127:0] o_data_o,
  output logic [4:0]   o_bytes_o,
  output logic         o_last_o
);
  typedef enum logic [2:0] {
    StIdle  = 3'd0,
    StRun   = 3'd1,                        // source goes in until its end and the digest is there
    StOut   = 3'd2,                        // result words; or the one empty word of a verification
    StError = 3'd7
  } state_e;
  state_e       state_q, state_d;
  logic         verify_q, got_src_q, got_hash_q, to_hash, fire;
  logic [28:0]  index_q, msg_words;
  logic [1:0]   word_q;
  logic [6:0]   left;                      // result bytes from this word on
  logic [511:0] tag;
  logic         same;

  assign msg_words       = 29'(({1'b0, msg_len_i} + 33'd15) >> 4);
  assign to_hash         = index_q < msg_words;
  assign h_start_o       = start_i;
  assign h_blocks_o      = wide_i ? 27'(({1'b0, msg_len_i} + 33'd144) >> 7) : 27'(({1'b0, msg_len_i} + 33'd72) >> 6);
  assign h_chunks_o      = msg_words;
  assign h_chunk_valid_o = (state_q == StRun) && !got_src_q && to_hash && in_valid_i;
  assign in_ready_o      = (state_q == StRun) && !got_src_q && (!to_hash || h_chunk_ready_i);
  assign fire            = in_valid_i && in_ready_o;

  assign left = digest_len_i - {1'b0, word_q, 4'd0};
  always_comb begin
    same = 1'b1;
    if (verify_q && (state_q == StOut)) begin
      for (int i = 0; i < 64; i++) if (7'(i) < tag_len_i) same = same && (h_digest_i[8*i +: 8] == tag[8*i +: 8]);
    end
  end
  assign ok_o = same;

  always_comb begin
    state_d   = state_q;
    o_valid_o = 1'b0;
    o_data_o  = '0;
    o_bytes_o = '0;
    o_last_o  = 1'b0;
    done_o    = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) state_d = StRun;
      StRun: if (got_src_q && got_hash_q) state_d = StOut; // both ends, in whichever order they came
      StOut: begin
        o_valid_o = 1'b1;
        o_last_o  = verify_q || (left <= 7'd16);
        if (!verify_q) begin
          o_bytes_o = (left > 7'd16) ? 5'd16 : left[4:0];
          o_data_o  = h_digest_i[128*word_q +: 128];
        end
        done_o = o_ready_i && o_last_o;
        if (done_o) state_d = StIdle;
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= StIdle;
      verify_q   <= 1'b0;
      got_src_q  <= 1'b0;
      got_hash_q <= 1'b0;
      index_q    <= '0;
      word_q     <= '0;
    end else begin
      state_q <= state_d;
      if (start_i) begin
        verify_q   <= verify_i;
        got_src_q  <= (src_len_i == '0);
        got_hash_q <= 1'b0;
        index_q    <= '0;
        word_q     <= '0;
      end else begin
        if (o_valid_o && o_ready_i) word_q <= word_q + 2'd1;
        if (fire) begin
          index_q   <= index_q + 29'd1;
          got_src_q <= in_last_i;
        end
        if ((state_q == StRun) && h_done_i) got_hash_q <= 1'b1;
      end
    end
  end

  mac_extract u_tag (
    .clk_i, .rst_ni, .clear_i(start_i), .valid_i(fire && verify_q), .index_i(index_q[27:0]), .word_i(in_data_i),
    .start_i(msg_len_i), .len_i(tag_len_i), .use_i(verify_q && (state_q == StOut)), .mac_o(tag)
  );

  `ASSERT(StateIsLegal, state_q != StError)
endmodule
