// Where a job's program starts and how many frames it has. No state.
module ecc_program (
  input  logic [3:0]  prog_i,  // enum ecc_job_pkg::prog_e
  input  logic        ed_i,    // PgKey: of an Ed25519 key
  input  logic        wide_i,  // on P-384
  output logic [9:0]  pc_o,
  output logic [ecc_prog_pkg::LenBits-1:0] len_o
);
  always_comb begin
    unique case (prog_i)
      ecc_job_pkg::PgKeygen:   begin pc_o = ecc_prog_pkg::PcP256Keygen; len_o = ecc_prog_pkg::LenP256Keygen; end
      ecc_job_pkg::PgEcdh:     begin pc_o = ecc_prog_pkg::PcP256Ecdh; len_o = ecc_prog_pkg::LenP256Ecdh; end
      ecc_job_pkg::PgRespond:  begin pc_o = ecc_prog_pkg::PcP256Respond; len_o = ecc_prog_pkg::LenP256Respond; end
      ecc_job_pkg::PgMul:      begin pc_o = ecc_prog_pkg::PcP256Mul; len_o = ecc_prog_pkg::LenP256Mul; end
      ecc_job_pkg::PgSign:     begin pc_o = ecc_prog_pkg::PcP256Sign; len_o = ecc_prog_pkg::LenP256Sign; end
      ecc_job_pkg::PgVerify:   begin pc_o = ecc_prog_pkg::PcP256Verify; len_o = ecc_prog_pkg::LenP256Verify; end
      ecc_job_pkg::PgXKeygen:  begin pc_o = ecc_prog_pkg::PcX25519Keygen; len_o = ecc_prog_pkg::LenX25519Keygen; end
      ecc_job_pkg::PgXEcdh:    begin pc_o = ecc_prog_pkg::PcX25519Ecdh; len_o = ecc_prog_pkg::LenX25519Ecdh; end
      ecc_job_pkg::PgXRespond: begin pc_o = ecc_prog_pkg::PcX25519Respond; len_o = ecc_prog_pkg::LenX25519Respond; end
      ecc_job_pkg::PgEd:       begin pc_o = ecc_prog_pkg::PcEd25519Nonce; len_o = ecc_prog_pkg::LenEd25519Nonce; end
      default: begin
        pc_o  = ed_i ? ecc_prog_pkg::PcEd25519Key : ecc_prog_pkg::PcP256Key;
        len_o = ed_i ? ecc_prog_pkg::LenEd25519Key : ecc_prog_pkg::LenP256Key;
      end
    endcase
    if (wide_i) begin
      unique case (prog_i)
        ecc_job_pkg::PgKeygen:  begin pc_o = ecc_prog_pkg::PcP384Keygen; len_o = ecc_prog_pkg::LenP384Keygen; end
        ecc_job_pkg::PgEcdh:    begin pc_o = ecc_prog_pkg::PcP384Ecdh; len_o = ecc_prog_pkg::LenP384Ecdh; end
        ecc_job_pkg::PgRespond: begin pc_o = ecc_prog_pkg::PcP384Respond; len_o = ecc_prog_pkg::LenP384Respond; end
        ecc_job_pkg::PgMul:     begin pc_o = ecc_prog_pkg::PcP384Mul; len_o = ecc_prog_pkg::LenP384Mul; end
        ecc_job_pkg::PgSign:    begin pc_o = ecc_prog_pkg::PcP384Sign; len_o = ecc_prog_pkg::LenP384Sign; end
        ecc_job_pkg::PgVerify:  begin pc_o = ecc_prog_pkg::PcP384Verify; len_o = ecc_prog_pkg::LenP384Verify; end
        default:                begin pc_o = ecc_prog_pkg::PcP384Key; len_o = ecc_prog_pkg::LenP384Key; end
      endcase
    end
  end
endmodule
