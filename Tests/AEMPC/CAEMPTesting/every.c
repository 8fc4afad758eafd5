/* Every function of aemp.h, each called in every situation in which it has to answer, once. */
#define _GNU_SOURCE
#include "caemptesting.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum situation {
  WORKS,    /* in a callback of a port of the node, with what is right */
  NOTHING,  /* what the function is for is NULL */
  THREAD,   /* on another thread than the loop's */
  CLOSING,  /* behind aemp_node_close */
  CLOSED,   /* behind on_closed */
  FORK,     /* in the child of a fork */
  FOREIGN,  /* with the handle of another node's port */
  SIZE,     /* with a size of 2^63 */
  ARGUMENT, /* with an argument of that size */
  TOO_MANY, /* with more arguments than can be sent */
  SITUATIONS
};
static const char *const names[SITUATIONS] = {
  "with what is right", "with NULL", "on another thread", "when closing", "when closed", "in a child", "with a foreign port",
  "with a size of 2^63", "with an argument of 2^63 bytes", "with too many arguments"
};

/* What a function takes besides the node. */
enum {
  UD = 1,    /* user data and what frees it */
  PORT = 2,  /* a port */
  LIST = 4,  /* a list of arguments */
  LEN = 8,   /* another size */
  ARG = 16,  /* one argument */
  QUIET = 32 /* its answer is no status: it is translated below, and there is no sentence */
};

/* Made by a function of the table, and ended when the situation is over. */
struct made {
  aemp_node *node;
  uv_loop_t *loop; /* NULL: a pump */
};

struct every {
  enum situation situation;
  uv_loop_t loop, other_loop;
  uv_idle_t host, other_host; /* what lives on the loops besides: without it they would not run */
  aemp_node *first, *other, *stepped;
  aemp_port *own, *foreign;
  aemp_tag *text;
  aemp_watch *watching;
  aemp_value *hash;
  struct made made[4];
  int made_count;
  pthread_t thread;
  int owed, freed, freed_elsewhere, called, is_done, closed;
  char *report;
  size_t size;

  /* What the functions are called with. */
  aemp_node *node, *pump;
  aemp_port *subject, *port;
  aemp_tag *tag;
  aemp_watch *watch;
  aemp_value *value;
  const aemp_msg *msg;
  const char *id;
  aemp_arg arguments[1];
  size_t count;
};

static void complain (struct every *e, const char *format, ...) {
  size_t used = strlen (e->report);
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (e->report + used, e->size - used, format, arguments);
  va_end (arguments);
  used = strlen (e->report);
  snprintf (e->report + used, e->size - used, "\n");
}

/* ---- What is called back ---- */

static void freeing (void *ud) {
  struct every *e = ud;
  if (!pthread_equal (pthread_self (), e->thread)) e->freed_elsewhere++;
  e->freed++;
}
static void on_configured (aemp_node *node, int status, const char *sentence, void *ud) {
  (void)node; (void)status; (void)sentence;
  ((struct every *)ud)->called++;
}
static void on_node (aemp_node *node, void *ud) {
  (void)node;
  ((struct every *)ud)->called++;
}
static void on_msg (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  (void)node; (void)self; (void)msg;
  ((struct every *)ud)->called++;
}
static void on_reason (aemp_node *node, const aemp_msg *msg, void *ud) {
  (void)node; (void)msg;
  ((struct every *)ud)->called++;
}
static void on_value (aemp_node *node, const aemp_value *value, void *ud) {
  (void)node; (void)value;
  ((struct every *)ud)->called++;
}
static void on_node_event (aemp_node *node, const char *id, int is_up, const aemp_msg *reason, void *ud) {
  (void)node; (void)id; (void)is_up; (void)reason;
  ((struct every *)ud)->called++;
}
static void on_family (aemp_node *node, const aemp_value *family, const aemp_msg *added, const aemp_msg *changed,
                       const aemp_msg *deleted, void *ud) {
  (void)node; (void)family; (void)added; (void)changed; (void)deleted;
  ((struct every *)ud)->called++;
}
static void on_log (aemp_node *node, int level, const char *facility, const char *text, void *ud) {
  (void)node; (void)level; (void)facility; (void)text;
  ((struct every *)ud)->called++;
}
static void on_trace (aemp_node *node, const char *line, void *ud) {
  (void)node; (void)line;
  ((struct every *)ud)->called++;
}
static int on_each (const char *key, size_t len, const aemp_value *value, void *ud) {
  (void)key; (void)len; (void)value;
  return ++*(int *)ud > 100;
}
static void on_idle (uv_idle_t *idle) { (void)idle; }
static void on_closed (aemp_node *node, void *ud) {
  (void)node;
  *(int *)ud = 1;
}

