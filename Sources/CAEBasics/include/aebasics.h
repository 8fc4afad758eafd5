#ifndef SWIFT_ANYEVENT_CAEBASICS_H
#define SWIFT_ANYEVENT_CAEBASICS_H

/* What Swift cannot say: a variable of each thread that costs one load, and comparisons of sixteen bytes at a time
 * whose result is a number. */

#include "aescan.h"

/* The node that is the current one of the thread. */
extern _Thread_local void *_Nullable ae_current_node __attribute__((tls_model("initial-exec")));

static inline void *_Nullable ae_get_current_node(void) { return ae_current_node; }
static inline void ae_set_current_node(void *_Nullable node) { ae_current_node = node; }

/* Has the processor fetch the object that is used soon. */
static inline void ae_prefetch(const void *_Nonnull p) {
  __builtin_prefetch(p);
  __builtin_prefetch((const char *)p + 64);
}

#endif
