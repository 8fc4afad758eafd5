/* For node.js: one node for each environment, on node's own loop. attach (callback) → port id; send (number);
 * close (callback). An environment that ends without closing, such as a worker that is terminated, closes it. */
#define NAPI_VERSION 8
#include <aemp_uv.h>
#include <node_api.h>
#include <stdlib.h>

typedef struct {
  napi_env env;
  napi_ref on_message, on_closed;
  napi_async_cleanup_hook_handle hook;
  aemp_node *node;
  aemp_port *port;
  int ending;
} Life;

static void call (Life *life, napi_ref reference, int64_t number) {
  napi_handle_scope scope;
  napi_value function, global, argument, result;
  bool threw = false;
  napi_open_handle_scope (life->env, &scope);
  napi_get_reference_value (life->env, reference, &function);
  napi_get_global (life->env, &global);
  napi_create_int64 (life->env, number, &argument);
  /* Runs what was promised, too. Nothing that JavaScript throws leaves the callback. */
  napi_make_callback (life->env, NULL, global, function, 1, &argument, &result);
  napi_is_exception_pending (life->env, &threw);
  if (threw) {
    napi_get_and_clear_last_exception (life->env, &result);
    napi_fatal_exception (life->env, result);
  }
  napi_close_handle_scope (life->env, scope);
}

static void on_message (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  (void)self;
  if (aemp_msg_get (msg, "i", &number)) aemp_die (node, aemp_last_error ());
  else call (ud, ((Life *)ud)->on_message, number);
}

static void on_closed (aemp_node *node, void *ud) {
  Life *life = ud;
  if (life->on_closed) call (life, life->on_closed, 0);
  aemp_port_release (life->port);
  aemp_node_release (node);
  napi_remove_async_cleanup_hook (life->hook);
  free (life);
}

static void clean_up (napi_async_cleanup_hook_handle hook, void *data) {
  Life *life = data;
  (void)hook;
  life->on_closed = NULL;
  aemp_node_close (life->node, 0, life->ending ? NULL : on_closed, life);
}

static napi_value throw_it (napi_env env) {
  napi_throw_error (env, NULL, aemp_last_error ());
  return NULL;
}

static Life *life_of (napi_env env) {
  void *life = NULL;
  napi_get_instance_data (env, &life);
  return life;
}

static napi_value attach (napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, id;
  uv_loop_t *loop;
  Life *life = calloc (1, sizeof *life);
  napi_get_cb_info (env, info, &count, &argument, NULL, NULL);
  if (napi_get_uv_event_loop (env, &loop) != napi_ok || aemp_attach (loop, &life->node)) return throw_it (env);
  life->env = env;
  napi_create_reference (env, argument, 1, &life->on_message);
  if (aemp_configure (life->node, NULL, NULL, NULL, NULL) || aemp_port_new (life->node, &life->port)
      || aemp_rcv (life->node, life->port, "n", on_message, life, NULL))
    return throw_it (env);
  napi_add_async_cleanup_hook (env, clean_up, life, &life->hook);
  napi_set_instance_data (env, life, NULL, NULL);
  napi_create_string_utf8 (env, aemp_port_id (life->port, NULL), NAPI_AUTO_LENGTH, &id);
  return id;
}

static napi_value send_number (napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int64_t number = 0;
  Life *life = life_of (env);
  napi_get_cb_info (env, info, &count, &argument, NULL, NULL);
  napi_get_value_int64 (env, argument, &number);
  return aemp_snd (life->node, life->port, AEMP_ARGS (aemp_str ("n"), aemp_int (number))) ? throw_it (env) : NULL;
}

static napi_value close_it (napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  Life *life = life_of (env);
  napi_get_cb_info (env, info, &count, &argument, NULL, NULL);
  napi_create_reference (env, argument, 1, &life->on_closed);
  life->ending = 1;
  return aemp_node_close (life->node, 100, on_closed, life) ? throw_it (env) : NULL;
}

static napi_value begin (napi_env env, napi_value exports) {
  static const struct { const char *name; napi_callback function; } all[] = {
    { "attach", attach }, { "send", send_number }, { "close", close_it } };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    napi_value function;
    napi_create_function (env, all[i].name, NAPI_AUTO_LENGTH, all[i].function, NULL, &function);
    napi_set_named_property (env, exports, all[i].name, function);
  }
  return exports;
}
NAPI_MODULE (aemp, begin)
