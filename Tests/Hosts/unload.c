/* The library is loaded, used and unloaded, by threads that end; three times. */
#define _GNU_SOURCE
#include "host.h"
#include <dlfcn.h>
#include <pthread.h>

static const char *path;

static void *life (void *unused) {
  (void)unused;
  void *library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    printf ("%s\n", dlerror ());
    exit (1);
  }
  int (*attach) (void *, const void *, size_t, uint32_t, aemp_node **);
  int (*close_it) (aemp_node *, uint32_t, aemp_node_cb, void *);
  int (*is_closed) (aemp_node *);
  void (*release) (aemp_node *);
  int (*configure) (aemp_node *, const aemp_options *, aemp_configured_cb, void *, aemp_free_cb);
  *(void **)&attach = dlsym (library, "aemp_attach_uv");
  *(void **)&close_it = dlsym (library, "aemp_node_close");
  *(void **)&is_closed = dlsym (library, "aemp_node_is_closed");
  *(void **)&release = dlsym (library, "aemp_node_release");
  *(void **)&configure = dlsym (library, "aemp_configure");
#define F(name) (aemp_uv_function)name,
  const aemp_uv_function functions[] = { AEMP_UV_FUNCTIONS (F) };
#undef F
  uv_loop_t loop;
  aemp_node *node;
  if (uv_loop_init (&loop)) exit (1);
  if (attach (&loop, functions, sizeof functions / sizeof *functions, uv_version (), &node)) exit (2);
  if (configure (node, NULL, NULL, NULL, NULL)) exit (3);
  uv_run (&loop, UV_RUN_NOWAIT);
  close_it (node, 0, NULL, NULL);
  while (!is_closed (node)) uv_run (&loop, UV_RUN_ONCE);
  release (node);
  if (uv_loop_close (&loop)) exit (4);
  dlclose (library);
  return NULL;
}

int main (int argc, char **argv) {
  if (argc < 2) return 1;
  path = argv[1];
  for (int i = 0; i < 3; i++) {
    pthread_t thread;
    pthread_create (&thread, NULL, life, NULL);
    pthread_join (thread, NULL);
  }
  return 0;
}
