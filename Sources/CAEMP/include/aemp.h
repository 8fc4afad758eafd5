/* aemp.h: a node of the network in a C or C++ program that runs a libuv loop, or any other event loop.
 *
 *   #include <aemp_uv.h>
 *
 *   static void hello (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
 *     const char *name;
 *     if (!aemp_msg_get (msg, "s", &name)) printf ("hello, %s\n", name);
 *   }
 *   ...
 *   aemp_attach (loop, &node);
 *   aemp_configure (node, &options, NULL, NULL, NULL);
 *   aemp_port_new (node, &port);
 *   aemp_rcv (node, port, "hello", hello, NULL, NULL);
 *   aemp_node_ref (node);                               // or uv_run returns: see there
 *   uv_run (loop, UV_RUN_DEFAULT);
 *
 * Threads    A node belongs to one thread: the one on which the loop first calls it after attaching (until then,
 *            the one that attached), or the one that calls aemp_node_adopt. Functions marked [any] may be called
 *            on any thread; all others answer AEMP_ETHREAD elsewhere. A value and a port handle may be used by one
 *            thread at a time; retaining and releasing is [any].
 * Fork       In the child of a fork every function of a node answers AEMP_EFORK, and releasing an open node does
 *            nothing. The child may run the inherited loop (after uv_loop_fork, as libuv asks for): it calls nothing
 *            of the node, and nothing disturbs the parent's. The descriptor of a pump is the parent's: a child
 *            that polls it takes it out.
 * Callbacks  No function calls a callback before it returns, but aemp_value_each, which says so: what you send to
 *            your own port arrives from the loop. Callbacks may call every function, aemp_node_close and releasing
 *            included. They must return normally: no C++ exception and no longjmp (lua_error, a throwing napi call)
 *            may leave them, and they must not run the loop. After aemp_node_close only its on_closed is called,
 *            and what frees user data.
 * Ownership  What is marked [owned] is released by the caller. Messages, and the values in them, are borrowed: they
 *            end when the callback returns, but what was retained stays. Arguments are copied before a function
 *            returns. A free_ud is called once, when the callback that it came with can be called no more, also
 *            when the function that took it fails: from the loop; when there is no open node (NULL, closed, or in
 *            the child of a fork) before the function returns.
 * Handles    stay valid until they are released, whatever happens to what they name: functions of a closed node
 *            answer AEMP_ECLOSED. Releasing NULL does nothing.
 * Errors     0 or a negative aemp_error. aemp_last_error is a sentence about the last failure on this thread.
 * Sizes      A size above PTRDIFF_MAX is AEMP_EINVAL, but AEMP_CSTR: up to the NUL.
 * Text       is UTF-8. What is not is repaired with U+FFFD, but JSON that is not is refused.
 */
#ifndef AEMP_H
#define AEMP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AEMP_VERSION_MAJOR 0
#define AEMP_VERSION_MINOR 1
#define AEMP_VERSION ((AEMP_VERSION_MAJOR << 16) | AEMP_VERSION_MINOR)

/* Counted handles. */
typedef struct aemp_node aemp_node;
typedef struct aemp_port aemp_port;   /* the address of a port, of this node or of another */
typedef struct aemp_tag aemp_tag;     /* text that is prepared for being sent again and again */
typedef struct aemp_value aemp_value; /* never changes */
typedef struct aemp_watch aemp_watch; /* what ends a monitor; releasing it ends nothing */
/* Borrowed: a list of values, without the tag that its receiver is for. */
typedef struct aemp_msg aemp_msg;

typedef enum {
  AEMP_OK = 0,
  AEMP_EINVAL = -1,      /* an argument is NULL or makes no sense */
  AEMP_ETHREAD = -2,     /* called on another thread than the node's: aemp_post */
  AEMP_ECLOSED = -3,     /* the node is closed, or closing */
  AEMP_ECONFIG = -4,     /* the configuration makes no sense, or an address cannot be listened on */
  AEMP_ENOTOURS = -5,    /* the port belongs to another node */
  AEMP_ENOPORT = -6,     /* there is no such port of this node, or not any more */
  AEMP_ETYPE = -7,       /* a value is not of the kind that was asked for, or an argument of none that can be sent */
  AEMP_ERANGE = -8,      /* a number is too large for where it is to go */
  AEMP_ENOMEM = -9,      /* the system has no memory or no descriptor left */
  AEMP_EUV = -10,        /* the loop is of another copy of libuv than the one that this library calls */
  AEMP_EVERSION = -11,   /* a structure is of a newer header than this library */
  AEMP_EFORK = -12,      /* this process is the child of a fork, and the node its parent's */
  AEMP_ETOOBIG = -13,    /* more arguments than can be sent */
  AEMP_ECONFIGURED = -14 /* the node is configured, or being configured, already */
} aemp_error;

