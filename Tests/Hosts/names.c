/* A host whose own loop answers what the node asks the name server: the node can only get an answer if the loop runs on while
 * a name is looked up, and the answer waits until the host's timer has ticked. Needs a network of its own, in which
 * 127.0.0.1 is the name server. */
#define _GNU_SOURCE
#include "host.h"
#include <net/if.h>
#include <sys/ioctl.h>

enum { QUESTIONS = 8, TICKS = 20 };
static struct question {
  unsigned char bytes[512];
  ssize_t size;
  struct sockaddr_in from;
  int ticks; /* until it is answered */
} questions[QUESTIONS];
static int asked, ticks, ticks_while_asked, configured, status_then, closed;
static uv_udp_t server;

static void allocate (uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
  static char memory[65536];
  (void)handle; (void)size;
  *buffer = uv_buf_init (memory, sizeof memory);
}
static void on_question (uv_udp_t *udp, ssize_t size, const uv_buf_t *buffer, const struct sockaddr *from, unsigned flags) {
  (void)udp; (void)flags;
  if (size < 17 || size > 512 || !from || asked == QUESTIONS) return;
  struct question *it = &questions[asked++];
  memcpy (it->bytes, buffer->base, (size_t)size);
  it->size = size;
  it->from = *(const struct sockaddr_in *)from;
  it->ticks = TICKS;
}
/* The address is 127.0.0.1; there is none of another kind. */
static void answer (struct question *it) {
  unsigned char *b = it->bytes, *name = b + 12, *end = name;
  while (end < b + it->size && *end) end += *end + 1;
  unsigned char *behind = end + 5;
  CHECK (behind <= b + it->size);
  int is_a = end[2] == 1;
  b[2] = 0x81, b[3] = 0x80;
  b[6] = 0, b[7] = (unsigned char)is_a;
  memset (b + 8, 0, 4);
  if (is_a) {
    static const unsigned char record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1 };
    memcpy (behind, record, sizeof record);
    behind += sizeof record;
  }
  uv_buf_t buffer = uv_buf_init ((char *)b, (unsigned)(behind - b));
  CHECK (uv_udp_try_send (&server, &buffer, 1, (struct sockaddr *)&it->from) == (int)buffer.len);
}
static void on_tick (uv_timer_t *timer) {
  (void)timer;
  ticks++;
  for (int i = 0; i < asked; i++) {
    if (!questions[i].ticks) continue;
    ticks_while_asked++;
    if (!--questions[i].ticks) answer (&questions[i]);
  }
}
static void on_configured (aemp_node *node, int status, const char *sentence, void *ud) {
  (void)node; (void)ud;
  if (status) printf ("%s\n", sentence);
  configured = 1;
  status_then = status;
}
static void on_closed (aemp_node *node, void *ud) { (void)node; (void)ud; closed = 1; }

/* The loopback interface of a new network is down. */
static void raise_loopback (void) {
  struct ifreq request = { .ifr_name = "lo" };
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  request.ifr_flags = IFF_UP;
  CHECK (fd >= 0 && ioctl (fd, SIOCSIFFLAGS, &request) == 0);
  close (fd);
}
static aemp_node *begin (uv_loop_t *loop, const char *bind, const char *seed) {
  const char *binds[] = { bind, NULL }, *seeds[] = { seed, NULL };
  aemp_options options = {
    .size = sizeof options, .binds = binds, .seeds = seeds, .settings = "{\"secret\":\"of the tests\"}" };
  aemp_node *node;
  asked = ticks_while_asked = configured = closed = 0;
  CHECK (aemp_attach (loop, &node) == 0);
  CHECK (aemp_configure (node, &options, on_configured, NULL, NULL) == 0);
  CHECK (!configured);
  while (!asked) uv_run (loop, UV_RUN_ONCE);
  return node;
}
static void end (uv_loop_t *loop, aemp_node *node) {
  CHECK (aemp_node_close (node, 0, on_closed, NULL) == 0);
  while (!closed) uv_run (loop, UV_RUN_ONCE);
  aemp_node_release (node);
}

int main (void) {
  uv_loop_t loop;
  uv_timer_t timer;
  struct sockaddr_in address;
  raise_loopback ();
  CHECK (uv_loop_init (&loop) == 0 && uv_udp_init (&loop, &server) == 0);
  uv_ip4_addr ("127.0.0.1", 53, &address);
  CHECK (uv_udp_bind (&server, (struct sockaddr *)&address, 0) == 0);
  CHECK (uv_udp_recv_start (&server, allocate, on_question) == 0);
  uv_timer_init (&loop, &timer);
  uv_timer_start (&timer, on_tick, 1, 1);
  int before = handles (&loop);

  /* The name of an own address: the node listens there at the end. */
  aemp_node *node = begin (&loop, "host.example:*", NULL);
  while (!configured) uv_run (&loop, UV_RUN_ONCE);
  CHECK (status_then == 0 && ticks_while_asked >= TICKS);
  CHECK (strncmp (address_of (node), "127.0.0.1:", 10) == 0);
  end (&loop, node);

  /* The loop ends, and with it the look-up, before there is an answer. */
  node = begin (&loop, "other.example:*", NULL);
  end (&loop, node);
  CHECK (!configured);

  /* The name of a seed: two answers, one of each kind, and the node goes on. */
  node = begin (&loop, "127.0.0.1:*", "seed.example:9");
  while (ticks_while_asked < 2 * TICKS) uv_run (&loop, UV_RUN_ONCE);
  CHECK (configured && status_then == 0);
  end (&loop, node);

  CHECK (handles (&loop) == before);
  uv_close ((uv_handle_t *)&server, NULL);
  uv_close ((uv_handle_t *)&timer, NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  CHECK (uv_loop_close (&loop) == 0);
  printf ("%d ticks of the host's timer\n", ticks);
  return 0;
}
