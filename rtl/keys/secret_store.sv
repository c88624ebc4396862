// The secret slots of the card. Every secret of a session that must not leave the card lives in one: a kind, a length, a generation, the
// function that owns it, which of its uses are spent, and up to 192 bytes. Two kinds of users: the engines, each by its lane of the secret port
// (rtl/README.md), and the kdf unit by the own_* port. What a lane may name is a table here, by its engine's id;
// an engine of several lanes has a lane here for each of them.
//
// One request at a time, whole, round robin: 3 cycles and one for each word. A slot is erased when it is freed or overwritten; reset clears all
// valid bits at once and then writes zeros into every word, one a cycle, busy meanwhile. There is no way to list, search or read slots.
`include "assert.svh"

module secret_store #(
  parameter int unsigned NumSecrets = sluice_pkg::NumSecrets,
  parameter int unsigned NumPorts = 5,
  parameter logic [31:0] Lanes = 32'h1111_1111,   // ports of each engine id, 4 bits each, one id after the other
  parameter int unsigned Width = 128,
  parameter int unsigned Words = kdf_pkg::Words
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      trust_i,      // the self test passed: lanes are served
  output logic                      busy_o,
  output logic                      erasing_o,    // after reset
  // lanes, by place: those of engine 0 first
  input  logic [NumPorts-1:0]       req_valid_i,
  output logic [NumPorts-1:0]       req_ready_o,
  input  logic [NumPorts-1:0]       req_write_i,
  input  logic [32*NumPorts-1:0]    req_handle_i,
  input  logic [8*NumPorts-1:0]     req_func_i,
  input  logic [4*NumPorts-1:0]     req_kind_i,
  input  logic [8*NumPorts-1:0]     req_len_i,
  input  logic [Width*NumPorts-1:0] req_data_i,
  input  logic [NumPorts-1:0]       req_last_i,
  output logic [NumPorts-1:0]       rsp_valid_o,
  input  logic [NumPorts-1:0]       rsp_ready_i,
  output logic [NumPorts-1:0]       rsp_ok_o,
  output logic [8*NumPorts-1:0]     rsp_len_o,
  output logic [Width*NumPorts-1:0] rsp_data_o,
  output logic [NumPorts-1:0]       rsp_last_o,
  // the kdf unit: valid holds until done
  input  logic                      own_valid_i,
  input  kdf_pkg::own_op_e          own_op_i,
  input  logic                      own_test_i,   // the self test's slots instead of the others
  input  logic [31:0]               own_handle_i,
  input  logic [7:0]                own_func_i,
  input  logic [15:0]               own_kinds_i,  // kinds that OwnRead takes
  input  logic [3:0]                own_kind_i,   // of OwnWrite
  input  logic [7:0]                own_len_i,
  input  logic [2:0]                own_uses_i,   // must not be spent (OwnRead), are spent now (OwnSpend)
  output logic                      own_done_o,
  output logic                      own_ok_o,
  output logic [3:0]                own_kind_o,
  output logic [7:0]                own_len_o,
  output logic                      own_we_o,     // words of OwnRead
  output logic [3:0]                own_addr_o,   // word that comes, or that is wanted
  output logic [Width-1:0]          own_data_o,
  input  logic [Width-1:0]          own_data_i
);
  localparam int unsigned NumSlots = NumSecrets + kdf_pkg::TestSlots;
  localparam int unsigned SlotAw = $clog2(NumSlots);
  localparam int unsigned SelW = $clog2(NumPorts + 1);
  localparam logic [SelW-1:0] Own = SelW'(NumPorts);
  // the engine behind each place
  function automatic logic [4*NumPorts+3:0] engines();
    int unsigned at;
    engines = '0;
    for (int unsigned p = 0; p < NumPorts; p++) begin
      for (int unsigned e = 0; e < 8; e++) begin
        at = 0;
        for (int unsigned k = 0; k < e; k++) at = at + 32'(Lanes[4*k +: 4]);
        if (p >= at && p < at + 32'(Lanes[4*e +: 4])) engines[4*p +: 4] = 4'(e);
      end
    end
  endfunction
  localparam logic [4*NumPorts+3:0] Engines = engines();

  typedef enum logic [2:0] {StErase, StIdle, StLook, StCheck, StRead, StWrite, StDone, StError} state_e;
  state_e state_q, state_d;

  typedef struct packed {
    logic [15:0] gen;
    logic [7:0]  func;
    logic [3:0]  kind;
    logic [7:0]  len;
    logic [2:0]  spent;
  } meta_t;

  // ---- lanes
  logic [NumPorts-1:0]       lane_ask, lane_write, lane_bad, lane_we, lane_fin, lane_busy;
  logic [32*NumPorts-1:0]    lane_handle;
  logic [8*NumPorts-1:0]     lane_func, lane_len, lane_slice;
  logic [4*NumPorts-1:0]     lane_kind;
  logic [Width*NumPorts-1:0] lane_word;
  logic [3:0]                word_q;
  logic [3:0]                word_addr;
  logic [Width-1:0]          rd_q;
  logic                      ok_q;
  logic [7:0]                len_q;
  for (genvar p = 0; p < NumPorts; p++) begin : gen_lane
    secret_lane #(.Width(Width), .Words(Words)) u_lane (
      .clk_i, .rst_ni, .busy_o(lane_busy[p]),
      .req_valid_i(req_valid_i[p]), .req_ready_o(req_ready_o[p]), .req_write_i(req_write_i[p]),
      .req_handle_i(req_handle_i[32*p +: 32]),
      .req_func_i(req_func_i[8*p +: 8]), .req_kind_i(req_kind_i[4*p +: 4]), .req_len_i(req_len_i[8*p +: 8]),
      .req_data_i(req_data_i[Width*p +: Width]), .req_last_i(req_last_i[p]),
      .rsp_valid_o(rsp_valid_o[p]), .rsp_ready_i(rsp_ready_i[p]), .rsp_ok_o(rsp_ok_o[p]), .rsp_len_o(rsp_len_o[8*p +: 8]),
      .rsp_data_o(rsp_data_o[Width*p +: Width]), .rsp_last_o(rsp_last_o[p]),
      .ask_o(lane_ask[p]), .ask_write_o(lane_write[p]), .ask_handle_o(lane_handle[32*p +: 32]), .ask_func_o(lane_func[8*p +: 8]),
      .ask_kind_o(lane_kind[4*p +: 4]), .ask_len_o(lane_len[8*p +: 8]), .ask_slice_o(lane_slice[8*p +: 8]), .ask_bad_o(lane_bad[p]),
      .word_addr_i(word_addr), .word_o(lane_word[Width*p +: Width]), .word_we_i(lane_we[p]), .word_i(rd_q),
      .fin_i(lane_fin[p]), .fin_ok_i(ok_q), .fin_len_i(len_q)
    );
  end

  // ---- whose turn: the next one after the last
  logic [SelW-1:0] sel_q, sel_d;
  logic [NumPorts:0] asks;
  assign asks = {own_valid_i, lane_ask};
  always_comb begin
    sel_d = sel_q;
    for (int i = NumPorts + 1; i > 0; i--) begin
      if (asks[(32'(sel_q) + i) % (NumPorts + 1)]) sel_d = SelW'((32'(sel_q) + i) % (NumPorts + 1));
    end
  end

  // ---- the request in hand
  logic        own, r_write, r_bad;
  logic [31:0] r_handle;
  logic [7:0]  r_func, r_len, r_slice;
  logic [3:0]  r_kind;
  logic [2:0]  r_uses;
  logic        r_known;      // a combination of engine, direction and kind that there is
  always_comb begin
    own      = sel_q == Own;
    r_write  = own_op_i == kdf_pkg::OwnWrite;
    r_bad    = own_len_i == 8'd0 && r_write;
    r_handle = own_handle_i;
    r_func   = own_func_i;
    r_len    = own_len_i;
    r_slice  = 8'd0;
    r_kind   = own_kind_i;
    r_uses   = own_uses_i;
    r_known  = 1'b1;
    if (!own) begin
      r_write  = lane_write[sel_q];
      r_bad    = lane_bad[sel_q];
      r_handle = lane_handle[32*sel_q +: 32];
      r_func   = lane_func[8*sel_q +: 8];
      r_len    = lane_len[8*sel_q +: 8];
      r_slice  = lane_slice[8*sel_q +: 8];
      r_kind   = lane_kind[4*sel_q +: 4];
      // what an engine may name, and what it spends
      r_uses   = kdf_pkg::UseOnce;
      unique case (Engines[4*sel_q +: 4])
        sluice_pkg::ENGINE_AEAD, sluice_pkg::ENGINE_MAC, sluice_pkg::ENGINE_CHACHA: begin
          r_known = !r_write && {4'd0, r_kind} == sluice_pkg::SECRET_KEY_BLOCK;
          unique case (r_slice)
            sluice_pkg::SLICE_CLIENT: r_uses = kdf_pkg::UseClient;
            sluice_pkg::SLICE_SERVER: r_uses = kdf_pkg::UseServer;
            sluice_pkg::SLICE_WHOLE:  r_uses = kdf_pkg::UseClient | kdf_pkg::UseServer;
            default: r_known = 1'b0;
          endcase
        end
        sluice_pkg::ENGINE_PKA, sluice_pkg::ENGINE_ECC:
          r_known = r_write ? ({4'd0, r_kind} == sluice_pkg::SECRET_PREMASTER || {4'd0, r_kind} == sluice_pkg::SECRET_EC_PRIVATE) && r_len <= 8'd64
                            : {4'd0, r_kind} == sluice_pkg::SECRET_EC_PRIVATE && r_slice == 8'd0;
        default: r_known = 1'b0;
      endcase
      r_known = r_known && trust_i;
    end
  end

  // ---- slots
  logic [Width-1:0]    data_mem [NumSlots * 16];
  logic [38:0]         meta_mem [NumSlots];
  logic [NumSlots-1:0] valid_q;
  logic                index_ok;
  logic [SlotAw-1:0]   slot, slot_q;
  logic [SlotAw-1:0]   sweep_q;            // slot of the erasure after reset
  meta_t               meta_q, meta_new;
  logic                in_use, meta_we, data_we, fits, ok, valid_set, valid_clear, kind_ok;
  logic [Width-1:0]    word_in;
  logic [7:0]          end_len;
  assign index_ok = r_handle[31:16] != 16'd0 && r_handle[15:0] < (own && own_test_i ? 16'(kdf_pkg::TestSlots) : 16'(NumSecrets));
  assign slot     = own && own_test_i ? SlotAw'(NumSecrets) + SlotAw'(r_handle[15:0]) : r_handle[SlotAw-1:0];

  // the verdict, from the slot's description as it was read
  assign kind_ok = own ? own_kinds_i[meta_q.kind] : meta_q.kind == r_kind;
  assign in_use  = index_ok && valid_q[slot_q];
  assign fits    = in_use && meta_q.gen == r_handle[31:16] && meta_q.func == r_func;
  always_comb begin
    ok = fits && kind_ok && (meta_q.spent & r_uses) == 3'd0;
    if (r_write) ok = index_ok && !r_bad && !(in_use && meta_q.func != r_func);
    else if (own && own_op_i != kdf_pkg::OwnRead) ok = fits;
    ok = ok && r_known;
  end

  // what goes into a slot: nothing but the secret's own bytes
  assign end_len = r_len - 8'd1;
  always_comb begin
    word_in = '0;
    if (data_we && r_write && state_q == StWrite && word_q <= end_len[7:4]) begin
      word_in = own ? own_data_i : lane_word[Width*sel_q +: Width];
      if (word_q == end_len[7:4]) begin
        for (int b = 1; b < Width / 8; b++) if (4'(b) > end_len[3:0]) word_in[8*b +: 8] = 8'd0;
      end
    end
  end

  always_comb begin
    state_d     = state_q;
    word_addr   = word_q;
    data_we     = 1'b0;
    meta_we     = 1'b0;
    meta_new    = '0;
    valid_set   = 1'b0;
    valid_clear = 1'b0;
    lane_we     = '0;
    lane_fin    = '0;
    own_we_o    = 1'b0;
    own_done_o  = 1'b0;
    unique case (state_q)
      // after reset: zeros into every word and every description
      StErase: begin
        data_we = 1'b1;
        meta_we = 1'b1;
        if (sweep_q == SlotAw'(NumSlots - 1) && word_q == 4'(Words - 1)) state_d = StIdle;
      end
      StIdle: if (asks != '0) state_d = StLook;
      // the slot's description
      StLook: state_d = StCheck;
      // may it, and is it
      StCheck: begin
        state_d = StDone;
        if (ok) begin
          if (r_write || (own && own_op_i == kdf_pkg::OwnFree)) begin
            valid_clear = 1'b1;
            meta_we     = 1'b1;
            state_d     = StWrite;
          end else if (own && own_op_i == kdf_pkg::OwnSpend) begin
            meta_we        = 1'b1;
            meta_new       = meta_q;
            meta_new.spent = meta_q.spent | r_uses;
          end else begin
            meta_we        = !own;
            meta_new       = meta_q;
            meta_new.spent = meta_q.spent | r_uses;
            state_d        = StRead;
          end
        end
      end
      // word_q is the word whose read is asked for; rd_q the one before it
      StRead: begin
        word_addr = word_q - 4'd1;
        if (word_q != 4'd0) begin
          if (own) own_we_o = 1'b1;
          else lane_we[sel_q] = 1'b1;
          if (word_q == 4'(Words)) state_d = StDone;
        end
      end
      // all words of the slot: the secret's, then zeros
      StWrite: begin
        data_we = 1'b1;
        if (word_q == 4'(Words - 1)) begin
          state_d = StDone;
          if (r_write) begin
            valid_set     = 1'b1;
            meta_we       = 1'b1;
            meta_new.gen  = r_handle[31:16];
            meta_new.func = r_func;
            meta_new.kind = r_kind;
            meta_new.len  = r_len;
          end
        end
      end
      StDone: begin
        if (own) own_done_o = 1'b1;
        else lane_fin[sel_q] = 1'b1;
        state_d = StIdle;
      end
      default: state_d = StError;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StErase;
      sel_q   <= '0;
      word_q  <= 4'd0;
      sweep_q <= '0;
      slot_q  <= '0;
      ok_q    <= 1'b0;
      len_q   <= 8'd0;
      rd_q    <= '0;
      meta_q  <= '0;
      valid_q <= '0;
    end else if (busy_o || asks != '0) begin
      state_q <= state_d;
      word_q  <= state_q == StRead || state_q == StWrite || state_q == StErase ? word_q + 4'd1 : 4'd0;
      if (state_q == StErase && word_q == 4'(Words - 1)) begin
        word_q  <= 4'd0;
        sweep_q <= sweep_q + SlotAw'(1);
      end
      if (state_q == StIdle) sel_q <= sel_d;
      if (state_q == StLook) begin
        slot_q <= index_ok ? slot : '0;
        meta_q <= meta_mem[index_ok ? slot : '0];
      end
      if (state_q == StCheck) begin
        ok_q  <= ok;
        len_q <= ok && !r_write ? meta_q.len : 8'd0;
      end
      if (valid_clear) valid_q[slot_q] <= 1'b0;
      if (valid_set) valid_q[slot_q] <= 1'b1;
      if (state_q == StRead && word_q != 4'(Words)) rd_q <= data_mem[{slot_q, word_q}];
      else rd_q <= '0;
    end
    if (data_we) data_mem[{state_q == StErase ? sweep_q : slot_q, word_q}] <= word_in;
    if (meta_we) meta_mem[state_q == StErase ? sweep_q : slot_q] <= meta_new;
  end

  assign erasing_o  = state_q == StErase;
  assign busy_o     = state_q != StIdle || lane_busy != '0;
  assign own_ok_o   = ok_q;
  assign own_kind_o = meta_q.kind;
  assign own_len_o  = len_q;
  assign own_addr_o = word_addr;
  assign own_data_o = own_we_o ? rd_q : '0;

  `ASSERT_CONST(SlotsHaveAddresses, NumSecrets <= 65536 && Words <= 12 && kdf_pkg::Words * 16 == sluice_pkg::SecretBytes)
  `ASSERT_NEVER(StateIsLegal, state_q == StError)
  `ASSERT_IF(AnswersOnlyTheOwner, state_q == StRead, valid_q[slot_q] && meta_q.gen == r_handle[31:16] && meta_q.func == r_func)
  `ASSERT_ZERO(NoWordOutsideARead, state_q == StRead || state_q == StDone, rd_q)

`ifdef FORMAL
  // For any slot: an answer is the owner's, of the generation, function and kind that were last written, unspent, and the words that were written.
  // What a slot ought to hold is kept apart here, from requests and answers alone (formal.sh proves it by k-induction on a small store).
  (* anyconst *) logic [SlotAw-1:0] f_slot;
  (* anyconst *) logic [3:0] f_word;
  logic             f_past = 1'b0, g_valid;
  logic [15:0]      g_gen;
  logic [7:0]       g_func, g_len;
  logic [3:0]       g_kind;
  logic [2:0]       g_spent, f_uses;
  logic [Width-1:0] g_data, w_data;
  logic             f_done, f_here, f_read, f_serving;
  assign f_done    = state_q == StDone;
  assign f_here    = slot_q == f_slot && index_ok;
  assign f_read    = !r_write && (!own || own_op_i == kdf_pkg::OwnRead);
  assign f_serving = state_q == StLook || state_q == StCheck || state_q == StRead || state_q == StWrite || state_q == StDone;
  // what a lane's request would spend, from the contract
  always_comb begin
    f_uses = own_uses_i;
    if (!own) begin
      f_uses = 3'b001;
      if (4'(sel_q) != sluice_pkg::ENGINE_PKA && 4'(sel_q) != sluice_pkg::ENGINE_ECC) f_uses = {1'b0, r_slice[1:0]};
    end
  end
  always @(posedge clk_i) begin
    f_past <= 1'b1;
    if (!f_past) assume (!rst_ni);
    assume (f_slot < SlotAw'(NumSlots) && f_word < 4'(Words));
    // the kdf unit holds its request until it is done
    if (f_past && $past(rst_ni) && $past(own_valid_i) && !$past(own_done_o))
      assume (own_valid_i && $stable(own_op_i) && $stable(own_handle_i) && $stable(own_func_i) && $stable(own_kinds_i) && $stable(own_kind_i) &&
              $stable(own_len_i) && $stable(own_uses_i) && $stable(own_test_i));
    if (!rst_ni) begin
      g_valid <= 1'b0;
      g_spent <= 3'd0;
    end else begin
      if (f_done && ok_q && f_here) begin
        if (r_write) begin
          g_valid <= 1'b1;
          g_gen   <= r_handle[31:16];
          g_func  <= r_func;
          g_kind  <= r_kind;
          g_len   <= r_len;
          g_spent <= 3'd0;
          g_data  <= w_data;
        end
        if (own && own_op_i == kdf_pkg::OwnFree) g_valid <= 1'b0;
        if ((f_read && !own) || (own && own_op_i == kdf_pkg::OwnSpend)) g_spent <= g_spent | f_uses;
      end
      if (state_q == StWrite && word_q == f_word) w_data <= word_in;
    end
    if (f_past && rst_ni) begin
      // the answer
      if (f_done && ok_q && f_read) assert (index_ok);
      if (f_done && ok_q && f_here && f_read) begin
        assert (g_valid && g_gen == r_handle[31:16] && g_func == r_func && len_q == g_len);
        assert ((g_spent & f_uses) == 3'd0);
        if (!own) begin
          assert (g_kind == r_kind && f_uses != 3'd0);
          assert (g_kind == sluice_pkg::SECRET_KEY_BLOCK[3:0] || g_kind == sluice_pkg::SECRET_EC_PRIVATE[3:0]);
        end else assert (own_kinds_i[g_kind]);
      end
      // nobody takes another function's slot
      if (f_done && ok_q && f_here && r_write && g_valid) assert (g_func == r_func);
      if ((own_we_o || lane_we != '0) && f_here && word_addr == f_word) assert (rd_q == g_data);
      // what makes this inductive
      assert (state_q != StError);
      if (state_q == StErase) assert (valid_q == '0 && !g_valid);
      if (f_serving) assert (own ? own_valid_i : lane_ask[sel_q]);
      if (state_q == StIdle || state_q == StLook || (state_q == StCheck && slot_q != f_slot)) begin
        assert (valid_q[f_slot] == g_valid);
        if (g_valid) assert (meta_mem[f_slot] == {g_gen, g_func, g_kind, g_len, g_spent} && data_mem[{f_slot, f_word}] == g_data);
      end
      assert (sel_q <= Own);
      if (state_q == StIdle || state_q == StLook || state_q == StCheck) assert (word_q == 4'd0);
      if (state_q == StRead) assert (word_q <= 4'(Words));
      if (state_q == StErase || state_q == StWrite) assert (word_q < 4'(Words));
      assert (slot_q < SlotAw'(NumSlots) && sweep_q <= SlotAw'(NumSlots) && (state_q != StErase || sweep_q < SlotAw'(NumSlots)));
    end
  end
`endif
endmodule
