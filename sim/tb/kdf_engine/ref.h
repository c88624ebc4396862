/*
 * Reference of engine kdf: secret slots and what may be derived from them, with libcrypto's KDFs. `Card::run` says what a descriptor's status,
 * result and effect on the slots must be; `Card::port` the same for a request of the secret port. Written from sluice.toml and the RFCs, not from the RTL.
 */
#ifndef SLUICE_SIM_KDF_REF_H
#define SLUICE_SIM_KDF_REF_H

#include <map>
#include <string>
#include <vector>

#include "common/gen/sluice_regs.h"

using Bytes = std::vector<uint8_t>;

/* RFC 5246 5, RFC 5869 2.2, RFC 8446 7.1, HMAC, a hash of nothing; hash: enum hash */
size_t ref_hash_len(unsigned hash);
Bytes ref_hash(unsigned hash, const Bytes &in);
Bytes ref_hmac(unsigned hash, const Bytes &key, const Bytes &in);
Bytes ref_prf(unsigned hash, const Bytes &secret, const std::string &label, const Bytes &seed, size_t n);
Bytes ref_extract(unsigned hash, const Bytes &salt, const Bytes &ikm);
Bytes ref_expand_label(unsigned hash, const Bytes &secret, const std::string &label, const Bytes &context, size_t n);
/* RFC 5649 with AES-256; unwrap gives nothing when it fails */
Bytes ref_wrap(const Bytes &key, const Bytes &plain);
Bytes ref_unwrap(const Bytes &key, const Bytes &blob);

struct Secret {
	uint16_t gen = 0;
	uint8_t func = 0;
	unsigned kind = 0;
	unsigned spent = 0;
	Bytes value;
};

struct KdfJob {
	uint8_t op = SLUICE_OP_KDF;
	uint32_t handle = 0, handle2 = 0, handle3 = 0, param0 = 0, param1 = 0;
	uint8_t func = 0;
	Bytes src;
};

struct KdfAnswer {
	uint8_t status;
	Bytes data;
};

struct PortJob {
	unsigned port = 0;
	bool write = false;
	uint32_t handle = 0;
	uint8_t func = 0;
	unsigned kind = 0, slice = 0;
	Bytes data; /* of a write */
};

class Card {
  public:
	Card(unsigned slots, const Bytes &kek);
	std::map<unsigned, Secret> slots; /* by index, those in use */
	KdfAnswer run(const KdfJob &j);
	/* ok, and for a read the secret */
	std::pair<bool, Bytes> port(const PortJob &j);
	const Bytes &wrapping_key() const { return wrap_key_; }

  private:
	Secret *find(uint32_t handle, uint8_t func);
	uint8_t store(uint32_t handle, uint8_t func, unsigned kind, const Bytes &value);
	KdfAnswer kdf(const KdfJob &j);
	unsigned count_;
	Bytes wrap_key_;
};

#endif
