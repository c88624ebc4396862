// Sizes of the Montgomery array and what its sequencer tells it in each frame. Used as pka_pkg::X.
package pka_pkg;
`ifdef PKA_LIMBS
  localparam int unsigned Limbs = `PKA_LIMBS;  // a narrow array for structural checks: what reaches what is the same for every width
`else
  localparam int unsigned Limbs = 41;       // multiplier pairs; one holds LimbBits of every operand
`endif
  localparam int unsigned LimbBits = 25;    // nominal; a stored limb has one redundant bit more
  localparam int unsigned RfBits = 26;
  localparam int unsigned DigitBits = 17;
  localparam int unsigned Digits = 61;      // of a frame: R = 2^(17 * 61 K) = 2^(1037 K) for numbers of K blocks
  localparam int unsigned Slots = 4;        // pairs of contexts
  localparam int unsigned QuotBits = 102;   // quotient of RSA_PUBLIC, six digits

  // Frame: 64 turns of a context. Turn 0 may add, turns 1..61 take digits, the last two are slack for the result's way back. A number of
  // K blocks of 41 limbs lies in K neighbouring contexts (a chain) that share their turns, and a step of it takes K frames. Those before the last
  // have a pause in turn 8 part + 7, in which the upper block of the last result that comes next is read, and digits until turn 62.
  localparam logic [5:0] TurnAdd = 6'd0;
  localparam logic [5:0] TurnFirst = 6'd1;
  localparam logic [5:0] TurnLast = 6'd61;
  localparam logic [5:0] TurnFetch = 6'd63;
  localparam logic [5:0] TurnFlip = 6'd20;  // fault injection: the digit of this turn is damaged

  // Where the digits come from
  typedef enum logic [2:0] {
    BRes = 3'd0,   // the chain's last result
    BPeer = 3'd1,  // the last result of the operation's other prime
    BExt = 3'd2,   // what the loader brought
    BOne = 3'd3,   // the number one
    BQuot = 3'd4   // the quotient that came with the operation
  } bsel_e;

  // What A is
  typedef enum logic [1:0] {
    AReg = 2'd0,   // a register
    AOne = 2'd1,   // the number one
    ATop = 2'd2    // 2^(1025 K)
  } asel_e;

  // What the loader brings at the end of a step for the next one
  typedef enum logic [2:0] {
    LdNone = 3'd0,
    LdMod = 3'd1,    // modulus and n0 from the key
    LdKey = 3'd2,    // a page of the key into the external operand
    LdMinus = 3'd3,  // the modulus less one into the external operand
    LdOp = 3'd4,     // half of the input or of the result into the external operand; page[1] result, page[0] upper half
    LdZero = 3'd5,   // erases external operand and modulus
    LdOpMod = 3'd6,  // modulus from the result area, n0 as it came with the operation
    LdNeg = 3'd7     // 2^(1025 K) less the result area into the external operand
  } ld_e;

  // One frame of one context: result = (A * B + addend) / R mod N, the sum A + addend, or the plain product N * B + addend. What follows from
  // secrets (a window of the exponent, verdicts of zero tests) is kept apart from what decides the frame's course, down to separate registers.
  typedef struct packed {
    logic       valid;
    logic       first;     // the step begins with this frame
    logic       last;      // and ends with it
    logic [1:0] part;      // number of the frame in its step
    logic [1:0] blk;       // number of this block, 0 is the lowest
    logic [1:0] top;       // number of the chain's highest block
    logic [1:0] a;         // asel_e
    logic [2:0] b_sel;
    logic       add;       // register add_sel is added
    logic [5:0] add_sel;
    logic       sum;       // no digits: A itself is added
    logic       plain;     // no reduction: the modulus is the multiplicand, low digits leave by the capture port
    logic       capture;   // digits (of B, or of the plain product) leave by the capture port
    logic       cap_new;   // the first of them begins a number
    logic       write;     // the result goes to register dst and becomes the last result
    logic [5:0] dst;
    logic       zero_test; // quotient digits decide whether B is 0 or N (A must be one)
    logic       key_write; // the result also goes to page key_page of the key
    logic [2:0] key_page;
    logic       erase;     // all registers of the context are zeroed at the end of the frame
    logic       flip;      // fault injection
  } instr_t;
  localparam int unsigned InstrBits = 39;
  typedef struct packed {
    logic [5:0] a_sel;     // register A
    logic       b_zero;    // B is masked to zero
    logic       add_zero;  // the addend is masked to zero
  } secret_t;
  localparam int unsigned SecretBits = 8;

  // One step of a program, as gen_program.py writes it into the ROM
  typedef struct packed {
    logic [1:0] who;       // halves that take part: [0] p (or the only one), [1] q
    logic       read_win;  // A is the register that the exponent's window names
    logic       dst_table; // the result is the next entry of the window table
    logic [5:0] a_sel;
    logic [1:0] a;
    logic [2:0] b_sel;
    logic       add;
    logic [5:0] add_sel;
    logic       sum;
    logic       plain;
    logic       capture;
    logic       cap_new;
    logic       write;
    logic [5:0] dst;
    logic       zero_test;
    logic       key_write;
    logic [2:0] key_page;
    logic       erase;
    logic       flip;
    logic [1:0] b_mask;    // mask_e
    logic       add_mask;  // the addend is dropped when the own half's zero test said zero
  } step_t;
  localparam int unsigned StepBits = 43;
  typedef enum logic [1:0] {MkNone = 2'd0, MkOwn = 2'd1, MkPeer = 2'd2, MkZero = 2'd3} mask_e;

  // Where the program goes after a step
  typedef enum logic [3:0] {
    FlNext = 4'd0,
    FlTable = 4'd1,    // this step again until the window table is full
    FlFirst = 4'd2,    // next; the one after the loop (3 on) when there is no further window
    FlSquare = 4'd3,   // this step five times
    FlWindow = 4'd4,   // back by one for the next window, else next
    FlBitSet = 4'd5,   // next, which begins with the bit below the highest one of an exponent
    FlBit1 = 4'd6,     // first square: on to its multiplication (2 on), the end (3 on), or next
    FlBit = 4'd7,      // a further square: its multiplication (1 on), the end (2 on), or again
    FlBitMul = 4'd8,   // back by one for the next bit, else next
    FlPair = 4'd9,     // next when the blinding pair is new and to be made this engine's own, else 4 on
    FlOdd1 = 4'd10,    // next, or 2 on when the pair is this engine's own
    FlOdd = 4'd11,     // again, or next when it is
    FlVerdict = 4'd12, // next; what the zero tests say becomes the operation's verdict
    FlDone = 4'd13
  } flow_e;
  typedef struct packed {
    logic [3:0] flow;
    logic       radix;     // FlBit*: the bits of log2 R, else of the public exponent
    logic [2:0] ld;        // loader, at the end of this step
    logic [2:0] ld_page;
    logic [1:0] ld_who;
    logic       fresh;     // the blinding pair is not yet renewed
  } next_t;
  localparam int unsigned NextBits = 14;

  // Pages of a key half, as struct rsa_key orders them; the q half's last two are n
  localparam logic [2:0] PgMod = 3'd0;
  localparam logic [2:0] PgExp = 3'd1;
  localparam logic [2:0] PgNLo = 3'd6;
  localparam logic [2:0] PgNHi = 3'd7;
  localparam int unsigned PageWords = 42;  // 41 limbs and one word more
endpackage
