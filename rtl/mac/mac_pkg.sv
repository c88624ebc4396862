// Types of the mac engine: a session context as the store keeps it, and what a record's stages know about the record in their bank.
/* verilator lint_off UNUSEDPARAM */
package mac_pkg;
  localparam logic [14:0] MaxPlain = 15'd16384;            // RFC 5246 6.2.1

  typedef enum logic [1:0] {
    HashSha1   = 2'd0,                     // enum hash of the map less one
    HashSha256 = 2'd1,
    HashSha384 = 2'd2,
    HashSha512 = 2'd3
  } hash_e;

  // what SESSION_LOAD fixes
  typedef struct packed {
    logic [15:0]  gen;
    logic [7:0]   func;                    // function that loaded it: nobody else's
    logic [7:0]   alg;
    logic         key_256;
    logic         etm;                     // encrypt then MAC (RFC 7366)
    logic         card;                    // keys came out of a secret: records only
    logic [15:0]  version;
    logic [255:0] key;
    logic [511:0] inner;                   // HMAC states; SSL 3.0: the MAC secret itself
    logic [511:0] outer;
  } fixed_t;
  // what a record changes
  typedef struct packed {
    logic [63:0]  seq;
    logic [127:0] iv;                      // TLS 1.0, SSL 3.0: IV of the next record
  } moving_t;

  // a record in its bank: public
  typedef struct packed {
    logic         seal;
    logic         etm;
    logic [1:0]   hash;
    logic [15:0]  version;
    logic [7:0]   kind;                    // content type
    logic [14:0]  len;                     // seal: plaintext bytes
    logic [10:0]  words;                   // ciphertext words
    logic [15:0]  index;                   // session
    logic [31:0]  t0;
  } record_t;

  function automatic logic [6:0] digest_bytes(input logic [1:0] hash);
    unique case (hash)
      2'd0:    digest_bytes = 7'd20;
      2'd1:    digest_bytes = 7'd32;
      2'd2:    digest_bytes = 7'd48;
      default: digest_bytes = 7'd64;
    endcase
  endfunction
  // TLS 1.1 and later: the IV is in the record
  function automatic logic explicit_iv(input logic [15:0] version);
    explicit_iv = (version >= 16'h0302);
  endfunction
endpackage