/* ---- The functions: a status, of which what is not negative is right ---- */

/* The status of an answer that is right, or the one for NULL. */
static int answer (int is_right, int is_that_for_null) { return is_right ? 0 : is_that_for_null ? AEMP_EINVAL : 1; }

#define CALL(name) static int call_##name (struct every *e)

CALL (version) { return answer (e && aemp_version () == AEMP_VERSION, 0); }
CALL (strerror) { return answer (e && aemp_strerror (AEMP_EUV)[0] && aemp_strerror (-1000)[0], 0); }
CALL (last_error) { return answer (e && aemp_last_error (), 0); }
CALL (free) {
  aemp_free (e ? NULL : e);
  return 0;
}
CALL (attach_uv) {
#define F(name) (aemp_uv_function)name,
  static const aemp_uv_function functions[] = { AEMP_UV_FUNCTIONS (F) };
#undef F
  aemp_node *node = NULL;
  uv_loop_t *loop = e->situation == NOTHING ? NULL : malloc (sizeof *loop);
  if (loop) uv_loop_init (loop);
  int status = aemp_attach_uv (loop, functions, e->count == 1 ? sizeof functions / sizeof *functions : e->count,
                               uv_version (), &node);
  if (status == 0) {
    e->made[e->made_count++] = (struct made){ node, loop };
  } else if (loop) {
    uv_loop_close (loop);
    free (loop);
  }
  return status;
}
CALL (pump_new) {
  aemp_node *node = NULL;
  int fd;
  int status = aemp_pump_new (e->situation == NOTHING ? NULL : &node, &fd);
  if (status == 0) e->made[e->made_count++] = (struct made){ node, NULL };
  return status;
}
CALL (pump_step) {
  int timeout;
  return aemp_pump_step (e->pump, &timeout);
}
CALL (configure) {
  const char *binds[] = { "127.0.0.1:*", NULL };
  aemp_options options;
  memset (&options, 0, sizeof options);
  options.size = sizeof options;
  options.binds = binds;
  return aemp_configure (e->node, &options, on_configured, e, freeing);
}
CALL (node_adopt) { return aemp_node_adopt (e->node); }
CALL (node_ref) { return aemp_node_ref (e->node); }
CALL (node_unref) { return aemp_node_unref (e->node); }
CALL (node_id) { return answer (aemp_node_id (e->node) != NULL, !e->node); }
CALL (node_close) { return aemp_node_close (e->node, 0, NULL, NULL); }
CALL (node_is_closed) {
  int is_closed = aemp_node_is_closed (e->node);
  return answer (e->node && is_closed == (e->situation == CLOSED), !e->node && is_closed);
}
CALL (node_retain) {
  aemp_node *node = aemp_node_retain (e->node);
  aemp_node_release (node);
  return answer (node && node == e->node, !node && !e->node);
}
CALL (node_release) {
  aemp_node_retain (e->node);
  aemp_node_release (e->node);
  return e->node ? 0 : AEMP_EINVAL;
}
CALL (post) { return aemp_post (e->node, on_node, e, freeing); }
CALL (post_snd) { return aemp_post_snd (e->node, e->port, e->arguments, e->count); }
CALL (on_log) { return aemp_on_log (e->node, 4, on_log, e, freeing); }
CALL (on_trace) { return aemp_on_trace (e->node, on_trace, e, freeing); }
CALL (port_new) {
  aemp_port *port;
  int status = aemp_port_new (e->node, &port);
  if (!port != (status < 0)) return 1;
  aemp_port_release (port);
  return status;
}
CALL (port_of) {
  aemp_port *port;
  int status = aemp_port_of (e->id, e->count, &port);
  aemp_port_release (port);
  return status;
}
CALL (port_id) {
  size_t len = 7;
  const char *id = aemp_port_id (e->subject, &len);
  return answer (id && strlen (id) == len, !id && !len);
}
CALL (port_retain) {
  aemp_port *port = aemp_port_retain (e->subject);
  aemp_port_release (port);
  return answer (port && port == e->subject, !port && !e->subject);
}
CALL (port_release) {
  aemp_port_retain (e->subject);
  aemp_port_release (e->subject);
  return e->subject ? 0 : AEMP_EINVAL;
}
CALL (port_is_local) { return aemp_port_is_local (e->node, e->port); }
CALL (tag_new) {
  aemp_tag *tag;
  int status = aemp_tag_new (e->id, e->count, &tag);
  aemp_tag_release (tag);
  return status;
}
CALL (tag_retain) {
  aemp_tag *tag = aemp_tag_retain (e->tag);
  aemp_tag_release (tag);
  return answer (tag && tag == e->tag, !tag && !e->tag);
}
CALL (tag_release) {
  aemp_tag_retain (e->tag);
  aemp_tag_release (e->tag);
  return e->tag ? 0 : AEMP_EINVAL;
}
CALL (rcv) { return aemp_rcv (e->node, e->port, "tag", on_msg, e, freeing); }
CALL (snd) { return aemp_snd (e->node, e->port, e->arguments, e->count); }
CALL (snd_to_func) { return aemp_snd_to_func (e->node, "other", "f", e->arguments, e->count); }
CALL (kil) { return aemp_kil (e->node, e->port, e->arguments, e->count); }
CALL (die) { return aemp_die (e->node, "of this"); }
CALL (mon) { return aemp_mon (e->node, e->port, on_reason, e, freeing, NULL); }
CALL (mon_kil) { return aemp_mon_kil (e->node, e->port, e->port, NULL); }
CALL (mon_snd) { return aemp_mon_snd (e->node, e->port, e->port, e->arguments, e->count, NULL); }
CALL (cal) { return aemp_cal (e->node, e->port, 60, e->arguments, e->count, on_reason, e, freeing); }
CALL (sub) { return aemp_sub (e->node, "f", on_msg, e, freeing); }
CALL (spawn) {
  aemp_port *port;
  int status = aemp_spawn (e->node, "other", "f", e->arguments, e->count, &port);
  if (!port != (status < 0)) return 1;
  aemp_port_release (port);
  return status;
}
CALL (watch_cancel) { return aemp_watch_cancel (e->watch); }
CALL (watch_retain) {
  aemp_watch *watch = aemp_watch_retain (e->watch);
  aemp_watch_release (watch);
  return answer (watch && watch == e->watch, !watch && !e->watch);
}
CALL (watch_release) {
  aemp_watch_retain (e->watch);
  aemp_watch_release (e->watch);
  return e->watch ? 0 : AEMP_EINVAL;
}
CALL (db_set) { return aemp_db_set (e->node, "family", "key", e->arguments); }
CALL (db_del) {
  const char *keys[] = { "key", NULL };
  return aemp_db_del (e->node, "family", keys);
}
CALL (db_reg) { return aemp_db_reg (e->node, "family", e->port, e->arguments, NULL); }
CALL (db_get) { return aemp_db_get (e->node, "family", on_value, e, freeing); }
CALL (db_mon) { return aemp_db_mon (e->node, "family", on_family, e, freeing, NULL); }
CALL (mon_nodes) { return aemp_mon_nodes (e->node, on_node_event, e, freeing, NULL); }
CALL (node_is_up) { return aemp_node_is_up (e->node, "other"); }
CALL (status) {
  aemp_value *value;
  int status = aemp_status (e->node, &value);
  if (!value != (status < 0)) return 1;
  aemp_value_release (value);
  return status;
}
CALL (queued_bytes) { return (int)aemp_queued_bytes (e->node, "other"); }
CALL (when_drained) { return aemp_when_drained (e->node, "other", on_node, e, freeing); }
CALL (msg_count) {
  size_t count = aemp_msg_count (e->msg);
  return answer (e->msg && count == 1, !e->msg && count == 0);
}
CALL (msg_at) {
  const aemp_value *value = aemp_msg_at (e->msg, 0), *behind = aemp_msg_at (e->msg, (size_t)1 << 63);
  return answer (value && behind && aemp_value_kind (behind) == AEMP_NULL, !value && !behind);
}
CALL (msg_get) {
  int64_t number = 0;
  return aemp_msg_get (e->msg, "i.", &number);
}
CALL (value_kind) {
  aemp_kind kind = aemp_value_kind (e->value);
  return answer (e->value && kind == AEMP_HASH, !e->value && kind == AEMP_NULL);
}
/* Elements of {"a": [1, "text", "a#b"]}. */
static const aemp_value *element (struct every *e, size_t index) {
  return aemp_value_index (aemp_value_key (e->value, "a", 1), index);
}
CALL (value_int) {
  int64_t number;
  return aemp_value_int (element (e, 0), &number);
}
CALL (value_uint) {
  uint64_t number;
  return aemp_value_uint (element (e, 0), &number);
}
CALL (value_double) {
  double number;
  return aemp_value_double (element (e, 0), &number);
}
CALL (value_bool) {
  int is_true = aemp_value_bool (element (e, 0));
  return answer (is_true, !e->value && !is_true);
}
CALL (value_str) {
  size_t len;
  const char *text = aemp_value_str (element (e, 1), &len);
  return answer (text && len == 4, !text && !len);
}
CALL (value_bytes) {
  size_t len;
  const void *bytes = aemp_value_bytes (element (e, 1), &len);
  return answer (bytes && len == 4, !bytes && !len);
}
CALL (value_port) {
  aemp_port *port;
  int status = aemp_value_port (element (e, 2), &port);
  aemp_port_release (port);
  return status;
}
CALL (value_count) {
  size_t count = aemp_value_count (e->value);
  return answer (count == 1, !count);
}
CALL (value_index) {
  const aemp_value *value = element (e, e->count == 1 ? 0 : e->count);
  return answer (value && aemp_value_kind (value) == AEMP_INT,
                 e->value ? value && aemp_value_kind (value) == AEMP_NULL : !value);
}
CALL (value_key) {
  const aemp_value *value = aemp_value_key (e->value, "a", e->count);
  return answer (value != NULL, !value);
}
CALL (value_each) {
  int count = 0;
  return aemp_value_each (e->value, on_each, &count);
}
CALL (value_retain) {
  aemp_value *value = aemp_value_retain (e->value);
  aemp_value_release (value);
  return answer (value && value == e->value, !value && !e->value);
}
CALL (value_release) {
  aemp_value_retain (e->value);
  aemp_value_release (e->value);
  return e->value ? 0 : AEMP_EINVAL;
}
CALL (value_from_json) {
  aemp_value *value;
  int status = aemp_value_from_json (e->situation == NOTHING ? NULL : "1", e->count, &value);
  aemp_value_release (value);
  return status;
}
CALL (value_to_json) {
  char *text;
  int status = aemp_value_to_json (e->value, &text, NULL);
  aemp_free (text);
  return status;
}

