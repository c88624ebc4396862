// The whole device: front end and engines. Every output is a function of registers only.
// An engine is one line below (rtl/top/README.md has the recipe). A class may have several lanes (Lanes): each is an engine with a place of
// its own on the engine port, the secret network and the generator, one class after the other. NumSessions and NumKeys are per lane. A
// build may leave classes out (EngineMask).
// active_o: an engine has work or is being offered some. The device is idle when quiet_o and ready_o are 1 and active_o is 0.
`include "assert.svh"
`include "engine_port.svh"
module sluice_top #(
  parameter int unsigned NumEngines = sluice_pkg::NumEngines,
  parameter logic [NumEngines-1:0] EngineMask = sluice_pkg::EngineMask[NumEngines-1:0],
  parameter logic [31:0] Lanes = 32'h1111_1111,  // lanes of each class, 4 bits each: 1, 2, 4 or 8; engine kdf has one
  parameter int unsigned NumSessions = sluice_pkg::NumSessions,
  parameter int unsigned NumKeys = sluice_pkg::NumKeys,
  parameter int unsigned NumSecrets = sluice_pkg::NumSecrets,
  parameter int unsigned BusW = 128,   // of the AXI4 master: 128, 256 or 512 bits
  parameter int unsigned ByteW = $clog2(BusW / 8)
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic quiet_o,
  output logic ready_o,
  output logic active_o,
  input  logic tamper_i,             // level: erase everything; asynchronous
  output logic [sluice_pkg::NumQueues-1:0] irq_o,
  input  logic [255:0] kek_i,        // the card's key-encryption key (fuses)
  input  logic noise_valid_i,        // noise source of the generator of random numbers
  output logic noise_ready_o,
  input  logic [127:0] noise_data_i,

  input  logic s_awvalid_i,
  output logic s_awready_o,
  input  logic [15:0] s_awaddr_i,
  input  logic s_wvalid_i,
  output logic s_wready_o,
  input  logic [31:0] s_wdata_i,
  input  logic [3:0] s_wstrb_i,
  output logic s_bvalid_o,
  input  logic s_bready_i,
  output logic [1:0] s_bresp_o,
  input  logic s_arvalid_i,
  output logic s_arready_o,
  input  logic [15:0] s_araddr_i,
  output logic s_rvalid_o,
  input  logic s_rready_i,
  output logic [31:0] s_rdata_o,
  output logic [1:0] s_rresp_o,

  output logic m_arvalid_o,
  input  logic m_arready_i,
  output logic [63:0] m_araddr_o,
  output logic [7:0] m_arlen_o,
  output logic [ByteW-1:0] m_aruser_o,
  input  logic m_rvalid_i,
  output logic m_rready_o,
  input  logic [BusW-1:0] m_rdata_i,
  input  logic [1:0] m_rresp_i,
  input  logic m_rlast_i,
  output logic m_awvalid_o,
  input  logic m_awready_i,
  output logic [63:0] m_awaddr_o,
  output logic [7:0] m_awlen_o,
  output logic m_wvalid_o,
  input  logic m_wready_i,
  output logic [BusW-1:0] m_wdata_o,
  output logic [BusW/8-1:0] m_wstrb_o,
  output logic m_wlast_o,
  input  logic m_bvalid_i,
  output logic m_bready_o,
  input  logic [1:0] m_bresp_i
);
  // the first place of each class
  localparam int unsigned Aead = 32'(sluice_pkg::ENGINE_AEAD), Mac = 32'(sluice_pkg::ENGINE_MAC), Pka = 32'(sluice_pkg::ENGINE_PKA),
                          Ecc = 32'(sluice_pkg::ENGINE_ECC), Chacha = 32'(sluice_pkg::ENGINE_CHACHA), Kdf = 32'(sluice_pkg::ENGINE_KDF);
  localparam int unsigned AtAead = 0, AtMac = AtAead + 32'(Lanes[4*Aead +: 4]), AtPka = AtMac + 32'(Lanes[4*Mac +: 4]),
                          AtEcc = AtPka + 32'(Lanes[4*Pka +: 4]), AtChacha = AtEcc + 32'(Lanes[4*Ecc +: 4]), AtKdf = AtChacha + 32'(Lanes[4*Chacha +: 4]);
  localparam int unsigned NumPorts = AtKdf + 1;

  logic eng_rst_n;
  logic [NumPorts-1:0] cmd_valid, cmd_ready, in_valid, in_ready, in_last, out_valid, out_ready, out_last, rsp_valid, rsp_ready;
  logic [NumPorts-1:0] st_start, st_done, st_pass, flt_hang, flt_flip, busy;
  logic [NumPorts*512-1:0] cmd_desc;
  logic [NumPorts*128-1:0] in_data, out_data;
  logic [NumPorts*5-1:0] in_bytes, out_bytes;
  logic [NumPorts*16-1:0] out_parity, rsp_info;
  logic [NumPorts*8-1:0] rsp_status;
  logic [NumPorts*64-1:0] rsp_seq;
  logic [NumPorts*32-1:0] rsp_cycles;
  // secret ports: the engines' side; the store answers each in its own lane
  logic [NumPorts-1:0] sec_req_valid, sec_req_ready, sec_req_write, sec_req_last, sec_rsp_valid, sec_rsp_ready, sec_rsp_ok, sec_rsp_last;
  logic [NumPorts*32-1:0] sec_req_handle;
  logic [NumPorts*8-1:0] sec_req_func, sec_req_len, sec_rsp_len;
  logic [NumPorts*4-1:0] sec_req_kind;
  logic [NumPorts*128-1:0] sec_req_data, sec_rsp_data;

  // random numbers; rnd_fail goes to the engines that take some (.rnd_fail_i)
  logic [NumPorts-1:0] rnd_valid, rnd_ready;
  logic [NumPorts*128-1:0] rnd_data;
  logic rnd_fail, rnd_busy;

  sluice_dev #(.NumEngines(NumEngines), .EngineMask(EngineMask), .Lanes(Lanes), .NumSessions(NumSessions), .NumKeys(NumKeys),
               .NumSecrets(NumSecrets), .BusW(BusW)) u_dev (
    .clk_i, .rst_ni, .quiet_o, .ready_o, .tamper_i, .entropy_fail_i(rnd_fail), .irq_o,
    .s_awvalid_i, .s_awready_o, .s_awaddr_i, .s_wvalid_i, .s_wready_o, .s_wdata_i, .s_wstrb_i, .s_bvalid_o, .s_bready_i, .s_bresp_o,
    .s_arvalid_i, .s_arready_o, .s_araddr_i, .s_rvalid_o, .s_rready_i, .s_rdata_o, .s_rresp_o,
    .m_arvalid_o, .m_arready_i, .m_araddr_o, .m_arlen_o, .m_aruser_o, .m_rvalid_i, .m_rready_o, .m_rdata_i, .m_rresp_i, .m_rlast_i,
    .m_awvalid_o, .m_awready_i, .m_awaddr_o, .m_awlen_o, .m_wvalid_o, .m_wready_i, .m_wdata_o, .m_wstrb_o, .m_wlast_o,
    .m_bvalid_i, .m_bready_o, .m_bresp_i,
    .eng_rst_no(eng_rst_n), .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_desc_o(cmd_desc), .in_valid_o(in_valid),
    .in_ready_i(in_ready), .in_data_o(in_data), .in_bytes_o(in_bytes), .in_last_o(in_last), .out_valid_i(out_valid),
    .out_ready_o(out_ready), .out_data_i(out_data), .out_parity_i(out_parity), .out_bytes_i(out_bytes), .out_last_i(out_last),
    .rsp_valid_i(rsp_valid), .rsp_ready_o(rsp_ready), .rsp_status_i(rsp_status), .rsp_info_i(rsp_info), .rsp_seq_i(rsp_seq),
    .rsp_cycles_i(rsp_cycles), .st_start_o(st_start), .st_done_i(st_done), .st_pass_i(st_pass), .flt_hang_o(flt_hang),
    .flt_flip_o(flt_flip), .busy_i(busy)
  );

  // ---- random numbers -------------------------------------------------------------------------------------------------------------
  drbg #(.NumPorts(NumPorts)) u_drbg (
    .clk_i, .rst_ni(eng_rst_n), .busy_o(rnd_busy), .noise_valid_i, .noise_ready_o, .noise_data_i,
    .rnd_valid_o(rnd_valid), .rnd_ready_i(rnd_ready), .rnd_data_o(rnd_data), .rnd_fail_o(rnd_fail)
  );

  // ---- engines ----------------------------------------------------------------------------------------------------------------
  for (genvar l = 0; l < 32'(Lanes[4*Aead +: 4]); l++) begin : gen_aead
    if (EngineMask[Aead]) begin : gen_lane
      aead_lane #(.NumSessions(NumSessions)) u_aead (`ENGINE_PORT(AtAead + l), `SECRET_PORT(AtAead + l));
    end else begin : gen_none
      `NO_ENGINE(AtAead + l)
      `NO_SECRET_PORT(AtAead + l)
    end
  end
  for (genvar l = 0; l < 32'(Lanes[4*Mac +: 4]); l++) begin : gen_mac
    if (EngineMask[Mac]) begin : gen_lane
      mac_lane #(.NumSessions(NumSessions)) u_mac (`ENGINE_PORT(AtMac + l), `SECRET_PORT(AtMac + l), .rnd_fail_i(rnd_fail));
    end else begin : gen_none
      `NO_ENGINE(AtMac + l)
      `NO_SECRET_PORT(AtMac + l)
    end
  end
  for (genvar l = 0; l < 32'(Lanes[4*Pka +: 4]); l++) begin : gen_pka
    if (EngineMask[Pka]) begin : gen_lane
      pka_engine #(.NumKeys(NumKeys)) u_pka (`ENGINE_PORT(AtPka + l), `SECRET_PORT(AtPka + l), .kek_i, .rnd_fail_i(rnd_fail));
    end else begin : gen_none
      `NO_ENGINE(AtPka + l)
      `NO_SECRET_PORT(AtPka + l)
    end
  end
  for (genvar l = 0; l < 32'(Lanes[4*Ecc +: 4]); l++) begin : gen_ecc
    if (EngineMask[Ecc]) begin : gen_lane
      ecc_engine #(.NumKeys(NumKeys)) u_ecc (`ENGINE_PORT(AtEcc + l), `SECRET_PORT(AtEcc + l), .rnd_fail_i(rnd_fail), .kek_i);
    end else begin : gen_none
      `NO_ENGINE(AtEcc + l)
      `NO_SECRET_PORT(AtEcc + l)
    end
  end
  for (genvar l = 0; l < 32'(Lanes[4*Chacha +: 4]); l++) begin : gen_chacha
    if (EngineMask[Chacha]) begin : gen_lane
      chacha_lane #(.NumSessions(NumSessions)) u_chacha (`ENGINE_PORT(AtChacha + l), `SECRET_PORT(AtChacha + l));
    end else begin : gen_none
      `NO_ENGINE(AtChacha + l)
      `NO_SECRET_PORT(AtChacha + l)
    end
  end
  if (EngineMask[Kdf]) begin : gen_kdf
    kdf_engine #(.NumSecrets(NumSecrets), .NumPorts(AtKdf), .Lanes(Lanes)) u_kdf (`ENGINE_PORT(AtKdf), `SECRET_STORE(AtKdf), .kek_i);
    `NO_SECRET_LANE(AtKdf)
  end else begin : gen_nostore
    `NO_ENGINE(AtKdf)
    `NO_SECRET_STORE
  end
  `NO_SECRET_PORT(AtKdf)

  assign active_o = busy != '0 || cmd_valid != '0 || in_valid != '0 || st_start != '0 || rnd_busy;

  `ASSERT_CONST(OneStore, Lanes[4*Kdf +: 4] == 4'd1)
endmodule
