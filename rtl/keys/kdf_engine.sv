// Engine kdf: the card's secret slots and everything that may be done with them, behind the engine port and the secret ports of the other
// engines (rtl/README.md). One command at a time: source into the work memory, checks, secrets out of the store, a script of HMACs (kdf_seq)
// or a wrap (kdf_wrap), the result into the store or, for the few that are public, to the host; then the work memory is erased.
//
// After reset the wrapping key is made from kek_i, once: HMAC-SHA256(kek, "sluice secret wrap"). The state machine never reads a secret.
`include "assert.svh"

module kdf_engine #(
  parameter int unsigned NumSecrets = sluice_pkg::NumSecrets,
  parameter int unsigned NumPorts = 5,         // places on the secret network: lanes of the engines below this one, class by class
  parameter logic [31:0] Lanes = 32'h1111_1111 // lanes of each engine id, 4 bits each
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_desc_i,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [127:0] in_data_i,
  input  logic [4:0]   in_bytes_i,
  input  logic         in_last_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [127:0] out_data_o,
  output logic [15:0]  out_parity_o,
  output logic [4:0]   out_bytes_o,
  output logic         out_last_o,
  output logic         rsp_valid_o,
  input  logic         rsp_ready_i,
  output logic [7:0]   rsp_status_o,
  output logic [15:0]  rsp_info_o,
  output logic [63:0]  rsp_seq_o,
  output logic [31:0]  rsp_cycles_o,
  input  logic         rnd_valid_i,
  output logic         rnd_ready_o,
  input  logic [127:0] rnd_data_i,
  input  logic         st_start_i,
  output logic         st_done_o,
  output logic         st_pass_o,
  input  logic         flt_hang_i,
  input  logic         flt_flip_i,
  output logic         busy_o,
  input  logic [255:0] kek_i,
  // secret ports, by place
  input  logic [NumPorts-1:0]     sec_req_valid_i,
  output logic [NumPorts-1:0]     sec_req_ready_o,
  input  logic [NumPorts-1:0]     sec_req_write_i,
  input  logic [32*NumPorts-1:0]  sec_req_handle_i,
  input  logic [8*NumPorts-1:0]   sec_req_func_i,
  input  logic [4*NumPorts-1:0]   sec_req_kind_i,
  input  logic [8*NumPorts-1:0]   sec_req_len_i,
  input  logic [128*NumPorts-1:0] sec_req_data_i,
  input  logic [NumPorts-1:0]     sec_req_last_i,
  output logic [NumPorts-1:0]     sec_rsp_valid_o,
  input  logic [NumPorts-1:0]     sec_rsp_ready_i,
  output logic [NumPorts-1:0]     sec_rsp_ok_o,
  output logic [8*NumPorts-1:0]   sec_rsp_len_o,
  output logic [128*NumPorts-1:0] sec_rsp_data_o,
  output logic [NumPorts-1:0]     sec_rsp_last_o
);
  typedef enum logic [4:0] {
    StErase, StKek, StKekRun, StIdle, StLine, StSource, StDecode, StReadA, StReadB, StRun, StWrap, StStore, StSpendA, StSpendB, StFree,
    StOut, StRsp, StWipe, StError
  } state_e;
  state_e state_q, state_d;

  // ---- command in hand, the port's or the self test's
  logic [7:0]  op_q, func_q, status_q, status_d;
  logic [31:0] handle_q, handle2_q, handle3_q, src_len_q, param0_q, param1_q, cycles_q;
  logic        testing_q, test_ok_q, st_done_q, st_pass_q, hang_q, flip_q, flip_seen_q, cmd_fire, in_fire;
  logic [4:0]  test_line_q;
  logic [31:0] word_q;                 // source word, result word, wiped word
  logic [7:0]  a_len_q, b_len_q, res_len_q, res_len_d;
  logic [3:0]  a_kind_q;
  assign cmd_fire = cmd_valid_i && cmd_ready_o;

  // ---- self test
  kdf_pkg::test_e test_type;
  logic [7:0]   test_op, test_kdf, test_klen, test_src_len, test_res_len;
  logic [3:0]   test_hash;
  logic [2:0]   test_h1, test_h2, test_h3;
  logic [5:0]   test_src, test_res;
  logic [127:0] test_data;
  logic [255:0] test_key;
  kdf_selftest_rom u_selftest (
    .line_i(test_line_q), .type_o(test_type), .op_o(test_op), .kdf_o(test_kdf), .hash_o(test_hash), .klen_o(test_klen),
    .h1_o(test_h1), .h2_o(test_h2), .h3_o(test_h3), .src_o(test_src), .src_len_o(test_src_len), .res_o(test_res), .res_len_o(test_res_len),
    .addr_i((state_q == StSource ? test_src : test_res) + word_q[5:0]), .data_o(test_data), .key_o(test_key)
  );

  // ---- what the derivation takes and gives
  logic        known, is_public, hash_ok, wide, desc_ok, src_ok;
  logic [6:0]  entry, pc;
  logic [4:0]  label, str_id;
  logic [15:0] kinds, step;
  logic [3:0]  out_kind;
  logic [2:0]  src_rule, len_rule, uses;
  logic [8:0]  string_addr, byte_addr;
  logic [5:0]  string_len;
  logic [7:0]  rom_byte, hash_len;
  kdf_rom u_rom (
    .kdf_i(param0_q[7:0]), .known_o(known), .entry_o(entry), .label_o(label), .kinds_o(kinds), .kind_o(out_kind), .public_o(is_public),
    .src_o(src_rule), .len_o(len_rule), .uses_o(uses), .pc_i(pc), .step_o(step), .string_i(str_id), .string_addr_o(string_addr),
    .string_len_o(string_len), .byte_addr_i(byte_addr), .byte_o(rom_byte)
  );
  logic is_kdf, is_wrap, is_unwrap, two_secrets, no_secret;
  assign is_kdf      = op_q == sluice_pkg::OP_KDF;
  assign is_wrap     = op_q == sluice_pkg::OP_SECRET_WRAP;
  assign is_unwrap   = op_q == sluice_pkg::OP_SECRET_UNWRAP;
  assign hash_ok     = param1_q[15:0] == {8'd0, sluice_pkg::HASH_SHA256} || param1_q[15:0] == {8'd0, sluice_pkg::HASH_SHA384};
  assign wide        = state_q != StKek && state_q != StKekRun && param1_q[7:0] == sluice_pkg::HASH_SHA384;
  assign hash_len    = wide ? 8'd48 : 8'd32;
  assign two_secrets = is_kdf && param0_q[7:0] == sluice_pkg::KDF_T13_HANDSHAKE && handle3_q != 32'd0;
  assign no_secret   = is_kdf && param0_q[7:0] == sluice_pkg::KDF_T13_EARLY && handle_q == 32'd0;
  always_comb begin
    unique case (src_rule)
      kdf_rom_pkg::SrcNone:    src_ok = src_len_q == 32'd0;
      kdf_rom_pkg::SrcHash:    src_ok = src_len_q == {24'd0, hash_len};
      kdf_rom_pkg::SrcRandoms: src_ok = src_len_q == 32'd64;
      kdf_rom_pkg::SrcShared:  src_ok = src_len_q <= 32'd64;
      kdf_rom_pkg::SrcNonce:   src_ok = src_len_q <= 32'd255;
      default:                 src_ok = 1'b0;
    endcase
    // param1 31:16 is a length for key blocks alone
    desc_ok   = param1_q[31:16] == 16'd0;
    res_len_d = hash_len;
    unique case (len_rule)
      kdf_rom_pkg::LenMaster:   res_len_d = 8'd48;
      kdf_rom_pkg::LenFinished: res_len_d = 8'd12;
      kdf_rom_pkg::LenBlock: begin
        res_len_d = param1_q[23:16];
        desc_ok   = param1_q[31:16] >= 16'd1 && param1_q[31:16] <= 16'(sluice_pkg::SecretBytes);
      end
      kdf_rom_pkg::LenKeys: begin
        res_len_d = param1_q[23:16] + 8'd12;
        desc_ok   = param1_q[31:16] == 16'd16 || param1_q[31:16] == 16'd32;
      end
      default: ;
    endcase
    desc_ok = desc_ok && known && hash_ok && src_ok && param0_q[31:8] == 24'd0;
    if (handle3_q != 32'd0 && param0_q[7:0] != sluice_pkg::KDF_T13_HANDSHAKE) desc_ok = 1'b0;
    if (is_public && handle2_q != 32'd0) desc_ok = 1'b0;
    // a result may take the place of what it came from, but under a new generation
    if (!is_public && (handle2_q == 32'd0 || handle2_q == handle_q || handle2_q == handle3_q)) desc_ok = 1'b0;
  end

  // ---- store
  logic            own_valid, own_done, own_ok, own_we, store_busy, store_erasing;
  kdf_pkg::own_op_e own_op;
  logic [31:0]     own_handle;
  logic [15:0]     own_kinds;
  logic [2:0]      own_uses;
  logic [3:0]      own_got_kind, own_addr, own_kind;
  logic [7:0]      own_got_len;
  logic [127:0]    own_data, mem_rdata;
  secret_store #(.NumSecrets(NumSecrets), .NumPorts(NumPorts), .Lanes(Lanes)) u_store (
    .clk_i, .rst_ni, .trust_i(st_pass_q), .busy_o(store_busy), .erasing_o(store_erasing),
    .req_valid_i(sec_req_valid_i), .req_ready_o(sec_req_ready_o), .req_write_i(sec_req_write_i), .req_handle_i(sec_req_handle_i),
    .req_func_i(sec_req_func_i), .req_kind_i(sec_req_kind_i), .req_len_i(sec_req_len_i), .req_data_i(sec_req_data_i),
    .req_last_i(sec_req_last_i), .rsp_valid_o(sec_rsp_valid_o), .rsp_ready_i(sec_rsp_ready_i), .rsp_ok_o(sec_rsp_ok_o),
    .rsp_len_o(sec_rsp_len_o), .rsp_data_o(sec_rsp_data_o), .rsp_last_o(sec_rsp_last_o),
    .own_valid_i(own_valid), .own_op_i(own_op), .own_test_i(testing_q), .own_handle_i(own_handle), .own_func_i(func_q), .own_kinds_i(own_kinds),
    .own_kind_i(own_kind), .own_len_i(res_len_q), .own_uses_i(own_uses), .own_done_o(own_done), .own_ok_o(own_ok), .own_kind_o(own_got_kind),
    .own_len_o(own_got_len), .own_we_o(own_we), .own_addr_o(own_addr), .own_data_o(own_data), .own_data_i(mem_rdata)
  );
  logic [3:0] w_kind;
  always_comb begin
    own_valid  = 1'b0;
    own_op     = kdf_pkg::OwnRead;
    own_handle = handle_q;
    own_kinds  = kinds;
    own_uses   = uses;
    own_kind   = is_unwrap ? w_kind : out_kind;
    unique case (state_q)
      StReadA: begin
        own_valid = 1'b1;
        if (is_wrap) begin
          own_kinds = 16'd1 << sluice_pkg::SECRET_MASTER | 16'd1 << sluice_pkg::SECRET_PSK;
          own_uses  = 3'd0;
        end
      end
      StReadB: begin
        own_valid  = 1'b1;
        own_handle = handle3_q;
        own_kinds  = 16'd1 << sluice_pkg::SECRET_PREMASTER;
        own_uses   = kdf_pkg::UseOnce;
      end
      StStore: begin
        own_valid  = 1'b1;
        own_op     = kdf_pkg::OwnWrite;
        own_handle = handle2_q;
      end
      StSpendA: begin
        own_valid = 1'b1;
        own_op    = kdf_pkg::OwnSpend;
      end
      StSpendB: begin
        own_valid  = 1'b1;
        own_op     = kdf_pkg::OwnSpend;
        own_handle = handle3_q;
        own_uses   = kdf_pkg::UseOnce;
      end
      StFree: begin
        own_valid = 1'b1;
        own_op    = kdf_pkg::OwnFree;
      end
      default: ;
    endcase
  end

  // ---- sequencer, wrap, and who writes the work memory: words 0 first secret, 4 second secret, 16 source, 32 result
  logic         seq_start, seq_done, seq_busy, w_start, w_done, w_ok, w_we, mem_we, clear;
  logic [383:0] pub;
  logic [255:0] wk;
  logic [511:0] ct;
  logic [127:0] mem_wdata;
  logic [5:0]   mem_waddr, mem_raddr;
  logic [1:0]   w_raddr, w_waddr;
  logic [127:0] w_wdata;
  logic [7:0]   w_len, s2_len;
  assign seq_start = (state_q == StKek && word_q == 32'd2) || (state_q == StRun && word_q == 32'd0);
  assign clear     = state_q == StWipe;
  // no second secret: what the host gave stands alone, or zeros as long as the hash
  assign s2_len = two_secrets ? b_len_q : src_len_q == 32'd0 ? hash_len : 8'd0;
  kdf_seq u_seq (
    .clk_i, .rst_ni, .start_i(seq_start), .entry_i(state_q == StKek || state_q == StKekRun ? kdf_rom_pkg::EntryWrapKey : entry),
    .label_i(label), .wide_i(wide), .s1_len_i(a_len_q), .s2_len_i(s2_len), .src_len_i(src_len_q[7:0]), .out_len_i(res_len_q), .clear_i(clear),
    .busy_o(seq_busy), .done_o(seq_done), .pub_o(pub), .wk_o(wk), .pc_o(pc), .step_i(step), .string_o(str_id), .string_addr_i(string_addr),
    .string_len_i(string_len), .byte_addr_o(byte_addr), .byte_i(rom_byte),
    .mem_we_i(mem_we), .mem_waddr_i(mem_waddr), .mem_wdata_i(mem_wdata), .mem_raddr_i(mem_raddr), .mem_rdata_o(mem_rdata)
  );
  assign w_start = state_q == StWrap && word_q == 32'd0;
  kdf_wrap u_wrap (
    .clk_i, .rst_ni, .start_i(w_start), .unwrap_i(is_unwrap), .key_i(testing_q ? test_key : wk),
    .long_i(is_unwrap ? src_len_q[6] : a_len_q[4]), .kind_i(a_kind_q), .len_i(a_len_q), .func_i(func_q), .done_o(w_done), .ok_o(w_ok),
    .kind_o(w_kind), .len_o(w_len), .ct_o(ct), .clear_i(clear), .raddr_o(w_raddr), .rdata_i(mem_rdata), .we_o(w_we), .waddr_o(w_waddr), .wdata_o(w_wdata)
  );
  always_comb begin
    mem_we    = 1'b0;
    mem_waddr = word_q[5:0];
    mem_wdata = 128'd0;
    mem_raddr = 6'd32 + {2'd0, own_addr};
    unique case (state_q)
      StErase, StWipe: mem_we = 1'b1;
      StKek: begin
        mem_we    = word_q < 32'd2;
        mem_wdata = word_q[0] ? kek_i[255:128] : kek_i[127:0];
      end
      StSource: begin
        mem_we    = in_fire && word_q < 32'd16;
        mem_waddr = {2'b01, word_q[3:0]};
        mem_wdata = testing_q ? test_data : in_data_i;
      end
      StReadA, StReadB: begin
        mem_we    = own_we && own_addr < 4'd4;
        mem_waddr = {3'd0, state_q == StReadB, own_addr[1:0]};
        mem_wdata = own_data;
      end
      StWrap: begin
        mem_we    = w_we;
        mem_waddr = {4'b1000, w_waddr};
        mem_wdata = w_wdata;
        mem_raddr = {1'b0, is_unwrap, 2'd0, w_raddr};
      end
      default: ;
    endcase
  end

  // ---- result words
  logic         o_valid_q, o_last_q, o_load, o_gone, o_end;
  logic [127:0] o_data_q, res_word;
  logic [15:0]  o_parity_q;
  logic [4:0]   o_bytes_q, res_bytes;
  logic [7:0]   left;
  assign left      = res_len_q - {word_q[3:0], 4'd0};
  assign res_bytes = left > 8'd16 ? 5'd16 : left[4:0];
  assign o_end     = res_len_q == 8'd0 || left <= 8'd16;
  assign o_gone    = o_valid_q && (out_ready_i || testing_q);
  assign o_load    = state_q == StOut && !o_valid_q && word_q[31] == 1'b0;
  always_comb begin
    unique case (word_q[1:0])
      2'd0:    res_word = is_wrap ? ct[127:0] : pub[127:0];
      2'd1:    res_word = is_wrap ? ct[255:128] : pub[255:128];
      2'd2:    res_word = is_wrap ? ct[383:256] : pub[383:256];
      default: res_word = is_wrap ? ct[511:384] : 128'd0;
    endcase
    for (int b = 0; b < 16; b++) if (5'(b) >= res_bytes || res_len_q == 8'd0) res_word[8*b +: 8] = 8'd0;
  end

  assign in_fire = state_q == StSource && (testing_q || (in_valid_i && in_ready_o));
  always_comb begin
    state_d  = state_q;
    status_d = status_q;
    unique case (state_q)
      // after reset: zeros everywhere, then the wrapping key
      StErase: if (word_q >= 32'd63 && !store_erasing) state_d = StKek;
      StKek: if (word_q == 32'd2) state_d = StKekRun;
      StKekRun: if (seq_done) state_d = StWipe;
      StIdle: begin
        if (cmd_fire) state_d = cmd_desc_i[127:96] == 32'd0 ? StDecode : StSource;
        else if (st_start_i) state_d = StLine;
      end
      // a line of the self test
      StLine: begin
        state_d = test_src_len == 8'd0 ? StDecode : StSource;
        if (test_type == kdf_pkg::TestEnd) state_d = StWipe;
      end
      // the whole source; the work memory has room for what any operation takes
      StSource: if (in_fire && (testing_q ? word_q + 32'd1 == (src_len_q + 32'd15) >> 4 : in_last_i)) state_d = StDecode;
      // everything that the command itself tells
      StDecode: begin
        state_d  = StOut;
        status_d = sluice_pkg::ST_OK;
        if (!st_pass_q && !testing_q) begin
          status_d = sluice_pkg::ST_SELFTEST_FAILED;
        end else begin
          unique case (op_q)
            sluice_pkg::OP_NOP: ;
            sluice_pkg::OP_KDF:
              if (!desc_ok) status_d = sluice_pkg::ST_BAD_DESC;
              else state_d = no_secret ? StRun : StReadA;
            sluice_pkg::OP_SECRET_WRAP:
              if (src_len_q != 32'd0 || param0_q != 32'd0 || param1_q != 32'd0) status_d = sluice_pkg::ST_BAD_DESC;
              else state_d = StReadA;
            sluice_pkg::OP_SECRET_UNWRAP:
              if (param0_q != 32'd0 || param1_q != 32'd0 || handle_q != 32'd0 || handle3_q != 32'd0) status_d = sluice_pkg::ST_BAD_DESC;
              else if (src_len_q != 32'd48 && src_len_q != 32'd64) status_d = sluice_pkg::ST_BAD_KEY;
              else state_d = StWrap;
            sluice_pkg::OP_SECRET_FREE:
              if (src_len_q != 32'd0 || param0_q != 32'd0 || param1_q != 32'd0) status_d = sluice_pkg::ST_BAD_DESC;
              else state_d = StFree;
            default: status_d = sluice_pkg::ST_BAD_DESC;
          endcase
        end
      end
      // secrets that go in
      StReadA: if (own_done) begin
        state_d = two_secrets ? StReadB : is_wrap ? StWrap : StRun;
        // of TLS 1.3, every secret is as long as the hash
        if (!own_ok || (is_kdf && param0_q[4] && own_got_len != hash_len)) begin
          state_d  = StOut;
          status_d = sluice_pkg::ST_BAD_SECRET;
        end
      end
      StReadB: if (own_done) begin
        state_d = StRun;
        if (!own_ok) begin
          state_d  = StOut;
          status_d = sluice_pkg::ST_BAD_SECRET;
        end
      end
      StRun: if (seq_done) state_d = is_public ? StOut : StStore;
      StWrap: if (w_done) begin
        state_d = is_unwrap ? StStore : StOut;
        if (is_unwrap && !w_ok) begin
          state_d  = StOut;
          status_d = sluice_pkg::ST_BAD_KEY;
        end
      end
      StStore: if (own_done) begin
        state_d = is_kdf && uses != 3'd0 && !no_secret ? StSpendA : StOut;
        if (!own_ok) begin
          state_d  = StOut;
          status_d = sluice_pkg::ST_BAD_SECRET;
        end
      end
      // no refusal here: the slot may hold the result by now
      StSpendA: if (own_done) state_d = two_secrets ? StSpendB : StOut;
      StSpendB: if (own_done) state_d = StOut;
      StFree: if (own_done) begin
        state_d = StOut;
        if (!own_ok) status_d = sluice_pkg::ST_BAD_SECRET;
      end
      StOut: if (o_gone && o_last_q) state_d = testing_q ? StWipe : StRsp;
      StRsp: if (rsp_ready_i && !hang_q) state_d = StWipe;
      StWipe: if (word_q == 32'd47) state_d = testing_q ? StLine : StIdle;
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StErase;
      op_q        <= 8'd0;
      func_q      <= 8'd0;
      status_q    <= 8'd0;
      handle_q    <= 32'd0;
      handle2_q   <= 32'd0;
      handle3_q   <= 32'd0;
      src_len_q   <= 32'd0;
      param0_q    <= 32'd0;
      param1_q    <= 32'd0;
      cycles_q    <= 32'd0;
      testing_q   <= 1'b0;
      test_ok_q   <= 1'b0;
      test_line_q <= 5'd0;
      st_done_q   <= 1'b0;
      st_pass_q   <= 1'b0;
      hang_q      <= 1'b0;
      flip_q      <= 1'b0;
      flip_seen_q <= 1'b0;
      word_q      <= 32'd0;
      a_len_q     <= 8'd32;
      a_kind_q    <= 4'd0;
      b_len_q     <= 8'd0;
      res_len_q   <= 8'd0;
      o_valid_q   <= 1'b0;
      o_last_q    <= 1'b0;
      o_data_q    <= 128'd0;
      o_parity_q  <= 16'd0;
      o_bytes_q   <= 5'd0;
    end else begin
      state_q     <= state_d;
      status_q    <= status_d;
      flip_seen_q <= flt_flip_i;
      if (flt_flip_i && !flip_seen_q) flip_q <= 1'b1;
      if (flt_hang_i) hang_q <= 1'b1;
      if (state_q != StIdle) cycles_q <= cycles_q + 32'd1;
      // one counter of words for all; it starts at 0 in every state
      word_q <= word_q + 32'd1;
      if (state_q == StSource && !in_fire) word_q <= word_q;
      if (state_q == StOut && !o_gone) word_q <= word_q;
      if (state_d != state_q || state_q == StIdle) word_q <= 32'd0;

      unique case (state_q)
        StIdle: begin
          if (cmd_fire) begin
            op_q      <= cmd_desc_i[7:0];
            handle_q  <= cmd_desc_i[95:64];
            src_len_q <= cmd_desc_i[127:96];
            param0_q  <= cmd_desc_i[351:320];
            param1_q  <= cmd_desc_i[383:352];
            handle2_q <= cmd_desc_i[415:384];
            handle3_q <= cmd_desc_i[447:416];
            func_q    <= cmd_desc_i[455:448];
            a_len_q   <= 8'd0;
            b_len_q   <= 8'd0;
            res_len_q <= 8'd0;
            cycles_q  <= 32'd1;
          end else if (st_start_i) begin
            testing_q   <= 1'b1;
            test_ok_q   <= 1'b1;
            test_line_q <= 5'd0;
            st_done_q   <= 1'b0;
            st_pass_q   <= 1'b0;
          end
        end
        StLine: begin
          op_q        <= test_op;
          func_q      <= 8'd0;
          param0_q    <= {24'd0, test_kdf};
          param1_q    <= {8'd0, test_klen, 12'd0, test_hash};
          handle_q    <= {15'd0, test_h1 != 3'd0, 13'd0, test_h1 - {2'd0, test_h1 != 3'd0}};
          handle2_q   <= {15'd0, test_h2 != 3'd0, 13'd0, test_h2 - {2'd0, test_h2 != 3'd0}};
          handle3_q   <= {15'd0, test_h3 != 3'd0, 13'd0, test_h3 - {2'd0, test_h3 != 3'd0}};
          src_len_q   <= {24'd0, test_src_len};
          a_len_q     <= 8'd0;
          b_len_q     <= 8'd0;
          res_len_q   <= 8'd0;
          if (test_type == kdf_pkg::TestEnd) begin
            testing_q <= 1'b0;
            st_done_q <= 1'b1;
            st_pass_q <= test_ok_q;
            flip_q    <= 1'b0;
          end
        end
        StDecode: if (is_kdf) res_len_q <= res_len_d;
        StReadA: if (own_done) begin
          a_len_q  <= own_got_len;
          a_kind_q <= own_got_kind;
          if (is_wrap) res_len_q <= own_got_len[4] ? 8'd64 : 8'd48;
        end
        StReadB: if (own_done) b_len_q <= own_got_len;
        StWrap: if (w_done && is_unwrap) res_len_q <= w_len;
        StWipe: if (state_d == StLine) test_line_q <= test_line_q + 5'd1;
        default: ;
      endcase
      // a result for the host: only of these, only when all went well
      if (state_d == StOut && state_q != StOut && (status_d != sluice_pkg::ST_OK || !((is_kdf && is_public) || is_wrap))) res_len_q <= 8'd0;

      if (o_load && !hang_q) begin
        o_valid_q  <= 1'b1;
        o_last_q   <= o_end;
        o_bytes_q  <= res_len_q == 8'd0 ? 5'd0 : res_bytes;
        o_data_q   <= res_word;
        for (int b = 0; b < 16; b++) o_parity_q[b] <= ^res_word[8*b +: 8];
        if (o_end && flip_q && res_len_q != 8'd0) o_data_q <= res_word ^ 128'd1;
      end else if (o_gone && !hang_q) begin
        o_valid_q  <= 1'b0;
        o_last_q   <= 1'b0;
        o_bytes_q  <= 5'd0;
        o_data_q   <= 128'd0;
        o_parity_q <= 16'd0;
        if (testing_q) begin
          if (test_type == kdf_pkg::TestCmp && o_data_q != test_data) test_ok_q <= 1'b0;
          if (o_last_q && ({word_q[3:0], 4'd0} + {3'd0, o_bytes_q} != test_res_len || status_q != sluice_pkg::ST_OK)) test_ok_q <= 1'b0;
        end
      end
      // the job is over: what was to be damaged has been
      if (state_q == StRsp && state_d == StWipe) flip_q <= 1'b0;
    end
  end

  logic unused_rnd;
  assign unused_rnd   = ^{rnd_valid_i, rnd_data_i, in_bytes_i, cmd_desc_i[511:456], cmd_desc_i[319:128], cmd_desc_i[63:8], seq_busy};
  assign cmd_ready_o  = state_q == StIdle && !hang_q;
  assign in_ready_o   = state_q == StSource && !testing_q && !hang_q;
  assign out_valid_o  = o_valid_q && !testing_q && !hang_q;
  assign out_data_o   = out_valid_o ? o_data_q : 128'd0;
  assign out_parity_o = out_valid_o ? o_parity_q : 16'd0;
  assign out_bytes_o  = out_valid_o ? o_bytes_q : 5'd0;
  assign out_last_o   = out_valid_o && o_last_q;
  assign rsp_valid_o  = state_q == StRsp && !hang_q;
  assign rsp_status_o = rsp_valid_o ? status_q : 8'd0;
  assign rsp_info_o   = 16'd0;
  assign rsp_seq_o    = 64'd0;
  assign rsp_cycles_o = rsp_valid_o ? cycles_q : 32'd0;
  assign rnd_ready_o  = 1'b0;
  assign st_done_o    = st_done_q;
  assign st_pass_o    = st_pass_q;
  assign busy_o       = hang_q || state_q != StIdle || store_busy;

  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_ZERO(NoDataOnIdleOutputs, out_valid_o, out_data_o)
  `ASSERT_STABLE(ResultHolds, out_valid_o, out_ready_i, {out_data_o, out_bytes_o, out_last_o})
  `ASSERT_IF(OnlyPublicResultsLeave, out_valid_o && out_bytes_o != 5'd0, is_wrap || (is_kdf && is_public))
endmodule