/* ---- What they have to answer ---- */

enum rule {
  LOOP,    /* only on the loop's thread */
  ANY,     /* on any thread, of a node that is open */
  ADOPT,   /* on any thread, of a node that is not closed */
  CLOSE,   /* on the loop's thread, of a node that is not closed */
  FREE,    /* always: it needs no node, or no open one */
  ALWAYS,  /* the same, and there is nothing that could be NULL */
  MESSAGE, /* only in a callback */
  RULES
};
/* From WORKS to FORK; 1: it is not called. */
static const int answers[RULES][FOREIGN] = {
  [LOOP] = { 0, AEMP_EINVAL, AEMP_ETHREAD, AEMP_ECLOSED, AEMP_ECLOSED, AEMP_EFORK },
  [ANY] = { 0, AEMP_EINVAL, 0, AEMP_ECLOSED, AEMP_ECLOSED, AEMP_EFORK },
  [ADOPT] = { 0, AEMP_EINVAL, 0, 0, AEMP_ECLOSED, AEMP_EFORK },
  [CLOSE] = { 0, AEMP_EINVAL, AEMP_ETHREAD, 0, AEMP_ECLOSED, AEMP_EFORK },
  [FREE] = { 0, AEMP_EINVAL, 0, 0, 0, 0 },
  [ALWAYS] = { 0, 0, 0, 0, 0, 0 },
  [MESSAGE] = { 0, AEMP_EINVAL, 1, 1, 1, 1 },
};

