/* Ticket keys: sealing and opening, rotation and overlap, clocks that jump, files, and whatever a client may present. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/session/ticket.h"

#define WALL 1800000000ull

struct fixture {
	struct ticket_keys *keys;
	uint64_t boot_s;
	uint8_t plain[600], ticket[1000], back[1000];
	bool old;
	char file[64];
};

static uint64_t
boot(void *ctx)
{
	return ((struct fixture *)ctx)->boot_s;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->keys = ticket_keys_new(3600, 7200);
	f->boot_s = 1000;
	ticket_keys_set_clock(f->keys, boot, f);
	for (size_t i = 0; i < sizeof(f->plain); i++)
		f->plain[i] = (uint8_t)(i * 11);
	*state = f;
	return f->keys == NULL;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ticket_keys_free(f->keys);
	if (f->file[0] != 0)
		unlink(f->file);
	free(f);
	return 0;
}

static size_t
seal(struct fixture *f, uint64_t wall, size_t len)
{
	return ticket_seal(f->keys, wall, f->plain, len, f->ticket, sizeof(f->ticket));
}

static size_t
open_it(struct fixture *f, uint64_t wall, size_t len)
{
	memset(f->back, 0xee, sizeof(f->back));
	return ticket_open(f->keys, wall, f->ticket, len, f->back, sizeof(f->back), &f->old);
}

static struct ticket_stats
stats(struct fixture *f)
{
	struct ticket_stats s;

	ticket_keys_stats(f->keys, &s);
	return s;
}

static void
what_was_sealed_comes_back(void **state)
{
	struct fixture *f = *state;

	for (size_t len = 1; len <= sizeof(f->plain); len += 13) {
		size_t n = seal(f, WALL, len);

		assert_int_equal(n, len + TICKET_OVERHEAD);
		assert_int_equal(open_it(f, WALL, n), len);
		assert_memory_equal(f->back, f->plain, len);
		assert_false(f->old);
		assert_int_equal(f->back[len], 0xee);
	}
	assert_int_equal(stats(f).keys, 1);
}

static void
tickets_of_the_same_bytes_differ_and_hide_them(void **state)
{
	struct fixture *f = *state;
	uint8_t first[200];
	size_t n = seal(f, WALL, 100);

	memcpy(first, f->ticket, n);
	assert_int_equal(seal(f, WALL, 100), n);
	assert_memory_equal(first, f->ticket, TICKET_NAME_LEN);
	assert_memory_not_equal(first + TICKET_NAME_LEN, f->ticket + TICKET_NAME_LEN, 12);
	assert_memory_not_equal(first + 28, f->ticket + 28, 100);
	assert_null(memmem(f->ticket, n, f->plain, 16));
}

static void
any_flipped_bit_and_any_other_length_is_not_found(void **state)
{
	struct fixture *f = *state;
	size_t n = seal(f, WALL, 40);

	for (size_t bit = 0; bit < n * 8; bit++) {
		f->ticket[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(open_it(f, WALL, n), 0);
		for (size_t i = 0; i < 40; i++) /* nothing that was not authentic is left */
			assert_true(f->back[i] == 0 || f->back[i] == 0xee);
		f->ticket[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len < sizeof(f->ticket); len++)
		assert_int_equal(open_it(f, WALL, len), len == n ? 40 : 0);
	assert_int_equal(ticket_open(f->keys, WALL, f->ticket, n, f->back, 39, &f->old), 0);
	assert_int_equal(ticket_open(f->keys, WALL, f->ticket, n, f->back, 40, &f->old), 40);
	assert_true(stats(f).unknown_key >= TICKET_NAME_LEN * 8);
	assert_true(stats(f).forged >= (n - TICKET_NAME_LEN) * 8);
}

static void
bounds_of_sealing(void **state)
{
	struct fixture *f = *state;
	uint8_t *big = calloc(1, TICKET_MAX_PLAIN + 1), *out = malloc(TICKET_MAX_PLAIN + 1 + TICKET_OVERHEAD),
		*back = malloc(TICKET_MAX_PLAIN);

	assert_int_equal(ticket_seal(f->keys, WALL, f->plain, 0, f->ticket, sizeof(f->ticket)), 0);
	assert_int_equal(ticket_seal(f->keys, WALL, f->plain, 50, f->ticket, 50 + TICKET_OVERHEAD - 1), 0);
	assert_int_equal(ticket_seal(f->keys, WALL, big, TICKET_MAX_PLAIN + 1, out, TICKET_MAX_PLAIN + 1 + TICKET_OVERHEAD), 0);
	assert_int_equal(ticket_seal(f->keys, WALL, big, TICKET_MAX_PLAIN, out, TICKET_MAX_PLAIN + TICKET_OVERHEAD),
		TICKET_MAX_PLAIN + TICKET_OVERHEAD);
	assert_int_equal(ticket_open(f->keys, WALL, out, TICKET_MAX_PLAIN + TICKET_OVERHEAD, back, TICKET_MAX_PLAIN, &f->old),
		TICKET_MAX_PLAIN);
	free(big);
	free(out);
	free(back);
}

