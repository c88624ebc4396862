// Constants that the parts of engine kdf share. Used as kdf_pkg::X.
package kdf_pkg;
  // A slot is Words words of 16 bytes; the bytes behind a secret's end are zero.
  localparam int unsigned Words = 12;        // sluice_pkg::SecretBytes, which yosys cannot name in another package
  localparam int unsigned TestSlots = 4;   // slots behind the last one, for the self test alone

  // What the kdf unit asks the store for
  typedef enum logic [1:0] {
    OwnRead = 2'd0,   // the secret's words, if it is of one of the kinds and none of the uses is spent
    OwnWrite = 2'd1,  // a new secret, in place of what the slot held
    OwnFree = 2'd2,   // erases the slot
    OwnSpend = 2'd3   // marks uses as spent
  } own_op_e;

  // Uses of a secret that are had once a generation. KEY_BLOCK: the slices. Others: derivations whose result can become a record key.
  localparam logic [2:0] UseClient = 3'b001;
  localparam logic [2:0] UseServer = 3'b010;
  localparam logic [2:0] UseOnce = 3'b001;  // EC_PRIVATE, PREMASTER, MASTER

  // A line of the self test's script (kdf_selftest_rom)
  typedef enum logic [1:0] {
    TestRun = 2'd0,   // no result is looked at
    TestCmp = 2'd1,   // the result is the words at the line's address
    TestEnd = 2'd2
  } test_e;
endpackage