#define F(name, rule, takes) { "aemp_" #name, rule, takes, call_##name }
static const struct function {
  const char *name;
  enum rule rule;
  int takes;
  int (*call) (struct every *);
} functions[] = {
  F (version, ALWAYS, QUIET), F (strerror, ALWAYS, QUIET), F (last_error, ALWAYS, QUIET), F (free, ALWAYS, QUIET),
  F (attach_uv, FREE, LEN), F (pump_new, FREE, 0), F (pump_step, CLOSE, 0), F (configure, LOOP, UD),
  F (node_ref, LOOP, 0), F (node_unref, LOOP, 0), F (node_id, FREE, QUIET), F (node_is_closed, FREE, QUIET),
  F (node_retain, FREE, QUIET), F (node_release, FREE, QUIET), F (post, ANY, UD), F (post_snd, ANY, PORT | LIST),
  F (on_log, LOOP, UD), F (on_trace, LOOP, UD),
  F (port_new, LOOP, 0), F (port_of, FREE, LEN), F (port_id, FREE, QUIET), F (port_retain, FREE, QUIET),
  F (port_release, FREE, QUIET), F (port_is_local, LOOP, PORT), F (tag_new, FREE, LEN), F (tag_retain, FREE, QUIET),
  F (tag_release, FREE, QUIET), F (rcv, LOOP, UD | PORT), F (snd, LOOP, PORT | LIST), F (snd_to_func, LOOP, LIST),
  F (die, LOOP, 0), F (mon, LOOP, UD | PORT), F (mon_kil, LOOP, PORT), F (mon_snd, LOOP, PORT | LIST),
  F (cal, LOOP, UD | PORT | LIST), F (sub, LOOP, UD), F (spawn, LOOP, LIST), F (watch_cancel, LOOP, 0),
  F (watch_retain, FREE, QUIET), F (watch_release, FREE, QUIET),
  F (db_set, LOOP, ARG), F (db_del, LOOP, 0), F (db_reg, LOOP, PORT | ARG), F (db_get, LOOP, UD), F (db_mon, LOOP, UD),
  F (mon_nodes, LOOP, UD), F (node_is_up, LOOP, 0), F (status, LOOP, 0), F (queued_bytes, LOOP, 0),
  F (when_drained, LOOP, UD),
  F (msg_count, MESSAGE, QUIET), F (msg_at, MESSAGE, QUIET), F (msg_get, MESSAGE, 0),
  F (value_kind, FREE, QUIET), F (value_int, FREE, QUIET), F (value_uint, FREE, QUIET), F (value_double, FREE, QUIET),
  F (value_bool, FREE, QUIET), F (value_str, FREE, QUIET), F (value_bytes, FREE, QUIET), F (value_port, FREE, QUIET),
  F (value_count, FREE, QUIET), F (value_index, FREE, LEN | QUIET), F (value_key, FREE, LEN | QUIET),
  F (value_each, FREE, 0), F (value_retain, FREE, QUIET), F (value_release, FREE, QUIET),
  F (value_from_json, FREE, LEN), F (value_to_json, FREE, 0),
  /* Last, because the port dies of the first one, the node of the second, and the third gives it to this thread. */
  F (kil, LOOP, PORT | LIST), F (node_close, CLOSE, 0), F (node_adopt, ADOPT, 0),
};
#undef F
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* What a function answers in a situation; 1 if it is not called. */
static int expected (const struct function *f, enum situation situation) {
  switch (situation) {
    /* The address of a port of another node is right wherever that of any port is; receivers are the owner's. */
    case FOREIGN: return !(f->takes & PORT) ? 1 : f->call == call_rcv ? AEMP_ENOTOURS : 0;
    case SIZE: return f->takes & (LIST | LEN) ? AEMP_EINVAL : 1;
    case ARGUMENT: return f->takes & (LIST | ARG) ? AEMP_EINVAL : 1;
    case TOO_MANY: return f->takes & LIST ? AEMP_ETOOBIG : 1;
    default: return answers[f->rule][situation];
  }
}

