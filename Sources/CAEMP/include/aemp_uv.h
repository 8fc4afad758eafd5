/* aemp_uv.h: attaching a node to the libuv loop of this program. See aemp.h, which does not need uv.h. */
#ifndef AEMP_UV_H
#define AEMP_UV_H

#include "aemp.h"
#include <uv.h>

typedef void (*aemp_uv_function) (void);

/* The libuv that this program calls, in an order that never changes; new ones are added at the end. */
#define AEMP_UV_FUNCTIONS(F) \
  F (uv_async_init) F (uv_async_send) F (uv_backend_fd) F (uv_backend_timeout) F (uv_check_init) \
  F (uv_check_start) F (uv_check_stop) F (uv_close) F (uv_hrtime) F (uv_idle_init) F (uv_idle_start) \
  F (uv_idle_stop) F (uv_is_active) F (uv_is_closing) F (uv_loop_alive) F (uv_loop_close) F (uv_loop_fork) \
  F (uv_loop_init) F (uv_now) F (uv_poll_init) F (uv_poll_start) F (uv_poll_stop) F (uv_prepare_init) \
  F (uv_prepare_start) F (uv_prepare_stop) F (uv_ref) F (uv_run) F (uv_signal_init) F (uv_signal_start) \
  F (uv_signal_stop) F (uv_stop) F (uv_strerror) F (uv_timer_init) F (uv_timer_start) F (uv_timer_stop) \
  F (uv_unref) F (uv_update_time) F (uv_version) F (uv_queue_work) F (uv_cancel) F (uv_fs_event_init) \
  F (uv_fs_event_start) F (uv_walk)

/* Makes a node on a loop that this program runs. The loop is used as it is: its data, its signals and whatever
 * else lives on it stay as they are; it must not be freed before on_closed of aemp_node_close. [owned] */
static inline int aemp_attach (uv_loop_t *loop, aemp_node **out) {
#define AEMP_UV_F(name) (aemp_uv_function)name,
  static const aemp_uv_function functions[] = { AEMP_UV_FUNCTIONS (AEMP_UV_F) };
#undef AEMP_UV_F
  return aemp_attach_uv (loop, functions, sizeof functions / sizeof *functions, uv_version (), out);
}

#endif
