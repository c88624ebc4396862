// RFC 5649 key unwrap of one private key blob (struct ec_key), and the checks that need no arithmetic.
//
// The blob has one length, so the AIV's length field has one right value and there is no padding. Ciphertext is taken in full, unwrapped in
// place (6 n AES-256 decryptions) and looked at in full. Whether the scalar belongs to the point is the array's to say. Buffer and round keys
// are erased whatever the outcome; the numbers stay in registers until wipe_i. The time depends on nothing.
`include "assert.svh"

module ecc_unwrap #(
  parameter bit P384 = 1'b1          // P-384 keys too
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [255:0] kek_i,        // byte 0 in bits 7:0; held during the work
  output logic         busy_o,
  output logic         done_o,       // one cycle
  output logic         ok_o,         // with done_o
  output logic         ed_o,         // of the last blob: it is an Ed25519 key: scalar_o has the seed, x_o the public key, first byte on top
  output logic         wide_o,       // likewise: it is a P-384 key
  output logic [383:0] scalar_o,     // of the other curves: below 2^256
  output logic [383:0] x_o,
  output logic [383:0] y_o,
  input  logic         wipe_i,
  // the wrapped blob: 10 whole words and one of eight bytes
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i
);
  localparam int unsigned Blocks = sluice_pkg::EC_KEY_BYTES / 8;  // n of the RFC
  localparam logic [31:0] Magic = 32'h3143454B;
  // A6 59 59 A6 and the length, most significant byte first, as the bytes lie in a little-endian vector
  localparam logic [31:0] BlobBytes = sluice_pkg::EC_KEY_BYTES;
  localparam logic [63:0] Aiv = {BlobBytes[7:0], BlobBytes[15:8], BlobBytes[23:16], BlobBytes[31:24], 32'hA65959A6};

  typedef enum logic [3:0] {StIdle, StKey, StFill, StFillHalf, StRead, StSend, StWait, StCheck, StRange, StWipe, StUnkey, StDone, StError} state_e;
  state_e state_q, state_d;

  logic [63:0]  buf_mem [32];   // semiblocks 1..n
  logic [63:0]  rd_q, wr_data, hold_q, a_q, rd_be;
  logic [4:0]   i_q, i_d;
  logic [2:0]   j_q, j_d;
  logic [7:0]   t_q, t_d;
  logic         wr_en, ok_q, ok_d, ed_q, wide_q;
  logic [383:0] scalar_q, x_q, y_q;
  logic [255:0] public_y;

  logic         aes_key_valid, aes_key_ready, aes_valid, aes_ready, aes_res_valid;
  logic [127:0] aes_res;
  aes_iter u_aes (
    .clk_i, .rst_ni,
    .key_valid_i(aes_key_valid), .key_ready_o(aes_key_ready), .key_data_i(state_q == StKey ? kek_i : 256'd0), .key_256_i(1'b1),
    .blk_valid_i(aes_valid), .blk_ready_o(aes_ready), .blk_decrypt_i(1'b1), .blk_data_i({rd_q, a_q ^ {t_q, 56'd0}}),
    .res_valid_o(aes_res_valid), .res_ready_i(1'b1), .res_data_o(aes_res)
  );
  assign aes_key_valid = state_q == StKey || state_q == StUnkey;
  assign aes_valid     = state_q == StSend;

  // position of a number's last semiblock: a P-384 number has two more
  function automatic logic [4:0] number_last(logic [4:0] last);
    number_last = wide_q ? last + 5'd2 : last;
  endfunction

  // ---- a semiblock of the plaintext: header, zeros behind the numbers
  logic block_ok;
  always_comb begin
    for (int b = 0; b < 8; b++) rd_be[8*b +: 8] = rd_q[8*(7-b) +: 8];
    unique case (i_q)
      5'd2:    block_ok = rd_q == {24'd0, sluice_pkg::CURVE_P256, Magic} || rd_q == {24'd0, sluice_pkg::CURVE_ED25519, Magic} ||
                          (P384 && rd_q == {24'd0, sluice_pkg::CURVE_P384, Magic});
      5'd3:    block_ok = rd_q == 64'd0;
      5'd8, 5'd9, 5'd14, 5'd15, 5'd20, 5'd21: block_ok = wide_q || rd_q == 64'd0;
      default: block_ok = 1'b1;
    endcase
  end

  // y of an Ed25519 public key: little-endian, without the bit that belongs to x
  always_comb begin
    public_y = 256'd0;
    if (state_q == StRange) for (int b = 0; b < 32; b++) public_y[8*b +: 8] = x_q[8*(31-b) +: 8];
    public_y[255] = 1'b0;
  end

  always_comb begin
    state_d = state_q;
    i_d     = i_q;
    j_d     = j_q;
    t_d     = t_q;
    ok_d    = ok_q;
    wr_en   = 1'b0;
    wr_data = 64'd0;
    unique case (state_q)
      StIdle: if (start_i) state_d = StKey;
      // expand the key-encryption key
      StKey: if (aes_key_ready) begin
        state_d = StFill;
        i_d     = 5'd0;
      end
      // take ciphertext: semiblock 0 is A
      StFill: if (in_valid_i) begin
        wr_en   = i_q != 5'd0;
        wr_data = in_data_i[63:0];
        i_d     = i_q + 5'd1;
        state_d = StFillHalf;
        if (i_q == 5'(Blocks)) begin  // n is even: the last word has one semiblock
          state_d = StRead;
          i_d     = 5'(Blocks);
          j_d     = 3'd5;
          t_d     = 8'(6 * Blocks);
        end
      end
      StFillHalf: begin
        wr_en   = 1'b1;
        wr_data = hold_q;
        i_d     = i_q + 5'd1;
        state_d = StFill;
      end
      StRead: state_d = StSend;
      StSend: if (aes_ready) state_d = StWait;
      StWait: if (aes_res_valid) begin
        wr_en   = 1'b1;
        wr_data = aes_res[127:64];
        t_d     = t_q - 8'd1;
        state_d = StRead;
        i_d     = i_q - 5'd1;
        if (i_q == 5'd1) begin
          i_d = 5'(Blocks);
          j_d = j_q - 3'd1;
          if (j_q == 3'd0) begin
            state_d = StCheck;
            i_d     = 5'd1;
            ok_d    = aes_res[63:0] == Aiv;
          end
        end
      end
      // one pass over the plaintext: reads are one ahead, so rd_q is semiblock i - 1
      StCheck: begin
        i_d = i_q + 5'd1;
        if (i_q != 5'd1) ok_d = ok_q && block_ok;
        if (i_q == 5'(Blocks + 1)) state_d = StRange;
      end
      StRange: begin
        ok_d    = ok_q && scalar_q != 384'd0 && scalar_q[255:0] < ecc_prog_pkg::ModN[255:0] && x_q[255:0] < ecc_prog_pkg::ModP[255:0] &&
                  y_q[255:0] < ecc_prog_pkg::ModP[255:0];
        if (wide_q) ok_d = ok_q && scalar_q != 384'd0 && scalar_q < ecc_prog_pkg::ModN384[383:0] && x_q < ecc_prog_pkg::ModP384[383:0] &&
                           y_q < ecc_prog_pkg::ModP384[383:0];
        if (ed_q) ok_d = ok_q && public_y < ecc_prog_pkg::ModX[255:0] && y_q == 384'd0;
        state_d = StWipe;
        i_d     = 5'd0;
      end
      // erase the buffer, then the round keys
      StWipe: begin
        wr_en = 1'b1;
        i_d   = i_q + 5'd1;
        if (i_q == 5'd31) state_d = StUnkey;
      end
      StUnkey: if (aes_key_ready) state_d = StDone;
      StDone: if (aes_key_ready) state_d = StIdle;
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StWipe;
      i_q      <= 5'd0;
      j_q      <= 3'd0;
      t_q      <= 8'd0;
      ok_q     <= 1'b0;
      ed_q     <= 1'b0;
      wide_q   <= 1'b0;
      a_q      <= 64'd0;
      hold_q   <= 64'd0;
      rd_q     <= 64'd0;
      scalar_q <= 384'd0;
      x_q      <= 384'd0;
      y_q      <= 384'd0;
    end else begin
      state_q <= state_d;
      i_q     <= i_d;
      j_q     <= j_d;
      t_q     <= t_d;
      ok_q    <= ok_d;
      if (state_q == StRead || state_q == StCheck) rd_q <= buf_mem[i_q];
      if (state_q == StFill && in_valid_i) begin
        hold_q <= in_data_i[127:64];
        if (i_q == 5'd0) a_q <= in_data_i[63:0];
      end
      if (state_q == StWait && aes_res_valid) a_q <= aes_res[63:0];
      if (state_q == StCheck) begin
        if (i_q == 5'd2) begin
          ed_q   <= rd_q[39:32] == sluice_pkg::CURVE_ED25519;
          wide_q <= P384 && rd_q[39:32] == sluice_pkg::CURVE_P384;
        end
        if (i_q >= 5'd4 && i_q <= number_last(5'd7)) scalar_q <= {scalar_q[319:0], rd_be};
        if (i_q >= 5'd10 && i_q <= number_last(5'd13)) x_q <= {x_q[319:0], rd_be};
        if (i_q >= 5'd16 && i_q <= number_last(5'd19)) y_q <= {y_q[319:0], rd_be};
      end
      if (state_q == StUnkey) begin
        a_q    <= 64'd0;
        hold_q <= 64'd0;
        rd_q   <= 64'd0;
      end
      if (wipe_i) begin
        scalar_q <= 384'd0;
        x_q      <= 384'd0;
        y_q      <= 384'd0;
      end
    end
    if (wr_en) buf_mem[i_q] <= wr_data;
  end

  assign in_ready_o = state_q == StFill;
  assign busy_o     = state_q != StIdle;
  assign done_o     = state_q == StDone && aes_key_ready;
  assign ok_o       = ok_q;
  assign ed_o       = ed_q;
  assign wide_o     = wide_q;
  assign scalar_o   = scalar_q;
  assign x_o        = x_q;
  assign y_o        = y_q;

  `ASSERT_CONST(BlobIsWholeWordsAndASemiblock, Blocks % 2 == 0 && Blocks < 31)
  `ASSERT_NEVER(StateIsLegal, state_q == StError)
endmodule