static void call_all (struct every *e, enum situation situation, const aemp_msg *msg) {
  int is_null = situation == NOTHING;
  e->situation = situation;
  e->node = is_null ? NULL : e->first;
  e->pump = is_null ? NULL : e->stepped;
  e->subject = is_null ? NULL : e->own;
  e->port = situation == FOREIGN ? e->foreign : e->own;
  e->tag = is_null ? NULL : e->text;
  e->watch = is_null ? NULL : e->watching;
  e->value = is_null ? NULL : e->hash;
  e->msg = msg;
  e->id = is_null ? NULL : "a";
  e->arguments[0] = situation == ARGUMENT ? aemp_strn ("x", (size_t)1 << 63) : aemp_int (1);
  e->count = situation == SIZE ? (size_t)1 << 63 : situation == TOO_MANY ? (size_t)1 << 40 : 1;
  for (int i = 0; i < FUNCTIONS; i++) {
    const struct function *f = &functions[i];
    int wanted = expected (f, situation), called = e->called, freed = e->freed;
    if (wanted == 1) continue;
    size_t length = strlen (f->name);
    int status = f->call (e);
    if (f->takes & UD) e->owed++;
    if (wanted < 0 ? status != wanted : status < 0 || (f->takes & QUIET && status))
      complain (e, "%s %s: %d instead of %d: %s", f->name, names[situation], status, wanted, aemp_last_error ());
    else if (status < 0 && !(f->takes & QUIET) && f->rule != FREE &&
             (strncmp (aemp_last_error (), f->name, length) || aemp_last_error ()[length] != ':'))
      complain (e, "%s %s: the sentence is of another function: %s", f->name, names[situation], aemp_last_error ());
    if (e->called != called) complain (e, "%s %s: calls back before it returns", f->name, names[situation]);
    /* Where there is no loop that could free it, it is freed at once; elsewhere from the loop. */
    int is_freed = e->freed != freed;
    int at_once = situation == NOTHING || situation == CLOSED || situation == FORK;
    if (f->takes & UD && is_freed != at_once)
      complain (e, "%s %s: %s", f->name, names[situation], is_freed ? "frees user data at once" : "frees no user data");
  }
}