/* rotate 3600, keep 7200: seals for the first hour, opens for three */
static void
keys_seal_then_only_open_then_are_gone(void **state)
{
	struct fixture *f = *state;
	uint8_t first[200];
	size_t n = seal(f, WALL, 40);
	static const struct {
		uint64_t after_s;
		size_t len;
		bool old;
	} rows[] = { { 3599, 40, false }, { 3600, 40, true }, { 7200, 40, true }, { 10799, 40, true }, { 10800, 0, false } };

	memcpy(first, f->ticket, n);
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		f->boot_s = 1000 + rows[r].after_s;
		memcpy(f->ticket, first, n);
		assert_int_equal(open_it(f, WALL + rows[r].after_s, n), rows[r].len);
		assert_int_equal(f->old, rows[r].old);
		/* what is sealed now is sealed by a key that is young enough */
		assert_int_equal(seal(f, WALL + rows[r].after_s, 40), n);
		assert_int_equal(memcmp(f->ticket, first, TICKET_NAME_LEN) == 0, rows[r].after_s < 3600);
		assert_int_equal(open_it(f, WALL + rows[r].after_s, n), 40);
		assert_false(f->old);
	}
}

static void
many_rotations_keep_few_keys(void **state)
{
	struct fixture *f = *state;

	for (unsigned hour = 0; hour < 200; hour++) {
		f->boot_s += 3600;
		assert_true(seal(f, WALL + hour * 3600, 40) != 0);
		assert_true(stats(f).keys <= 3);
	}
	ticket_keys_set_times(f->keys, 1, 1000000); /* cut to what there is room for */
	for (unsigned s = 0; s < 100; s++) {
		f->boot_s++;
		assert_true(seal(f, WALL + 200 * 3600 + s, 40) != 0);
		assert_true(stats(f).keys <= TICKET_MAX_KEYS);
	}
}

static void
a_wall_clock_set_back_changes_nothing(void **state)
{
	struct fixture *f = *state;
	size_t n = seal(f, WALL, 40);

	assert_int_equal(open_it(f, WALL - 100000000, n), 40);
	assert_false(f->old);
	assert_int_equal(open_it(f, 0, n), 40);
	assert_int_equal(stats(f).keys_made, 1);
	/* ages go on by the clock that nobody sets */
	f->boot_s += 3600;
	assert_int_equal(open_it(f, WALL - 100000000, n), 40);
	assert_true(f->old);
	f->boot_s += 7200;
	assert_int_equal(open_it(f, WALL - 100000000, n), 0);
}

static void
a_wall_clock_set_forward_retires_keys_and_no_more(void **state)
{
	struct fixture *f = *state;
	size_t n = seal(f, WALL, 40);

	assert_int_equal(open_it(f, WALL + 100000000, n), 0);
	assert_int_equal(seal(f, WALL + 100000000, 40), n);
	assert_int_equal(open_it(f, WALL + 100000000, n), 40);
	/* and back again: the key made in between lives as long as any */
	assert_int_equal(open_it(f, WALL, n), 40);
	f->boot_s += 10800;
	assert_int_equal(open_it(f, WALL + 10800, n), 0);
}

static void
a_machine_back_from_a_snapshot_does_not_revive_keys(void **state)
{
	struct fixture *f = *state;
	size_t n = seal(f, WALL, 40);

	/* its boot clock stood still */
	assert_int_equal(open_it(f, WALL + 10800, n), 0);
}

static void
dropped_keys_open_nothing(void **state)
{
	struct fixture *f = *state;
	size_t n = seal(f, WALL, 40);

	ticket_keys_drop(f->keys);
	assert_int_equal(open_it(f, WALL, n), 0);
	assert_int_equal(seal(f, WALL, 40), n);
	assert_int_equal(open_it(f, WALL, n), 40);
}

static void
another_process_keys_open_nothing(void **state)
{
	struct fixture *f = *state;
	struct ticket_keys *other = ticket_keys_new(3600, 3600);
	size_t n = ticket_seal(other, WALL, f->plain, 40, f->ticket, sizeof(f->ticket));

	assert_int_equal(open_it(f, WALL, n), 0);
	assert_int_equal(stats(f).unknown_key, 1);
	ticket_keys_free(other);
}

/* ---- files ---- */

static void
write_keys(struct fixture *f, const uint8_t *bytes, size_t len)
{
	FILE *o;

	if (f->file[0] == 0) {
		strcpy(f->file, "/tmp/sluice-ticket-XXXXXX");
		close(mkstemp(f->file));
	}
	o = fopen(f->file, "w");
	assert_non_null(o);
	assert_int_equal(fwrite(bytes, 1, len, o), len);
	assert_int_equal(fclose(o), 0);
}

