// Written by rtl/keys/gen_rom.py (`make keys-rom`). Do not edit.
// Codes that kdf_rom, kdf_seq and kdf_engine share. Used as kdf_rom_pkg::X.
/* verilator lint_off UNUSEDPARAM */
package kdf_rom_pkg;
  localparam logic [2:0] SrcNone = 3'd0;  // no source
  localparam logic [2:0] SrcHash = 3'd1;  // as long as the hash
  localparam logic [2:0] SrcRandoms = 3'd2;  // 64 bytes
  localparam logic [2:0] SrcShared = 3'd3;  // 0..64 bytes
  localparam logic [2:0] SrcNonce = 3'd4;  // 0..255 bytes
  localparam logic [2:0] LenHash = 3'd0;  // as long as the hash
  localparam logic [2:0] LenMaster = 3'd1;  // 48 bytes
  localparam logic [2:0] LenFinished = 3'd2;  // 12 bytes
  localparam logic [2:0] LenBlock = 3'd3;  // param1, 1..192
  localparam logic [2:0] LenKeys = 3'd4;  // param1 (16 or 32) and 12
  localparam logic [3:0] OpKey = 4'd0;
  localparam logic [3:0] OpMsg = 4'd1;
  localparam logic [3:0] OpEnd = 4'd2;
  localparam logic [3:0] OpStr = 4'd3;
  localparam logic [3:0] OpMem = 4'd4;
  localparam logic [3:0] OpByte = 4'd5;
  localparam logic [3:0] OpUntil = 4'd6;
  localparam logic [3:0] OpAgain = 4'd7;
  localparam logic [3:0] OpRet = 4'd8;
  localparam logic [3:0] RgS1 = 4'd0;
  localparam logic [3:0] RgS2 = 4'd1;
  localparam logic [3:0] RgA = 4'd2;
  localparam logic [3:0] RgD = 4'd3;
  localparam logic [3:0] RgSrc = 4'd4;
  localparam logic [3:0] RgOut = 4'd5;
  localparam logic [3:0] RgOutk = 4'd6;
  localparam logic [3:0] RgPub = 4'd7;
  localparam logic [3:0] RgWk = 4'd8;
  localparam logic [7:0] LnZero = 8'd0;
  localparam logic [7:0] LnHash = 8'd1;
  localparam logic [7:0] LnS1 = 8'd2;
  localparam logic [7:0] LnS2 = 8'd3;
  localparam logic [7:0] LnSrc = 8'd4;
  localparam logic [7:0] LnKey = 8'd5;
  localparam logic [4:0] StrEmpty256 = 5'd19;
  localparam logic [4:0] StrEmpty384 = 5'd20;
  localparam logic [6:0] EntryWrapKey = 7'd110;
endpackage
/* verilator lint_on UNUSEDPARAM */
