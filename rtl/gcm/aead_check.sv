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
  input  logic [7:0]  func_i,
  input  logic [31:0] len_i,
  input  logic [31:0] param0_i,
  input  logic [31:0] param1_i,
  input  logic        slot_valid_i,
  input  logic [15:0] slot_gen_i,
  input  logic [7:0]  slot_func_i,    // function that loaded it
  input  logic        slot_secret_i,  // its keys came from a secret slot: it serves records only
  input  logic [1:0]  slot_alg_i,
  input  logic [15:0] slot_version_i,
  output logic [3:0]  class_o,
  output logic        tls13_o,        // of a record: TLS 1.3
  output logic [7:0]  status_o,
  output logic [31:0] data_o          // data bytes of the job; of a TLS 1.3 record: content, type and padding
);
  localparam logic [1:0] AlgGcm = sluice_pkg::ALG_AES_GCM[1:0];
  localparam logic [1:0] AlgCtr = sluice_pkg::ALG_AES_CTR[1:0];
  localparam logic [1:0] AlgCbc = sluice_pkg::ALG_AES_CBC[1:0];
  localparam logic [15:0] Tls12 = 16'h0303;         // the first version with these suites (RFC 5288)
  localparam logic [15:0] Tls13 = 16'h0304;
  localparam logic [31:0] MaxFragment = 32'd16384;  // RFC 5246 6.2.1, RFC 8446 5.1
  localparam logic [31:0] RecordOver = 32'd29;      // header 5, explicit nonce 8, tag 16
  localparam logic [31:0] RecordOver13 = 32'd21;    // header 5, tag 16; there is always a type
  localparam logic [31:0] MaxRecord13 = 32'd16645;  // RFC 8446 5.2: 2^14 + 256 and the header
  localparam logic [31:0] MaxAad = 32'd65536;

  logic [33:0] over;    // source bytes that are not data
  logic        bad_idx, foreign, bad_handle, gcm, record12, record13, short_source;
  logic [32:0] padded;  // content and padding

  assign bad_idx      = {16'd0, idx_i} >= NumSessions;
  assign foreign      = slot_valid_i && slot_func_i != func_i;
  assign bad_handle   = bad_idx || !slot_valid_i || slot_gen_i != gen_i || foreign;
  assign gcm          = slot_alg_i == AlgGcm;
  assign record12     = gcm && slot_version_i == Tls12;
  assign record13     = gcm && slot_version_i == Tls13;
  assign padded       = {1'b0, len_i} + {1'b0, param1_i};
  assign short_source = {2'd0, len_i} < over;

  always_comb begin
    unique case (op_i)
      sluice_pkg::OP_RECORD_OPEN: over = record13 ? {2'd0, RecordOver13} : {2'd0, RecordOver};
      sluice_pkg::OP_AEAD_SEAL:   over = {2'd0, param0_i} + 34'd12;
      sluice_pkg::OP_AEAD_OPEN:   over = {2'd0, param0_i} + {2'd0, param1_i} + 34'd12;
      sluice_pkg::OP_CIPHER_ENC, sluice_pkg::OP_CIPHER_DEC: over = 34'd16;
      default: over = 34'd0;
    endcase
  end

  always_comb begin
    class_o  = aead_pkg::JobNull;
    status_o = sluice_pkg::ST_OK;
    tls13_o  = 1'b0;
    data_o   = 32'd0;
    if (check_i) begin
      data_o = len_i - over[31:0];
      unique case (op_i)
        sluice_pkg::OP_NOP: class_o = aead_pkg::JobNull;
        sluice_pkg::OP_SESSION_LOAD: begin
          if (len_i != sluice_pkg::SESSION_BYTES) status_o = sluice_pkg::ST_BAD_DESC;
          else if (bad_idx || gen_i == 16'd0 || foreign) status_o = sluice_pkg::ST_BAD_HANDLE;
          else class_o = aead_pkg::JobLoad;
        end
        sluice_pkg::OP_SESSION_FREE: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
        end
        sluice_pkg::OP_RECORD_SEAL: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!record12 && !record13) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (len_i > MaxFragment || param0_i > 32'd255) status_o = sluice_pkg::ST_BAD_DESC;
          else if (record12 ? param1_i != 32'd0 : padded > {1'b0, MaxFragment}) status_o = sluice_pkg::ST_BAD_DESC;
          else class_o = aead_pkg::JobRSeal;
          tls13_o = record13;
          if (record13) data_o = padded[31:0] + 32'd1;
        end
        sluice_pkg::OP_RECORD_OPEN: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!record12 && !record13) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (short_source || (record13 && len_i == RecordOver13) || len_i > (record13 ? MaxRecord13 : MaxFragment + RecordOver)) status_o = sluice_pkg::ST_BAD_RECORD;
          else class_o = aead_pkg::JobROpen;
          tls13_o = record13;
        end
        sluice_pkg::OP_AEAD_SEAL: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!gcm || slot_secret_i) status_o = sluice_pkg::ST_BAD_SESSION;
          else if (param0_i > MaxAad || param1_i != 32'd0 || short_source) status_o = sluice_pkg::ST_BAD_DESC;
          else class_o = aead_pkg::JobSeal;
        end
        sluice_pkg::OP_AEAD_OPEN: begin
          if (bad_handle) status_o = sluice_pkg::ST_BAD_HANDLE;
          else if (!gcm || slot_secret_i) status_o = sluice_pkg::ST_BAD_SESSION;
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
    end
  end
endmodule
