// What a command asks of the aead lane: its class and data length, or the status it is refused with. Combinational.
// Order of refusal: self test, opcode, handle, session, lengths.
module aead_check #(
  parameter int unsigned NumSessions = 1024
) (
  input  logic        check_i,        // outputs are zero while 0
  input  logic        allowed_i,      // the self test passed, or is running
  input  logic [7:0]  op_i,
  input  logic [15:0] idx_i,
  input  logic [15:0] gen_i,
  input  logic [31:0] len_i,
  input  logic [31:0] param0_i,
  input  logic [31:0] param1_i,
  input  logic        slot_valid_i,
  input  logic [15:0] slot_gen_i,
  input  logic [1:0]  slot_alg_i,
  input  logic [15:0] slot_version_i,
  output logic [3:0]  class_o,
  output logic [7:0]  status_o,
  output logic [31:0] data_o          // data bytes of the job
);
  localparam logic [1:0] AlgGcm = sluice_pkg::ALG_AES_GCM[1:0];
  localparam logic [1:0] AlgCtr = sluice_pkg::ALG_AES_CTR[1:0];
  localparam logic [1:0] AlgCbc = sluice_pkg::ALG_AES_CBC[1:0];
  localparam logic [15:0] Tls12 = 16'h0303;         // the only version with these suites (RFC 5288)
  localparam logic [31:0] MaxFragment = 32'd16384;  // RFC 5246 6.2.1
  localparam logic [31:0] RecordOver = 32'd29;      // header 5, explicit nonce 8, tag 16
  localparam logic [31:0] MaxAad = 32'd65536;

  logic [33:0] over;    // source bytes that are not data
  logic        bad_idx, bad_handle, gcm, record, short_source;

  assign bad_idx      = {16'd0, idx_i} >= NumSessions;
  assign bad_handle   = bad_idx || !slot_valid_i || slot_gen_i != gen_i;
  assign gcm          = slot_alg_i == AlgGcm;
  assign record       = gcm && slot_version_i == Tls12;
  assign short_source = {2'd0, len_i} < over;

  always_comb begin
    unique case (op_i)
      sluice_pkg::OP_RECORD_OPEN: over = {2'd0, RecordOver};
      sluice_pkg::OP_AEAD_SEAL:   over = {2'd0, param0_i} + 34'd12;
      sluice_pkg::OP_AEAD_OPEN:   over = {2'd0, param0_i} + {2'd0, param1_i} + 34'd12;
      sluice_pkg::OP_CIPHER_ENC, sluice_pkg::OP_CIPHER_DEC: over = 34'd16;
      default: over = 34'd0;
    endcase
  end

  always_comb begin
    class_o  = aead_pkg::JobNull;
    status_o = sluice_pkg::ST_OK;
    data_o   = 32'd0;
    if (check_i) begin
      unique case (op_i)
        sluice_pkg::OP_NOP: class_o = aead_pkg::JobNull;
        sluice_pkg::OP_SESSION_LOAD: begin
          if (len_i != sluice_pkg::SESSION_BYTES) status_o = sluice_pkg::ST_BAD_DESC;
          else if (bad_idx || gen_i == 16'd0) status_o = sluice_pkg::ST_BAD_HANDLE;
          else class_o = aead_pkg::JobLoad;
        end
        sluice_pkg::OP_SESSION_FREE: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
        end
        sluice_pkg::OP_RECORD_SEAL: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!record) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (len_i > MaxFragment || param0_i > 32'd255) status_o = sluice_pkg::ST_BAD_DESC;
          else class_o = aead_pkg::JobRSeal;
        end
        sluice_pkg::OP_RECORD_OPEN: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!record) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (short_source || len_i > MaxFragment + RecordOver) status_o = sluice_pkg::ST_BAD_RECORD;
          else class_o = aead_pkg::JobROpen;
        end
        sluice_pkg::OP_AEAD_SEAL: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!gcm) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (param0_i > MaxAad || param1_i != 32'd0 || short_source) status_o = sluice_pkg::ST_BAD_DESC;
          else class_o = aead_pkg::JobSeal;
        end
        sluice_pkg::OP_AEAD_OPEN: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!gcm) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (param0_i > MaxAad || param1_i < 32'd4 || param1_i > 32'd16 || short_source) status_o = sluice_pkg::ST_BAD_DESC;
          else class_o = aead_pkg::JobOpen;
        end
        sluice_pkg::OP_CIPHER_ENC, sluice_pkg::OP_CIPHER_DEC: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (gcm) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (short_source || (slot_alg_i == AlgCbc && len_i[3:0] != 4'd0)) status_o = sluice_pkg::ST_BAD_DESC;
          else if (slot_alg_i == AlgCtr) class_o = aead_pkg::JobCtr;
          else class_o = op_i == sluice_pkg::OP_CIPHER_ENC ? aead_pkg::JobCbcE : aead_pkg::JobCbcD;
        end
        default: status_o = sluice_pkg::ST_BAD_DESC;
      endcase
      if (!allowed_i) begin
        class_o  = aead_pkg::JobNull;
        status_o = sluice_pkg::ST_SELFTEST_FAILED;
      end
      data_o = len_i - over[31:0];
    end
  end
endmodule
