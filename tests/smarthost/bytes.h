/*
 * Growing byte strings, memory, base64 and the clock: the smarthost's own
 * small foundation. It shares nothing with src/, so that a mistake there
 * cannot hide here. Out of memory ends the program.
 */
#ifndef SMARTHOST_BYTES_H
#define SMARTHOST_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* data always has a NUL behind its len bytes, once anything was added. */
struct bytes {
	char *data;
	size_t len;
	size_t cap;
};

void *must_alloc(size_t size);

/* Memory that lives as long as the program. */
void *must_keep(size_t size);
char *must_copy(const char *text, size_t len);
_Noreturn void die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Nanoseconds of the monotonic clock. */
uint64_t now(void);

/* Room for n more bytes behind len; the caller raises len itself. */
char *bytes_room(struct bytes *b, size_t n);
void bytes_add(struct bytes *b, const void *data, size_t n);
void bytes_text(struct bytes *b, const char *text);
void bytes_format(struct bytes *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bytes_format_list(struct bytes *b, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

/* Takes the first n bytes away. */
void bytes_drop(struct bytes *b, size_t n);

/* Empties it and keeps its memory; bytes_free gives that back too. */
void bytes_clear(struct bytes *b);
void bytes_free(struct bytes *b);

/* The text, never NULL. */
const char *bytes_string(const struct bytes *b);

void base64_encode(const void *data, size_t n, struct bytes *out);

/* Strict: false on anything but whole groups of four with right padding. */
bool base64_decode(const char *text, struct bytes *out);

void hex_encode(const void *data, size_t n, struct bytes *out);

/* A whole decimal number up to max, and nothing behind it. */
bool number_parse(const char *text, uint64_t max, uint64_t *number);

#endif
