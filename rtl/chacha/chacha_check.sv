// What a command asks of the chacha lane: its class and data length, or the status it is refused with. Combinational.
// Order of refusal: self test, opcode, handle, session, lengths and parameters, sequence number.
module chacha_check #(
  parameter int unsigned NumSessions = 1024
) (
  input  logic        check_i,        // outputs are zero while 0
  input  logic        allowed_i,      // the self test passed, or is running
  input  logic [7:0]  op_i,
  input  logic [15:0] idx_i,
  input  logic [15:0] gen_i,
  input  logic [7:0]  func_i,
  input  logic [31:0] len_i,
  input  logic [31:0] param0_i,
  input  logic [31:0] param1_i,
  input  logic        slot_valid_i,
  input  logic [15:0] slot_gen_i,
  input  logic [7:0]  slot_func_i,
  input  logic        slot_secret_i,
  input  logic [1:0]  slot_version_i,
  input  logic        seq_end_i,      // the slot's number is the one that is never used
  output logic [2:0]  class_o,
  output logic [7:0]  status_o,
  output logic [31:0] data_o          // bytes that are encrypted: TLS 1.3 with inner type and padding
);
  localparam logic [31:0] MaxFragment = 32'd16384;  // RFC 5246 6.2.1, RFC 8446 5.1
  localparam logic [31:0] RecordOver  = 32'd21;     // header 5, tag 16
  localparam logic [31:0] MaxWire13   = MaxFragment + 32'd261;
  localparam logic [31:0] MaxAad      = 32'd65536;

  logic [33:0] over;    // source bytes that are not data
  logic        bad_idx, bad_handle, foreign, record, tls13, short_source, bad_pad;

  assign bad_idx      = {16'd0, idx_i} >= NumSessions;
  assign bad_handle   = bad_idx || !slot_valid_i || slot_gen_i != gen_i || slot_func_i != func_i;
  assign foreign      = slot_valid_i && slot_func_i != func_i;   // somebody else's slot is not to be replaced
  assign record       = slot_version_i != 2'd0;
  assign tls13        = slot_version_i == 2'd2;
  assign short_source = {2'd0, len_i} < over;
  assign bad_pad      = tls13 ? (param1_i > MaxFragment || len_i + param1_i > MaxFragment) : param1_i != 32'd0;

  always_comb begin
    unique case (op_i)
      sluice_pkg::OP_RECORD_OPEN: over = {2'd0, RecordOver};
      sluice_pkg::OP_AEAD_SEAL:   over = {2'd0, param0_i} + 34'd12;
      sluice_pkg::OP_AEAD_OPEN:   over = {2'd0, param0_i} + 34'd28;
      default: over = 34'd0;
    endcase
  end

  always_comb begin
    class_o  = chacha_pkg::JobNull;
    status_o = sluice_pkg::ST_OK;
    data_o   = 32'd0;
    if (check_i) begin
      data_o = len_i - over[31:0];
      unique case (op_i)
        sluice_pkg::OP_NOP: class_o = chacha_pkg::JobNull;
        sluice_pkg::OP_SESSION_LOAD: begin
          if (len_i != sluice_pkg::SESSION_BYTES) status_o = sluice_pkg::ST_BAD_DESC;
          else if (bad_idx || gen_i == 16'd0 || foreign) status_o = sluice_pkg::ST_BAD_HANDLE;
          else class_o = chacha_pkg::JobLoad;
        end
        sluice_pkg::OP_SESSION_FREE: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
        end
        sluice_pkg::OP_RECORD_SEAL: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!record) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (len_i > MaxFragment || param0_i > 32'd255 || bad_pad) status_o = sluice_pkg::ST_BAD_DESC;
          else if (seq_end_i) status_o = sluice_pkg::ST_SEQ_EXHAUSTED;
          else class_o = chacha_pkg::JobRSeal;
          if (tls13) data_o = len_i + param1_i + 32'd1;
        end
        sluice_pkg::OP_RECORD_OPEN: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!record) status_o = sluice_pkg::ST_BAD_SESSION;
          // RFC 8446 5.2: an inner plaintext has its type; a fragment at most 2^14 + 256 bytes
          else if (short_source || len_i > (tls13 ? MaxWire13 : MaxFragment + RecordOver) || (tls13 && len_i == RecordOver)) begin
            status_o = sluice_pkg::ST_BAD_RECORD;
          end
          else if (seq_end_i) status_o = sluice_pkg::ST_SEQ_EXHAUSTED;
          else class_o = chacha_pkg::JobROpen;
        end
        sluice_pkg::OP_AEAD_SEAL: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (slot_secret_i) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (param0_i > MaxAad || param1_i != 32'd0 || short_source) status_o = sluice_pkg::ST_BAD_DESC;
          else class_o = chacha_pkg::JobSeal;
        end
        sluice_pkg::OP_AEAD_OPEN: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (slot_secret_i) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (param0_i > MaxAad || param1_i != 32'd16 || short_source) status_o = sluice_pkg::ST_BAD_DESC;
          else class_o = chacha_pkg::JobOpen;
        end
        default: status_o = sluice_pkg::ST_BAD_DESC;
      endcase
      if (!allowed_i) begin
        class_o  = chacha_pkg::JobNull;
        status_o = sluice_pkg::ST_SELFTEST_FAILED;
      end
    end
  end
endmodule
