// Distributor of a class with several lanes: descriptors as they were fetched go to the lane that holds their slot (handle index modulo
// lanes, so a session's jobs stay in order), or, without a handle, to the lane with the least work. Descriptors leave in the order in which
// they came, so that all of the class are dealt out in one global order; each lane and each queue is in order within it. That is why waiting for
// an earlier job of the same queue in another lane (dma_cpl, FENCE) cannot end in a circle: the earliest job that is not retired waits for nobody.
`include "assert.svh"
module dma_dist #(
  parameter int unsigned Lanes = 2,      // a power of two
  parameter int unsigned OwnerW = 16
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic act_o,
  output logic idle_o,

  output logic desc_room_o,              // room for four descriptors
  output logic desc_deep_o,
  input  logic desc_we_i,
  input  logic [1:0] desc_beat_i,
  input  logic [127:0] desc_data_i,
  input  logic desc_commit_i,
  input  logic [OwnerW-1:0] desc_owner_i,

  input  logic [Lanes-1:0] lane_room_i,
  input  logic [Lanes*5-1:0] lane_load_i,  // jobs in each lane
  output logic [Lanes-1:0] lane_we_o,
  output logic [1:0] lane_beat_o,
  output logic [127:0] lane_data_o,
  output logic [Lanes-1:0] lane_commit_o,
  output logic [OwnerW-1:0] lane_owner_o
);
  localparam int unsigned Log2 = 3;      // descriptors held
  localparam int unsigned LaneW = $clog2(Lanes);

  logic [127:0] beats [1 << (Log2 + 2)];
  logic [OwnerW-1:0] owners [1 << Log2];
  logic [Log2:0] fill_q, done_q, count;
  logic chosen_q;                        // the head's lane is known
  logic [LaneW-1:0] lane_q, least, pick;
  logic [1:0] beat_q;
  logic [127:0] head;
  logic step, big_q;

  assign count = fill_q - done_q;
  assign desc_room_o = count <= (Log2 + 1)'((1 << Log2) - 4);
  assign desc_deep_o = big_q || count != '0;
  assign head = beats[{done_q[Log2-1:0], beat_q}];

  always_comb begin
    least = '0;
    for (int l = 1; l < Lanes; l++) begin
      if (lane_load_i[5*l +: 5] < lane_load_i[5*least +: 5]) least = LaneW'(l);
    end
    pick = (head[sluice_pkg::DESC_HANDLE_LSB +: 32] == 32'h0) ? least : head[sluice_pkg::DESC_HANDLE_LSB +: LaneW];
  end
  assign step = chosen_q && (beat_q != 2'd0 || lane_room_i[lane_q]);

  always_ff @(posedge clk_i) begin
    if (desc_we_i) beats[{fill_q[Log2-1:0], desc_beat_i}] <= desc_data_i;
    if (desc_commit_i) owners[fill_q[Log2-1:0]] <= desc_owner_i;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      big_q <= 1'b0;
      fill_q <= '0;
      done_q <= '0;
      chosen_q <= 1'b0;
      lane_q <= '0;
      beat_q <= '0;
    end else begin
      if (desc_commit_i) fill_q <= fill_q + 1'b1;
      if (desc_we_i && desc_beat_i == 2'd0) big_q <= desc_data_i[sluice_pkg::DESC_SRC_LEN_LSB +: 32] >= 32'd4096;
      if (!chosen_q && count != '0) begin
        chosen_q <= 1'b1;
        lane_q <= pick;
      end
      if (step) begin
        beat_q <= beat_q + 2'd1;
        if (beat_q == 2'd3) begin
          done_q <= done_q + 1'b1;
          chosen_q <= 1'b0;
        end
      end
    end
  end

  always_comb begin
    lane_we_o = '0;
    lane_commit_o = '0;
    lane_we_o[lane_q] = step;
    lane_commit_o[lane_q] = step && beat_q == 2'd3;
  end
  assign lane_beat_o = beat_q;
  assign lane_data_o = head;
  assign lane_owner_o = owners[done_q[Log2-1:0]];
  assign idle_o = count == '0;
  assign act_o = desc_we_i || count != '0;

  `ASSERT_CONST(LanesArePowerOfTwo, Lanes == 1 << LaneW && Lanes > 1)
  `ASSERT_NEVER(DistributorOverflows, desc_commit_i && count == (Log2 + 1)'(1 << Log2))
endmodule