typedef enum {
  AEMP_NULL, AEMP_BOOL, AEMP_INT, AEMP_UINT, AEMP_DOUBLE, AEMP_STR, AEMP_BYTES, AEMP_ARRAY, AEMP_HASH,
  /* Only as arguments: */
  AEMP_ARG_VALUE = 32, AEMP_ARG_PORT, AEMP_ARG_TAG, AEMP_ARG_JSON
} aemp_kind;

/* One argument to send: 32 bytes for ever. Made by aemp_int and its like, below. */
typedef struct aemp_arg {
  int32_t kind;      /* an aemp_kind; AEMP_ARRAY and AEMP_HASH travel as AEMP_ARG_VALUE or AEMP_ARG_JSON */
  uint32_t reserved; /* 0 */
  union { int64_t i; uint64_t u; double d; const char *s; const void *p; } v;
  size_t len;        /* bytes of text, bytes or JSON */
  uint64_t reserved2;
} aemp_arg;
#define AEMP_CSTR ((size_t)-1)

typedef void (*aemp_free_cb) (void *ud);
typedef void (*aemp_node_cb) (aemp_node *, void *ud);
typedef void (*aemp_configured_cb) (aemp_node *, int status, const char *sentence, void *ud);
typedef void (*aemp_msg_cb) (aemp_node *, aemp_port *self, const aemp_msg *, void *ud);
typedef void (*aemp_reason_cb) (aemp_node *, const aemp_msg *, void *ud);
typedef void (*aemp_value_cb) (aemp_node *, const aemp_value *, void *ud);
typedef void (*aemp_node_event_cb) (aemp_node *, const char *node, int is_up, const aemp_msg *reason, void *ud);
typedef void (*aemp_family_cb) (aemp_node *, const aemp_value *family, const aemp_msg *added,
                                const aemp_msg *changed, const aemp_msg *deleted, void *ud);
typedef void (*aemp_log_cb) (aemp_node *, int level, const char *facility, const char *text, void *ud);
typedef void (*aemp_trace_cb) (aemp_node *, const char *line, void *ud);
typedef int (*aemp_each_cb) (const char *key, size_t len, const aemp_value *, void *ud);

enum {
  AEMP_KEEP_ALIVE = 1, /* as by aemp_node_ref */
  AEMP_USE_FILE = 2,   /* read the configuration file, which $AE_MP_RC or $HOME leads to, and its profile */
  AEMP_FORCE = 4,      /* these settings beat the file's */
  AEMP_USE_ENV = 8     /* as long as the node lives, obey AE_VERBOSE, AE_LOG and AE_MP_TRACE, and write to standard
                          error as they say */
};

/* Set what you need; all else is 0: aemp_options o = { sizeof (aemp_options) }; A shorter one of an older header
 * works; a longer one does if what this library does not know is 0, else it is AEMP_EVERSION. */
typedef struct aemp_options {
  size_t size;              /* sizeof (aemp_options) */
  uint32_t flags;           /* AEMP_KEEP_ALIVE and its like */
  uint32_t reserved;        /* 0 */
  const char *profile;      /* of the file; NULL: the one named like the host */
  const char *nodeid;       /* NULL: the host's name and something random; "name/%u": a name of your own with it */
  const char *const *binds; /* where to listen, ends with NULL; NULL: as the file says, else anywhere */
  const char *const *seeds; /* nodes to contact first, ends with NULL */
  const char *settings;     /* a hash as JSON: every other setting, by its name in the file */
} aemp_options;

/* ---- Library ---------------------------------------------------------------------------------------------- */

/* [any] AEMP_VERSION of the library that runs. */
uint32_t aemp_version (void);
/* [any] A sentence for an aemp_error; never NULL. */
const char *aemp_strerror (int code);
/* [any] A sentence about this thread's last failure, valid until its next one; "" if there was none. */
const char *aemp_last_error (void);

