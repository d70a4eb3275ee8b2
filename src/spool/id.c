#include "spool/id.h"

#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

#define TIME_LEN 9

/* Without I, L, O and U: nobody misreads an ID over the telephone. In ASCII
 * order, so that IDs sort as times do. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#define FNV_OFFSET 14695981039346656037u
#define FNV_PRIME 1099511628211u

static void
put_number(uint64_t value, char *to, size_t len)
{
	while (len > 0) {
		to[--len] = alphabet[value % 32];
		value /= 32;
	}
}

void
id_new(char id[static ID_LEN + 1])
{
	uint64_t random;

	/* Without randomness the nanoseconds serve: an ID must differ, it
	 * need not be a secret. */
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = (uint64_t)clock_boot();
	put_number((uint64_t)(clock_wall() / CLOCK_MSEC), id, TIME_LEN);
	put_number(random, id + TIME_LEN, ID_LEN - TIME_LEN);
	id[ID_LEN] = '\0';
}

void
id_derive(const char *from, struct slice what, char id[static ID_LEN + 1])
{
	uint64_t hash;
	size_t i;

	hash = FNV_OFFSET;
	for (i = 0; i < ID_LEN; i++)
		hash = (hash ^ (unsigned char)from[i]) * FNV_PRIME;
	for (i = 0; i < what.len; i++)
		hash = (hash ^ (unsigned char)what.ptr[i]) * FNV_PRIME;
	put_number((uint64_t)(id_time(from) / CLOCK_MSEC) + 1, id, TIME_LEN);
	put_number(hash ^ hash >> 32, id + TIME_LEN, ID_LEN - TIME_LEN);
	id[ID_LEN] = '\0';
}

bool
id_is_valid(struct slice name)
{
	size_t i;

	if (name.len != ID_LEN)
		return false;
	for (i = 0; i < ID_LEN; i++)
		if (name.ptr[i] == '\0' ||
		    strchr(alphabet, name.ptr[i]) == NULL)
			return false;
	return true;
}

int64_t
id_time(const char *id)
{
	uint64_t value;
	const char *at;
	size_t i;

	value = 0;
	for (i = 0; i < TIME_LEN; i++) {
		at = strchr(alphabet, id[i]);
		value = value * 32 + (uint64_t)(at == NULL ? 0 : at - alphabet);
	}
	return value > INT64_MAX / (uint64_t)CLOCK_MSEC ? 0 :
	    (int64_t)value * CLOCK_MSEC;
}
