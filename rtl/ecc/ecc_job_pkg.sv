// The kinds of jobs of the ecc engine. Used as ecc_job_pkg::X.
package ecc_job_pkg;
  typedef enum logic [3:0] {
    PgNone = 4'd0,      // no arithmetic
    PgKeygen = 4'd1,
    PgEcdh = 4'd2,
    PgRespond = 4'd3,
    PgMul = 4'd4,
    PgSign = 4'd5,
    PgVerify = 4'd6,
    PgXKeygen = 4'd7,
    PgXEcdh = 4'd8,
    PgXRespond = 4'd9,
    PgKey = 4'd10,      // KEY_LOAD's check
    PgEd = 4'd11,       // EDDSA_SIGN
    PgEdPoint = 4'd12   // its first half, for ecc_output
  } prog_e;
endpackage