/* ---- Node ------------------------------------------------------------------------------------------------- */

/* Attaching, to a libuv loop: aemp_attach, an inline function in aemp_uv.h, calls this with the host's own uv_*
 * functions. AEMP_EUV when the loop is of another copy of libuv than the one that this library calls. [owned] */
int aemp_attach_uv (void *uv_loop, const void *uv_functions, size_t count, uint32_t uv_version, aemp_node **out);
/* A host without libuv: the node has a loop of its own. Poll *fd for reading, and call aemp_pump_step when it is
 * readable, when *timeout_ms (of the step before; -1: none) is over, and once at the beginning. Every call of a
 * function outside of a step makes the descriptor readable. It is closed in the step that calls on_closed, so take
 * it out of your poll there. [owned] */
int aemp_pump_new (aemp_node **out, int *fd);
/* Does what there is to do, without waiting. AEMP_ECLOSED once on_closed was called. */
int aemp_pump_step (aemp_node *, int *timeout_ms);

/* Joins the network: listens, and begins to look for the seeds. Without host names in binds it is done when this
 * returns, and AEMP_ECONFIG says what is wrong. Names are looked up without blocking the loop; then this returns
 * AEMP_OK, and what follows is in the status of `done` (may be NULL), which is called once, from the loop, unless
 * this fails. After a failure all is as before, and it may be called again. options may be NULL. */
int aemp_configure (aemp_node *, const aemp_options *options, aemp_configured_cb done, void *ud, aemp_free_cb);
/* The calling thread runs the loop from now on; it must not be running on another. */
int aemp_node_adopt (aemp_node *);
/* A node does not keep uv_run running, unless asked to: where nothing else lives on the loop, uv_run returns at
 * once. ref and unref do not count. */
int aemp_node_ref (aemp_node *);
int aemp_node_unref (aemp_node *);
/* [any] The node id; "" before it is configured. Valid until the node is released. NULL for NULL. */
const char *aemp_node_id (aemp_node *);
/* Leaves the network and gives back every handle, while the loop runs on. What was sent to connected nodes gets up
 * to flush_ms to arrive; with 0, what the kernel takes at once. on_closed (may be NULL) is the last callback, from
 * the loop.
 * Called again before that, it is AEMP_OK, and both on_closed are called. After it AEMP_ECLOSED. */
int aemp_node_close (aemp_node *, uint32_t flush_ms, aemp_node_cb on_closed, void *ud);
/* [any] Whether on_closed was called, or is being called; 1 for NULL. */
int aemp_node_is_closed (aemp_node *);
/* [any] One more reference, to be released; NULL for NULL. */
aemp_node *aemp_node_retain (aemp_node *);
/* [any] The last one of an open node closes it. */
void aemp_node_release (aemp_node *);
/* [any] Calls cb on the loop's thread. What is posted before aemp_node_close and not called is freed; after it this
 * is AEMP_ECLOSED. */
int aemp_post (aemp_node *, aemp_node_cb cb, void *ud, aemp_free_cb);
/* [any] aemp_snd from the loop's thread. */
int aemp_post_snd (aemp_node *, aemp_port *, const aemp_arg *, size_t count);
/* Log lines up to a level (1: fatal … 4: error, 5: warn, 6: note, 7: info, 8: debug, 9: trace), from the loop;
 * cb NULL: none, as at first. A node gets its own lines, also about what is done for it, such as looking up names;
 * a line that belongs to no node goes to all nodes of the process. */
int aemp_on_log (aemp_node *, int level, aemp_log_cb cb, void *ud, aemp_free_cb);
/* A line for each message that the node sends or receives, from the loop; cb NULL: none. */
int aemp_on_trace (aemp_node *, aemp_trace_cb cb, void *ud, aemp_free_cb);

/* ---- Ports ------------------------------------------------------------------------------------------------ */

/* A new port, which lives until it is killed, not until the handle is released. [owned] */
int aemp_port_new (aemp_node *, aemp_port **out);
/* [any] The port with this id, "node#name"; a node id is the address of the node itself. [owned] */
int aemp_port_of (const char *id, size_t len, aemp_port **out);
/* [any] The id, valid until the port is released; before the node is configured that of a port of its own begins with
 * "#". len may be NULL. NULL for NULL. */
