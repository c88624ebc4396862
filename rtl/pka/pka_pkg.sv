// Sizes of the Montgomery array and the frame instruction of its sequencer. Used as pka_pkg::X.
package pka_pkg;
`ifdef PKA_LIMBS
  localparam int unsigned Limbs = `PKA_LIMBS;  // a narrow array for structural checks: what reaches what is the same for every width
`else
  localparam int unsigned Limbs = 41;       // multiplier pairs; one holds LimbBits of every operand
`endif
  localparam int unsigned LimbBits = 25;    // nominal; a stored limb has one redundant bit more
  localparam int unsigned RfBits = 26;
  localparam int unsigned DigitBits = 17;
  localparam int unsigned Digits = 61;      // R = 2^(17 * 61) = 2^1037
  localparam int unsigned Slots = 4;        // operations in flight; each owns contexts 2s (modulo p) and 2s + 1 (modulo q)

  // Frame: 64 turns of a context. Turn 0 may add, turns 1..61 take the digits, the last two are slack for the result's way back.
  localparam logic [5:0] TurnAdd = 6'd0;
  localparam logic [5:0] TurnFirst = 6'd1;
  localparam logic [5:0] TurnLast = 6'd61;
  localparam logic [5:0] TurnFetch = 6'd63;
  localparam logic [5:0] TurnFlip = 6'd20;  // fault injection: the digit of this turn is damaged

  // Where the digits come from
  typedef enum logic [1:0] {
    BRes = 2'd0,   // the context's last result
    BPeer = 2'd1,  // the last result of the operation's other context
    BExt = 2'd2,   // what the loader brought
    BOne = 2'd3    // the number one
  } bsel_e;

  // What the loader brings at the end of a frame for the next one
  typedef enum logic [2:0] {
    LdNone = 3'd0,
    LdMod = 3'd1,    // modulus and n0
    LdKey = 3'd2,    // a page of the key into the external operand
    LdMinus = 3'd3,  // the modulus less one into the external operand
    LdOp = 3'd4,     // half of the input or of the result into the external operand; page[1] result, page[0] upper half
    LdZero = 3'd5    // erases external operand and modulus
  } ld_e;

  // One frame of one context: result = (A * B + addend) / R mod N, or the plain product N * B + addend. What follows from secrets (a window
  // of the exponent, verdicts of zero tests) is kept apart from what decides the frame's course, down to separate registers.
  typedef struct packed {
    logic       valid;
    logic       a_one;     // A is the number one, else register a_sel
    bsel_e      b_sel;
    logic       add;       // register add_sel is added
    logic [5:0] add_sel;
    logic       plain;     // no reduction: the modulus is the multiplicand, low digits leave by the capture port
    logic       capture;   // digits (of B, or of the plain product) leave by the capture port
    logic       write;     // the result goes to register dst and becomes the last result
    logic [5:0] dst;
    logic       zero_test; // quotient digits decide whether B is 0 or N (A must be one)
    logic       key_write; // the result also goes to page key_page of the key
    logic [2:0] key_page;
    logic       erase;     // all registers of the context are zeroed at the end of the frame
    logic       flip;      // fault injection
  } instr_t;
  localparam int unsigned InstrBits = 27;
  typedef struct packed {
    logic [5:0] a_sel;     // register A
    logic       b_zero;    // B is masked to zero
    logic       add_zero;  // the addend is masked to zero
  } secret_t;
  localparam int unsigned SecretBits = 8;

  // Registers of a context: the window table in 0..31, and
  localparam logic [5:0] RKl = 6'd32;   // R^2
  localparam logic [5:0] RKh = 6'd33;   // 2^1025 R^3
  localparam logic [5:0] RBi = 6'd34;   // unblinding factor
  localparam logic [5:0] RBe = 6'd35;   // blinding factor
  localparam logic [5:0] RCm = 6'd36;   // the input, in Montgomery form
  localparam logic [5:0] RSum = 6'd37;  // addend
  localparam logic [5:0] RAcc = 6'd38;  // accumulator
  localparam logic [5:0] RMx = 6'd39;   // result modulo this prime
  localparam logic [5:0] RScr = 6'd40;  // scratch
  localparam logic [5:0] RNq = 6'd41;   // -R^3 / q
  localparam logic [5:0] RV = 6'd42;    // check: the result in Montgomery form

  // Pages of a key half, as struct rsa_key orders them; the q half's last two are n
  localparam logic [2:0] PgMod = 3'd0;
  localparam logic [2:0] PgExp = 3'd1;
  localparam logic [2:0] PgKl = 3'd2;
  localparam logic [2:0] PgKh = 3'd3;
  localparam logic [2:0] PgBe = 3'd4;
  localparam logic [2:0] PgBi = 3'd5;
  localparam logic [2:0] PgQi = 3'd6;
  localparam logic [2:0] PgNq = 3'd7;
  localparam logic [2:0] PgNLo = 3'd6;
  localparam logic [2:0] PgNHi = 3'd7;
  localparam int unsigned PageWords = 42;  // 41 limbs and one word more
endpackage
