// Written by rtl/keys/gen_selftest.py (`make keys-rom`); what the lines do is there. Do not edit.
//
// Self test of engine kdf: commands, sources, known results. A result that is no whole word is compared with zeros behind its end.
module kdf_selftest_rom (
  input  logic [4:0]     line_i,
  output kdf_pkg::test_e type_o,
  output logic [7:0]     op_o,
  output logic [7:0]     kdf_o,
  output logic [3:0]     hash_o,
  output logic [7:0]     klen_o,
  output logic [2:0]     h1_o,      // 0: none; else slot h1 - 1 of the test's own
  output logic [2:0]     h2_o,
  output logic [2:0]     h3_o,
  output logic [5:0]     src_o,     // word
  output logic [7:0]     src_len_o,
  output logic [5:0]     res_o,
  output logic [7:0]     res_len_o,
  input  logic [5:0]     addr_i,
  output logic [127:0]   data_o,
  output logic [255:0]   key_o      // stands in for the wrapping key
);
  logic [127:0] rom [64];
  assign data_o = rom[addr_i];
  assign key_o  = 256'h1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100;

  always_comb begin
    type_o = kdf_pkg::TestEnd;
    {op_o, kdf_o, hash_o, klen_o, h1_o, h2_o, h3_o, src_o, src_len_o, res_o, res_len_o} = '0;
    unique case (line_i)
      5'd0: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h26, 8'h00, 4'd0, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd0, 3'd1, 3'd0};
        {src_o, src_len_o} = {6'd0, 8'd64};
      end
      5'd1: begin
        type_o = kdf_pkg::TestCmp;
        {op_o, kdf_o, hash_o, klen_o} = {8'h25, 8'h00, 4'd0, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd1, 3'd0, 3'd0};
        {res_o, res_len_o} = {6'd0, 8'd64};
      end
      5'd2: begin
        type_o = kdf_pkg::TestCmp;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h04, 4'd2, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd1, 3'd0, 3'd0};
        {src_o, src_len_o} = {6'd4, 8'd32};
        {res_o, res_len_o} = {6'd6, 8'd12};
      end
      5'd3: begin
        type_o = kdf_pkg::TestCmp;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h05, 4'd3, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd1, 3'd0, 3'd0};
        {src_o, src_len_o} = {6'd7, 8'd48};
        {res_o, res_len_o} = {6'd10, 8'd12};
      end
      5'd4: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h10, 4'd2, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd0, 3'd2, 3'd0};
      end
      5'd5: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h11, 4'd2, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd2, 3'd3, 3'd0};
        {src_o, src_len_o} = {6'd11, 8'd32};
      end
      5'd6: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h16, 4'd2, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd3, 3'd4, 3'd0};
        {src_o, src_len_o} = {6'd13, 8'd32};
      end
      5'd7: begin
        type_o = kdf_pkg::TestCmp;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h1d, 4'd2, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd4, 3'd0, 3'd0};
        {src_o, src_len_o} = {6'd15, 8'd32};
        {res_o, res_len_o} = {6'd17, 8'd32};
      end
      5'd8: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h10, 4'd3, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd0, 3'd2, 3'd0};
      end
      5'd9: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h11, 4'd3, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd2, 3'd3, 3'd0};
        {src_o, src_len_o} = {6'd7, 8'd48};
      end
      5'd10: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h16, 4'd3, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd3, 3'd4, 3'd0};
        {src_o, src_len_o} = {6'd7, 8'd48};
      end
      5'd11: begin
        type_o = kdf_pkg::TestCmp;
        {op_o, kdf_o, hash_o, klen_o} = {8'h24, 8'h1d, 4'd3, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd4, 3'd0, 3'd0};
        {src_o, src_len_o} = {6'd7, 8'd48};
        {res_o, res_len_o} = {6'd19, 8'd48};
      end
      5'd12: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h27, 8'h00, 4'd0, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd1, 3'd0, 3'd0};
      end
      5'd13: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h27, 8'h00, 4'd0, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd2, 3'd0, 3'd0};
      end
      5'd14: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h27, 8'h00, 4'd0, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd3, 3'd0, 3'd0};
      end
      5'd15: begin
        type_o = kdf_pkg::TestRun;
        {op_o, kdf_o, hash_o, klen_o} = {8'h27, 8'h00, 4'd0, 8'd0};
        {h1_o, h2_o, h3_o} = {3'd4, 3'd0, 3'd0};
      end
      default: ;
    endcase
  end

  initial begin
    rom[0] = 128'h99b97968a2a33e51a22d054c3d9dbb6b;
    rom[1] = 128'h7fd48500de48f8e8e78d5f50c56fcceb;
    rom[2] = 128'hec1dfb819b809b4c594d071f15290cc3;
    rom[3] = 128'hf18f5bb5d2f11869802593224742e473;
    rom[4] = 128'h8f8e8d8c8b8a89888786858483828180;
    rom[5] = 128'h9f9e9d9c9b9a99989796959493929190;
    rom[6] = 128'h000000004261b54f4adbcf83ef7ea866;
    rom[7] = 128'h8f8e8d8c8b8a89888786858483828180;
    rom[8] = 128'h9f9e9d9c9b9a99989796959493929190;
    rom[9] = 128'hafaeadacabaaa9a8a7a6a5a4a3a2a1a0;
    rom[10] = 128'h00000000f208ed9aefe4814b58cb72d1;
    rom[11] = 128'h0d9f4bf0f9acfbfd639d5bb54f05d48b;
    rom[12] = 128'h2d49890f907262d4ef6375533fd6e635;
    rom[13] = 128'hed588c42e7f0788eee5878c0ed060c86;
    rom[14] = 128'hd8cae1f03c06ed025fe9e6a32c3fb4d6;
    rom[15] = 128'h5448a265efc81e033b47a3a75f72b7ed;
    rom[16] = 128'hed1061a051797d409112b9a238019093;
    rom[17] = 128'hdadef41de7dccbd2fb3763901d149b9b;
    rom[18] = 128'h18078fb75454eeff7fcb7295302cb44a;
    rom[19] = 128'h0092250c20427688e66bfb91cc82e101;
    rom[20] = 128'h1c0ce427604f592a6713955d054ee7c4;
    rom[21] = 128'h82e429b4d3973c5ad6ad76e8c3386cd4;
    rom[22] = 128'h00000000000000000000000000000000;
    rom[23] = 128'h00000000000000000000000000000000;
    rom[24] = 128'h00000000000000000000000000000000;
    rom[25] = 128'h00000000000000000000000000000000;
    rom[26] = 128'h00000000000000000000000000000000;
    rom[27] = 128'h00000000000000000000000000000000;
    rom[28] = 128'h00000000000000000000000000000000;
    rom[29] = 128'h00000000000000000000000000000000;
    rom[30] = 128'h00000000000000000000000000000000;
    rom[31] = 128'h00000000000000000000000000000000;
    rom[32] = 128'h00000000000000000000000000000000;
    rom[33] = 128'h00000000000000000000000000000000;
    rom[34] = 128'h00000000000000000000000000000000;
    rom[35] = 128'h00000000000000000000000000000000;
    rom[36] = 128'h00000000000000000000000000000000;
    rom[37] = 128'h00000000000000000000000000000000;
    rom[38] = 128'h00000000000000000000000000000000;
    rom[39] = 128'h00000000000000000000000000000000;
    rom[40] = 128'h00000000000000000000000000000000;
    rom[41] = 128'h00000000000000000000000000000000;
    rom[42] = 128'h00000000000000000000000000000000;
    rom[43] = 128'h00000000000000000000000000000000;
    rom[44] = 128'h00000000000000000000000000000000;
    rom[45] = 128'h00000000000000000000000000000000;
    rom[46] = 128'h00000000000000000000000000000000;
    rom[47] = 128'h00000000000000000000000000000000;
    rom[48] = 128'h00000000000000000000000000000000;
    rom[49] = 128'h00000000000000000000000000000000;
    rom[50] = 128'h00000000000000000000000000000000;
    rom[51] = 128'h00000000000000000000000000000000;
    rom[52] = 128'h00000000000000000000000000000000;
    rom[53] = 128'h00000000000000000000000000000000;
    rom[54] = 128'h00000000000000000000000000000000;
    rom[55] = 128'h00000000000000000000000000000000;
    rom[56] = 128'h00000000000000000000000000000000;
    rom[57] = 128'h00000000000000000000000000000000;
    rom[58] = 128'h00000000000000000000000000000000;
    rom[59] = 128'h00000000000000000000000000000000;
    rom[60] = 128'h00000000000000000000000000000000;
    rom[61] = 128'h00000000000000000000000000000000;
    rom[62] = 128'h00000000000000000000000000000000;
    rom[63] = 128'h00000000000000000000000000000000;
  end
endmodule