/* Ends what functions of the table have made. */
static void end_made (struct every *e) {
  for (int i = 0; i < e->made_count; i++) {
    struct made *it = &e->made[i];
    int closed = 0, timeout;
    if (it->loop) {
      aemp_node_adopt (it->node);
      aemp_node_close (it->node, 0, on_closed, &closed);
      while (!closed) uv_run (it->loop, UV_RUN_ONCE);
      aemp_node_release (it->node);
      uv_run (it->loop, UV_RUN_DEFAULT);
      if (uv_loop_close (it->loop)) complain (e, "a loop %s has handles left", names[e->situation]);
      free (it->loop);
    } else {
      aemp_node_adopt (it->node);
      aemp_node_close (it->node, 0, on_closed, &closed);
      while (!closed) aemp_pump_step (it->node, &timeout);
      aemp_node_release (it->node);
    }
  }
  e->made_count = 0;
}

static void turns (struct every *e) {
  for (int i = 0; i < 5; i++) {
    uv_run (&e->loop, UV_RUN_NOWAIT);
    uv_run (&e->other_loop, UV_RUN_NOWAIT);
  }
}

/* A situation, and what user data there is is freed. */
static void call_in (struct every *e, enum situation situation) {
  int called = e->called, waiting = e->owed - e->freed;
  call_all (e, situation, NULL);
  end_made (e);
  turns (e);
  /* A call of the foreign port waits for its reply. */
  if (e->owed - e->freed != waiting + (situation == FOREIGN))
    complain (e, "%s %d user data were not freed", names[situation], e->owed - e->freed - waiting);
  if (e->called != called && situation != FOREIGN) complain (e, "%s something is called back", names[situation]);
}

