// What the parts of the aead lane say to each other.
package aead_pkg;
  // Class of a job, decided by aead_ctx.
  localparam logic [3:0] JobNull  = 4'd0;  // only drains its source and answers with its status
  localparam logic [3:0] JobLoad  = 4'd1;  // SESSION_LOAD
  localparam logic [3:0] JobRSeal = 4'd2;  // AES-GCM record of TLS 1.2 (RFC 5288) or 1.3 (RFC 8446 5.2)
  localparam logic [3:0] JobROpen = 4'd3;
  localparam logic [3:0] JobSeal  = 4'd4;  // AES-GCM with given IV and AAD
  localparam logic [3:0] JobOpen  = 4'd5;
  localparam logic [3:0] JobCtr   = 4'd6;
  localparam logic [3:0] JobCbcE  = 4'd7;
  localparam logic [3:0] JobCbcD  = 4'd8;

  localparam logic [7:0] OuterType = 8'd23;  // of every protected record of TLS 1.3 (RFC 8446 5.2)

  // Kind of an item: one slot of the datapath pipeline, 16 bytes or less.
  localparam logic [3:0] ItemRSeal  = 4'd0;  // AES: J0; GHASH: the record's AAD; out: header, and explicit nonce of TLS 1.2
  localparam logic [3:0] ItemROpen  = 4'd1;  // AES: J0; GHASH: the record's AAD
  localparam logic [3:0] ItemJ0     = 4'd2;  // AES: J0
  localparam logic [3:0] ItemAad    = 4'd3;  // GHASH: data
  localparam logic [3:0] ItemSeal   = 4'd4;  // out: data ^ AES; GHASH: the same
  localparam logic [3:0] ItemOpen   = 4'd5;  // out: data ^ AES; GHASH: data
  localparam logic [3:0] ItemCtr    = 4'd6;  // out: data ^ AES
  localparam logic [3:0] ItemCbcIv  = 4'd7;  // data is the chain value of the blocks that follow
  localparam logic [3:0] ItemCbcE   = 4'd8;  // out: AES
  localparam logic [3:0] ItemCbcD   = 4'd9;  // out: AES ^ the data before
  localparam logic [3:0] ItemEndS   = 4'd10; // GHASH: lengths; out: the tag, last
  localparam logic [3:0] ItemEndO   = 4'd11; // GHASH: lengths; data is the tag to compare; out: an empty last word
  localparam logic [3:0] ItemEnd    = 4'd12; // out: an empty last word
  localparam logic [3:0] ItemKeyH   = 4'd13; // AES of zero: the hash key of a session being loaded
endpackage
