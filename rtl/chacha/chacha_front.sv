// Byte side of the chacha lane: takes prepared jobs, reads their bytes from the gearbox, asks for their keystream, and puts items (at most 16
// bytes with what is done to them) into the queue of chacha_exec. It runs ahead of the keystream by the depth of that queue, so the keystream
// of the next job is asked for while the last one is still worked on.
`include "assert.svh"

module chacha_front (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         busy_o,
  // prepared job
  input  logic         job_valid_i,
  output logic         job_take_o,
  input  logic [2:0]   job_class_i,
  input  logic [7:0]   job_status_i,
  input  logic [31:0]  job_len_i,
  input  logic [16:0]  job_aad_i,
  input  logic [31:0]  job_data_i,
  input  logic         job_tls13_i,
  input  logic [7:0]   job_type_i,
  input  logic [63:0]  job_seq_i,
  input  logic [255:0] job_key_i,
  input  logic [95:0]  job_nonce_i,
  // session load
  output logic         load_valid_o,
  output logic [127:0] load_data_o,
  input  logic         load_done_i,
  input  logic [7:0]   load_status_i,
  // source bytes
  output logic [4:0]   take_bytes_o,
  input  logic         take_ready_i,
  output logic         take_o,
  input  logic [127:0] take_data_i,
  // keystream
  output logic         ks_valid_o,
  input  logic         ks_ready_i,
  output logic [255:0] ks_key_o,
  output logic [95:0]  ks_nonce_o,
  output logic [26:0]  ks_blocks_o,
  // job slot: written when a job starts, its status when it ends
  input  logic         slot_ready_i,
  output logic         slot_start_o,
  output logic         slot_open_o,     // the status waits for the tag
  output logic         slot_record_o,   // the response carries the sequence number
  output logic         slot_hold_o,     // TLS 1.3: nothing leaves before the tag was right
  output logic [16:0]  slot_aad_o,      // bytes that Poly1305 counts as AAD
  output logic [7:0]   slot_type_o,
  output logic         slot_end_o,
  output logic [7:0]   slot_status_o,
  // items
  output logic         it_valid_o,
  input  logic         it_ready_i,
  output logic [2:0]   it_kind_o,
  output logic [4:0]   it_bytes_o,
  output logic         it_final_o,      // the job's last non-empty result word, unless a tag follows
  output logic [127:0] it_data_o
);
  localparam logic [2:0] StStart = 3'd0;  // a job waits for its first bytes
  localparam logic [2:0] StAad   = 3'd1;
  localparam logic [2:0] StData  = 3'd2;
  localparam logic [2:0] StEnd   = 3'd3;  // the closing item
  localparam logic [2:0] StDrain = 3'd4;  // take and drop what is left of the source
  localparam logic [2:0] StLoad  = 3'd5;  // pass the context on
  localparam logic [2:0] StLoadW = 3'd6;  // wait for the load

  localparam logic [15:0] Tls12   = 16'h0303;  // also what TLS 1.3 writes (RFC 8446 5.2)
  localparam logic [7:0]  AppData = 8'd23;

  function automatic logic [63:0] swap64(input logic [63:0] x);
    swap64 = {x[7:0], x[15:8], x[23:16], x[31:24], x[39:32], x[47:40], x[55:48], x[63:56]};
  endfunction

  logic [2:0]  state_q, state_d;
  logic [2:0]  class_q;
  logic [7:0]  status_q, status_d, type_q;
  logic [31:0] data_q, left_q, left_d, text_q, text_d;
  logic        good_q;          // the closing item is the class's own
  logic        put_q, tls13_q;  // the inner type is in its place

  logic        go, have, last, send, wait_here, seal, open, record, header_ok, put, keyed;
  logic [2:0]  kind;
  logic [4:0]  take_bytes, bytes;
  logic [7:0]  head_type;
  logic [15:0] head_len;
  logic [127:0] data, aad;

  assign record    = job_class_i == chacha_pkg::JobRSeal || job_class_i == chacha_pkg::JobROpen;
  assign keyed     = job_class_i != chacha_pkg::JobNull && job_class_i != chacha_pkg::JobLoad;
  assign seal      = class_q == chacha_pkg::JobRSeal || class_q == chacha_pkg::JobSeal;
  assign open      = class_q == chacha_pkg::JobROpen || class_q == chacha_pkg::JobOpen;
  // type | version | length
  assign header_ok = {take_data_i[15:8], take_data_i[23:16]} == Tls12 && {16'd0, take_data_i[31:24], take_data_i[39:32]} == job_len_i - 32'd5 &&
                     (!job_tls13_i || take_data_i[7:0] == AppData);
  assign last      = left_q <= 32'd16;
  assign put       = tls13_q && class_q == chacha_pkg::JobRSeal && !put_q && text_q < 32'd16;

  // AAD of a record: seq_num | type | version | length of the plaintext (RFC 5246 6.2.3.3); TLS 1.3: the header as it is sent
  assign head_type = job_tls13_i ? AppData : job_class_i == chacha_pkg::JobROpen ? take_data_i[7:0] : job_type_i;
  assign head_len  = job_data_i[15:0] + (job_tls13_i ? 16'd16 : 16'd0);
  always_comb begin
    aad = 128'd0;
    if (state_q == StStart && job_valid_i && record) begin
      aad[39:0] = {head_len[7:0], head_len[15:8], Tls12[7:0], Tls12[15:8], head_type};
      if (!job_tls13_i) aad = {24'd0, aad[39:0], swap64(job_seq_i)};
    end
  end

  always_comb begin
    take_bytes = 5'd0;
    unique case (state_q)
      StStart: begin
        if (job_valid_i) begin
          unique case (job_class_i)
            chacha_pkg::JobROpen: take_bytes = 5'd5;
            chacha_pkg::JobSeal, chacha_pkg::JobOpen: take_bytes = 5'd12;
            default: take_bytes = 5'd0;
          endcase
        end
      end
      StData: take_bytes = text_q < 32'd16 ? text_q[4:0] : 5'd16;
      StAad, StDrain, StLoad: take_bytes = last ? left_q[4:0] : 5'd16;
      StEnd: if (good_q && open) take_bytes = 5'd16;
      default: take_bytes = 5'd0;
    endcase
  end
  assign take_bytes_o = take_bytes;
  assign have         = take_bytes == 5'd0 || take_ready_i;

  always_comb begin
    kind      = chacha_pkg::ItemEnd;
    send      = 1'b0;
    wait_here = 1'b0;
    bytes     = take_bytes;
    data      = take_data_i;
    state_d   = state_q;
    status_d  = status_q;
    left_d    = left_q - 32'd16;
    text_d    = text_q < 32'd16 ? 32'd0 : text_q - 32'd16;
    unique case (state_q)
      StStart: begin
        wait_here = !job_valid_i || !slot_ready_i || (keyed && !ks_ready_i);
        status_d  = job_status_i;
        left_d    = job_data_i;
        text_d    = job_class_i == chacha_pkg::JobRSeal ? job_len_i : job_data_i;
        state_d   = job_data_i != 32'd0 ? StData : StEnd;
        unique case (job_class_i)
          chacha_pkg::JobRSeal: begin
            send  = 1'b1;
            kind  = chacha_pkg::ItemHead;
            bytes = 5'd5;
            data  = aad;
          end
          chacha_pkg::JobROpen: begin
            send = header_ok;
            kind = chacha_pkg::ItemAad;
            data = aad;
            if (!header_ok) begin
              status_d = sluice_pkg::ST_BAD_RECORD;
              left_d   = job_len_i - 32'd5;
              state_d  = StDrain;
            end
          end
          chacha_pkg::JobSeal, chacha_pkg::JobOpen: begin
            if (job_aad_i != 17'd0) begin
              left_d  = {15'd0, job_aad_i};
              state_d = StAad;
            end
          end
          chacha_pkg::JobLoad: begin
            left_d  = job_len_i;
            state_d = StLoad;
          end
          default: begin
            left_d  = job_len_i;
            state_d = job_len_i != 32'd0 ? StDrain : StEnd;
          end
        endcase
      end
      StAad: begin
        send = 1'b1;
        kind = chacha_pkg::ItemAad;
        if (last) begin
          left_d  = data_q;
          state_d = data_q != 32'd0 ? StData : StEnd;
        end
        text_d = text_q;
      end
      StData: begin
        send  = 1'b1;
        kind  = seal ? chacha_pkg::ItemSeal : chacha_pkg::ItemOpen;
        bytes = last ? left_q[4:0] : 5'd16;
        // TLSInnerPlaintext (RFC 8446 5.2): content | type | zeros
        if (put) data[8*text_q[3:0] +: 8] = type_q;
        if (last) state_d = StEnd;
      end
      StEnd: begin
        send = 1'b1;
        if (good_q) kind = seal ? chacha_pkg::ItemEndS : open ? chacha_pkg::ItemEndO : chacha_pkg::ItemEnd;
        state_d = StStart;
      end
      StDrain: if (last) state_d = StEnd;
      StLoad: if (last) state_d = StLoadW;
      StLoadW: begin
        wait_here = !load_done_i;
        status_d  = load_status_i;
        state_d   = StEnd;
      end
      default: state_d = StStart;
    endcase
  end

  assign go           = have && !wait_here && (!send || it_ready_i);
  assign take_o       = go && take_bytes != 5'd0;
  assign job_take_o   = go && state_q == StStart;
  assign load_valid_o = go && state_q == StLoad;
  assign load_data_o  = take_data_i;

  assign ks_valid_o   = go && state_q == StStart && keyed && (job_class_i != chacha_pkg::JobROpen || header_ok);
  assign ks_key_o     = job_key_i;
  assign ks_nonce_o   = record ? job_nonce_i : take_data_i[95:0];
  assign ks_blocks_o  = {1'b0, job_data_i[31:6]} + {26'd0, job_data_i[5:0] != 6'd0};

  assign slot_start_o  = go && state_q == StStart;
  assign slot_open_o   = (job_class_i == chacha_pkg::JobROpen && header_ok) || job_class_i == chacha_pkg::JobOpen;
  assign slot_record_o = job_class_i == chacha_pkg::JobRSeal || (job_class_i == chacha_pkg::JobROpen && header_ok);
  assign slot_hold_o   = job_class_i == chacha_pkg::JobROpen && header_ok && job_tls13_i;
  assign slot_aad_o    = !record ? job_aad_i : job_tls13_i ? 17'd5 : 17'd13;
  assign slot_type_o   = head_type;
  assign slot_end_o    = go && state_q == StEnd;
  assign slot_status_o = status_q;

  assign it_valid_o = go && send;
  always_comb begin
    it_kind_o  = 3'd0;
    it_bytes_o = 5'd0;
    it_final_o = 1'b0;
    it_data_o  = 128'd0;
    if (it_valid_o) begin
      it_kind_o  = kind;
      it_bytes_o = bytes;
      it_final_o = state_q == StData && last && open;
      it_data_o  = data;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StStart;
      class_q  <= 3'd0;
      status_q <= 8'd0;
      type_q   <= 8'd0;
      data_q   <= 32'd0;
      left_q   <= 32'd0;
      text_q   <= 32'd0;
      good_q   <= 1'b0;
      put_q    <= 1'b0;
      tls13_q  <= 1'b0;
    end else if (go) begin
      state_q  <= state_d;
      status_q <= status_d;
      left_q   <= left_d;
      text_q   <= text_d;
      if (state_q == StStart) begin
        class_q <= job_class_i;
        type_q  <= job_type_i;
        data_q  <= job_data_i;
        tls13_q <= job_tls13_i;
        put_q   <= 1'b0;
        good_q  <= keyed && (job_class_i != chacha_pkg::JobROpen || header_ok);
      end
      if (state_q == StData && put) put_q <= 1'b1;
    end
  end

  assign busy_o = state_q != StStart;

  `ASSERT_IF(DataIsThereWhileDrained, go && (state_q == StDrain || state_q == StAad || state_q == StData || state_q == StLoad), left_q != 32'd0)
  `ASSERT_IF(StatusOfGoodJobIsOk, slot_end_o && good_q, status_q == sluice_pkg::ST_OK)
endmodule
