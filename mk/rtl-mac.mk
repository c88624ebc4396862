# SHA cores, HMAC, PRF and the mac lane: models, benches, constant-time checks.
SHA_SV := rtl/sha/sha1_core.sv rtl/sha/sha256_core.sv
HASH_SV := $(SHA_SV) rtl/sha/hash_unit.sv

$(eval $(call rtl_bench,sha1_core,sha1_core,rtl/sha/sha1_core.sv,sim/tb/sha/sha1_core_tb.cpp sim/tb/sha/core_tb.h))
$(eval $(call rtl_bench,sha256_core,sha256_core,rtl/sha/sha256_core.sv,sim/tb/sha/sha256_core_tb.cpp sim/tb/sha/core_tb.h))
$(eval $(call rtl_bench,hash_unit,hash_unit,$(HASH_SV),sim/tb/sha/hash_unit_tb.cpp))
