// RFC 5649 key wrap of one secret under the card's wrapping key, and back. The plaintext is four bytes (kind, length, function, zero) and the
// secret; only a MASTER (48 bytes) and a PSK (32 or 48) are wrapped, so there are 5 or 7 semiblocks.
//
// Semiblocks that are being worked on (r_q) and ciphertext that the host gets (ct_o) are different registers: ct_o is loaded from the cipher's
// output alone. The time depends on the length.
`include "assert.svh"

module kdf_wrap (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic         unwrap_i,      // these are held until done_o
  input  logic [255:0] key_i,         // byte 0 in bits 7:0
  input  logic         long_i,        // 7 semiblocks instead of 5
  input  logic [3:0]   kind_i,        // wrap
  input  logic [7:0]   len_i,         // wrap
  input  logic [7:0]   func_i,
  output logic         done_o,        // one cycle
  output logic         ok_o,          // with done_o: unwrapped
  output logic [3:0]   kind_o,        // of what was unwrapped
  output logic [7:0]   len_o,
  output logic [511:0] ct_o,
  input  logic         clear_i,
  // the work memory: the secret or the source is read, one word a cycle; the secret is written
  output logic [1:0]   raddr_o,
  input  logic [127:0] rdata_i,
  output logic         we_o,
  output logic [1:0]   waddr_o,
  output logic [127:0] wdata_o
);
  typedef enum logic [3:0] {StIdle, StKey, StRead, StSend, StWait, StCheck, StStore, StDone, StError} state_e;
  state_e state_q, state_d;

  logic [63:0] r_q [8];               // semiblocks 1..7
  logic [63:0] a_q, a_in, aiv, r_new, res_hi, res_lo;
  logic [2:0]  i_q, i_d, n, j_q, j_d;
  logic [5:0]  t_q, t_d;
  logic        ok_q, fits;
  logic [31:0] header;
  logic [7:0]  mli;

  logic         aes_key_ready, aes_ready, aes_valid;
  logic [127:0] aes_res;
  assign n      = long_i ? 3'd7 : 3'd5;
  assign header = {8'd0, func_i, len_i, 4'd0, kind_i};
  // RFC 5649 3: A65959A6 and the plaintext's length, most significant byte first
  assign mli    = len_i + 8'd4;
  assign aiv    = {mli, 24'd0, 32'hA65959A6};
  // t with its most significant byte first
  assign a_in   = unwrap_i ? a_q ^ {2'd0, t_q, 56'd0} : a_q;
  aes_iter u_aes (
    .clk_i, .rst_ni,
    .key_valid_i(state_q == StKey), .key_ready_o(aes_key_ready), .key_data_i(state_q == StKey ? key_i : 256'd0), .key_256_i(1'b1),
    .blk_valid_i(state_q == StSend), .blk_ready_o(aes_ready), .blk_decrypt_i(unwrap_i), .blk_data_i({r_q[i_q], a_in}),
    .res_valid_o(aes_valid), .res_ready_i(1'b1), .res_data_o(aes_res)
  );
  assign res_hi = aes_res[127:64];
  assign res_lo = unwrap_i ? aes_res[63:0] : aes_res[63:0] ^ {2'd0, t_q, 56'd0};
  assign r_new  = res_hi;

  // verdict: the header of the plaintext says what it is, and everything must agree
  logic [31:0] got;
  logic [7:0]  got_len;
  logic        length_ok, pad_ok;
  assign got       = r_q[1][31:0];
  assign got_len   = got[15:8];
  assign length_ok = (got[7:0] == sluice_pkg::SECRET_MASTER && long_i && got_len == 8'd48) ||
                     (got[7:0] == sluice_pkg::SECRET_PSK && got_len == (long_i ? 8'd48 : 8'd32));
  assign pad_ok    = r_q[n][63:32] == 32'd0;
  assign fits      = a_q == {got_len + 8'd4, 24'd0, 32'hA65959A6} && length_ok && pad_ok && got[23:16] == func_i && got[31:24] == 8'd0;

  always_comb begin
    state_d = state_q;
    i_d     = i_q;
    j_d     = j_q;
    t_d     = t_q;
    unique case (state_q)
      StIdle: if (start_i) state_d = StKey;
      StKey: if (aes_key_ready) begin
        state_d = StRead;
        i_d     = 3'd0;
      end
      // four words of the work memory into semiblocks
      StRead: begin
        i_d = i_q + 3'd1;
        if (i_q == 3'd3) begin
          state_d = StSend;
          i_d     = unwrap_i ? n : 3'd1;
          j_d     = unwrap_i ? 3'd5 : 3'd0;
          t_d     = unwrap_i ? (long_i ? 6'd42 : 6'd30) : 6'd1;
        end
      end
      StSend: if (aes_ready) state_d = StWait;
      StWait: if (aes_valid) begin
        state_d = StSend;
        if (unwrap_i) begin
          t_d = t_q - 6'd1;
          i_d = i_q - 3'd1;
          if (i_q == 3'd1) begin
            i_d = n;
            j_d = j_q - 3'd1;
            if (j_q == 3'd0) state_d = StCheck;
          end
        end else begin
          t_d = t_q + 6'd1;
          i_d = i_q + 3'd1;
          if (i_q == n) begin
            i_d = 3'd1;
            j_d = j_q + 3'd1;
            if (j_q == 3'd5) state_d = StDone;
          end
        end
      end
      StCheck: begin
        state_d = StStore;
        i_d     = 3'd0;
      end
      // the secret's words
      StStore: begin
        i_d = i_q + 3'd1;
        if (i_q == 3'd2) state_d = StDone;
      end
      StDone: state_d = StIdle;
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      i_q     <= 3'd0;
      j_q     <= 3'd0;
      t_q     <= 6'd0;
      a_q     <= 64'd0;
      ok_q    <= 1'b0;
      ct_o    <= '0;
      for (int k = 0; k < 8; k++) r_q[k] <= 64'd0;
    end else begin
      state_q <= state_d;
      i_q     <= i_d;
      j_q     <= j_d;
      t_q     <= t_d;
      if (state_q == StRead) begin
        if (unwrap_i) begin
          // ciphertext: A and the semiblocks, two a word
          if (i_q == 3'd0) a_q <= rdata_i[63:0];
          else r_q[{i_q[1:0], 1'b0}] <= rdata_i[63:0];
          r_q[{i_q[1:0], 1'b1}] <= rdata_i[127:64];
        end else begin
          // the secret, behind four bytes of header
          a_q <= aiv;
          unique case (i_q)
            3'd0: begin
              r_q[1]        <= {rdata_i[31:0], header};
              r_q[2]        <= rdata_i[95:32];
              r_q[3][31:0]  <= rdata_i[127:96];
            end
            3'd1: begin
              r_q[3][63:32] <= rdata_i[31:0];
              r_q[4]        <= rdata_i[95:32];
              r_q[5]        <= {32'd0, rdata_i[127:96]};
            end
            3'd2: if (long_i) begin
              r_q[5][63:32] <= rdata_i[31:0];
              r_q[6]        <= rdata_i[95:32];
              r_q[7]        <= {32'd0, rdata_i[127:96]};
            end
            default: ;
          endcase
        end
      end
      if (state_q == StWait && aes_valid) begin
        r_q[i_q] <= r_new;
        a_q      <= res_lo;
        // the last pass gives what leaves the card
        if (!unwrap_i && j_q == 3'd5) begin
          ct_o[64*i_q +: 64] <= res_hi;
          if (i_q == n) ct_o[63:0] <= res_lo;
        end
      end
      if (state_q == StCheck) ok_q <= fits;
      if (clear_i) begin
        a_q  <= 64'd0;
        ct_o <= '0;
        for (int k = 0; k < 8; k++) r_q[k] <= 64'd0;
      end
    end
  end

  assign done_o  = state_q == StDone;
  assign ok_o    = ok_q;
  assign kind_o  = got[3:0];
  assign len_o   = got_len;
  assign raddr_o = i_q[1:0];
  assign we_o    = state_q == StStore;
  assign waddr_o = i_q[1:0];
  always_comb begin
    wdata_o = 128'd0;
    if (state_q == StStore && ok_q) begin
      unique case (i_q)
        3'd0:    wdata_o = {r_q[3][31:0], r_q[2], r_q[1][63:32]};
        3'd1:    wdata_o = {r_q[5][31:0], r_q[4], r_q[3][63:32]};
        default: wdata_o = long_i ? {r_q[7][31:0], r_q[6], r_q[5][63:32]} : 128'd0;
      endcase
    end
  end

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_NEVER(NothingBadIsStored, we_o && !ok_q && wdata_o != 128'd0)
endmodule
