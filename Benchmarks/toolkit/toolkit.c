/* The same works on libuv (and libcurl) alone: toolkit timers COUNT | echo | http URL COUNT */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

static double now (void) { return (double)uv_hrtime () / 1e9; }

static void nothing (uv_timer_t *timer) { (void)timer; }

static void timers (int count) {
  uv_timer_t *all = calloc ((size_t)count, sizeof *all);
  double begun = now ();
  for (int i = 0; i < count; i++) {
    uv_timer_init (uv_default_loop (), &all[i]);
    uv_timer_start (&all[i], nothing, 1000000 + (uint64_t)i, 0);
  }
  for (int i = 0; i < count; i++) uv_close ((uv_handle_t *)&all[i], NULL);
  uv_run (uv_default_loop (), UV_RUN_DEFAULT);
  printf ("%f\n", now () - begun);
}

/* A client of the server of lines, and what of its present line has come. */
struct client {
  uv_tcp_t tcp;
  size_t count;
  char buffer[512];
};

static void room (uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
  struct client *client = (struct client *)handle;
  (void)size;
  *buffer = uv_buf_init (client->buffer + client->count, (unsigned)(sizeof client->buffer - client->count));
}

static void gone (uv_handle_t *handle) { free (handle); }

static void came (uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer) {
  struct client *client = (struct client *)stream;
  (void)buffer;
  if (got < 0) {
    uv_close ((uv_handle_t *)stream, gone);
    return;
  }
  client->count += (size_t)got;
  char *end;
  while ((end = memchr (client->buffer, '\n', client->count))) {
    size_t length = (size_t)(end - client->buffer) + 1;
    uv_buf_t line = uv_buf_init (client->buffer, (unsigned)length);
    uv_try_write (stream, &line, 1);
    client->count -= length;
    memmove (client->buffer, client->buffer + length, client->count);
  }
}

static void visit (uv_stream_t *server, int status) {
  if (status < 0) return;
  struct client *client = calloc (1, sizeof *client);
  uv_tcp_init (server->loop, &client->tcp);
  uv_accept (server, (uv_stream_t *)client);
  uv_read_start ((uv_stream_t *)client, room, came);
}

static void echo (void) {
  uv_tcp_t server;
  struct sockaddr_in address;
  int size = sizeof address;
  uv_ip4_addr ("127.0.0.1", 0, &address);
  uv_tcp_init (uv_default_loop (), &server);
  uv_tcp_bind (&server, (struct sockaddr *)&address, 0);
  uv_listen ((uv_stream_t *)&server, 1024, visit);
  uv_tcp_getsockname (&server, (struct sockaddr *)&address, &size);
  printf ("port %d\n", (address.sin_port >> 8 & 255) | (address.sin_port & 255) << 8);
  fflush (stdout);
  uv_run (uv_default_loop (), UV_RUN_DEFAULT);
}

/* The multi interface on a loop, as libcurl's own example has it, for one transfer after the other. */
static CURLM *multi;
static uv_timer_t clock_;
static CURL *easy;
static const char *url;
static int left;
static double begun;

static size_t drop (char *data, size_t size, size_t count, void *sum) {
  (void)data;
  *(size_t *)sum += size * count;
  return size * count;
}

static size_t received;

static void begin (void) {
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, drop);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, &received);
  curl_multi_add_handle (multi, easy);
}

static void look (void) {
  int waiting;
  CURLMsg *message;
  while ((message = curl_multi_info_read (multi, &waiting)))
    if (message->msg == CURLMSG_DONE) {
      if (message->data.result != CURLE_OK) exit (1);
      curl_multi_remove_handle (multi, easy);
      if (--left > 0) begin ();
      else printf ("%f\n", now () - begun), fflush (stdout), exit (0);
    }
}

static void ready (uv_poll_t *poll, int status, int events) {
  int running, flags = 0;
  uv_os_fd_t fd;
  (void)status;
  if (events & UV_READABLE) flags |= CURL_CSELECT_IN;
  if (events & UV_WRITABLE) flags |= CURL_CSELECT_OUT;
  uv_fileno ((uv_handle_t *)poll, &fd);
  curl_multi_socket_action (multi, fd, flags, &running);
  look ();
}

static int watch (CURL *handle, curl_socket_t fd, int what, void *data, void *socket) {
  uv_poll_t *poll = socket;
  (void)handle;
  (void)data;
  if (what == CURL_POLL_REMOVE) {
    if (poll) uv_close ((uv_handle_t *)poll, gone);
    curl_multi_assign (multi, fd, NULL);
    return 0;
  }
  if (!poll) {
    poll = malloc (sizeof *poll);
    uv_poll_init_socket (uv_default_loop (), poll, fd);
    curl_multi_assign (multi, fd, poll);
  }
  uv_poll_start (poll, (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0), ready);
  return 0;
}

static void late (uv_timer_t *timer) {
  int running;
  (void)timer;
  curl_multi_socket_action (multi, CURL_SOCKET_TIMEOUT, 0, &running);
  look ();
}

static int set (CURLM *handle, long milliseconds, void *data) {
  (void)handle;
  (void)data;
  if (milliseconds < 0) uv_timer_stop (&clock_);
  else uv_timer_start (&clock_, late, (uint64_t)milliseconds, 0);
  return 0;
}

static void http (int count) {
  left = count;
  curl_global_init (CURL_GLOBAL_ALL);
  uv_timer_init (uv_default_loop (), &clock_);
  multi = curl_multi_init ();
  curl_multi_setopt (multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl_multi_setopt (multi, CURLMOPT_TIMERFUNCTION, set);
  easy = curl_easy_init ();
  begun = now ();
  begin ();
  uv_run (uv_default_loop (), UV_RUN_DEFAULT);
}

int main (int argc, char **argv) {
  struct rlimit limit;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (argc == 3 && !strcmp (argv[1], "timers")) return timers (atoi (argv[2])), 0;
  if (argc == 2 && !strcmp (argv[1], "echo")) return echo (), 0;
  if (argc == 4 && !strcmp (argv[1], "http")) return url = argv[2], http (atoi (argv[3])), 0;
  return fprintf (stderr, "usage: toolkit timers COUNT | echo | http URL COUNT\n"), 2;
}
