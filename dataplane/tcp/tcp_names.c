/* Names of states, reasons and counters, from their lists. */
#include "dataplane/tcp/tcp_priv.h"

static const char *const state_names[] = {
#define TCP_STATE(name, waits_for) #name,
#include "dataplane/tcp/tcp_states.def"
};
static const char *const close_names[] = {
#define TCP_CLOSE(name, text) #name,
#include "dataplane/tcp/tcp_close.def"
};
static const char *const counter_names[] = {
#define TCP_COUNTER(name, text) #name,
#include "dataplane/tcp/tcp_counters.def"
};
static const char *const counter_texts[] = {
#define TCP_COUNTER(name, text) text,
#include "dataplane/tcp/tcp_counters.def"
};

uint64_t
tcp_counter(const struct tcp_stack *st, enum tcp_counter c)
{
	return c < TCP_C_COUNT ? st->c[c] : 0;
}

const char *
tcp_counter_name(enum tcp_counter c)
{
	return c < TCP_C_COUNT ? counter_names[c] : "?";
}

const char *
tcp_counter_text(enum tcp_counter c)
{
	return c < TCP_C_COUNT ? counter_texts[c] : "?";
}

const char *
tcp_state_name(enum tcp_state s)
{
	return s < TCP_STATE_COUNT ? state_names[s] : "?";
}

const char *
tcp_close_name(enum tcp_close why)
{
	return why < TCP_CLOSE_COUNT ? close_names[why] : "?";
}
