/* What an operator or a worn-out key asks of an established connection: handed to the version's own rules. */
#include "control/handshake/hs_int.h"

enum tls_err
hs_command(struct hs *hs, const struct hs_env *env, enum hs_command cmd, struct hs_out *out)
{
	struct hs_call c = { .hs = hs, .w = hs->w, .env = env, .out = out };
	enum tls_err err = TLS_E_OK;

	if (!hs_state_is_open(hs->state))
		return hs->error;
	if (cmd == HS_CMD_CLOSE_SOON) {
		hs_close_notify(&c);
		return TLS_E_OK;
	}
	return err == TLS_E_OK ? TLS_E_OK : hs_abort(hs, env, err, out);
}
