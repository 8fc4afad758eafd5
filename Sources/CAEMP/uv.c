/* Which libuv? */
#include "aempc.h"
#include "aemp_uv.h"

/* The library that scripts/install makes calls the host's libuv through a table, and has this function, which
 * fills it. Elsewhere the host must have the libuv that was linked. */
__attribute__ ((weak)) int aempc_redirect_uv (const aemp_uv_function *, size_t count);
__attribute__ ((weak)) int aempc_redirect_to_own_uv (void);

int aempc_same_uv (const void *functions, size_t count, uint32_t version) {
#define F(name) (aemp_uv_function)name,
  static const aemp_uv_function ours[] = { AEMP_UV_FUNCTIONS (F) };
#undef F
  const aemp_uv_function *theirs = (const aemp_uv_function *)functions;
  /* Within a major version libuv keeps the layout of its structures. */
  if (version >> 16 != UV_VERSION_MAJOR || count < sizeof ours / sizeof *ours) return -1;
  if (aempc_redirect_uv) return aempc_redirect_uv (theirs, sizeof ours / sizeof *ours);
  if (version != uv_version ()) return -1;
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    if (ours[i] != theirs[i]) return -1;
  return 0;
}

int aempc_own_uv (void) { return aempc_redirect_to_own_uv ? aempc_redirect_to_own_uv () : 0; }
