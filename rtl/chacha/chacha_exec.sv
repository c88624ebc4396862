// Working side of the chacha lane: items in order meet their keystream; result words go to chacha_out and blocks to Poly1305, one item a cycle.
// Also finds where the content of a TLS 1.3 record ends: position and value of the last non-zero byte (RFC 8446 5.4), looked for in every byte of
// the record whatever the bytes are, and given on only with the record's last word.
`include "assert.svh"

module chacha_exec (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         busy_o,
  // items
  input  logic         it_valid_i,
  output logic         it_ready_o,
  input  logic [2:0]   it_kind_i,
  input  logic [4:0]   it_bytes_i,
  input  logic         it_final_i,
  input  logic [127:0] it_data_i,
  // the job that comes out
  output logic [2:0]   job_o,
  input  logic         job_hold_i,
  input  logic [16:0]  job_aad_i,
  input  logic [31:0]  job_data_i,
  input  logic         job_tls13_i,
  // keystream
  input  logic         word_valid_i,
  output logic         word_take_o,
  output logic         word_last_o,
  input  logic [127:0] word_data_i,
  // Poly1305
  output logic         blk_valid_o,
  input  logic         blk_ready_i,
  output logic [127:0] blk_data_o,
  output logic         given_valid_o,  // the tag in the source
  output logic [127:0] given_data_o,
  // result words
  input  logic         ow_ready_i,     // room for two
  output logic         ow_valid_o,
  output logic [127:0] ow_data_o,
  output logic [4:0]   ow_bytes_o,
  output logic         ow_last_o,
  output logic         ow_final_o,
  output logic         ow_is_tag_o,
  output logic         ow_hold_o,
  output logic [2:0]   ow_job_o,
  // content of a TLS 1.3 record
  output logic         inner_valid_o,
  output logic [2:0]   inner_job_o,
  output logic         inner_found_o,
  output logic [14:0]  inner_pos_o,    // bytes before the type
  output logic [7:0]   inner_type_o
);
  logic [2:0]   job_q;
  logic         go, need_word, need_blk, emit, last_item;
  logic [127:0] mask, result, blk;
  logic [15:0]  frag_len;

  assign need_word = it_kind_i == chacha_pkg::ItemSeal || it_kind_i == chacha_pkg::ItemOpen;
  assign need_blk  = it_kind_i != chacha_pkg::ItemEnd;
  assign emit      = it_kind_i != chacha_pkg::ItemAad;
  assign last_item = it_kind_i == chacha_pkg::ItemEndS || it_kind_i == chacha_pkg::ItemEndO || it_kind_i == chacha_pkg::ItemEnd;
  assign go        = it_valid_i && (!need_word || word_valid_i) && (!need_blk || blk_ready_i) && (!emit || ow_ready_i);
  assign it_ready_o  = go;
  assign word_take_o = go && need_word;
  assign blk_valid_o = go && need_blk;
  assign job_o       = job_q;

  // bytes of the job's data left, to know its last word
  logic [31:0] left_q, left;
  logic        first_q;          // no data word of this job yet
  assign left        = first_q ? job_data_i : left_q;
  assign word_last_o = left <= 32'd16;

  always_comb begin
    mask   = 128'd0;
    result = 128'd0;
    blk    = 128'd0;
    if (go) begin
      mask = {128{1'b1}};
      if (!it_bytes_i[4]) mask = ~({128{1'b1}} << {it_bytes_i[3:0], 3'd0});
      if (need_word) result = (it_data_i ^ word_data_i) & mask;
      unique case (it_kind_i)
        chacha_pkg::ItemSeal: blk = result;
        chacha_pkg::ItemEndS, chacha_pkg::ItemEndO: blk = {32'd0, job_data_i, 47'd0, job_aad_i};  // RFC 8439 2.8
        default: blk = it_data_i;
      endcase
    end
  end
  assign blk_data_o    = blk;
  assign given_valid_o = go && it_kind_i == chacha_pkg::ItemEndO;
  assign given_data_o  = given_valid_o ? it_data_i : 128'd0;
  assign frag_len      = job_data_i[15:0] + 16'd16;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      job_q   <= 3'd0;
      left_q  <= 32'd0;
      first_q <= 1'b1;
    end else if (go) begin
      if (last_item) job_q <= job_q + 3'd1;
      first_q <= last_item || (first_q && !need_word);
      if (need_word) left_q <= left - 32'd16;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ow_valid_o  <= 1'b0;
      ow_data_o   <= 128'd0;
      ow_bytes_o  <= 5'd0;
      ow_last_o   <= 1'b0;
      ow_final_o  <= 1'b0;
      ow_is_tag_o <= 1'b0;
      ow_hold_o   <= 1'b0;
      ow_job_o    <= 3'd0;
    end else begin
      ow_valid_o <= go && emit;
      if (go && emit) begin
        ow_data_o   <= result;
        if (it_kind_i == chacha_pkg::ItemHead) begin
          // type | version | length of the fragment: after the sequence number in the AAD of TLS 1.2, all of it in TLS 1.3
          ow_data_o <= {88'd0, frag_len[7:0], frag_len[15:8], job_tls13_i ? it_data_i[23:0] : it_data_i[87:64]};
        end
        ow_bytes_o  <= it_kind_i == chacha_pkg::ItemEndS ? 5'd16 : last_item ? 5'd0 : it_bytes_i;
        ow_last_o   <= last_item;
        ow_final_o  <= it_final_i || it_kind_i == chacha_pkg::ItemEndS;
        ow_is_tag_o <= it_kind_i == chacha_pkg::ItemEndS;
        ow_hold_o   <= job_hold_i;
        ow_job_o    <= job_q;
      end else if (ow_valid_o) begin
        ow_data_o <= 128'd0;
      end
    end
  end

  // ---- end of a TLS 1.3 record's content ------------------------------------------------------------------------------------------
  logic [10:0] word_q;
  logic        any, found_q;
  logic [3:0]  top;
  logic [7:0]  value, type_q;
  logic [14:0] pos_q;
  always_comb begin
    any   = 1'b0;
    top   = 4'd0;
    value = 8'd0;
    if (ow_valid_o && ow_hold_o) begin
      for (int i = 0; i < 16; i++) begin
        if (ow_data_o[8*i +: 8] != 8'd0) begin
          any   = 1'b1;
          top   = 4'(i);
          value = ow_data_o[8*i +: 8];
        end
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      word_q  <= 11'd0;
      found_q <= 1'b0;
      pos_q   <= 15'd0;
      type_q  <= 8'd0;
    end else if (ow_valid_o && ow_hold_o) begin
      word_q  <= ow_last_o ? 11'd0 : word_q + 11'd1;
      found_q <= !ow_last_o && (found_q || any);
      pos_q   <= ow_last_o ? 15'd0 : any ? {word_q, top} : pos_q;
      type_q  <= ow_last_o ? 8'd0 : any ? value : type_q;
    end
  end
  assign inner_valid_o = ow_valid_o && ow_hold_o && ow_last_o;
  assign inner_job_o   = ow_job_o;
  assign inner_found_o = found_q;
  assign inner_pos_o   = pos_q;
  assign inner_type_o  = type_q;

  assign busy_o = ow_valid_o;

  `ASSERT_IF(DataItemsMatchTheirJob, go && need_word, left != 32'd0)
endmodule
