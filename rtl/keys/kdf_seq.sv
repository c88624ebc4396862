// Sequencer of engine kdf: carries out one script of kdf_rom. A script is a list of HMACs whose messages are put together from labels,
// secrets, source bytes and lengths, all in the work memory here. Each message is gone through twice: for its length, then for its bytes, one a
// cycle, or a word a cycle where both sides are aligned. Time depends on the script and on lengths alone.
//
// The work memory (words of 16 bytes): first secret 0..3, second secret 4..7, A(i) 8..10, an intermediate secret 12..14, source 16..31, result
// 32..44. Digests leave by two more doors, both apart from it: pub_o, the only one that the host gets to see, and wk_o, the wrapping key.
`include "assert.svh"

module kdf_seq (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  input  logic [6:0]   entry_i,       // these are held until done_o
  input  logic [4:0]   label_i,
  input  logic         wide_i,        // SHA-384
  input  logic [7:0]   s1_len_i,
  input  logic [7:0]   s2_len_i,
  input  logic [7:0]   src_len_i,
  input  logic [7:0]   out_len_i,     // bytes of the result
  input  logic         clear_i,       // forgets key states and the public result
  output logic         busy_o,
  output logic         done_o,        // one cycle
  output logic [383:0] pub_o,
  output logic [255:0] wk_o,
  // script and labels
  output logic [6:0]   pc_o,
  input  logic [15:0]  step_i,
  output logic [4:0]   string_o,
  input  logic [8:0]   string_addr_i,
  input  logic [5:0]   string_len_i,
  output logic [8:0]   byte_addr_o,
  input  logic [7:0]   byte_i,
  // the work memory, for the others while nothing runs
  input  logic         mem_we_i,
  input  logic [5:0]   mem_waddr_i,
  input  logic [127:0] mem_wdata_i,
  input  logic [5:0]   mem_raddr_i,
  output logic [127:0] mem_rdata_o
);
  typedef enum logic [3:0] {StIdle, StStep, StKey, StKeyGo, StKeyRun, StBytes, StFlush, StRun, StWrite, StError} state_e;
  state_e state_q, state_d;

  // ---- step in hand
  logic [6:0]  pc_q, pc_d, from_q;
  logic [3:0]  op, region;
  logic [7:0]  value, len, bound;
  logic        count_q;               // the first time through a message: lengths only
  logic [9:0]  msg_len_q;
  logic [8:0]  made_q;                // bytes of the result so far
  logic [5:0]  base, out_q;           // word of a region; word where the next part of the result goes
  logic [8:0]  at_q, at_d;            // byte of the piece
  logic [1:0]  word_q;
  logic [7:0]  hash_len, key_len;
  assign {op, region, value} = step_i;
  assign pc_o     = pc_q;
  assign hash_len = wide_i ? 8'd48 : 8'd32;
  assign key_len  = out_len_i - 8'd12;
  always_comb begin
    unique case (value)
      kdf_rom_pkg::LnHash: len = hash_len;
      kdf_rom_pkg::LnS1:   len = s1_len_i;
      kdf_rom_pkg::LnS2:   len = s2_len_i;
      kdf_rom_pkg::LnSrc:  len = src_len_i;
      kdf_rom_pkg::LnKey:  len = key_len;
      default:             len = 8'd0;
    endcase
    unique case (region)
      kdf_rom_pkg::RgS1:  base = 6'd0;
      kdf_rom_pkg::RgS2:  base = 6'd4;
      kdf_rom_pkg::RgA:   base = 6'd8;
      kdf_rom_pkg::RgD:   base = 6'd12;
      kdf_rom_pkg::RgSrc: base = 6'd16;
      default:            base = out_q;
    endcase
    // bytes of a piece
    bound = len;
    if (op == kdf_rom_pkg::OpStr) bound = {2'd0, string_len_i};
    if (op == kdf_rom_pkg::OpByte) bound = 8'd1;
  end
  always_comb begin
    string_o = value[4:0];
    if (region == 4'd1) string_o = label_i;
    if (region == 4'd2) string_o = wide_i ? kdf_rom_pkg::StrEmpty384 : kdf_rom_pkg::StrEmpty256;
  end
  assign byte_addr_o = string_addr_i + at_q;

  // ---- memory
  logic [127:0] work_mem [64];
  logic [127:0] rd, piece_word;
  logic [5:0]   raddr;
  logic         we;
  logic [5:0]   waddr;
  logic [127:0] wdata;
  always_comb begin
    raddr = mem_raddr_i;
    if (state_q == StKey) raddr = base + {4'd0, word_q};
    if (state_q == StBytes) raddr = base + {1'b0, at_q[8:4]};
  end
  assign rd          = work_mem[raddr];
  assign mem_rdata_o = state_q == StIdle ? rd : 128'd0;

  // ---- HMAC
  logic         h_key_start, h_start, h_chunk_valid, h_chunk_ready, h_done;
  logic [511:0] key_q;
  logic [383:0] h_digest;
  logic [127:0] chunk_q, digest_word;
  logic [3:0]   fill_q;
  logic         full_q, take_word, take_byte;
  logic [7:0]   new_byte;
  assign h_key_start   = state_q == StKeyGo;
  assign h_start       = state_q == StStep && op == kdf_rom_pkg::OpEnd && count_q;
  assign h_chunk_valid = (state_q == StBytes && full_q) || (state_q == StFlush && (full_q || fill_q != 4'd0));
  kdf_hmac u_hmac (
    .clk_i, .rst_ni, .wide_i, .clear_i, .key_start_i(h_key_start), .key_i(key_q),
    .start_i(h_start), .len_i(msg_len_q), .chunk_valid_i(h_chunk_valid), .chunk_ready_o(h_chunk_ready), .chunk_i(chunk_q),
    .done_o(h_done), .digest_o(h_digest)
  );
  always_comb begin
    unique case (word_q)
      2'd0:    digest_word = h_digest[127:0];
      2'd1:    digest_word = h_digest[255:128];
      default: digest_word = h_digest[383:256];
    endcase
  end

  // ---- bytes of a message into chunks
  assign take_word = state_q == StBytes && !full_q && op == kdf_rom_pkg::OpMem && fill_q == 4'd0 && at_q[3:0] == 4'd0 && {1'b0, bound} >= at_q + 9'd16;
  assign take_byte = state_q == StBytes && !full_q && !take_word;
  always_comb begin
    unique case (op)
      kdf_rom_pkg::OpStr: new_byte = byte_i;
      kdf_rom_pkg::OpMem: new_byte = rd[8*at_q[3:0] +: 8];
      default:            new_byte = region == 4'd1 ? len : value;
    endcase
  end
  // the key's words: zero behind its end
  always_comb begin
    piece_word = rd;
    for (int b = 0; b < 16; b++) if ({1'b0, len} <= {3'd0, word_q, 4'(b)}) piece_word[8*b +: 8] = 8'd0;
  end

  always_comb begin
    state_d = state_q;
    pc_d    = pc_q;
    at_d    = at_q;
    done_o  = 1'b0;
    unique case (state_q)
      StIdle: if (start_i) begin
        state_d = StStep;
        pc_d    = entry_i;
      end
      StStep: begin
        at_d = 9'd0;
        pc_d = pc_q + 7'd1;
        unique case (op)
          kdf_rom_pkg::OpKey: begin
            state_d = StKey;
            pc_d    = pc_q;
          end
          kdf_rom_pkg::OpMsg: ;
          kdf_rom_pkg::OpStr, kdf_rom_pkg::OpMem, kdf_rom_pkg::OpByte: if (!count_q && bound != 8'd0) begin
            state_d = StBytes;
            pc_d    = pc_q;
          end
          kdf_rom_pkg::OpEnd: begin
            pc_d = from_q;
            if (!count_q) begin
              pc_d    = pc_q;
              state_d = StFlush;
            end
          end
          kdf_rom_pkg::OpUntil: if (made_q >= {1'b0, out_len_i}) begin
            done_o  = 1'b1;
            state_d = StIdle;
          end
          kdf_rom_pkg::OpAgain: pc_d = value[6:0];
          kdf_rom_pkg::OpRet: begin
            done_o  = 1'b1;
            state_d = StIdle;
          end
          default: state_d = StError;
        endcase
      end
      // four words of key, then its two compressions
      StKey: if (word_q == 2'd3) state_d = StKeyGo;
      StKeyGo: state_d = StKeyRun;
      StKeyRun: if (h_done) begin
        state_d = StStep;
        pc_d    = pc_q + 7'd1;
      end
      // a piece of the message
      StBytes: begin
        if (take_word) at_d = at_q + 9'd16;
        if (take_byte) at_d = at_q + 9'd1;
        if ((take_word || take_byte) && at_d == {1'b0, bound}) begin
          state_d = StStep;
          pc_d    = pc_q + 7'd1;
        end
      end
      // its last chunk
      StFlush: if (!h_chunk_valid || h_chunk_ready) state_d = StRun;
      StRun: if (h_done) state_d = StWrite;
      // the digest to where it belongs
      StWrite: if (word_q == (wide_i ? 2'd2 : 2'd1)) begin
        state_d = StStep;
        pc_d    = pc_q + 7'd1;
      end
      default: state_d = StError;
    endcase
  end

  assign we    = mem_we_i || (state_q == StWrite && region != kdf_rom_pkg::RgPub && region != kdf_rom_pkg::RgWk);
  assign waddr = mem_we_i ? mem_waddr_i : base + {4'd0, word_q};
  assign wdata = mem_we_i ? mem_wdata_i : digest_word;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StIdle;
      pc_q      <= 7'd0;
      from_q    <= 7'd0;
      count_q   <= 1'b0;
      msg_len_q <= 10'd0;
      made_q    <= 9'd0;
      out_q     <= 6'd32;
      at_q      <= 9'd0;
      word_q    <= 2'd0;
      fill_q    <= 4'd0;
      full_q    <= 1'b0;
      chunk_q   <= 128'd0;
      key_q     <= '0;
      pub_o     <= '0;
      wk_o      <= '0;
    end else begin
      state_q <= state_d;
      pc_q    <= pc_d;
      at_q    <= at_d;
      if (clear_i) begin
        chunk_q <= 128'd0;
        pub_o   <= '0;
      end
      unique case (state_q)
        StIdle: begin
          made_q <= 9'd0;
          out_q  <= 6'd32;
          word_q <= 2'd0;
        end
        StStep: begin
          word_q <= 2'd0;
          if (op == kdf_rom_pkg::OpMsg) begin
            from_q    <= pc_q + 7'd1;
            count_q   <= 1'b1;
            msg_len_q <= 10'd0;
            fill_q    <= 4'd0;
            full_q    <= 1'b0;
            chunk_q   <= 128'd0;
          end
          if (op == kdf_rom_pkg::OpEnd) count_q <= 1'b0;
          if (count_q && (op == kdf_rom_pkg::OpStr || op == kdf_rom_pkg::OpMem || op == kdf_rom_pkg::OpByte)) msg_len_q <= msg_len_q + {2'd0, bound};
        end
        StKey: begin
          key_q[128*word_q +: 128] <= piece_word;
          word_q <= word_q + 2'd1;
        end
        StKeyRun: if (h_done) key_q <= '0;
        StBytes: begin
          if (take_word) begin
            chunk_q <= rd;
            full_q  <= 1'b1;
          end
          if (take_byte) begin
            chunk_q[8*fill_q +: 8] <= new_byte;
            fill_q <= fill_q + 4'd1;
            full_q <= fill_q == 4'd15;
          end
          if (full_q && h_chunk_ready) begin
            full_q  <= 1'b0;
            chunk_q <= 128'd0;
          end
        end
        StFlush: if (h_chunk_ready) begin
          full_q  <= 1'b0;
          fill_q  <= 4'd0;
          chunk_q <= 128'd0;
        end
        StWrite: begin
          word_q <= word_q + 2'd1;
          if (state_d == StStep) begin
            word_q <= 2'd0;
            if (region == kdf_rom_pkg::RgOut) begin
              made_q <= made_q + {1'b0, hash_len};
              out_q  <= out_q + (wide_i ? 6'd3 : 6'd2);
            end
            if (region == kdf_rom_pkg::RgOutk) out_q <= out_q + {2'd0, key_len[7:4]};
            if (region == kdf_rom_pkg::RgPub) pub_o <= h_digest;
            if (region == kdf_rom_pkg::RgWk) wk_o <= h_digest[255:0];
          end
        end
        default: ;
      endcase
    end
    if (we) work_mem[waddr] <= wdata;
  end

  assign busy_o = state_q != StIdle;

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_NEVER(OthersWriteOnlyWhileIdle, mem_we_i && state_q != StIdle)
  `ASSERT_IF(ResultFits, state_q == StWrite && region == kdf_rom_pkg::RgOut, out_q <= 6'd42)
endmodule
