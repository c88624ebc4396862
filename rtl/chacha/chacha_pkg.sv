// What the parts of the chacha lane say to each other.
package chacha_pkg;
  // Class of a job, decided by chacha_check.
  localparam logic [2:0] JobNull  = 3'd0;  // only drains its source and answers with its status
  localparam logic [2:0] JobLoad  = 3'd1;  // SESSION_LOAD
  localparam logic [2:0] JobRSeal = 3'd2;  // TLS record (RFC 7905; RFC 8446 5.2)
  localparam logic [2:0] JobROpen = 3'd3;
  localparam logic [2:0] JobSeal  = 3'd4;  // RFC 8439 2.8 with given nonce and AAD
  localparam logic [2:0] JobOpen  = 3'd5;

  // Kind of an item: at most 16 bytes with what is done to them.
  localparam logic [2:0] ItemHead = 3'd0;  // Poly1305: data; out: the record header that belongs to it
  localparam logic [2:0] ItemAad  = 3'd1;  // Poly1305: data
  localparam logic [2:0] ItemSeal = 3'd2;  // out: data ^ keystream; Poly1305: the same
  localparam logic [2:0] ItemOpen = 3'd3;  // out: data ^ keystream; Poly1305: data
  localparam logic [2:0] ItemEndS = 3'd4;  // Poly1305: lengths; out: the tag, last
  localparam logic [2:0] ItemEndO = 3'd5;  // Poly1305: lengths; data is the tag to compare; out: an empty last word
  localparam logic [2:0] ItemEnd  = 3'd6;  // out: an empty last word
endpackage
