/*
 * SSL 2.0 (draft-hickman-netscape-ssl), both roles: what its tables and messages share. Messages
 * are records of their own, there is no transcript, and sequence numbers count from the
 * connection's first record.
 */
#ifndef SLUICE_CONTROL_SSL2_H
#define SLUICE_CONTROL_SSL2_H

#include "control/handshake/hs_int.h"

#define SSL2_ID_LEN 16 /* session ids */
#define SSL2_MIN_CHALLENGE 16 /* and connection ids, certificate challenges */
#define SSL2_MAX_CHALLENGE 32
#define SSL2_CONNECTION_ID_LEN 16 /* of ours */
#define SSL2_MAX_KEY 24
#define SSL2_KEY_ARG_LEN 8
#define SSL2_MAX_MATERIAL 48
#define SSL2_CT_X509 1 /* certificate type */
#define SSL2_AT_MD5_RSA 1 /* authentication type */
#define SSL2_MAX_CERT 16000

enum ssl2_error { /* 1.5.1 */
	SSL2_NO_CIPHER = 1,
	SSL2_NO_CERTIFICATE = 2,
	SSL2_BAD_CERTIFICATE = 4,
	SSL2_UNSUPPORTED_CERTIFICATE_TYPE = 6,
};

/* What only the handshake needs. */
struct hs2 {
	uint32_t received, sent; /* records, each way */
	uint8_t ciphers; /* set of indexes in ssl2_suite.c: offered and admitted */
	uint8_t challenge_len, connection_id_len, cert_challenge_len;
	uint8_t challenge[SSL2_MAX_CHALLENGE], connection_id[SSL2_MAX_CHALLENGE];
	uint8_t cert_challenge[SSL2_MAX_CHALLENGE];
	uint8_t master[SSL2_MAX_KEY], key_arg[SSL2_KEY_ARG_LEN];
	uint8_t material[SSL2_MAX_MATERIAL]; /* client's read key, client's write key */
	struct rd encrypted_key; /* of CLIENT-MASTER-KEY, within the call; */
	struct rd certificate, response; /* ... of CLIENT-CERTIFICATE */
	uint8_t *list; /* heap: the other side's certificate with its 24-bit length */
	uint32_t list_len;
	uint8_t *proof; /* heap: what the server's or our certificate answered */
	uint32_t proof_len;
	/* client: the session it offers */
	bool offers;
	struct session_entry session;
	struct peer *session_peer; /* a reference */
};

/* Bytes of the session ids: those of the store have 32, SSL 2.0's 16 and zeros. */
void ssl2_session_id(struct hs *hs, const uint8_t id[SSL2_ID_LEN]);

/* ---- ssl2_suite.c ---- */
/* Walks the ciphers by our preference; NULL at the end. code: first and last byte of the kind. */
const struct hs_suite *ssl2_suite_at(unsigned i);
/* The index of a 3-byte kind; -1: not known. */
int ssl2_suite_find(uint32_t kind);
uint32_t ssl2_suite_kind(const struct hs_suite *s);
/* The set of indexes in a list of 3-byte kinds. */
uint8_t ssl2_suite_set(struct rd list);

/* ---- ssl2_keys.c ---- */
/* KEY-MATERIAL-i = MD5(master | '0' + i | challenge | connection id); len: 32 or 48. */
void ssl2_key_material(const uint8_t *master, size_t master_len, const uint8_t *challenge,
	size_t challenge_len, const uint8_t *connection_id, size_t connection_id_len, uint8_t *out,
	size_t len);
/* Derives and installs both keys: what follows is encrypted. */
enum tls_err ssl2_install_keys(struct hs_call *c);
/* Connected: the session is kept, data may flow. */
enum tls_err ssl2_connected(struct hs_call *c);
/* The session's secrets: master key, then the key argument. */
void ssl2_secret_put(const struct hs2 *t, const struct hs_suite *s, struct session_entry *e);
bool ssl2_secret_get(struct hs2 *t, const struct hs_suite *s, const struct session_entry *e);

/* ---- messages ---- */
/* A message of ours: one record. */
struct wr ssl2_begin(struct hs_call *c, uint8_t code);
enum tls_err ssl2_end(struct hs_call *c, const struct wr *w);
/* Every message that is taken: counted, and no transcript. */
struct hs2 *ssl2_take(struct hs_call *c);
enum tls_err ssl2_new(struct hs_call *c);

#define SSL2_RECV(name) enum tls_err msg2_##name##_recv(struct hs_call *c, struct rd *body)
#define SSL2_SEND(name) enum tls_err msg2_##name##_send(struct hs_call *c)
SSL2_RECV(client_hello); /* START: also a hello that offers 3.x, RFC 5246 E.2 */
SSL2_SEND(client_hello);
SSL2_RECV(server_hello);
SSL2_SEND(server_hello);
SSL2_RECV(client_master_key);
SSL2_SEND(client_master_key);
SSL2_RECV(server_verify);
SSL2_SEND(server_verify);
SSL2_RECV(client_finished);
SSL2_SEND(client_finished);
SSL2_RECV(server_finished);
SSL2_SEND(server_finished);
SSL2_RECV(request_certificate);
SSL2_SEND(request_certificate);
SSL2_RECV(client_certificate);
SSL2_SEND(client_certificate);
SSL2_RECV(error);
SSL2_RECV(error_no_certificate);
SSL2_SEND(error_no_certificate);

/* ---- answers and decisions, s2_answer.c and c2_answer.c ---- */
enum tls_err s2_go(struct hs_call *c, struct rd *nothing);
enum tls_err s2_session_miss(struct hs_call *c, struct rd *nothing);
enum tls_err s2_session_hit(struct hs_call *c, struct rd *nothing);
enum tls_err s2_master_done(struct hs_call *c, struct rd *answer);
enum tls_err s2_go_request(struct hs_call *c, struct rd *nothing);
enum tls_err s2_go_finish(struct hs_call *c, struct rd *nothing);
enum tls_err s2_peer_done(struct hs_call *c, struct rd *nothing);
enum tls_err s2_proof_done(struct hs_call *c, struct rd *answer);
enum tls_err c2_go(struct hs_call *c, struct rd *nothing);
enum tls_err c2_session_hit(struct hs_call *c, struct rd *nothing);
enum tls_err c2_session_miss(struct hs_call *c, struct rd *nothing);
enum tls_err c2_peer_done(struct hs_call *c, struct rd *nothing);
enum tls_err c2_encrypt_done(struct hs_call *c, struct rd *answer);
enum tls_err c2_go_prove(struct hs_call *c, struct rd *nothing);
enum tls_err c2_go_without(struct hs_call *c, struct rd *nothing);
enum tls_err c2_sign_done(struct hs_call *c, struct rd *answer);

#endif
