// Session slots of the aead lane: write-only from outside (nothing here reaches a result word; see the key cone check in mk/rtl-aead.mk).
//
// A slot holds a key, H^1..H^4, the algorithm, key length, record version, salt or IV, generation, the function that loaded it and the next sequence number. Valid bits
// are cleared by reset at once; the owner (aead_ctx) then walks all slots with zero writes. Reads take one cycle.
`include "assert.svh"

module aead_store #(
  parameter int unsigned NumSessions = 1024,
  localparam int unsigned IdxW = $clog2(NumSessions)
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            rd_i,
  input  logic [IdxW-1:0] rd_idx_i,
  output logic            rd_valid_o,   // the slot is in use
  output logic [15:0]     rd_gen_o,
  output logic [1:0]      rd_alg_o,
  output logic            rd_256_o,
  output logic [15:0]     rd_version_o,
  output logic            rd_secret_o,  // the keys came from a secret slot
  output logic [7:0]      rd_func_o,
  output logic [95:0]     rd_iv_o,      // TLS 1.2: the salt in bits 31:0
  output logic [63:0]     rd_seq_o,
  output logic [255:0]    rd_key_o,
  output logic [511:0]    rd_h_o,
  input  logic            wr_i,         // the whole slot
  input  logic [IdxW-1:0] wr_idx_i,
  input  logic            wr_valid_i,   // 0: erase
  input  logic [15:0]     wr_gen_i,
  input  logic [1:0]      wr_alg_i,
  input  logic            wr_256_i,
  input  logic [15:0]     wr_version_i,
  input  logic            wr_secret_i,
  input  logic [7:0]      wr_func_i,
  input  logic [95:0]     wr_iv_i,
  input  logic [255:0]    wr_key_i,
  input  logic [511:0]    wr_h_i,
  input  logic            wr_seq_i,     // the sequence number (with wr_i or alone)
  input  logic [IdxW-1:0] wr_seq_idx_i,
  input  logic [63:0]     wr_seq_data_i
);
  logic [255:0]           key_mem  [NumSessions];
  logic [511:0]           h_mem    [NumSessions];
  logic [95:0]            iv_mem   [NumSessions];
  logic [43:0]            meta_mem [NumSessions];
  logic [63:0]            seq_mem  [NumSessions];
  logic [NumSessions-1:0] valid_q;

  logic                   rd_valid_q;
  logic [43:0]            rd_meta_q;
  logic [95:0]            rd_iv_q;
  logic [63:0]            rd_seq_q;
  logic [255:0]           rd_key_q;
  logic [511:0]           rd_h_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else if (wr_i) valid_q[wr_idx_i] <= wr_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (wr_i) begin
      key_mem[wr_idx_i]  <= wr_key_i;
      h_mem[wr_idx_i]    <= wr_h_i;
      iv_mem[wr_idx_i]   <= wr_iv_i;
      meta_mem[wr_idx_i] <= {wr_secret_i, wr_func_i, wr_version_i, wr_256_i, wr_alg_i, wr_gen_i};
    end
    if (wr_seq_i) seq_mem[wr_seq_idx_i] <= wr_seq_data_i;
    if (rd_i) begin
      rd_valid_q <= valid_q[rd_idx_i];
      rd_meta_q  <= meta_mem[rd_idx_i];
      rd_seq_q   <= seq_mem[rd_idx_i];
      rd_key_q   <= key_mem[rd_idx_i];
      rd_h_q     <= h_mem[rd_idx_i];
      rd_iv_q    <= iv_mem[rd_idx_i];
    end
  end

  assign rd_valid_o = rd_valid_q;
  assign {rd_secret_o, rd_func_o, rd_version_o, rd_256_o, rd_alg_o, rd_gen_o} = rd_meta_q;
  assign rd_seq_o = rd_seq_q;
  assign rd_key_o = rd_key_q;
  assign rd_h_o   = rd_h_q;
  assign rd_iv_o  = rd_iv_q;

  `ASSERT_CONST(SlotsArePowerOfTwo, (1 << IdxW) == NumSessions)
endmodule
