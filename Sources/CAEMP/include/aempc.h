/* aempc.h: between the C and the Swift half of the library; not installed, not exported. */
#ifndef AEMPC_H
#define AEMPC_H

#include "aemp.h"

/* Remembers the sentence for aemp_last_error, cut to what fits, and returns the code. */
int aempc_fail (int code, const char *sentence);

/* Counts forks from the first call on. */
int aempc_watch_forks (void);
extern uint32_t aempc_forks;
static inline uint32_t aempc_fork_count (void) { return aempc_forks; }

/* 0 when these are the functions that the library calls, or when it calls them from now on. */
int aempc_same_uv (const void *functions, size_t count, uint32_t version);
/* 0 when there is a libuv to make a loop of our own with. */
int aempc_own_uv (void);

/* How aemp_msg_get looks at a value; negative: an aemp_error. */
int aempc_msg_int (const aemp_msg *, size_t index, int64_t *out);
int aempc_msg_uint (const aemp_msg *, size_t index, uint64_t *out);
int aempc_msg_double (const aemp_msg *, size_t index, double *out);
int aempc_msg_bool (const aemp_msg *, size_t index, int *out);
const char *aempc_kind_name (const aemp_value *);

#endif
