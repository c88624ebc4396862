/* EncryptedExtensions, RFC 8446 4.3.1: what needs no key to be told, but nobody else's business. */
#include "control/handshake/ext.h"
#include "control/handshake/tls13/s13.h"

#define ENCRYPTED_EXTENSIONS 8

enum tls_err
msg13_encrypted_extensions_send(struct hs_call *c)
{
	size_t mark;
	struct wr w = hs_msg_begin(c, ENCRYPTED_EXTENSIONS, &mark);

	ext_write(c, EXT_EE, &w, true);
	return hs_msg_end(c, &w, mark);
}
