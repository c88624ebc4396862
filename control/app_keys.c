/* Listeners with `keys: card`, and whether the card that is there can serve them: what no configuration can know. */
#include "control/app.h"

bool
app_keys_missing(const struct app *a, const struct config_listener *l)
{
	return l->hs.keys_on_card && dp_link_attached(a->link) && !pka_has_secrets(a->pka);
}

void
app_keys_tell(struct app *a)
{
	for (unsigned i = 0; i < a->cfg->listener_count; i++)
		if (app_keys_missing(a, &a->cfg->listeners[i]))
			log_line(&a->log, LOG_ERROR, "keys_card_missing listener=%s reason=\"%s\" its_handshakes=refused",
				a->cfg->listeners[i].name, APP_KEYS_MISSING);
}
