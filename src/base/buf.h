/*
 * Growing byte buffers and read-only slices: how every string of navette is
 * built and looked at. Contents may hold NUL bytes. Running out of memory ends
 * the process: the spool makes that safe, so no caller handles it. It never
 * reads files and never interprets what it holds.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A view of bytes that somebody else owns; ptr may be NULL when len is 0. */
struct slice {
	const char *ptr;
	size_t len;
};

/* data is always followed by a NUL that len does not count, once grown. */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

#define BUF_INIT {NULL, 0, 0}
#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

/* malloc and friends that end the process (EX_OSERR) rather than fail. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *ptr, size_t count, size_t size);
char *xstrdup(const char *s);
/* After something of so many parts was freed: where they were many, the system
 * gets its memory back, which malloc would keep. */
void xtrim(size_t parts);

/* Makes room for extra more bytes behind len. */
void buf_reserve(struct buf *b, size_t extra);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_slice(struct buf *b, struct slice s);
void buf_add_string(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * The one way for words of a server or a user into a log line, a journal or a
 * bounce: printable ASCII as it is, backslash doubled, every other byte as
 * \xHH; at most max bytes of s are looked at, "..." tells that there was more.
 */
void buf_add_escaped(struct buf *b, struct slice s, size_t max);
/* The same for what stands in a log line without quotes: no blank in it. */
void buf_add_word(struct buf *b, struct slice s, size_t max);
/* What buf_add_escaped() made, between double quotes: one inside gets a
 * backslash, so that it ends no value of a log line. */
void buf_add_quoted(struct buf *b, struct slice s);
/* Undoes buf_add_escaped(); false where s has a broken escape. */
bool buf_add_unescaped(struct buf *b, struct slice s);

/* Drops the first n bytes. */
void buf_consume(struct buf *b, size_t n);
/* Empties it and keeps the memory. */
void buf_clear(struct buf *b);
void buf_free(struct buf *b);
/* Overwrites what it holds with zeros before it frees it: for secrets. */
void buf_wipe(struct buf *b);
/* The contents as a C string, "" when there is none; valid until it grows. */
const char *buf_string(const struct buf *b);
struct slice buf_slice(const struct buf *b);

struct slice slice_from(const char *s);
bool slice_is(struct slice s, const char *word);
/* Compares without case, ASCII only. */
bool slice_is_nocase(struct slice s, const char *word);
bool slice_equal(struct slice a, struct slice b);
bool slice_equal_nocase(struct slice a, struct slice b);
bool slice_starts(struct slice s, const char *prefix);
bool slice_starts_nocase(struct slice s, const char *prefix);
/* Without spaces, tabs, CR and LF at both ends. */
struct slice slice_trim(struct slice s);
/* Cuts off and returns what stands before the first c (all if there is none);
 * *s becomes what follows it. False when *s was at its end already (NULL). */
bool slice_cut(struct slice *s, char c, struct slice *part);
/* The position of c, or s.len. */
size_t slice_find(struct slice s, char c);
/* A copy as a C string that the caller frees; a NUL inside ends it early. */
char *slice_dup(struct slice s);
/* Decimal digits only, at most max; false for anything else. */
bool slice_to_number(struct slice s, unsigned long long max,
    unsigned long long *out);

/* Overwrites memory in a way that the compiler keeps. */
void wipe(void *data, size_t len);

#endif
