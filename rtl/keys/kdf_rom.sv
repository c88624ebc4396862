// Written by rtl/keys/gen_rom.py (`make keys-rom`); the scripts are there. Do not edit.
//
// The derivations of engine kdf: scripts of HMAC steps, labels, and what each derivation takes and gives.
module kdf_rom (
  // what a derivation takes and gives, by enum kdf
  input  logic [7:0]  kdf_i,
  output logic        known_o,
  output logic [6:0]  entry_o,
  output logic [4:0]  label_o,
  output logic [15:0] kinds_o,    // kinds of the secret that goes in
  output logic [3:0]  kind_o,     // of the result
  output logic        public_o,   // the result goes to the host, not to a slot
  output logic [2:0]  src_o,      // kdf_rom_pkg::Src*
  output logic [2:0]  len_o,      // kdf_rom_pkg::Len*
  output logic [2:0]  uses_o,     // uses of the first secret that it spends
  // steps
  input  logic [6:0]  pc_i,
  output logic [15:0] step_o,
  // labels
  input  logic [4:0]  string_i,
  output logic [8:0]  string_addr_o,
  output logic [5:0]  string_len_o,
  input  logic [8:0]  byte_addr_i,
  output logic [7:0]  byte_o
);
  logic [15:0] step_rom [128];
  logic [7:0]  byte_rom [512];
  assign step_o = step_rom[pc_i];
  assign byte_o = byte_rom[byte_addr_i];

  always_comb begin
    known_o  = 1'b1;
    entry_o  = 7'd0;
    label_o  = 5'd0;
    kinds_o  = 16'd0;
    kind_o   = 4'd0;
    public_o = 1'b0;
    src_o    = kdf_rom_pkg::SrcNone;
    len_o    = kdf_rom_pkg::LenHash;
    uses_o   = 3'd0;
    unique case (kdf_i)
      sluice_pkg::KDF_T12_MASTER: begin
        entry_o = 7'd0;  // prf
        label_o = 5'd1;
        kinds_o = 16'h0002;  // PREMASTER
        kind_o  = 4'd2;  // MASTER
        src_o   = kdf_rom_pkg::SrcRandoms;
        len_o   = kdf_rom_pkg::LenMaster;
        uses_o  = 3'd1;
      end
      sluice_pkg::KDF_T12_EXTENDED_MASTER: begin
        entry_o = 7'd0;  // prf
        label_o = 5'd2;
        kinds_o = 16'h0002;  // PREMASTER
        kind_o  = 4'd2;  // MASTER
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenMaster;
        uses_o  = 3'd1;
      end
      sluice_pkg::KDF_T12_KEY_BLOCK: begin
        entry_o = 7'd0;  // prf
        label_o = 5'd3;
        kinds_o = 16'h0004;  // MASTER
        kind_o  = 4'd3;  // KEY_BLOCK
        src_o   = kdf_rom_pkg::SrcRandoms;
        len_o   = kdf_rom_pkg::LenBlock;
        uses_o  = 3'd1;
      end
      sluice_pkg::KDF_T12_CLIENT_FINISHED: begin
        entry_o = 7'd16;  // prf_public
        label_o = 5'd4;
        kinds_o = 16'h0004;  // MASTER
        public_o = 1'b1;
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenFinished;
      end
      sluice_pkg::KDF_T12_SERVER_FINISHED: begin
        entry_o = 7'd16;  // prf_public
        label_o = 5'd5;
        kinds_o = 16'h0004;  // MASTER
        public_o = 1'b1;
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenFinished;
      end
      sluice_pkg::KDF_T13_EARLY: begin
        entry_o = 7'd27;  // early
        kinds_o = 16'h0400;  // PSK
        kind_o  = 4'd4;  // EARLY
        src_o   = kdf_rom_pkg::SrcNone;
        len_o   = kdf_rom_pkg::LenHash;
      end
      sluice_pkg::KDF_T13_HANDSHAKE: begin
        entry_o = 7'd32;  // handshake
        kinds_o = 16'h0010;  // EARLY
        kind_o  = 4'd5;  // HANDSHAKE
        src_o   = kdf_rom_pkg::SrcShared;
        len_o   = kdf_rom_pkg::LenHash;
        uses_o  = 3'd1;
      end
      sluice_pkg::KDF_T13_MAIN: begin
        entry_o = 7'd47;  // main
        kinds_o = 16'h0020;  // HANDSHAKE
        kind_o  = 4'd6;  // MAIN
        src_o   = kdf_rom_pkg::SrcNone;
        len_o   = kdf_rom_pkg::LenHash;
        uses_o  = 3'd1;
      end
      sluice_pkg::KDF_T13_BINDER: begin
        entry_o = 7'd71;  // binder
        label_o = 5'd7;
        kinds_o = 16'h0010;  // EARLY
        kind_o  = 4'd8;  // BINDER
        src_o   = kdf_rom_pkg::SrcNone;
        len_o   = kdf_rom_pkg::LenHash;
      end
      sluice_pkg::KDF_T13_CLIENT_EARLY: begin
        entry_o = 7'd61;  // expand
        label_o = 5'd8;
        kinds_o = 16'h0010;  // EARLY
        kind_o  = 4'd7;  // TRAFFIC
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenHash;
        uses_o  = 3'd2;
      end
      sluice_pkg::KDF_T13_CLIENT_HANDSHAKE: begin
        entry_o = 7'd61;  // expand
        label_o = 5'd9;
        kinds_o = 16'h0020;  // HANDSHAKE
        kind_o  = 4'd7;  // TRAFFIC
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenHash;
        uses_o  = 3'd2;
      end
      sluice_pkg::KDF_T13_SERVER_HANDSHAKE: begin
        entry_o = 7'd61;  // expand
        label_o = 5'd10;
        kinds_o = 16'h0020;  // HANDSHAKE
        kind_o  = 4'd7;  // TRAFFIC
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenHash;
        uses_o  = 3'd4;
      end
      sluice_pkg::KDF_T13_CLIENT_APPLICATION: begin
        entry_o = 7'd61;  // expand
        label_o = 5'd11;
        kinds_o = 16'h0040;  // MAIN
        kind_o  = 4'd7;  // TRAFFIC
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenHash;
        uses_o  = 3'd2;
      end
      sluice_pkg::KDF_T13_SERVER_APPLICATION: begin
        entry_o = 7'd61;  // expand
        label_o = 5'd12;
        kinds_o = 16'h0040;  // MAIN
        kind_o  = 4'd7;  // TRAFFIC
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenHash;
        uses_o  = 3'd4;
      end
      sluice_pkg::KDF_T13_RESUMPTION: begin
        entry_o = 7'd61;  // expand
        label_o = 5'd13;
        kinds_o = 16'h0040;  // MAIN
        kind_o  = 4'd9;  // RESUMPTION
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenHash;
      end
      sluice_pkg::KDF_T13_PSK: begin
        entry_o = 7'd61;  // expand
        label_o = 5'd14;
        kinds_o = 16'h0200;  // RESUMPTION
        kind_o  = 4'd10;  // PSK
        src_o   = kdf_rom_pkg::SrcNonce;
        len_o   = kdf_rom_pkg::LenHash;
      end
      sluice_pkg::KDF_T13_UPDATE: begin
        entry_o = 7'd61;  // expand
        label_o = 5'd15;
        kinds_o = 16'h0080;  // TRAFFIC
        kind_o  = 4'd7;  // TRAFFIC
        src_o   = kdf_rom_pkg::SrcNone;
        len_o   = kdf_rom_pkg::LenHash;
        uses_o  = 3'd1;
      end
      sluice_pkg::KDF_T13_KEYS: begin
        entry_o = 7'd81;  // keys
        kinds_o = 16'h0080;  // TRAFFIC
        kind_o  = 4'd3;  // KEY_BLOCK
        src_o   = kdf_rom_pkg::SrcNone;
        len_o   = kdf_rom_pkg::LenKeys;
        uses_o  = 3'd2;
      end
      sluice_pkg::KDF_T13_FINISHED: begin
        entry_o = 7'd97;  // finished
        label_o = 5'd16;
        kinds_o = 16'h0180;  // TRAFFIC, BINDER
        public_o = 1'b1;
        src_o   = kdf_rom_pkg::SrcHash;
        len_o   = kdf_rom_pkg::LenHash;
      end
      default: known_o = 1'b0;
    endcase
  end

  always_comb begin
    unique case (string_i)
      5'd0: {string_addr_o, string_len_o} = {9'd0, 6'd0};  // none
      5'd1: {string_addr_o, string_len_o} = {9'd0, 6'd13};  // t12_master
      5'd2: {string_addr_o, string_len_o} = {9'd13, 6'd22};  // t12_extended
      5'd3: {string_addr_o, string_len_o} = {9'd35, 6'd13};  // t12_expansion
      5'd4: {string_addr_o, string_len_o} = {9'd48, 6'd15};  // t12_client
      5'd5: {string_addr_o, string_len_o} = {9'd63, 6'd15};  // t12_server
      5'd6: {string_addr_o, string_len_o} = {9'd78, 6'd14};  // derived
      5'd7: {string_addr_o, string_len_o} = {9'd92, 6'd17};  // binder
      5'd8: {string_addr_o, string_len_o} = {9'd109, 6'd18};  // c_early
      5'd9: {string_addr_o, string_len_o} = {9'd127, 6'd19};  // c_hs
      5'd10: {string_addr_o, string_len_o} = {9'd146, 6'd19};  // s_hs
      5'd11: {string_addr_o, string_len_o} = {9'd165, 6'd19};  // c_ap
      5'd12: {string_addr_o, string_len_o} = {9'd184, 6'd19};  // s_ap
      5'd13: {string_addr_o, string_len_o} = {9'd203, 6'd17};  // res_master
      5'd14: {string_addr_o, string_len_o} = {9'd220, 6'd17};  // resumption
      5'd15: {string_addr_o, string_len_o} = {9'd237, 6'd18};  // update
      5'd16: {string_addr_o, string_len_o} = {9'd255, 6'd15};  // finished
      5'd17: {string_addr_o, string_len_o} = {9'd270, 6'd10};  // key
      5'd18: {string_addr_o, string_len_o} = {9'd280, 6'd9};  // iv
      5'd19: {string_addr_o, string_len_o} = {9'd289, 6'd32};  // empty256
      5'd20: {string_addr_o, string_len_o} = {9'd321, 6'd48};  // empty384
      5'd21: {string_addr_o, string_len_o} = {9'd369, 6'd18};  // wrap
      default: {string_addr_o, string_len_o} = '0;
    endcase
  end

  initial begin
    step_rom[0] = 16'h0002;  // prf: key s1 s1
    step_rom[1] = 16'h1000;  // prf: msg
    step_rom[2] = 16'h3100;  // prf: str label
    step_rom[3] = 16'h4404;  // prf: mem src src
    step_rom[4] = 16'h2200;  // prf: end a
    step_rom[5] = 16'h1000;  // prf: msg
    step_rom[6] = 16'h4201;  // prf: mem a hash
    step_rom[7] = 16'h3100;  // prf: str label
    step_rom[8] = 16'h4404;  // prf: mem src src
    step_rom[9] = 16'h2500;  // prf: end out
    step_rom[10] = 16'h6000;  // prf: until
    step_rom[11] = 16'h1000;  // prf: msg
    step_rom[12] = 16'h4201;  // prf: mem a hash
    step_rom[13] = 16'h2200;  // prf: end a
    step_rom[14] = 16'h7005;  // prf: again
    step_rom[15] = 16'h8000;  // prf: ret
    step_rom[16] = 16'h0002;  // prf_public: key s1 s1
    step_rom[17] = 16'h1000;  // prf_public: msg
    step_rom[18] = 16'h3100;  // prf_public: str label
    step_rom[19] = 16'h4404;  // prf_public: mem src src
    step_rom[20] = 16'h2200;  // prf_public: end a
    step_rom[21] = 16'h1000;  // prf_public: msg
    step_rom[22] = 16'h4201;  // prf_public: mem a hash
    step_rom[23] = 16'h3100;  // prf_public: str label
    step_rom[24] = 16'h4404;  // prf_public: mem src src
    step_rom[25] = 16'h2700;  // prf_public: end pub
    step_rom[26] = 16'h8000;  // prf_public: ret
    step_rom[27] = 16'h0100;  // early: key s2 zero
    step_rom[28] = 16'h1000;  // early: msg
    step_rom[29] = 16'h4001;  // early: mem s1 hash
    step_rom[30] = 16'h2500;  // early: end out
    step_rom[31] = 16'h8000;  // early: ret
    step_rom[32] = 16'h0001;  // handshake: key s1 hash
    step_rom[33] = 16'h1000;  // handshake: msg
    step_rom[34] = 16'h5000;  // handshake: byte 0
    step_rom[35] = 16'h5101;  // handshake: byte hash
    step_rom[36] = 16'h3006;  // handshake: str derived
    step_rom[37] = 16'h5101;  // handshake: byte hash
    step_rom[38] = 16'h3200;  // handshake: str empty
    step_rom[39] = 16'h5001;  // handshake: byte 1
    step_rom[40] = 16'h2300;  // handshake: end d
    step_rom[41] = 16'h0301;  // handshake: key d hash
    step_rom[42] = 16'h1000;  // handshake: msg
    step_rom[43] = 16'h4404;  // handshake: mem src src
    step_rom[44] = 16'h4103;  // handshake: mem s2 s2
    step_rom[45] = 16'h2500;  // handshake: end out
    step_rom[46] = 16'h8000;  // handshake: ret
    step_rom[47] = 16'h0001;  // main: key s1 hash
    step_rom[48] = 16'h1000;  // main: msg
    step_rom[49] = 16'h5000;  // main: byte 0
    step_rom[50] = 16'h5101;  // main: byte hash
    step_rom[51] = 16'h3006;  // main: str derived
    step_rom[52] = 16'h5101;  // main: byte hash
    step_rom[53] = 16'h3200;  // main: str empty
    step_rom[54] = 16'h5001;  // main: byte 1
    step_rom[55] = 16'h2300;  // main: end d
    step_rom[56] = 16'h0301;  // main: key d hash
    step_rom[57] = 16'h1000;  // main: msg
    step_rom[58] = 16'h4101;  // main: mem s2 hash
    step_rom[59] = 16'h2500;  // main: end out
    step_rom[60] = 16'h8000;  // main: ret
    step_rom[61] = 16'h0001;  // expand: key s1 hash
    step_rom[62] = 16'h1000;  // expand: msg
    step_rom[63] = 16'h5000;  // expand: byte 0
    step_rom[64] = 16'h5101;  // expand: byte hash
    step_rom[65] = 16'h3100;  // expand: str label
    step_rom[66] = 16'h5104;  // expand: byte src
    step_rom[67] = 16'h4404;  // expand: mem src src
    step_rom[68] = 16'h5001;  // expand: byte 1
    step_rom[69] = 16'h2500;  // expand: end out
    step_rom[70] = 16'h8000;  // expand: ret
    step_rom[71] = 16'h0001;  // binder: key s1 hash
    step_rom[72] = 16'h1000;  // binder: msg
    step_rom[73] = 16'h5000;  // binder: byte 0
    step_rom[74] = 16'h5101;  // binder: byte hash
    step_rom[75] = 16'h3100;  // binder: str label
    step_rom[76] = 16'h5101;  // binder: byte hash
    step_rom[77] = 16'h3200;  // binder: str empty
    step_rom[78] = 16'h5001;  // binder: byte 1
    step_rom[79] = 16'h2500;  // binder: end out
    step_rom[80] = 16'h8000;  // binder: ret
    step_rom[81] = 16'h0001;  // keys: key s1 hash
    step_rom[82] = 16'h1000;  // keys: msg
    step_rom[83] = 16'h5000;  // keys: byte 0
    step_rom[84] = 16'h5105;  // keys: byte key
    step_rom[85] = 16'h3011;  // keys: str key
    step_rom[86] = 16'h5000;  // keys: byte 0
    step_rom[87] = 16'h5001;  // keys: byte 1
    step_rom[88] = 16'h2600;  // keys: end outk
    step_rom[89] = 16'h1000;  // keys: msg
    step_rom[90] = 16'h5000;  // keys: byte 0
    step_rom[91] = 16'h500c;  // keys: byte 12
    step_rom[92] = 16'h3012;  // keys: str iv
    step_rom[93] = 16'h5000;  // keys: byte 0
    step_rom[94] = 16'h5001;  // keys: byte 1
    step_rom[95] = 16'h2500;  // keys: end out
    step_rom[96] = 16'h8000;  // keys: ret
    step_rom[97] = 16'h0001;  // finished: key s1 hash
    step_rom[98] = 16'h1000;  // finished: msg
    step_rom[99] = 16'h5000;  // finished: byte 0
    step_rom[100] = 16'h5101;  // finished: byte hash
    step_rom[101] = 16'h3100;  // finished: str label
    step_rom[102] = 16'h5000;  // finished: byte 0
    step_rom[103] = 16'h5001;  // finished: byte 1
    step_rom[104] = 16'h2300;  // finished: end d
    step_rom[105] = 16'h0301;  // finished: key d hash
    step_rom[106] = 16'h1000;  // finished: msg
    step_rom[107] = 16'h4404;  // finished: mem src src
    step_rom[108] = 16'h2700;  // finished: end pub
    step_rom[109] = 16'h8000;  // finished: ret
    step_rom[110] = 16'h0001;  // wrapkey: key s1 hash
    step_rom[111] = 16'h1000;  // wrapkey: msg
    step_rom[112] = 16'h3015;  // wrapkey: str wrap
    step_rom[113] = 16'h2800;  // wrapkey: end wk
    step_rom[114] = 16'h8000;  // wrapkey: ret
    step_rom[115] = 16'h8000;
    step_rom[116] = 16'h8000;
    step_rom[117] = 16'h8000;
    step_rom[118] = 16'h8000;
    step_rom[119] = 16'h8000;
    step_rom[120] = 16'h8000;
    step_rom[121] = 16'h8000;
    step_rom[122] = 16'h8000;
    step_rom[123] = 16'h8000;
    step_rom[124] = 16'h8000;
    step_rom[125] = 16'h8000;
    step_rom[126] = 16'h8000;
    step_rom[127] = 16'h8000;
    byte_rom[0] = 8'h6d; byte_rom[1] = 8'h61; byte_rom[2] = 8'h73; byte_rom[3] = 8'h74; byte_rom[4] = 8'h65; byte_rom[5] = 8'h72; byte_rom[6] = 8'h20; byte_rom[7] = 8'h73;
    byte_rom[8] = 8'h65; byte_rom[9] = 8'h63; byte_rom[10] = 8'h72; byte_rom[11] = 8'h65; byte_rom[12] = 8'h74; byte_rom[13] = 8'h65; byte_rom[14] = 8'h78; byte_rom[15] = 8'h74;
    byte_rom[16] = 8'h65; byte_rom[17] = 8'h6e; byte_rom[18] = 8'h64; byte_rom[19] = 8'h65; byte_rom[20] = 8'h64; byte_rom[21] = 8'h20; byte_rom[22] = 8'h6d; byte_rom[23] = 8'h61;
    byte_rom[24] = 8'h73; byte_rom[25] = 8'h74; byte_rom[26] = 8'h65; byte_rom[27] = 8'h72; byte_rom[28] = 8'h20; byte_rom[29] = 8'h73; byte_rom[30] = 8'h65; byte_rom[31] = 8'h63;
    byte_rom[32] = 8'h72; byte_rom[33] = 8'h65; byte_rom[34] = 8'h74; byte_rom[35] = 8'h6b; byte_rom[36] = 8'h65; byte_rom[37] = 8'h79; byte_rom[38] = 8'h20; byte_rom[39] = 8'h65;
    byte_rom[40] = 8'h78; byte_rom[41] = 8'h70; byte_rom[42] = 8'h61; byte_rom[43] = 8'h6e; byte_rom[44] = 8'h73; byte_rom[45] = 8'h69; byte_rom[46] = 8'h6f; byte_rom[47] = 8'h6e;
    byte_rom[48] = 8'h63; byte_rom[49] = 8'h6c; byte_rom[50] = 8'h69; byte_rom[51] = 8'h65; byte_rom[52] = 8'h6e; byte_rom[53] = 8'h74; byte_rom[54] = 8'h20; byte_rom[55] = 8'h66;
    byte_rom[56] = 8'h69; byte_rom[57] = 8'h6e; byte_rom[58] = 8'h69; byte_rom[59] = 8'h73; byte_rom[60] = 8'h68; byte_rom[61] = 8'h65; byte_rom[62] = 8'h64; byte_rom[63] = 8'h73;
    byte_rom[64] = 8'h65; byte_rom[65] = 8'h72; byte_rom[66] = 8'h76; byte_rom[67] = 8'h65; byte_rom[68] = 8'h72; byte_rom[69] = 8'h20; byte_rom[70] = 8'h66; byte_rom[71] = 8'h69;
    byte_rom[72] = 8'h6e; byte_rom[73] = 8'h69; byte_rom[74] = 8'h73; byte_rom[75] = 8'h68; byte_rom[76] = 8'h65; byte_rom[77] = 8'h64; byte_rom[78] = 8'h0d; byte_rom[79] = 8'h74;
    byte_rom[80] = 8'h6c; byte_rom[81] = 8'h73; byte_rom[82] = 8'h31; byte_rom[83] = 8'h33; byte_rom[84] = 8'h20; byte_rom[85] = 8'h64; byte_rom[86] = 8'h65; byte_rom[87] = 8'h72;
    byte_rom[88] = 8'h69; byte_rom[89] = 8'h76; byte_rom[90] = 8'h65; byte_rom[91] = 8'h64; byte_rom[92] = 8'h10; byte_rom[93] = 8'h74; byte_rom[94] = 8'h6c; byte_rom[95] = 8'h73;
    byte_rom[96] = 8'h31; byte_rom[97] = 8'h33; byte_rom[98] = 8'h20; byte_rom[99] = 8'h72; byte_rom[100] = 8'h65; byte_rom[101] = 8'h73; byte_rom[102] = 8'h20; byte_rom[103] = 8'h62;
    byte_rom[104] = 8'h69; byte_rom[105] = 8'h6e; byte_rom[106] = 8'h64; byte_rom[107] = 8'h65; byte_rom[108] = 8'h72; byte_rom[109] = 8'h11; byte_rom[110] = 8'h74; byte_rom[111] = 8'h6c;
    byte_rom[112] = 8'h73; byte_rom[113] = 8'h31; byte_rom[114] = 8'h33; byte_rom[115] = 8'h20; byte_rom[116] = 8'h63; byte_rom[117] = 8'h20; byte_rom[118] = 8'h65; byte_rom[119] = 8'h20;
    byte_rom[120] = 8'h74; byte_rom[121] = 8'h72; byte_rom[122] = 8'h61; byte_rom[123] = 8'h66; byte_rom[124] = 8'h66; byte_rom[125] = 8'h69; byte_rom[126] = 8'h63; byte_rom[127] = 8'h12;
    byte_rom[128] = 8'h74; byte_rom[129] = 8'h6c; byte_rom[130] = 8'h73; byte_rom[131] = 8'h31; byte_rom[132] = 8'h33; byte_rom[133] = 8'h20; byte_rom[134] = 8'h63; byte_rom[135] = 8'h20;
    byte_rom[136] = 8'h68; byte_rom[137] = 8'h73; byte_rom[138] = 8'h20; byte_rom[139] = 8'h74; byte_rom[140] = 8'h72; byte_rom[141] = 8'h61; byte_rom[142] = 8'h66; byte_rom[143] = 8'h66;
    byte_rom[144] = 8'h69; byte_rom[145] = 8'h63; byte_rom[146] = 8'h12; byte_rom[147] = 8'h74; byte_rom[148] = 8'h6c; byte_rom[149] = 8'h73; byte_rom[150] = 8'h31; byte_rom[151] = 8'h33;
    byte_rom[152] = 8'h20; byte_rom[153] = 8'h73; byte_rom[154] = 8'h20; byte_rom[155] = 8'h68; byte_rom[156] = 8'h73; byte_rom[157] = 8'h20; byte_rom[158] = 8'h74; byte_rom[159] = 8'h72;
    byte_rom[160] = 8'h61; byte_rom[161] = 8'h66; byte_rom[162] = 8'h66; byte_rom[163] = 8'h69; byte_rom[164] = 8'h63; byte_rom[165] = 8'h12; byte_rom[166] = 8'h74; byte_rom[167] = 8'h6c;
    byte_rom[168] = 8'h73; byte_rom[169] = 8'h31; byte_rom[170] = 8'h33; byte_rom[171] = 8'h20; byte_rom[172] = 8'h63; byte_rom[173] = 8'h20; byte_rom[174] = 8'h61; byte_rom[175] = 8'h70;
    byte_rom[176] = 8'h20; byte_rom[177] = 8'h74; byte_rom[178] = 8'h72; byte_rom[179] = 8'h61; byte_rom[180] = 8'h66; byte_rom[181] = 8'h66; byte_rom[182] = 8'h69; byte_rom[183] = 8'h63;
    byte_rom[184] = 8'h12; byte_rom[185] = 8'h74; byte_rom[186] = 8'h6c; byte_rom[187] = 8'h73; byte_rom[188] = 8'h31; byte_rom[189] = 8'h33; byte_rom[190] = 8'h20; byte_rom[191] = 8'h73;
    byte_rom[192] = 8'h20; byte_rom[193] = 8'h61; byte_rom[194] = 8'h70; byte_rom[195] = 8'h20; byte_rom[196] = 8'h74; byte_rom[197] = 8'h72; byte_rom[198] = 8'h61; byte_rom[199] = 8'h66;
    byte_rom[200] = 8'h66; byte_rom[201] = 8'h69; byte_rom[202] = 8'h63; byte_rom[203] = 8'h10; byte_rom[204] = 8'h74; byte_rom[205] = 8'h6c; byte_rom[206] = 8'h73; byte_rom[207] = 8'h31;
    byte_rom[208] = 8'h33; byte_rom[209] = 8'h20; byte_rom[210] = 8'h72; byte_rom[211] = 8'h65; byte_rom[212] = 8'h73; byte_rom[213] = 8'h20; byte_rom[214] = 8'h6d; byte_rom[215] = 8'h61;
    byte_rom[216] = 8'h73; byte_rom[217] = 8'h74; byte_rom[218] = 8'h65; byte_rom[219] = 8'h72; byte_rom[220] = 8'h10; byte_rom[221] = 8'h74; byte_rom[222] = 8'h6c; byte_rom[223] = 8'h73;
    byte_rom[224] = 8'h31; byte_rom[225] = 8'h33; byte_rom[226] = 8'h20; byte_rom[227] = 8'h72; byte_rom[228] = 8'h65; byte_rom[229] = 8'h73; byte_rom[230] = 8'h75; byte_rom[231] = 8'h6d;
    byte_rom[232] = 8'h70; byte_rom[233] = 8'h74; byte_rom[234] = 8'h69; byte_rom[235] = 8'h6f; byte_rom[236] = 8'h6e; byte_rom[237] = 8'h11; byte_rom[238] = 8'h74; byte_rom[239] = 8'h6c;
    byte_rom[240] = 8'h73; byte_rom[241] = 8'h31; byte_rom[242] = 8'h33; byte_rom[243] = 8'h20; byte_rom[244] = 8'h74; byte_rom[245] = 8'h72; byte_rom[246] = 8'h61; byte_rom[247] = 8'h66;
    byte_rom[248] = 8'h66; byte_rom[249] = 8'h69; byte_rom[250] = 8'h63; byte_rom[251] = 8'h20; byte_rom[252] = 8'h75; byte_rom[253] = 8'h70; byte_rom[254] = 8'h64; byte_rom[255] = 8'h0e;
    byte_rom[256] = 8'h74; byte_rom[257] = 8'h6c; byte_rom[258] = 8'h73; byte_rom[259] = 8'h31; byte_rom[260] = 8'h33; byte_rom[261] = 8'h20; byte_rom[262] = 8'h66; byte_rom[263] = 8'h69;
    byte_rom[264] = 8'h6e; byte_rom[265] = 8'h69; byte_rom[266] = 8'h73; byte_rom[267] = 8'h68; byte_rom[268] = 8'h65; byte_rom[269] = 8'h64; byte_rom[270] = 8'h09; byte_rom[271] = 8'h74;
    byte_rom[272] = 8'h6c; byte_rom[273] = 8'h73; byte_rom[274] = 8'h31; byte_rom[275] = 8'h33; byte_rom[276] = 8'h20; byte_rom[277] = 8'h6b; byte_rom[278] = 8'h65; byte_rom[279] = 8'h79;
    byte_rom[280] = 8'h08; byte_rom[281] = 8'h74; byte_rom[282] = 8'h6c; byte_rom[283] = 8'h73; byte_rom[284] = 8'h31; byte_rom[285] = 8'h33; byte_rom[286] = 8'h20; byte_rom[287] = 8'h69;
    byte_rom[288] = 8'h76; byte_rom[289] = 8'he3; byte_rom[290] = 8'hb0; byte_rom[291] = 8'hc4; byte_rom[292] = 8'h42; byte_rom[293] = 8'h98; byte_rom[294] = 8'hfc; byte_rom[295] = 8'h1c;
    byte_rom[296] = 8'h14; byte_rom[297] = 8'h9a; byte_rom[298] = 8'hfb; byte_rom[299] = 8'hf4; byte_rom[300] = 8'hc8; byte_rom[301] = 8'h99; byte_rom[302] = 8'h6f; byte_rom[303] = 8'hb9;
    byte_rom[304] = 8'h24; byte_rom[305] = 8'h27; byte_rom[306] = 8'hae; byte_rom[307] = 8'h41; byte_rom[308] = 8'he4; byte_rom[309] = 8'h64; byte_rom[310] = 8'h9b; byte_rom[311] = 8'h93;
    byte_rom[312] = 8'h4c; byte_rom[313] = 8'ha4; byte_rom[314] = 8'h95; byte_rom[315] = 8'h99; byte_rom[316] = 8'h1b; byte_rom[317] = 8'h78; byte_rom[318] = 8'h52; byte_rom[319] = 8'hb8;
    byte_rom[320] = 8'h55; byte_rom[321] = 8'h38; byte_rom[322] = 8'hb0; byte_rom[323] = 8'h60; byte_rom[324] = 8'ha7; byte_rom[325] = 8'h51; byte_rom[326] = 8'hac; byte_rom[327] = 8'h96;
    byte_rom[328] = 8'h38; byte_rom[329] = 8'h4c; byte_rom[330] = 8'hd9; byte_rom[331] = 8'h32; byte_rom[332] = 8'h7e; byte_rom[333] = 8'hb1; byte_rom[334] = 8'hb1; byte_rom[335] = 8'he3;
    byte_rom[336] = 8'h6a; byte_rom[337] = 8'h21; byte_rom[338] = 8'hfd; byte_rom[339] = 8'hb7; byte_rom[340] = 8'h11; byte_rom[341] = 8'h14; byte_rom[342] = 8'hbe; byte_rom[343] = 8'h07;
    byte_rom[344] = 8'h43; byte_rom[345] = 8'h4c; byte_rom[346] = 8'h0c; byte_rom[347] = 8'hc7; byte_rom[348] = 8'hbf; byte_rom[349] = 8'h63; byte_rom[350] = 8'hf6; byte_rom[351] = 8'he1;
    byte_rom[352] = 8'hda; byte_rom[353] = 8'h27; byte_rom[354] = 8'h4e; byte_rom[355] = 8'hde; byte_rom[356] = 8'hbf; byte_rom[357] = 8'he7; byte_rom[358] = 8'h6f; byte_rom[359] = 8'h65;
    byte_rom[360] = 8'hfb; byte_rom[361] = 8'hd5; byte_rom[362] = 8'h1a; byte_rom[363] = 8'hd2; byte_rom[364] = 8'hf1; byte_rom[365] = 8'h48; byte_rom[366] = 8'h98; byte_rom[367] = 8'hb9;
    byte_rom[368] = 8'h5b; byte_rom[369] = 8'h73; byte_rom[370] = 8'h6c; byte_rom[371] = 8'h75; byte_rom[372] = 8'h69; byte_rom[373] = 8'h63; byte_rom[374] = 8'h65; byte_rom[375] = 8'h20;
    byte_rom[376] = 8'h73; byte_rom[377] = 8'h65; byte_rom[378] = 8'h63; byte_rom[379] = 8'h72; byte_rom[380] = 8'h65; byte_rom[381] = 8'h74; byte_rom[382] = 8'h20; byte_rom[383] = 8'h77;
    byte_rom[384] = 8'h72; byte_rom[385] = 8'h61; byte_rom[386] = 8'h70; byte_rom[387] = 8'h00; byte_rom[388] = 8'h00; byte_rom[389] = 8'h00; byte_rom[390] = 8'h00; byte_rom[391] = 8'h00;
    byte_rom[392] = 8'h00; byte_rom[393] = 8'h00; byte_rom[394] = 8'h00; byte_rom[395] = 8'h00; byte_rom[396] = 8'h00; byte_rom[397] = 8'h00; byte_rom[398] = 8'h00; byte_rom[399] = 8'h00;
    byte_rom[400] = 8'h00; byte_rom[401] = 8'h00; byte_rom[402] = 8'h00; byte_rom[403] = 8'h00; byte_rom[404] = 8'h00; byte_rom[405] = 8'h00; byte_rom[406] = 8'h00; byte_rom[407] = 8'h00;
    byte_rom[408] = 8'h00; byte_rom[409] = 8'h00; byte_rom[410] = 8'h00; byte_rom[411] = 8'h00; byte_rom[412] = 8'h00; byte_rom[413] = 8'h00; byte_rom[414] = 8'h00; byte_rom[415] = 8'h00;
    byte_rom[416] = 8'h00; byte_rom[417] = 8'h00; byte_rom[418] = 8'h00; byte_rom[419] = 8'h00; byte_rom[420] = 8'h00; byte_rom[421] = 8'h00; byte_rom[422] = 8'h00; byte_rom[423] = 8'h00;
    byte_rom[424] = 8'h00; byte_rom[425] = 8'h00; byte_rom[426] = 8'h00; byte_rom[427] = 8'h00; byte_rom[428] = 8'h00; byte_rom[429] = 8'h00; byte_rom[430] = 8'h00; byte_rom[431] = 8'h00;
    byte_rom[432] = 8'h00; byte_rom[433] = 8'h00; byte_rom[434] = 8'h00; byte_rom[435] = 8'h00; byte_rom[436] = 8'h00; byte_rom[437] = 8'h00; byte_rom[438] = 8'h00; byte_rom[439] = 8'h00;
    byte_rom[440] = 8'h00; byte_rom[441] = 8'h00; byte_rom[442] = 8'h00; byte_rom[443] = 8'h00; byte_rom[444] = 8'h00; byte_rom[445] = 8'h00; byte_rom[446] = 8'h00; byte_rom[447] = 8'h00;
    byte_rom[448] = 8'h00; byte_rom[449] = 8'h00; byte_rom[450] = 8'h00; byte_rom[451] = 8'h00; byte_rom[452] = 8'h00; byte_rom[453] = 8'h00; byte_rom[454] = 8'h00; byte_rom[455] = 8'h00;
    byte_rom[456] = 8'h00; byte_rom[457] = 8'h00; byte_rom[458] = 8'h00; byte_rom[459] = 8'h00; byte_rom[460] = 8'h00; byte_rom[461] = 8'h00; byte_rom[462] = 8'h00; byte_rom[463] = 8'h00;
    byte_rom[464] = 8'h00; byte_rom[465] = 8'h00; byte_rom[466] = 8'h00; byte_rom[467] = 8'h00; byte_rom[468] = 8'h00; byte_rom[469] = 8'h00; byte_rom[470] = 8'h00; byte_rom[471] = 8'h00;
    byte_rom[472] = 8'h00; byte_rom[473] = 8'h00; byte_rom[474] = 8'h00; byte_rom[475] = 8'h00; byte_rom[476] = 8'h00; byte_rom[477] = 8'h00; byte_rom[478] = 8'h00; byte_rom[479] = 8'h00;
    byte_rom[480] = 8'h00; byte_rom[481] = 8'h00; byte_rom[482] = 8'h00; byte_rom[483] = 8'h00; byte_rom[484] = 8'h00; byte_rom[485] = 8'h00; byte_rom[486] = 8'h00; byte_rom[487] = 8'h00;
    byte_rom[488] = 8'h00; byte_rom[489] = 8'h00; byte_rom[490] = 8'h00; byte_rom[491] = 8'h00; byte_rom[492] = 8'h00; byte_rom[493] = 8'h00; byte_rom[494] = 8'h00; byte_rom[495] = 8'h00;
    byte_rom[496] = 8'h00; byte_rom[497] = 8'h00; byte_rom[498] = 8'h00; byte_rom[499] = 8'h00; byte_rom[500] = 8'h00; byte_rom[501] = 8'h00; byte_rom[502] = 8'h00; byte_rom[503] = 8'h00;
    byte_rom[504] = 8'h00; byte_rom[505] = 8'h00; byte_rom[506] = 8'h00; byte_rom[507] = 8'h00; byte_rom[508] = 8'h00; byte_rom[509] = 8'h00; byte_rom[510] = 8'h00; byte_rom[511] = 8'h00;
  end
endmodule