const char *aemp_port_id (aemp_port *, size_t *len);
/* [any] */
aemp_port *aemp_port_retain (aemp_port *);
void aemp_port_release (aemp_port *);
/* 1 if it is a port of this node, or the node itself; it need not live. */
int aemp_port_is_local (aemp_node *, aemp_port *);
/* [any] [owned] */
int aemp_tag_new (const char *text, size_t len, aemp_tag **out);
aemp_tag *aemp_tag_retain (aemp_tag *);
void aemp_tag_release (aemp_tag *);

/* Sets what gets the messages that begin with a tag, or, with tag NULL, all others, whole; cb NULL: nothing any
 * more. A message without receiver kills the port. The port must be this node's (AEMP_ENOTOURS) and live. */
int aemp_rcv (aemp_node *, aemp_port *, const char *tag, aemp_msg_cb cb, void *ud, aemp_free_cb);
/* Sends a message. What cannot be sent (too large, a name too long) kills the port whose callback is running, or
 * is logged; what is lost with a connection shows to those who monitor the port. */
int aemp_snd (aemp_node *, aemp_port *, const aemp_arg *, size_t count);
/* Calls a registered function of a node; what goes wrong there is logged there. */
int aemp_snd_to_func (aemp_node *, const char *node, const char *function, const aemp_arg *, size_t count);
/* Kills a port, after what was sent before. Without a reason it is a normal end. */
int aemp_kil (aemp_node *, aemp_port *, const aemp_arg *reason, size_t count);
/* In a port's callback: kills the port with the reason "die" and this text when the callback has returned. */
int aemp_die (aemp_node *, const char *text);
/* Calls cb once with the reason when the port dies, or messages to it may have been lost. With the id of a node:
 * when the connection to it is lost. */
int aemp_mon (aemp_node *, aemp_port *, aemp_reason_cb cb, void *ud, aemp_free_cb, aemp_watch **out_or_null);
/* Kills `other` when the port dies with a reason, with that reason. */
int aemp_mon_kil (aemp_node *, aemp_port *, aemp_port *other, aemp_watch **out_or_null);
/* Sends a message to `other` when the port dies: these values, and then the reason. */
int aemp_mon_snd (aemp_node *, aemp_port *, aemp_port *other, const aemp_arg *, size_t count,
                  aemp_watch **out_or_null);
/* Sends a message with a port for the reply at its end, and calls cb once with the reply; with an empty message
 * when timeout (s) is over, or, with a negative timeout, when the port that was asked dies. */
int aemp_cal (aemp_node *, aemp_port *, double timeout, const aemp_arg *, size_t count, aemp_reason_cb cb, void *ud,
              aemp_free_cb);
/* Makes a function known to aemp_spawn and aemp_snd_to_func here and on other nodes, by a name such as
 * "My::init"; `self` is the spawned port, which lives if the function calls aemp_rcv for it. cb NULL: none. */
int aemp_sub (aemp_node *, const char *name, aemp_msg_cb cb, void *ud, aemp_free_cb);
/* Makes a port on a node and has the function there run as part of it. It can be sent to and monitored at once.
 * out may be NULL. [owned] */
int aemp_spawn (aemp_node *, const char *node, const char *function, const aemp_arg *, size_t count,
                aemp_port **out);
/* Ends what returned it; AEMP_OK also if it has ended. */
int aemp_watch_cancel (aemp_watch *);
/* [any] */
aemp_watch *aemp_watch_retain (aemp_watch *);
void aemp_watch_release (aemp_watch *);

/* ---- Database and nodes ----------------------------------------------------------------------------------- */

/* Sets a key of this node, which all nodes see; without a value (NULL) it is null. */
int aemp_db_set (aemp_node *, const char *family, const char *key, const aemp_arg *value_or_null);
/* Removes keys that this node has set; keys ends with NULL. */
int aemp_db_del (aemp_node *, const char *family, const char *const *keys);
/* Sets a port's id as a key until the port dies, or the watch is cancelled. */
int aemp_db_reg (aemp_node *, const char *family, aemp_port *, const aemp_arg *value_or_null,
                 aemp_watch **out_or_null);
