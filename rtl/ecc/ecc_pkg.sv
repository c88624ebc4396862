// Sizes of the small Montgomery array and what a context remembers of the frame it runs. Used as ecc_pkg::X.
package ecc_pkg;
`ifdef ECC_LIMBS
  localparam int unsigned Limbs = `ECC_LIMBS;  // a narrow array for structural checks: what reaches what is the same for every width
  localparam int unsigned WideLimbs = `ECC_LIMBS;
`else
  localparam int unsigned Limbs = 11;       // multiplier pairs; one holds LimbBits of every operand
  localparam int unsigned WideLimbs = 16;   // of the wide array, for P-384
`endif
  localparam int unsigned LimbBits = 25;    // nominal; a stored limb has a redundant bit and a sign
  localparam int unsigned RfBits = 27;
  localparam int unsigned DigitBits = 17;
  localparam int unsigned Digits = 16;      // R = 2^(17 * 16) = 2^272
  localparam int unsigned WideDigits = 24;  // R = 2^408
  localparam int unsigned Contexts = 8;

  // Frame: 18 turns of a context (wide: 26). Turns 0..15 (0..23) take the digits; in the rest the result goes back and the next operands are fetched.
  localparam logic [4:0] TurnLast = 5'd15;
  localparam logic [4:0] WideTurnLast = 5'd23;
  localparam logic [4:0] TurnFlip = 5'd5;   // fault injection: the digit of this turn is damaged

  // Service of a context: the 17 cycles from cycle 126 (wide: 190) of its frame
  localparam logic [4:0] SvcWord = 5'd0;    // instruction read; first digit for the window read
  localparam logic [4:0] SvcDigit = 5'd1;   // second digit
  localparam logic [4:0] SvcVerdict = 5'd2; // tests of the frame that ends count; the window changes
  localparam logic [4:0] SvcTerm = 5'd4;    // ten terms from here on: five of B, five of A
  localparam logic [4:0] SvcCommit = 5'd6;  // the new frame's instruction takes the place of the old one's
  localparam logic [4:0] SvcB = 5'd10;      // the sum that is B starts on its way to the digitiser
  localparam logic [4:0] SvcA = 5'd15;      // the sum that is A is stored
  localparam logic [4:0] SvcLast = 5'd16;

  // Encodings of the instruction word, in the order of rtl/ucode/asm.py
  typedef enum logic [2:0] {MdReg = 3'd0, MdConst = 3'd1, MdTab = 3'd2, MdSwap = 3'd3, MdComb = 3'd4, MdEcomb = 3'd5} mode_e;
  typedef enum logic [2:0] {FmNone = 3'd0, FmWneg = 3'd1, FmNege = 3'd2, FmKeepe = 3'd3, FmKeepnz = 3'd4} fmod_e;
  typedef enum logic [2:0] {TsNone = 3'd0, TsZero = 3'd1, TsNonzero = 3'd2, TsFlag = 3'd3, TsOdd = 3'd4} test_e;
  typedef enum logic [2:0] {NxNext = 3'd0, NxLoop = 3'd1, NxCall = 3'd2, NxRet = 3'd3, NxEnd = 3'd4} next_e;
  typedef enum logic [1:0] {WnNone = 2'd0, WnSet = 2'd1, WnStep = 2'd2} win_e;

  // Sticky verdicts of a context
  localparam int unsigned FlagBad = 0;
  localparam int unsigned FlagAuth = 1;
  localparam int unsigned FlagFault = 2;

  // The part of an instruction that is needed while its frame runs
  typedef struct packed {
    logic       valid;
    logic [5:0] dst;
    logic [1:0] mod;
    logic [2:0] test;   // test_e
    logic [1:0] flag;
    logic       cap;
    logic [1:0] cap_slot;
    logic       cap_odd;
    logic       win;
    logic       flip;
  } ctl_t;
  localparam int unsigned CtlBits = 20;
endpackage
