/* uv_redirect.c: only in libaemp.so, where it takes the place of libuv. Each uv_* function that the library calls
 * jumps through a table, which is filled with the functions of the host's own libuv when it attaches: so a loop
 * works whatever copy of libuv it is of, also where that is hidden inside another library. It costs what a call of
 * a shared library does. The first who attaches decides; a loop of another copy is refused then. */
#include "aemp_uv.h"

#include <dlfcn.h>
#include <pthread.h>

#define SLOT(name) __attribute__ ((visibility ("hidden"))) aemp_uv_function aempc_slot_##name;
AEMP_UV_FUNCTIONS (SLOT)
#undef SLOT

#if defined __x86_64__
#define JUMP(name) "jmp *aempc_slot_" #name "(%rip)\n"
#elif defined __aarch64__
#define JUMP(name) \
  "adrp x16, aempc_slot_" #name "\nldr x16, [x16, :lo12:aempc_slot_" #name "]\nbr x16\n"
#else
#error "this processor has no jumps here"
#endif
#define DEFINE(name) \
  __asm__ (".text\n.globl " #name "\n.hidden " #name "\n.type " #name ", %function\n" #name ":\n" JUMP (name) \
           ".size " #name ", . - " #name "\n");
AEMP_UV_FUNCTIONS (DEFINE)
#undef DEFINE

#define ADDRESS(name) &aempc_slot_##name,
static aemp_uv_function *const slots[] = { AEMP_UV_FUNCTIONS (ADDRESS) };
#undef ADDRESS
#define NAME(name) #name,
static const char *const names[] = { AEMP_UV_FUNCTIONS (NAME) };
#undef NAME
enum { COUNT = sizeof slots / sizeof *slots };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_filled;

int aempc_redirect_uv (const aemp_uv_function *functions, size_t count) {
  int status = 0;
  if (count < COUNT) return -1;
  pthread_mutex_lock (&lock);
  for (size_t i = 0; i < COUNT; i++)
    if (!functions[i] || (is_filled && *slots[i] != functions[i])) status = -1;
  for (size_t i = 0; i < COUNT && !status && !is_filled; i++) *slots[i] = functions[i];
  if (!status) is_filled = 1;
  pthread_mutex_unlock (&lock);
  return status;
}

/* For a host without libuv: that of the system, unless one is used already. */
int aempc_redirect_to_own_uv (void) {
  int status = 0;
  pthread_mutex_lock (&lock);
  if (!is_filled) {
    aemp_uv_function found[COUNT];
    void *libuv = dlopen ("libuv.so.1", RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < COUNT && !status; i++) {
      found[i] = libuv ? (aemp_uv_function)dlsym (libuv, names[i]) : 0;
      if (!found[i]) status = -1;
    }
    for (size_t i = 0; i < COUNT && !status; i++) *slots[i] = found[i];
    if (!status) is_filled = 1;
  }
  pthread_mutex_unlock (&lock);
  return status;
}