static void *on_thread (void *it) {
  call_all (it, THREAD, NULL);
  return NULL;
}
static void on_go (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  struct every *e = ud;
  (void)node; (void)self;
  call_all (e, WORKS, msg);
  call_all (e, CLOSING, NULL);
  e->is_done = 1;
}

/* The table and the header name the same functions. */
static void compare (struct every *e, const char *path) {
  char line[1024], found[FUNCTIONS] = { 0 };
  FILE *header = fopen (path, "r");
  if (!header) {
    complain (e, "%s cannot be read", path);
    return;
  }
  while (fgets (line, sizeof line, header)) {
    static const char *const others[] = { "static", "inline", "typedef", "enum", "extern" };
    int is_other = line[0] < 'a' || line[0] > 'z';
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
      is_other |= !strncmp (line, others[i], strlen (others[i]));
    char *end = strstr (line, " ("), *name;
    if (is_other || !end) continue;
    *end = 0;
    name = strrchr (line, ' ');
    if (!name) continue;
    name += name[1] == '*' ? 2 : 1;
    int i = 0;
    while (i < FUNCTIONS && strcmp (functions[i].name, name)) i++;
    if (i == FUNCTIONS) complain (e, "%s is not tested", name);
    else found[i] = 1;
  }
  fclose (header);
  for (int i = 0; i < FUNCTIONS; i++)
    if (!found[i]) complain (e, "%s is not in the header", functions[i].name);
}

