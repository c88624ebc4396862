// Jobs of the ecc engine: their kinds, and what is known of one until it is answered. Used as ecc_job_pkg::X.
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

  typedef struct packed {
    logic [3:0]  prog;     // enum prog_e: what its result is; PgNone: nothing
    logic [7:0]  status;   // before its program
    logic        wide;     // on P-384: the context is the wide array's
    logic        sig;      // r or s out of range
    logic        test;     // of the self test
    logic        touched;  // the context's registers were written
    logic [31:0] t0;       // cycle of the command
    logic [31:0] secret;   // handle that the secret result goes to, or 0
    logic [7:0]  func;
    logic [8:0]  len;      // bytes of the message
  } job_t;
endpackage