/* Calls cb once with all that the family holds: a hash. */
int aemp_db_get (aemp_node *, const char *family, aemp_value_cb cb, void *ud, aemp_free_cb);
/* Calls cb with what the family holds, all keys as added, and again at every change. */
int aemp_db_mon (aemp_node *, const char *family, aemp_family_cb cb, void *ud, aemp_free_cb,
                 aemp_watch **out_or_null);
/* Calls cb whenever another node is connected or lost. */
int aemp_mon_nodes (aemp_node *, aemp_node_event_cb cb, void *ud, aemp_free_cb, aemp_watch **out_or_null);
/* 1 if there is a connection to it, or it is this node; else 0. */
int aemp_node_is_up (aemp_node *, const char *node);
/* A hash: node, uptime, binds, connections, … as the request x-status answers it. [owned] */
int aemp_status (aemp_node *, aemp_value **out);
/* Bytes that wait to be sent to a node (for this node: to its own ports), or a negative aemp_error. */
int64_t aemp_queued_bytes (aemp_node *, const char *node);
/* Calls cb once when all that was sent to the node so far was handed to the kernel, or it is lost. */
int aemp_when_drained (aemp_node *, const char *node, aemp_node_cb cb, void *ud, aemp_free_cb);

/* ---- Reading ---------------------------------------------------------------------------------------------- */

/* How many values; 0 for NULL. */
size_t aemp_msg_count (const aemp_msg *);
/* A value, borrowed; a null behind the end. NULL only for NULL. */
const aemp_value *aemp_msg_at (const aemp_msg *, size_t index);
/* Reads values in order, one for each letter; nothing is written unless all fit (AEMP_ETYPE). Spaces are ignored.
 *   i int64_t *   u uint64_t *   d double *   b int *
 *   s const char **   S const char **, size_t *   x const void **, size_t * (bytes)
 *   p aemp_port ** [owned]   v const aemp_value **   _ nothing, but a value must be there
 *   ? what follows may be missing: 0 or NULL is written   . at the end: there must be no more */
int aemp_msg_get (const aemp_msg *, const char *format, ...);

/* AEMP_NULL for NULL. */
aemp_kind aemp_value_kind (const aemp_value *);
/* Numbers, converted as Perl does: from "123" too. AEMP_ETYPE if it is none, AEMP_ERANGE if it does not fit. */
int aemp_value_int (const aemp_value *, int64_t *out);
int aemp_value_uint (const aemp_value *, uint64_t *out);
int aemp_value_double (const aemp_value *, double *out);
/* What Perl takes it for in a condition: 0 for null, false, 0, "" and "0", and for NULL. */
int aemp_value_bool (const aemp_value *);
/* Text with a NUL behind it; numbers are written out. Valid as long as the value; len may be NULL. NULL if it is
 * null, an array or a hash. */
const char *aemp_value_str (const aemp_value *, size_t *len);
/* The bytes of bytes, or of text as Perl holds binary data. Valid as long as the value. NULL if it has none. */
const void *aemp_value_bytes (const aemp_value *, size_t *len);
/* The port whose id it is. [owned] */
int aemp_value_port (const aemp_value *, aemp_port **out);
/* The elements of an array or a hash; 0 for others. */
size_t aemp_value_count (const aemp_value *);
/* An element of an array, valid as long as the array's handle; a null behind the end. NULL only for NULL. */
const aemp_value *aemp_value_index (const aemp_value *, size_t index);
/* An element of a hash, in the same way; NULL if there is none. */
const aemp_value *aemp_value_key (const aemp_value *, const char *key, size_t len);
/* Calls cb, before it returns, for each element of a hash (in order of the keys) or an array (key NULL, len its
 * index) until it returns something else than 0, which is the result. */
int aemp_value_each (const aemp_value *, aemp_each_cb cb, void *ud);
/* [any] The value itself, to be released: it stays when the message ends. NULL for NULL. [owned] */
aemp_value *aemp_value_retain (const aemp_value *);
/* [any] */
void aemp_value_release (aemp_value *);
/* [any] [owned] */
int aemp_value_from_json (const char *text, size_t len, aemp_value **out);
/* [any] Text with a NUL behind it, to be given to aemp_free. Bytes become text as Perl writes it. */
int aemp_value_to_json (const aemp_value *, char **out, size_t *len);
/* [any] */
void aemp_free (void *);

/* ---- Arguments -------------------------------------------------------------------------------------------- */

