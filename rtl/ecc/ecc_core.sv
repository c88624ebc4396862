// Eight elliptic-curve operations in flight: the small Montgomery array and its sequencer. One operation is one context.
//
// A context runs a program of ecc_prog_rom: program counter, one loop counter, two return addresses, and a frame count that must be right at
// the end: a program that runs longer or shorter than it is known to has gone astray. Nothing here depends on operands. Programs, formats
// and verdicts are rtl/ecc/README.md's.
`include "assert.svh"

module ecc_core #(
  parameter bit Wide = 1'b0,                      // the array for P-384
  parameter int unsigned Bits = Wide ? 384 : 256,
  parameter int unsigned DgAw = Wide ? 5 : 4
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  // start of a program in a context that is not active and whose operands are loaded
  input  logic         start_i,
  input  logic [2:0]   start_ctx_i,
  input  logic [9:0]   start_pc_i,
  input  logic [ecc_prog_pkg::LenBits-1:0] start_len_i,   // its length in frames
  input  logic [7:0]   start_count_i, // loop counter to begin with: the self test's ladder is a short one
  input  logic         start_flip_i,  // fault injection: one product is damaged
  output logic [7:0]   active_o,
  output logic [7:0]   astray_o,      // ended, but not after its length; valid when active has fallen
  output logic [23:0]  flags_o,       // {FAULT, AUTH, BAD} of each context, likewise
  output logic         busy_o,
  // array's memories: rtl/ecc/ecc_mont.sv
  input  logic         ld_valid_i,
  output logic         ld_ready_o,
  input  logic [8:0]   ld_addr_i,
  input  logic [Bits-1:0] ld_data_i,
  input  logic         dg_re_i,
  output logic         dg_ready_o,
  input  logic [DgAw+4:0] dg_addr_i,
  output logic [16:0]  dg_data_o,
  input  logic         erase_i,
  output logic         erase_ready_o,
  input  logic [8:0]   erase_addr_i
);
  localparam int unsigned PcBits = ecc_prog_pkg::PcBits, LenBits = ecc_prog_pkg::LenBits;

  logic [7:0]        active_q, ending_q, astray_q, flip_q;
  logic [PcBits-1:0] pc_q [8];
  logic [PcBits-1:0] ret0_q [8];
  logic [PcBits-1:0] ret1_q [8];
  logic [7:0]        count_q [8];
  logic [LenBits-1:0] frames_q [8];
  logic [LenBits-1:0] length_q [8];

  logic [2:0] ctx;
  logic [4:0] pos;
  logic       run, go_q, over;
  logic [ecc_prog_pkg::InstrBits-1:0] word;
  logic [PcBits-1:0] pc, target;
  logic [7:0]        count;
  logic [2:0]        next;
  assign run    = active_q != 8'd0;
  assign pc     = pc_q[ctx];
  assign count  = count_q[ctx];
  assign next   = word[ecc_prog_pkg::FNext +: 3];
  assign target = word[ecc_prog_pkg::FTarget +: PcBits];
  assign over   = frames_q[ctx] == length_q[ctx];  // every frame that the program may have has been started

  logic read;
  assign read = pos == ecc_pkg::SvcWord && active_q[ctx];
  if (Wide) begin : gen_rom
    ecc_wide_prog_rom u_prog_rom (.clk_i, .re_i(read), .addr_i(pc), .data_o(word));
  end else begin : gen_rom
    ecc_prog_rom u_prog_rom (.clk_i, .re_i(read), .addr_i(pc), .data_o(word));
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 8'd0;
      ending_q <= 8'd0;
      astray_q <= 8'd0;
      flip_q   <= 8'd0;
      go_q     <= 1'b0;
      for (int c = 0; c < 8; c++) begin
        pc_q[c]     <= '0;
        count_q[c]  <= 8'd0;
        frames_q[c] <= '0;
        length_q[c] <= '0;
      end
    end else begin
      if (pos == ecc_pkg::SvcWord) go_q <= active_q[ctx] && !ending_q[ctx] && !over;
      if (pos == ecc_pkg::SvcCommit && active_q[ctx] && (go_q || ending_q[ctx] || over)) begin
        if (go_q) begin
          frames_q[ctx] <= frames_q[ctx] + LenBits'(1);
          pc_q[ctx]     <= pc + PcBits'(1);
          unique case (next)
            ecc_pkg::NxNext: ;
            ecc_pkg::NxLoop: begin
              count_q[ctx] <= 8'd0;
              if (count != word[ecc_prog_pkg::FCount +: 8]) begin
                count_q[ctx] <= count + 8'd1;
                pc_q[ctx]    <= target;
              end
            end
            ecc_pkg::NxCall: begin
              ret0_q[ctx] <= pc + PcBits'(1);
              ret1_q[ctx] <= ret0_q[ctx];
              pc_q[ctx]   <= target;
            end
            ecc_pkg::NxRet: begin
              pc_q[ctx]   <= ret0_q[ctx];
              ret0_q[ctx] <= ret1_q[ctx];
            end
            default: ending_q[ctx] <= 1'b1;  // NxEnd
          endcase
        end else begin
          active_q[ctx] <= 1'b0;
          astray_q[ctx] <= !(ending_q[ctx] && over);
        end
      end
      if (start_i) begin
        active_q[start_ctx_i] <= 1'b1;
        ending_q[start_ctx_i] <= 1'b0;
        astray_q[start_ctx_i] <= 1'b0;
        flip_q[start_ctx_i]   <= start_flip_i;
        pc_q[start_ctx_i]     <= start_pc_i;
        count_q[start_ctx_i]  <= start_count_i;
        frames_q[start_ctx_i] <= '0;
        length_q[start_ctx_i] <= start_len_i;
      end
    end
  end
  assign active_o = active_q;
  assign astray_o = astray_q;

  ecc_mont #(.Wide(Wide)) u_mont (
    .clk_i, .rst_ni, .run_i(run), .svc_ctx_o(ctx), .svc_pos_o(pos), .go_i(go_q), .word_i(word), .count_i(count),
    .flip_i(flip_q[ctx] && frames_q[ctx] == ecc_prog_pkg::FlipFrame), .clear_i(start_i), .clear_ctx_i(start_ctx_i), .flags_o,
    .ld_valid_i, .ld_ready_o, .ld_addr_i, .ld_data_i, .dg_re_i, .dg_ready_o, .dg_addr_i, .dg_data_o,
    .erase_i, .erase_ready_o, .erase_addr_i
  );
  assign busy_o = run;

  `ASSERT_NEVER(StartOnlyInAFreeContext, start_i && active_q[start_ctx_i])
  `ASSERT_NEVER(InstructionIsLegal, go_q && pos == ecc_pkg::SvcCommit && (next > ecc_pkg::NxEnd || pc >= PcBits'(Wide ? ecc_prog_pkg::WideWords : ecc_prog_pkg::Words)))
endmodule
