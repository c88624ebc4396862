// Session slots of the chacha lane: write-only from outside (nothing here reaches a result word; see ct_checks.py).
//
// A slot holds key, IV, record version, generation, the function that loaded it, whether its keys came from a secret, and the next sequence number.
// Valid bits are cleared by reset at once; the owner (chacha_ctx) then walks all slots with zero writes. Reads take one cycle.
`include "assert.svh"

module chacha_store #(
  parameter int unsigned NumSessions = 1024,
  localparam int unsigned IdxW = $clog2(NumSessions)
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            rd_i,
  input  logic [IdxW-1:0] rd_idx_i,
  output logic            rd_valid_o,   // the slot is in use
  output logic [15:0]     rd_gen_o,
  output logic [7:0]      rd_func_o,
  output logic            rd_secret_o,
  output logic [1:0]      rd_version_o, // 0: no record session, 1: TLS 1.2, 2: TLS 1.3
  output logic [63:0]     rd_seq_o,
  output logic [255:0]    rd_key_o,
  output logic [95:0]     rd_iv_o,
  input  logic            wr_i,         // the whole slot but its number
  input  logic [IdxW-1:0] wr_idx_i,
  input  logic            wr_valid_i,   // 0: erase
  input  logic [15:0]     wr_gen_i,
  input  logic [7:0]      wr_func_i,
  input  logic            wr_secret_i,
  input  logic [1:0]      wr_version_i,
  input  logic [255:0]    wr_key_i,
  input  logic [95:0]     wr_iv_i,
  input  logic            wr_seq_i,     // the sequence number
  input  logic [IdxW-1:0] wr_seq_idx_i,
  input  logic [63:0]     wr_seq_data_i
);
  logic [351:0]           key_mem  [NumSessions];
  logic [26:0]            meta_mem [NumSessions];
  logic [63:0]            seq_mem  [NumSessions];
  logic [NumSessions-1:0] valid_q;

  logic                   rd_valid_q;
  logic [26:0]            rd_meta_q;
  logic [63:0]            rd_seq_q;
  logic [351:0]           rd_key_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else if (wr_i) valid_q[wr_idx_i] <= wr_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (wr_i) begin
      key_mem[wr_idx_i]  <= {wr_iv_i, wr_key_i};
      meta_mem[wr_idx_i] <= {wr_secret_i, wr_version_i, wr_func_i, wr_gen_i};
    end
    if (wr_seq_i) seq_mem[wr_seq_idx_i] <= wr_seq_data_i;
    if (rd_i) begin
      rd_valid_q <= valid_q[rd_idx_i];
      rd_meta_q  <= meta_mem[rd_idx_i];
      rd_seq_q   <= seq_mem[rd_idx_i];
      rd_key_q   <= key_mem[rd_idx_i];
    end
  end

  assign rd_valid_o = rd_valid_q;
  assign {rd_secret_o, rd_version_o, rd_func_o, rd_gen_o} = rd_meta_q;
  assign rd_seq_o = rd_seq_q;
  assign {rd_iv_o, rd_key_o} = rd_key_q;

  `ASSERT_CONST(SlotsArePowerOfTwo, (1 << IdxW) == NumSessions)
endmodule
