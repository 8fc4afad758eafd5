/* host.h: what the host programs of the tests share. */
#ifndef HOST_H
#define HOST_H

#include <aemp_uv.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      printf ("%s:%d: %s does not hold; the last failure: %s\n", __FILE__, __LINE__, #condition, aemp_last_error ()); \
      exit (1); \
    } \
  } while (0)

static inline void count_handle (uv_handle_t *handle, void *count) {
  (void)handle;
  ++*(int *)count;
}
static inline int handles (uv_loop_t *loop) {
  int count = 0;
  uv_walk (loop, count_handle, &count);
  return count;
}
static inline int descriptors (void) {
  int count = 0;
  DIR *directory = opendir ("/proc/self/fd");
  while (readdir (directory)) count++;
  closedir (directory);
  return count;
}
static inline int threads (void) {
  int count = 0;
  DIR *directory = opendir ("/proc/self/task");
  while (readdir (directory)) count++;
  closedir (directory);
  return count - 2;
}
/* The resident size in KiB. */
static inline long resident (void) {
  long size = 0, pages = 0;
  FILE *file = fopen ("/proc/self/statm", "r");
  if (fscanf (file, "%ld %ld", &size, &pages) != 2) pages = 0;
  fclose (file);
  return pages * (sysconf (_SC_PAGESIZE) / 1024);
}

/* Joins the network on 127.0.0.1; with a seed if there is one. */
static inline void join (aemp_node *node, const char *id, const char *seed) {
  const char *binds[] = { "127.0.0.1:*", NULL };
  const char *seeds[] = { seed, NULL };
  aemp_options options;
  memset (&options, 0, sizeof options);
  options.size = sizeof options;
  options.nodeid = id;
  options.binds = binds;
  options.seeds = seeds;
  options.settings = "{\"secret\":\"of the tests\"}";
  CHECK (aemp_configure (node, &options, NULL, NULL, NULL) == 0);
}
/* Where a node listens, until the next call. */
static inline const char *address_of (aemp_node *node) {
  static char text[64];
  aemp_value *status;
  CHECK (aemp_status (node, &status) == 0);
  snprintf (text, sizeof text, "%s",
            aemp_value_str (aemp_value_index (aemp_value_key (status, "binds", AEMP_CSTR), 0), NULL));
  aemp_value_release (status);
  return text;
}

#endif
