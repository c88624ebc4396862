# SHA cores, HMAC, PRF and the mac lane: models, benches, constant-time checks.
SHA_SV := rtl/sha/sha1_core.sv rtl/sha/sha256_core.sv
HASH_SV := $(SHA_SV) rtl/sha/hash_unit.sv

$(eval $(call rtl_bench,sha1_core,sha1_core,rtl/sha/sha1_core.sv,sim/tb/sha/sha1_core_tb.cpp sim/tb/sha/core_tb.h))
$(eval $(call rtl_bench,sha256_core,sha256_core,rtl/sha/sha256_core.sv,sim/tb/sha/sha256_core_tb.cpp sim/tb/sha/core_tb.h))
$(eval $(call rtl_bench,hash_unit,hash_unit,$(HASH_SV),sim/tb/sha/hash_unit_tb.cpp))

# The lane with everything under it, in the order that its packages want.
MAC_SV := rtl/gen/sluice_pkg.sv rtl/common/skid_buffer.sv rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv $(HASH_SV) $(sort $(wildcard rtl/mac/*.sv))
MAC_TB := $(addprefix sim/tb/mac_lane/,mac_lane_tb.cpp ref.cpp primitives.cpp records.cpp faults.cpp timing.cpp lane_bench.h)
$(eval $(call rtl_bench,mac_lane,mac_lane,$(MAC_SV),$(MAC_TB)))
