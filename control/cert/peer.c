/* Reference counts of certificates of the other side; see peer.h. */
#include "control/cert/peer.h"

#include <stdlib.h>

struct peer *
peer_ref(struct peer *p)
{
	p->refs++;
	return p;
}

void
peer_unref(struct peer *p)
{
	if (p == NULL || --p->refs != 0)
		return;
	EVP_PKEY_free(p->key);
	free(p->subject);
	free(p->common_name);
	free(p->alt_names);
	free(p->key_text);
	free(p->sig_text);
	free(p->der);
	free(p);
}