static inline aemp_arg aemp_arg_ (int32_t kind, size_t len) {
  aemp_arg a;
  a.kind = kind; a.reserved = 0; a.v.u = 0; a.len = len; a.reserved2 = 0;
  return a;
}
static inline aemp_arg aemp_null (void) { return aemp_arg_ (AEMP_NULL, 0); }
static inline aemp_arg aemp_bool (int b) {
  aemp_arg a = aemp_arg_ (AEMP_BOOL, 0);
  a.v.i = b != 0;
  return a;
}
static inline aemp_arg aemp_int (int64_t i) {
  aemp_arg a = aemp_arg_ (AEMP_INT, 0);
  a.v.i = i;
  return a;
}
static inline aemp_arg aemp_uint (uint64_t u) {
  aemp_arg a = aemp_arg_ (AEMP_UINT, 0);
  a.v.u = u;
  return a;
}
static inline aemp_arg aemp_double (double d) {
  aemp_arg a = aemp_arg_ (AEMP_DOUBLE, 0);
  a.v.d = d;
  return a;
}
static inline aemp_arg aemp_strn (const char *s, size_t n) {
  aemp_arg a = aemp_arg_ (AEMP_STR, n);
  a.v.s = s;
  return a;
}
static inline aemp_arg aemp_str (const char *s) { return aemp_strn (s, AEMP_CSTR); }
static inline aemp_arg aemp_bytes (const void *p, size_t n) {
  aemp_arg a = aemp_arg_ (AEMP_BYTES, n);
  a.v.p = p;
  return a;
}
static inline aemp_arg aemp_json (const char *s) {
  aemp_arg a = aemp_arg_ (AEMP_ARG_JSON, AEMP_CSTR);
  a.v.s = s;
  return a;
}
static inline aemp_arg aemp_ref (const aemp_port *p) {
  aemp_arg a = aemp_arg_ (AEMP_ARG_PORT, 0);
  a.v.p = p;
  return a;
}
static inline aemp_arg aemp_tagged (const aemp_tag *t) {
  aemp_arg a = aemp_arg_ (AEMP_ARG_TAG, 0);
  a.v.p = t;
  return a;
}
static inline aemp_arg aemp_val (const aemp_value *p) {
  aemp_arg a = aemp_arg_ (AEMP_ARG_VALUE, 0);
  a.v.p = p;
  return a;
}

#ifdef __cplusplus
} /* extern "C" */

/* C++ has lists: aemp_snd (node, port, { aemp_tagged (tag), aemp_int (1) }); */
#include <initializer_list>
typedef std::initializer_list<aemp_arg> aemp_args;
inline int aemp_snd (aemp_node *n, aemp_port *p, aemp_args l) { return aemp_snd (n, p, l.begin (), l.size ()); }
inline int aemp_post_snd (aemp_node *n, aemp_port *p, aemp_args l) {
  return aemp_post_snd (n, p, l.begin (), l.size ());
}
inline int aemp_kil (aemp_node *n, aemp_port *p, aemp_args l) { return aemp_kil (n, p, l.begin (), l.size ()); }
inline int aemp_snd_to_func (aemp_node *n, const char *node, const char *f, aemp_args l) {
  return aemp_snd_to_func (n, node, f, l.begin (), l.size ());
}
inline int aemp_mon_snd (aemp_node *n, aemp_port *p, aemp_port *o, aemp_args l, aemp_watch **w = 0) {
  return aemp_mon_snd (n, p, o, l.begin (), l.size (), w);
}
inline int aemp_cal (aemp_node *n, aemp_port *p, double t, aemp_args l, aemp_reason_cb cb, void *ud = 0,
                     aemp_free_cb f = 0) {
  return aemp_cal (n, p, t, l.begin (), l.size (), cb, ud, f);
}
inline int aemp_spawn (aemp_node *n, const char *node, const char *f, aemp_args l, aemp_port **out) {
  return aemp_spawn (n, node, f, l.begin (), l.size (), out);
}
#else
/* C has arrays: aemp_snd (node, port, AEMP_ARGS (aemp_tagged (tag), aemp_int (1))); */
#define AEMP_ARGS(...) \
  ((const aemp_arg[]){ __VA_ARGS__ }), (sizeof ((const aemp_arg[]){ __VA_ARGS__ }) / sizeof (aemp_arg))
#endif

#endif
