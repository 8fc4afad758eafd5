/* Connects to a server of lines many times, waits for a line on its standard input, then sends and awaits lines on all
 * connections at once, and prints how long that took: load PORT CONNECTIONS LINES */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char line[] = "the quick brown fox jumps\n";
enum { SIZE = sizeof line - 1 };

struct connection {
  int fd, left, got;
};

static double now (void) {
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail (const char *what) {
  fprintf (stderr, "load: %s: %s\n", what, strerror (errno));
  exit (1);
}

static void say (struct connection *one) {
  if (write (one->fd, line, SIZE) != SIZE) fail ("write");
}

int main (int argc, char **argv) {
  if (argc != 4) return fprintf (stderr, "usage: load PORT CONNECTIONS LINES\n"), 2;
  int count = atoi (argv[2]), lines = atoi (argv[3]), open = count;
  struct rlimit limit;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons ((unsigned short)atoi (argv[1]))};
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  struct connection *all = calloc ((size_t)count, sizeof *all);
  int poll = epoll_create1 (0), on = 1;
  for (int i = 0; i < count; i++) {
    all[i] = (struct connection){socket (AF_INET, SOCK_STREAM, 0), lines, 0};
    if (all[i].fd < 0 || connect (all[i].fd, (struct sockaddr *)&address, sizeof address) < 0) fail ("connect");
    setsockopt (all[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    /* One line each, so that the server has accepted all. */
    say (&all[i]);
    char buffer[SIZE];
    for (int got = 0; got < SIZE;) {
      ssize_t piece = read (all[i].fd, buffer, (size_t)(SIZE - got));
      if (piece <= 0) fail ("read");
      got += (int)piece;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
    epoll_ctl (poll, EPOLL_CTL_ADD, all[i].fd, &event);
  }
  puts ("connected");
  fflush (stdout);
  getchar ();
  double begun = now ();
  for (int i = 0; i < count; i++) say (&all[i]);
  while (open > 0) {
    struct epoll_event events[256];
    int ready = epoll_wait (poll, events, 256, 60000);
    if (ready <= 0) fail ("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct connection *one = events[i].data.ptr;
      char buffer[4096];
      ssize_t piece = read (one->fd, buffer, sizeof buffer);
      if (piece <= 0) fail ("read");
      one->got += (int)piece;
      if (one->got < SIZE) continue;
      one->got -= SIZE;
      if (--one->left > 0) say (one);
      else open--;
    }
  }
  printf ("%f\n", now () - begun);
  return 0;
}
