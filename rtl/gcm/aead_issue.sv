// Issue side of the aead lane: takes prepared jobs, takes their bytes from the gearbox, and sends one item a cycle into the datapath
// pipeline (aead_exit says what each kind of item does when it comes out). The next job's first item follows the last one's end without a gap.
//
// An item waits for its source bytes, for room in the result queue (credits), and where a value comes back from the pipeline: a
// CBC-encrypt block for the one before it, a record for the verdict on an earlier record of its session.
`include "assert.svh"

module aead_issue (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  cycle_i,
  output logic         busy_o,
  // prepared job
  input  logic         job_valid_i,
  output logic         job_take_o,
  input  logic [3:0]   job_class_i,
  input  logic [7:0]   job_status_i,
  input  logic [1:0]   job_bank_i,
  input  logic [31:0]  job_len_i,
  input  logic [16:0]  job_aad_i,
  input  logic [31:0]  job_data_i,
  input  logic [4:0]   job_tag_i,
  input  logic [15:0]  job_version_i,
  input  logic         job_tls13_i,
  input  logic [95:0]  job_iv_i,
  input  logic [7:0]   job_type_i,
  input  logic [31:0]  job_start_i,
  input  logic [255:0] seq_i,
  output logic         seal_inc_o,
  output logic [1:0]   seal_bank_o,
  // session load
  output logic         load_valid_o,
  output logic [127:0] load_data_o,
  input  logic         load_aes_i,
  input  logic         load_done_i,
  input  logic [7:0]   load_status_i,
  // source bytes
  output logic [4:0]   take_bytes_o,
  input  logic         take_ready_i,
  output logic         take_o,
  input  logic [127:0] take_data_i,
  // job slot: written when a job starts, its verdict class when it ends
  input  logic         slot_ready_i,
  output logic         slot_start_o,
  output logic [1:0]   slot_bank_o,
  output logic [31:0]  slot_start_cycle_o,
  output logic [16:0]  slot_aad_o,
  output logic [31:0]  slot_data_o,
  output logic [4:0]   slot_tag_o,
  output logic [15:0]  slot_version_o,
  output logic         slot_tls13_o,
  output logic [7:0]   slot_type_o,
  output logic [63:0]  slot_seq_o,
  output logic         slot_end_o,
  output logic [7:0]   slot_status_o,
  output logic         slot_record_o,   // the job is a record: its response carries type and sequence number
  output logic         slot_open_o,     // the status waits for the tag
  // items
  input  logic         credit_i,        // room for one more result word
  output logic         credit_use_o,
  output logic         it_valid_o,
  output logic [3:0]   it_kind_o,
  output logic [1:0]   it_bank_o,
  output logic [4:0]   it_bytes_o,
  output logic         it_final_o,      // the job's last non-empty result word, unless a tag follows
  output logic [127:0] it_data_o,
  output logic         it_enc_o,
  output logic         it_dec_o,
  output logic [127:0] it_aes_o,
  // what comes back
  input  logic         chain_valid_i,   // a CBC-encrypted block
  input  logic [127:0] chain_data_i,
  input  logic         verdict_valid_i, // RECORD_OPEN: the tag of a job on this bank was compared
  input  logic [1:0]   verdict_bank_i
);
  // The next record of the same session may follow a RECORD_OPEN when its first item comes out after the verdict: the last item
  // of the open and the first item of the next travel the same way, and the verdict takes 7 cycles from where the number is read.
  localparam logic [31:0] VerdictGap = 32'd7;

  localparam logic [2:0] StIdle  = 3'd0;
  localparam logic [2:0] StStart = 3'd1;  // a job waits for its first item
  localparam logic [2:0] StAad   = 3'd2;
  localparam logic [2:0] StData  = 3'd3;
  localparam logic [2:0] StEnd   = 3'd4;  // the closing item
  localparam logic [2:0] StDrain = 3'd5;  // take and drop what is left of the source
  localparam logic [2:0] StLoad  = 3'd6;  // pass the context on
  localparam logic [2:0] StLoadW = 3'd7;  // wait for the load

  function automatic logic [127:0] swap(input logic [127:0] x);
    for (int i = 0; i < 16; i++) swap[8*i +: 8] = x[8*(15-i) +: 8];
  endfunction

  logic [2:0]   state_q, state_d;
  logic [3:0]   class_q;
  logic [7:0]   status_q, status_d, type_q;
  logic [1:0]   bank_q;
  logic [31:0]  len_q, data_q, left_q, left_d, start_q;
  logic [16:0]  aad_q;
  logic [4:0]   tag_q;
  logic [15:0]  version_q;
  logic         tls13_q;
  logic [95:0]  iv_q;
  logic [14:0]  src_q, src_d;   // TLS 1.3 seal: content bytes left; then come the type and the padding
  logic         typed_q;
  logic [127:0] ctr_q;          // next counter block as an integer
  logic [127:0] chain_q;        // CBC encryption: what is added to the next block
  logic         chain_busy_q;
  logic         good_q;         // no error so far: the closing item is the class's own

  // ---- per bank: RECORD_OPENs whose verdict is open, and when the last one was issued ---------------------------------------------
  logic [15:0]  open_q;         // four bits a bank
  logic [31:0]  open_at_q [4];
  logic         open_none, open_past;
  logic         open_end;
  assign open_none = open_q[4*bank_q +: 4] == 4'd0;
  assign open_past = cycle_i - open_at_q[bank_q] >= VerdictGap;

  // ---- the item of this cycle -----------------------------------------------------------------------------------------------------
  logic         go, have, last_aad, last_data, load_next;
  logic [3:0]   kind;
  logic [4:0]   take_bytes;
  logic         emit;           // the item carries a result word
  logic         wait_here;      // the state's own reason to wait
  logic         enc, dec;
  logic         send;           // go sends an item (else it only moves the state)
  logic         pad, last_src;  // data of a TLS 1.3 seal; its last content bytes
  logic [4:0]   data_bytes;
  logic [127:0] data;
  logic [63:0]  seq, seq_be;
  logic         seq_near_end, seq_end, record, header_ok;
  logic [127:0] aes, j0, ctr_d;
  logic         ctr_set;

  assign seq          = seq_i[64*bank_q +: 64];
  assign seq_be       = {seq[7:0], seq[15:8], seq[23:16], seq[31:24], seq[39:32], seq[47:40], seq[55:48], seq[63:56]};
  assign seq_near_end = &seq[63:1];
  assign seq_end      = &seq;
  assign record       = class_q == aead_pkg::JobRSeal || class_q == aead_pkg::JobROpen;
  // type | version | length | explicit nonce (TLS 1.2)
  assign header_ok    = {take_data_i[15:8], take_data_i[23:16]} == version_q &&
                        {16'd0, take_data_i[31:24], take_data_i[39:32]} == len_q - 32'd5 &&
                        (!tls13_q || take_data_i[7:0] == aead_pkg::OuterType);
  assign last_aad     = left_q[16:0] <= 17'd16;
  assign last_data    = left_q <= 32'd16;
  assign pad          = tls13_q && class_q == aead_pkg::JobRSeal && state_q == StData;
  assign last_src     = src_q < 15'd16;
  assign data_bytes   = last_data ? left_q[4:0] : 5'd16;
  // RFC 8446 5.2: the type follows the content, zeros follow the type
  always_comb begin
    data = take_data_i;
    if (pad && last_src && !typed_q) data = take_data_i | ({120'd0, type_q} << {src_q[3:0], 3'd0});
  end

  always_comb begin
    take_bytes = 5'd0;
    unique case (state_q)
      StStart: begin
        unique case (class_q)
          aead_pkg::JobROpen: take_bytes = tls13_q ? 5'd5 : 5'd13;
          aead_pkg::JobSeal, aead_pkg::JobOpen: take_bytes = 5'd12;
          aead_pkg::JobCtr, aead_pkg::JobCbcE, aead_pkg::JobCbcD: take_bytes = 5'd16;
          default: take_bytes = 5'd0;
        endcase
      end
      StAad: take_bytes = last_aad ? left_q[4:0] : 5'd16;
      StData, StDrain, StLoad: take_bytes = !pad ? data_bytes : last_src ? src_q[4:0] : 5'd16;
      StEnd: if (good_q && (class_q == aead_pkg::JobROpen || class_q == aead_pkg::JobOpen)) take_bytes = tag_q;
      default: take_bytes = 5'd0;
    endcase
  end
  assign take_bytes_o = take_bytes;
  assign have         = take_bytes == 5'd0 || take_ready_i;

  // J0: IV or salt | nonce, then a block counter of 1 (SP 800-38D 7.1). TLS 1.3: the IV with the sequence number added (RFC 8446 5.3)
  always_comb begin
    j0 = 128'd0;
    if (state_q == StStart) begin
      unique case (class_q)
        aead_pkg::JobRSeal: j0 = {32'h01000000, (tls13_q ? iv_q[95:32] : 64'd0) ^ seq_be, iv_q[31:0]};
        aead_pkg::JobROpen: j0 = {32'h01000000, tls13_q ? iv_q[95:32] ^ seq_be : take_data_i[103:40], iv_q[31:0]};
        default: j0 = {32'h01000000, take_data_i[95:0]};
      endcase
    end
  end

  always_comb begin
    kind      = aead_pkg::ItemEnd;
    emit      = 1'b0;
    send      = 1'b0;
    enc       = 1'b0;
    dec       = 1'b0;
    wait_here = 1'b0;
    aes       = 128'd0;
    ctr_set   = 1'b0;
    ctr_d     = ctr_q;
    state_d   = state_q;
    status_d  = status_q;
    left_d    = left_q;
    src_d     = src_q;
    unique case (state_q)
      StIdle: wait_here = 1'b1;
      StStart: begin
        wait_here = !slot_ready_i;
        unique case (class_q)
          aead_pkg::JobRSeal, aead_pkg::JobROpen: begin
            // the sequence number must be known: exactly for a seal, for TLS 1.3 (it is in the nonce) or near the end of the numbers, at the exit for
            // an open of TLS 1.2
            if (!open_none && (class_q == aead_pkg::JobRSeal || tls13_q || seq_near_end || !open_past)) wait_here = 1'b1;
            if (seq_end || (class_q == aead_pkg::JobROpen && !header_ok)) begin
              status_d = seq_end ? sluice_pkg::ST_SEQ_EXHAUSTED : sluice_pkg::ST_BAD_RECORD;
              left_d   = len_q - {27'd0, take_bytes};
              state_d  = left_d == 32'd0 ? StEnd : StDrain;
            end else begin
              send    = 1'b1;
              enc     = 1'b1;
              kind    = class_q == aead_pkg::JobRSeal ? aead_pkg::ItemRSeal : aead_pkg::ItemROpen;
              emit    = class_q == aead_pkg::JobRSeal;
              left_d  = data_q;
              src_d   = len_q[14:0];
              state_d = data_q == 32'd0 ? StEnd : StData;
            end
          end
          aead_pkg::JobSeal, aead_pkg::JobOpen: begin
            send    = 1'b1;
            enc     = 1'b1;
            kind    = aead_pkg::ItemJ0;
            left_d  = aad_q != 17'd0 ? {15'd0, aad_q} : data_q;
            state_d = aad_q != 17'd0 ? StAad : data_q != 32'd0 ? StData : StEnd;
          end
          aead_pkg::JobCtr: begin
            left_d  = data_q;
            state_d = data_q != 32'd0 ? StData : StEnd;
          end
          aead_pkg::JobCbcE, aead_pkg::JobCbcD: begin
            if (chain_busy_q) wait_here = 1'b1;
            send    = 1'b1;
            kind    = aead_pkg::ItemCbcIv;
            left_d  = data_q;
            state_d = data_q != 32'd0 ? StData : StEnd;
          end
          aead_pkg::JobLoad: begin
            left_d  = len_q;
            state_d = StLoad;
          end
          default: begin
            left_d  = len_q;
            state_d = len_q != 32'd0 ? StDrain : StEnd;
          end
        endcase
        aes     = j0;
        ctr_set = 1'b1;
        unique case (class_q)
          aead_pkg::JobCtr:  ctr_d = swap(take_data_i);
          default:           ctr_d = swap({32'h02000000, j0[95:0]});
        endcase
      end
      StAad: begin
        send   = 1'b1;
        kind   = aead_pkg::ItemAad;
        left_d = left_q - 32'd16;
        if (last_aad) begin
          left_d  = data_q;
          state_d = data_q != 32'd0 ? StData : StEnd;
        end
      end
      StData: begin
        send   = 1'b1;
        emit   = 1'b1;
        enc    = class_q != aead_pkg::JobCbcD;
        dec    = class_q == aead_pkg::JobCbcD;
        left_d = left_q - 32'd16;
        src_d  = last_src ? 15'd0 : src_q - 15'd16;
        if (last_data) state_d = StEnd;
        unique case (class_q)
          aead_pkg::JobCbcE: begin
            wait_here = chain_busy_q;
            kind      = aead_pkg::ItemCbcE;
            aes       = take_data_i ^ chain_q;
          end
          aead_pkg::JobCbcD: begin
            kind = aead_pkg::ItemCbcD;
            aes  = take_data_i;
          end
          aead_pkg::JobCtr: begin
            kind    = aead_pkg::ItemCtr;
            aes     = swap(ctr_q);
            ctr_set = 1'b1;
            ctr_d   = ctr_q + 128'd1;
          end
          default: begin
            kind    = (class_q == aead_pkg::JobRSeal || class_q == aead_pkg::JobSeal) ? aead_pkg::ItemSeal : aead_pkg::ItemOpen;
            aes     = swap(ctr_q);
            ctr_set = 1'b1;
            ctr_d   = {ctr_q[127:32], ctr_q[31:0] + 32'd1};
          end
        endcase
      end
      StEnd: begin
        send = 1'b1;
        emit = 1'b1;
        if (good_q) begin
          unique case (class_q)
            aead_pkg::JobRSeal, aead_pkg::JobSeal: kind = aead_pkg::ItemEndS;
            aead_pkg::JobROpen, aead_pkg::JobOpen: kind = aead_pkg::ItemEndO;
            default: kind = aead_pkg::ItemEnd;
          endcase
        end
        state_d = job_valid_i ? StStart : StIdle;
      end
      StDrain: begin
        left_d = left_q - 32'd16;
        if (last_data) state_d = StEnd;
      end
      StLoad: begin
        left_d = left_q - 32'd16;
        if (last_data) state_d = StLoadW;
      end
      StLoadW: begin
        // one block of zeros goes through the pipe when the loader asks for it
        send      = load_aes_i;
        enc       = 1'b1;
        kind      = aead_pkg::ItemKeyH;
        wait_here = !load_aes_i && !load_done_i;
        status_d  = load_status_i;
        if (load_done_i) state_d = StEnd;
      end
      default: state_d = StIdle;
    endcase
  end

  assign go        = have && !wait_here && (!emit || credit_i);
  assign load_next = job_valid_i && (state_q == StIdle || (state_q == StEnd && go));
  assign open_end  = go && state_q == StEnd && good_q && class_q == aead_pkg::JobROpen;

  assign take_o       = go && take_bytes != 5'd0;
  assign job_take_o   = load_next;
  assign credit_use_o = go && send && emit;
  assign seal_inc_o   = go && state_q == StStart && send && kind == aead_pkg::ItemRSeal;
  assign seal_bank_o  = bank_q;
  assign load_valid_o = go && state_q == StLoad;
  assign load_data_o  = take_data_i;

  assign slot_start_o       = go && state_q == StStart;
  assign slot_bank_o        = bank_q;
  assign slot_start_cycle_o = start_q;
  assign slot_aad_o         = !record ? aad_q : tls13_q ? 17'd5 : 17'd13;
  assign slot_data_o        = data_q;
  assign slot_tag_o         = tag_q;
  assign slot_version_o     = version_q;
  assign slot_tls13_o       = record && tls13_q;
  assign slot_type_o        = class_q == aead_pkg::JobROpen ? take_data_i[7:0] : tls13_q ? aead_pkg::OuterType : type_q;
  assign slot_seq_o         = record ? seq : 64'd0;
  assign slot_end_o         = go && state_q == StEnd;
  assign slot_status_o      = status_q;
  assign slot_record_o      = record && good_q;
  assign slot_open_o        = kind == aead_pkg::ItemEndO;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q      <= StIdle;
      class_q      <= 4'd0;
      status_q     <= 8'd0;
      type_q       <= 8'd0;
      bank_q       <= 2'd0;
      len_q        <= 32'd0;
      data_q       <= 32'd0;
      left_q       <= 32'd0;
      start_q      <= 32'd0;
      aad_q        <= 17'd0;
      tag_q        <= 5'd0;
      version_q    <= 16'd0;
      tls13_q      <= 1'b0;
      iv_q         <= 96'd0;
      src_q        <= 15'd0;
      typed_q      <= 1'b0;
      ctr_q        <= 128'd0;
      chain_q      <= 128'd0;
      chain_busy_q <= 1'b0;
      good_q       <= 1'b0;
      open_q       <= 16'd0;
    end else begin
      if (go) begin
        state_q  <= state_d;
        status_q <= status_d;
        left_q   <= left_d;
        src_q    <= src_d;
        if (state_q == StStart) typed_q <= 1'b0;
        else if (pad && last_src) typed_q <= 1'b1;
        if (ctr_set) ctr_q <= ctr_d;
        if (kind == aead_pkg::ItemCbcIv) chain_q <= take_data_i;
        if (state_q == StStart) good_q <= send || class_q == aead_pkg::JobCtr;
        if (kind == aead_pkg::ItemCbcE) chain_busy_q <= 1'b1;
      end
      if (chain_valid_i) begin
        chain_busy_q <= 1'b0;
        chain_q      <= chain_data_i;
      end
      if (load_next) begin
        state_q   <= StStart;
        class_q   <= job_class_i;
        status_q  <= job_status_i;
        type_q    <= job_type_i;
        bank_q    <= job_bank_i;
        len_q     <= job_len_i;
        data_q    <= job_data_i;
        start_q   <= job_start_i;
        aad_q     <= job_aad_i;
        tag_q     <= job_tag_i;
        version_q <= job_version_i;
        tls13_q   <= job_tls13_i;
        iv_q      <= job_iv_i;
      end
      if (open_end && !(verdict_valid_i && verdict_bank_i == bank_q)) open_q[4*bank_q +: 4] <= open_q[4*bank_q +: 4] + 4'd1;
      if (verdict_valid_i && !(open_end && verdict_bank_i == bank_q)) begin
        open_q[4*verdict_bank_i +: 4] <= open_q[4*verdict_bank_i +: 4] - 4'd1;
      end
      if (open_end) open_at_q[bank_q] <= cycle_i;
    end
  end

  // the item register
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      it_valid_o <= 1'b0;
      it_enc_o   <= 1'b0;
      it_dec_o   <= 1'b0;
    end else begin
      it_valid_o <= go && send;
      it_enc_o   <= go && send && enc;
      it_dec_o   <= go && send && dec;
    end
  end
  always_ff @(posedge clk_i) begin
    if (go && send) begin
      it_kind_o  <= kind;
      it_bank_o  <= bank_q;
      it_bytes_o <= state_q == StData ? data_bytes : take_bytes;
      it_final_o <= state_q == StData && last_data;
      it_data_o  <= data;
      if (enc || dec) it_aes_o <= aes;
    end
  end

  assign busy_o = state_q != StIdle || it_valid_o;

  `ASSERT_NEVER(ChainHasOneOwner, chain_valid_i && go && kind == aead_pkg::ItemCbcIv)
  `ASSERT_IF(OpenCountNeverWraps, verdict_valid_i, open_q[4*verdict_bank_i +: 4] != 4'd0)
  `ASSERT_IF(StatusOfGoodJobIsOk, slot_end_o && good_q && class_q != aead_pkg::JobLoad, status_q == sluice_pkg::ST_OK)
endmodule
