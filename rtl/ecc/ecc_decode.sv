// What a command asks for, and whether it may: curve, lengths, handles. All of it is public. No state.
module ecc_decode #(
  parameter bit P384 = 1'b1         // there is a wide array
) (
  input  logic [7:0]  op_i,
  input  logic [31:0] handle_i,
  input  logic        secret_i,     // the private key is in the secret store
  input  logic [31:0] src_len_i,
  input  logic [31:0] param0_i,
  input  logic [31:0] param1_i,
  // of the handle's slot, see ecc_keys
  input  logic        index_ok_i,
  input  logic        foreign_i,
  input  logic        handle_ok_i,
  input  logic        ed_i,
  input  logic        slot_wide_i,
  output logic [7:0]  status_o,     // ST_OK: it may
  output logic [3:0]  prog_o,       // enum ecc_job_pkg::prog_e
  output logic        wide_o        // on P-384, unless it is a key's
);
  localparam logic [31:0] BlobBytes = sluice_pkg::EC_KEY_BYTES + 8;
  logic        is_x, curve_ok, digest_ok;
  logic [31:0] dec_len, number_bytes, point_bytes, private_bytes;
  assign is_x          = param0_i == {24'd0, sluice_pkg::CURVE_X25519};
  assign wide_o        = P384 && param0_i == {24'd0, sluice_pkg::CURVE_P384};
  assign curve_ok      = is_x || wide_o || param0_i == {24'd0, sluice_pkg::CURVE_P256};
  assign digest_ok     = param1_i >= 32'd20 && param1_i <= 32'd64;
  assign number_bytes  = wide_o ? 32'd48 : 32'd32;
  assign point_bytes   = is_x ? 32'd32 : number_bytes << 1;
  assign private_bytes = secret_i ? 32'd0 : number_bytes;
  always_comb begin
    status_o = sluice_pkg::ST_OK;
    prog_o   = ecc_job_pkg::PgNone;
    dec_len    = 32'd0;
    unique case (op_i)
      sluice_pkg::OP_NOP: ;
      sluice_pkg::OP_KEY_LOAD: begin
        prog_o = ecc_job_pkg::PgKey;
        if (!index_ok_i || foreign_i) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (src_len_i != BlobBytes) status_o = sluice_pkg::ST_BAD_KEY;
      end
      sluice_pkg::OP_KEY_FREE:
        if (!handle_ok_i) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (src_len_i != 32'd0) status_o = sluice_pkg::ST_BAD_DESC;
      sluice_pkg::OP_ECDSA_SIGN: begin
        prog_o = ecc_job_pkg::PgSign;
        if (!curve_ok || is_x) status_o = sluice_pkg::ST_BAD_DESC;
        else if (!handle_ok_i || ed_i || slot_wide_i != wide_o) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (!digest_ok || src_len_i != param1_i) status_o = sluice_pkg::ST_BAD_DESC;
      end
      sluice_pkg::OP_EDDSA_SIGN: begin
        prog_o = ecc_job_pkg::PgEd;
        if (param0_i != 32'd0 || param1_i != 32'd0) status_o = sluice_pkg::ST_BAD_DESC;
        else if (!handle_ok_i || !ed_i) status_o = sluice_pkg::ST_BAD_HANDLE;
        else if (src_len_i > sluice_pkg::MaxEddsaMessage) status_o = sluice_pkg::ST_BAD_DESC;
      end
      sluice_pkg::OP_ECDSA_VERIFY: begin
        prog_o = ecc_job_pkg::PgVerify;
        if (!curve_ok || is_x || !digest_ok || handle_i != 32'd0 || src_len_i != param1_i + (number_bytes << 2)) status_o = sluice_pkg::ST_BAD_DESC;
      end
      sluice_pkg::OP_EC_KEYGEN, sluice_pkg::OP_ECDH, sluice_pkg::OP_ECDH_RESPOND, sluice_pkg::OP_EC_MUL: begin
        unique case (op_i)
          sluice_pkg::OP_EC_KEYGEN:    begin prog_o = is_x ? ecc_job_pkg::PgXKeygen : ecc_job_pkg::PgKeygen; dec_len = 32'd0; end
          sluice_pkg::OP_ECDH:         begin prog_o = is_x ? ecc_job_pkg::PgXEcdh : ecc_job_pkg::PgEcdh; dec_len = point_bytes + private_bytes; end
          sluice_pkg::OP_ECDH_RESPOND: begin prog_o = is_x ? ecc_job_pkg::PgXRespond : ecc_job_pkg::PgRespond; dec_len = point_bytes; end
          default:                     begin prog_o = ecc_job_pkg::PgMul; dec_len = point_bytes + number_bytes; end
        endcase
        if (!curve_ok || (is_x && op_i == sluice_pkg::OP_EC_MUL) || param1_i != 32'd0 || handle_i != 32'd0 || src_len_i != dec_len) begin
          status_o = sluice_pkg::ST_BAD_DESC;
        end
      end
      default: status_o = sluice_pkg::ST_BAD_DESC;
    endcase
  end
endmodule
