/* A program without a loop that has hardly any descriptors left: a pump is refused with a sentence, not by an abort. */
#define _GNU_SOURCE
#include "host.h"
#include <fcntl.h>
#include <sys/resource.h>

static void on_closed (aemp_node *node, void *ud) {
  (void)node;
  *(int *)ud = 1;
}

int main (void) {
  struct rlimit limit = { 64, 64 };
  aemp_node *node = NULL;
  int opened[64], count = 0, spare = 0, status, fd = -1, timeout, closed = 0;
  CHECK (setrlimit (RLIMIT_NOFILE, &limit) == 0);
  while ((fd = open ("/dev/null", O_RDONLY)) >= 0) opened[count++] = fd;
  /* One more is free in each round. */
  while ((status = aemp_pump_new (&node, &fd)) != 0) {
    CHECK (status == AEMP_ENOMEM && !node && fd == -1);
    CHECK (strstr (aemp_last_error (), "no memory or no descriptor left"));
    CHECK (count > 0 && ++spare < 10);
    close (opened[--count]);
  }
  CHECK (spare > 0);
  CHECK (aemp_pump_step (node, &timeout) == 0);
  CHECK (aemp_node_close (node, 0, on_closed, &closed) == 0);
  while (!closed) CHECK (aemp_pump_step (node, &timeout) == 0);
  aemp_node_release (node);
  printf ("a pump takes %d free descriptors\n", spare);
  return 0;
}