int aempt_every (const char *header, int forks, char *report, size_t size) {
  struct every *e = calloc (1, sizeof *e);
  aemp_options options;
  int fd, timeout;
  e->report = report;
  e->size = size;
  e->thread = pthread_self ();
  report[0] = 0;
  compare (e, header);

  uv_loop_init (&e->loop);
  uv_loop_init (&e->other_loop);
  uv_idle_init (&e->loop, &e->host);
  uv_idle_init (&e->other_loop, &e->other_host);
  uv_idle_start (&e->host, on_idle);
  uv_idle_start (&e->other_host, on_idle);
  memset (&options, 0, sizeof options);
  options.size = sizeof options;
  const char *binds[] = { "127.0.0.1:*", NULL };
  options.nodeid = "another";
  options.binds = binds;
  if (aemp_attach (&e->loop, &e->first) || aemp_attach (&e->other_loop, &e->other) || aemp_pump_new (&e->stepped, &fd) ||
      aemp_configure (e->other, &options, NULL, NULL, NULL) || aemp_port_new (e->first, &e->own) ||
      aemp_port_new (e->other, &e->foreign) || aemp_tag_new ("go", 2, &e->text) ||
      aemp_mon_nodes (e->first, on_node_event, e, NULL, &e->watching) ||
      aemp_value_from_json ("{\"a\":[1,\"text\",\"a#b\"]}", AEMP_CSTR, &e->hash) ||
      aemp_rcv (e->first, e->own, "go", on_go, e, NULL) || aemp_rcv (e->first, e->own, NULL, on_msg, e, NULL) || aemp_pump_step (e->stepped, &timeout)) {
    complain (e, "nothing can be tested: %s", aemp_last_error ());
    return -1;
  }
  /* This is the loops' thread now. */
  turns (e);

  call_in (e, NOTHING);
  call_in (e, SIZE);
  call_in (e, ARGUMENT);
  call_in (e, TOO_MANY);
  {
    pthread_t thread;
    if (pthread_create (&thread, NULL, on_thread, e)) complain (e, "there is no thread");
    else pthread_join (thread, NULL);
    if (aemp_node_adopt (e->first)) complain (e, "this thread cannot get the node back: %s", aemp_last_error ());
    e->called = 0;
    end_made (e);
    turns (e);
    /* What was posted there is called. */
    if (e->called != 2 || e->freed != e->owed)
      complain (e, "from another thread %d of 2 posted were called, %d of %d user data freed", e->called, e->freed, e->owed);
  }
  call_in (e, FOREIGN);
  if (aemp_rcv (e->other, e->foreign, NULL, on_msg, e, NULL))
    complain (e, "the foreign node has suffered: %s", aemp_last_error ());

  if (forks) {
    fflush (stdout);
    pid_t child = fork ();
    int status;
    if (child == 0) {
      /* What was wrong before is told by the parent. */
      report[0] = 0;
      call_in (e, FORK);
      aemp_watch_release (e->watching);
      aemp_port_release (e->own);
      aemp_tag_release (e->text);
      aemp_value_release (e->hash);
      aemp_node_release (e->first);
      aemp_node_release (e->stepped);
      if (report[0]) printf ("%s", report);
      fflush (stdout);
      _exit (report[0] != 0);
    }
    if (waitpid (child, &status, 0) != child || !WIFEXITED (status) || WEXITSTATUS (status))
      complain (e, "the child of a fork ended with %#x", status);
  }

  aemp_arg message[] = { aemp_tagged (e->text), aemp_int (1) };
  if (aemp_snd (e->first, e->own, message, 2)) complain (e, "the node has suffered: %s", aemp_last_error ());
  while (!e->is_done) uv_run (&e->loop, UV_RUN_ONCE);
  end_made (e);
  aemp_node_close (e->stepped, 0, on_closed, &e->closed);
  while (!aemp_node_is_closed (e->first)) uv_run (&e->loop, UV_RUN_ONCE);
  while (!e->closed) aemp_pump_step (e->stepped, &timeout);
  end_made (e);
  turns (e);
  if (e->freed != e->owed) complain (e, "at the end %d of %d user data were freed", e->freed, e->owed);
  call_in (e, CLOSED);
  if (e->freed_elsewhere) complain (e, "%d user data were freed on another thread", e->freed_elsewhere);

  e->closed = 0;
  aemp_node_close (e->other, 0, on_closed, &e->closed);
  while (!e->closed) uv_run (&e->other_loop, UV_RUN_ONCE);
  aemp_watch_release (e->watching);
  aemp_port_release (e->own);
  aemp_port_release (e->foreign);
  aemp_tag_release (e->text);
  aemp_value_release (e->hash);
  aemp_node_release (e->first);
  aemp_node_release (e->other);
  aemp_node_release (e->stepped);
  uv_close ((uv_handle_t *)&e->host, NULL);
  uv_close ((uv_handle_t *)&e->other_host, NULL);
  uv_run (&e->loop, UV_RUN_DEFAULT);
  uv_run (&e->other_loop, UV_RUN_DEFAULT);
  if (uv_loop_close (&e->loop) || uv_loop_close (&e->other_loop)) complain (e, "a loop has handles left");
  free (e);
  return report[0] ? -1 : FUNCTIONS;
}
