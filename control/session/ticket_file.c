/* Ticket keys from a file that several appliances share; see ticket.h. */
#include "control/session/ticket_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/hmac.h>

#include "common/ct.h"

#define FILE_MAX (TICKET_MAX_KEYS * TICKET_FILE_ENTRY)

/* Reads at most one byte more than there may be. -1 with a sentence. */
static ssize_t
read_file(const char *file, uint8_t buf[FILE_MAX + 1], char err[TICKET_ERR_LEN])
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0, got = fd >= 0 ? 0 : -1;

	while (got >= 0 && n < FILE_MAX + 1 &&
		(got = read(fd, buf + n, FILE_MAX + 1 - (size_t)n)) > 0)
		n += got;
	if (got < 0)
		snprintf(err, TICKET_ERR_LEN,
			"%s: cannot read the ticket keys: %s; check the path and that the user of "
			"sluice-cp may read it",
			file, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return -1;
	if (n == 0 || n > FILE_MAX || n % TICKET_FILE_ENTRY != 0) {
		snprintf(err, TICKET_ERR_LEN,
			"%s: ticket keys are 1 to %u entries of %u bytes each; make one by: head "
			"-c %u /dev/urandom",
			file, TICKET_MAX_KEYS, TICKET_FILE_ENTRY, TICKET_FILE_ENTRY);
		return -1;
	}
	return n;
}

/*
 * The key for AES-GCM from the two of an entry, so that whoever uses them as they are (CBC and
 * HMAC) and we never use the same key for two things.
 */
static bool
derive(const uint8_t entry[TICKET_FILE_ENTRY], uint8_t key[32])
{
	static const char label[] = "sluice ticket AES-256-GCM";
	uint8_t in[sizeof(label) + 32];
	unsigned n = 0;
	bool ok;

	memcpy(in, label, sizeof(label));
	memcpy(in + sizeof(label), entry + TICKET_NAME_LEN + 32, 32);
	ok = HMAC(EVP_sha256(), entry + TICKET_NAME_LEN, 32, in, sizeof(in), key, &n) != NULL &&
	     n == 32;
	ct_wipe(in, sizeof(in));
	return ok;
}

int
ticket_keys_load(struct ticket_keys *k, const char *file, char err[TICKET_ERR_LEN])
{
	uint8_t buf[FILE_MAX + 1], key[32];
	struct ticket_key fresh[TICKET_MAX_KEYS];
	uint64_t seals[TICKET_MAX_KEYS] = { 0 };
	unsigned count = 0, want;
	ssize_t n = read_file(file, buf, err);
	bool ok = n > 0;

	want = ok ? (unsigned)n / TICKET_FILE_ENTRY : 0;
	for (; ok && count < want; count += ok) {
		const uint8_t *entry = buf + count * TICKET_FILE_ENTRY;

		/* a key that stays goes on counting */
		for (unsigned i = 0; k->from_file && i < k->count; i++)
			if (memcmp(k->keys[i].name, entry, TICKET_NAME_LEN) == 0)
				seals[count] = k->keys[i].seals;
		ok = derive(entry, key) && ticket_key_make(k, &fresh[count], entry, key);
		if (!ok)
			snprintf(err, TICKET_ERR_LEN, "%s: out of memory; free some memory", file);
	}
	if (ok) {
		ticket_keys_drop(k);
		for (unsigned i = 0; i < count; i++) {
			k->keys[i] = fresh[i];
			k->keys[i].seals = seals[i];
		}
		k->count = count;
		k->from_file = true;
	} else {
		while (count != 0)
			ticket_key_end(&fresh[--count]);
	}
	ct_wipe(buf, sizeof(buf));
	ct_wipe(key, sizeof(key));
	ct_wipe(fresh, sizeof(fresh));
	return ok ? 0 : -1;
}