static void
appliances_with_the_same_file_open_each_others_tickets(void **state)
{
	struct fixture *f = *state;
	struct ticket_keys *other = ticket_keys_new(3600, 3600);
	uint8_t bytes[3 * TICKET_FILE_ENTRY], again[2 * TICKET_FILE_ENTRY];
	char err[TICKET_ERR_LEN];
	size_t n;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / TICKET_FILE_ENTRY);
	write_keys(f, bytes, 2 * TICKET_FILE_ENTRY);
	assert_int_equal(ticket_keys_load(f->keys, f->file, err), 0);
	assert_int_equal(ticket_keys_load(other, f->file, err), 0);
	n = ticket_seal(other, WALL, f->plain, 40, f->ticket, sizeof(f->ticket));
	assert_memory_equal(f->ticket, bytes, TICKET_NAME_LEN);
	assert_int_equal(open_it(f, WALL, n), 40);
	assert_false(f->old);
	/* these do not age */
	f->boot_s += 1000000;
	assert_int_equal(open_it(f, WALL + 1000000, n), 40);
	/* the operator puts a new one in front: tickets of the one before are old, not lost */
	memcpy(again, bytes + 2 * TICKET_FILE_ENTRY, TICKET_FILE_ENTRY);
	memcpy(again + TICKET_FILE_ENTRY, bytes, TICKET_FILE_ENTRY);
	write_keys(f, again, sizeof(again));
	assert_int_equal(ticket_keys_load(f->keys, f->file, err), 0);
	assert_int_equal(open_it(f, WALL, n), 40);
	assert_true(f->old);
	/* and takes it away */
	write_keys(f, again, TICKET_FILE_ENTRY);
	assert_int_equal(ticket_keys_load(f->keys, f->file, err), 0);
	assert_int_equal(open_it(f, WALL, n), 0);
	assert_true(stats(f).from_file);
	ticket_keys_free(other);
}

static void
each_part_of_an_entry_counts(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[TICKET_FILE_ENTRY] = { 1 };
	char err[TICKET_ERR_LEN];
	size_t n;

	write_keys(f, bytes, sizeof(bytes));
	assert_int_equal(ticket_keys_load(f->keys, f->file, err), 0);
	n = seal(f, WALL, 40);
	for (size_t at = 0; at < TICKET_FILE_ENTRY; at += 79 - 64 + 1) { /* name, first key, second key */
		bytes[at] ^= 1;
		write_keys(f, bytes, sizeof(bytes));
		assert_int_equal(ticket_keys_load(f->keys, f->file, err), 0);
		assert_int_equal(open_it(f, WALL, n), 0);
		bytes[at] ^= 1;
	}
}

static void
a_bad_file_changes_nothing(void **state)
{
	struct fixture *f = *state;
	static uint8_t bytes[(TICKET_MAX_KEYS + 1) * TICKET_FILE_ENTRY];
	static const size_t lengths[] = { 0, 1, 79, 81, 159, sizeof(bytes) };
	char err[TICKET_ERR_LEN], want[TICKET_ERR_LEN];
	size_t n = seal(f, WALL, 40);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		write_keys(f, bytes, lengths[i]);
		assert_int_equal(ticket_keys_load(f->keys, f->file, err), -1);
		snprintf(want, sizeof(want),
			"%s: ticket keys are 1 to 16 entries of 80 bytes each; make one by: head -c 80 /dev/urandom", f->file);
		assert_string_equal(err, want);
		assert_int_equal(open_it(f, WALL, n), 40);
	}
	assert_int_equal(ticket_keys_load(f->keys, "/nonexistent/t", err), -1);
	assert_string_equal(err, "/nonexistent/t: cannot read the ticket keys: No such file or directory; check the path and that "
				 "the user of sluice-cp may read it");
	assert_int_equal(ticket_keys_load(f->keys, "/", err), -1);
	assert_int_equal(open_it(f, WALL, n), 40);
	assert_false(stats(f).from_file);
	write_keys(f, bytes, TICKET_MAX_KEYS * TICKET_FILE_ENTRY);
	assert_int_equal(ticket_keys_load(f->keys, f->file, err), 0);
	assert_int_equal(stats(f).keys, TICKET_MAX_KEYS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_sealed_comes_back),
		TEST(tickets_of_the_same_bytes_differ_and_hide_them),
		TEST(any_flipped_bit_and_any_other_length_is_not_found),
		TEST(bounds_of_sealing),
		TEST(keys_seal_then_only_open_then_are_gone),
		TEST(many_rotations_keep_few_keys),
		TEST(a_wall_clock_set_back_changes_nothing),
		TEST(a_wall_clock_set_forward_retires_keys_and_no_more),
		TEST(a_machine_back_from_a_snapshot_does_not_revive_keys),
		TEST(dropped_keys_open_nothing),
		TEST(another_process_keys_open_nothing),
		TEST(appliances_with_the_same_file_open_each_others_tickets),
		TEST(each_part_of_an_entry_counts),
		TEST(a_bad_file_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
