/*
 * The HTTP server of the management API, on the loop's own thread: libmicrohttpd's epoll descriptor
 * is one handle of libuv's.
 */
#include "control/manage/manage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>
#include <microhttpd.h>

#include "control/app.h"
#include "control/manage/manage_int.h"

#define MAX_CONNECTIONS 32
#define IDLE_S 10
#define CONNECTIONS "/connections/"

struct manage {
	struct app *app;
	struct MHD_Daemon *daemon;
	uv_poll_t poll;
	uv_timer_t timer;
	char path[108];
};

static enum MHD_Result
answer(struct MHD_Connection *conn, unsigned status, const char *type, char *body)
{
	struct MHD_Response *r;
	enum MHD_Result rc;

	if (body == NULL)
		return MHD_NO;
	r = MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_FREE);
	if (r == NULL) {
		free(body);
		return MHD_NO;
	}
	MHD_add_response_header(r, "Content-Type", type);
	rc = MHD_queue_response(conn, status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result
answer_json(struct MHD_Connection *conn, unsigned status, json_t *j)
{
	char *text = j != NULL ? json_dumps(j, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;

	json_decref(j);
	return answer(conn, status, "application/json", text);
}

static enum MHD_Result
answer_error(struct MHD_Connection *conn, unsigned status, const char *what)
{
	return answer_json(conn, status, json_pack("{s:s}", "error", what));
}

static const struct {
	const char *path;
	json_t *(*view)(const struct app *);
} views[] = {
	{ "/stats", view_stats },
	{ "/engines", view_engines },
	{ "/connections", view_connections },
	{ "/sessions", view_sessions },
	{ "/listeners", view_listeners },
	{ "/tickets", view_tickets },
	{ "/staples", view_staples },
	{ "/crls", view_crls },
};

static enum MHD_Result
reload(struct manage *m, struct MHD_Connection *conn)
{
	const struct config *c;
	char err[CONFIG_ERR_LEN];
	json_t *warnings;

	if (app_reload(m->app, err) != 0)
		return answer_error(conn, MHD_HTTP_CONFLICT, err);
	c = m->app->next != NULL ? m->app->next : m->app->cfg;
	warnings = json_array();
	config_warnings(c, view_add_warning, warnings);
	return answer_json(conn, MHD_HTTP_OK,
		json_pack("{s:s, s:o}", "status", "accepted", "warnings", warnings));
}

/* ID/rekey, ID/renegotiate, ID/reauth */
static enum MHD_Result
command(struct manage *m, struct MHD_Connection *conn, const char *what)
{
	static const struct {
		const char *name;
		enum hs_command cmd;
	} commands[] = { { "rekey", HS_CMD_REKEY }, { "renegotiate", HS_CMD_RENEGOTIATE },
		{ "reauth", HS_CMD_REAUTH } };
	unsigned worker;
	unsigned long long handle;
	char name[16], tail;
	int rc;

	if (sscanf(what, "%u-%llx/%15[a-z]%c", &worker, &handle, name, &tail) != 3)
		return answer_error(conn, MHD_HTTP_NOT_FOUND,
			"expected /connections/ID/rekey, renegotiate or reauth; `sluicectl show connections` tells ids");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		rc = conns_command(m->app->conns, worker, handle, commands[i].cmd);
		if (rc == -ENOENT)
			return answer_error(conn, MHD_HTTP_NOT_FOUND, "no such connection");
		if (rc != 0)
			return answer_error(conn, MHD_HTTP_CONFLICT,
				"not possible now: its version, its state or the listener's policy does not allow it");
		return answer_json(conn, MHD_HTTP_OK, json_pack("{s:s}", "status", "begun"));
	}
	return answer_error(conn, MHD_HTTP_NOT_FOUND, "unknown command; rekey, renegotiate or reauth");
}

static enum MHD_Result
policy(struct manage *m, struct MHD_Connection *conn)
{
	const char *name = MHD_lookup_connection_value(conn, MHD_GET_ARGUMENT_KIND, "name"),
		   *server = MHD_lookup_connection_value(conn, MHD_GET_ARGUMENT_KIND, "server_name");
	char err[512] = "expected /policy?name=LISTENER_OR_POOL[&server_name=HOST]";
	char lower[HS_MAX_NAME + 1];
	json_t *j = NULL;

	snprintf(lower, sizeof(lower), "%s", server != NULL ? server : "");
	for (char *p = lower; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	if (name != NULL)
		j = view_policy(m->app, name, server != NULL ? lower : NULL, err, sizeof(err));
	return j != NULL ? answer_json(conn, MHD_HTTP_OK, j)
			 : answer_error(conn, MHD_HTTP_NOT_FOUND, err);
}

static enum MHD_Result
handle(void *ctx, struct MHD_Connection *conn, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_len, void **state)
{
	struct manage *m = ctx;

	if (*state == NULL) { /* headers only: the body, if any, is thrown away */
		*state = m;
		return MHD_YES;
	}
	if (*upload_len != 0) {
		*upload_len = 0;
		return MHD_YES;
	}
	if (strcmp(method, "POST") == 0) {
		if (strncmp(url, CONNECTIONS, strlen(CONNECTIONS)) == 0)
			return command(m, conn, url + strlen(CONNECTIONS));
		return strcmp(url, "/reload") == 0 ? reload(m, conn)
						   : answer_error(conn, MHD_HTTP_NOT_FOUND,
							     "unknown path; POST /reload or /connections/ID/COMMAND");
	}
	if (strcmp(method, "GET") != 0)
		return answer_error(conn, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or POST");
	if (strcmp(url, "/metrics") == 0)
		return answer(conn, MHD_HTTP_OK, "text/plain; version=0.0.4", view_metrics(m->app));
	if (strcmp(url, "/policy") == 0)
		return policy(m, conn);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(url, views[i].path) == 0)
			return answer_json(conn, MHD_HTTP_OK, views[i].view(m->app));
	return answer_error(conn, MHD_HTTP_NOT_FOUND,
		"unknown path; /stats /engines /connections /sessions /listeners /policy?name= /tickets /staples /crls /metrics");
}

/* ---- turning ---- */

static void turn(struct manage *m);

static void
on_timer(uv_timer_t *t)
{
	turn(t->data);
}

static void
on_ready(uv_poll_t *p, int status, int events)
{
	turn(p->data);
}

static void
turn(struct manage *m)
{
	MHD_UNSIGNED_LONG_LONG wait;

	MHD_run(m->daemon);
	if (MHD_get_timeout(m->daemon, &wait) == MHD_YES)
		uv_timer_start(&m->timer, on_timer, wait, 0);
	else
		uv_timer_stop(&m->timer);
}

/* ---- life ---- */

static int
listen_on(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc = 0;
	struct stat st;
	mode_t mask;

	if (fd < 0)
		return -errno;
	strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
		rc = -EADDRINUSE; /* somebody answers there */
	} else if (errno == ECONNREFUSED && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		/* left by one that crashed; any other file refuses connections too, and stays */
		unlink(path);
	}
	mask = umask(0117);
	if (rc == 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		rc = -errno;
	umask(mask);
	if (rc == 0 && listen(fd, MAX_CONNECTIONS) != 0)
		rc = -errno;
	if (rc != 0) {
		close(fd);
		return rc;
	}
	return fd;
}

struct manage *
manage_open(struct app *a, const char *path, char *err, size_t cap)
{
	struct manage *m = calloc(1, sizeof(*m));
	const union MHD_DaemonInfo *info;
	int fd;

	if (m == NULL)
		return NULL;
	m->app = a;
	snprintf(m->path, sizeof(m->path), "%s", path);
	fd = listen_on(path);
	if (fd < 0) {
		snprintf(err, cap, "cannot listen on %s for management: %s", path,
			fd == -EADDRINUSE ? "another sluice-cp answers there" : strerror(-fd));
		free(m);
		return NULL;
	}
	m->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, handle, m,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_END);
	info = m->daemon != NULL ? MHD_get_daemon_info(m->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (info == NULL || uv_poll_init(a->loop, &m->poll, info->epoll_fd) != 0) {
		snprintf(err, cap, "cannot start the management server on %s", path);
		if (m->daemon != NULL)
			MHD_stop_daemon(m->daemon);
		free(m);
		return NULL;
	}
	uv_timer_init(a->loop, &m->timer);
	m->poll.data = m->timer.data = m;
	uv_poll_start(&m->poll, UV_READABLE, on_ready);
	return m;
}

void
manage_close(struct manage *m)
{
	uv_close((uv_handle_t *)&m->poll, NULL);
	uv_close((uv_handle_t *)&m->timer, NULL);
	unlink(m->path);
}

void
manage_free(struct manage *m)
{
	if (m == NULL)
		return;
	MHD_stop_daemon(m->daemon);
	free(m);
}
