/* What Swift cannot say: variable arguments, thread-local text, addresses of functions. */
#include "aempc.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Errors ---- */

static _Thread_local char last_error[512];

const char *aemp_last_error (void) { return last_error; }

int aempc_fail (int code, const char *sentence) {
  size_t n = strlen (sentence);
  if (n >= sizeof last_error) {
    n = sizeof last_error - 1;
    /* Not in the middle of a character. */
    while (n && ((unsigned char)sentence[n] & 0xc0) == 0x80) n--;
  }
  memmove (last_error, sentence, n);
  last_error[n] = 0;
  return code;
}

/* ---- Forks ---- */

uint32_t aempc_forks;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int fork_status;

static void forked (void) { aempc_forks++; }
static void watch (void) { fork_status = pthread_atfork (NULL, NULL, forked); }

int aempc_watch_forks (void) {
  pthread_once (&once, watch);
  return fork_status;
}

/* ---- aemp_msg_get ---- */

static int misfit (const aemp_msg *m, const char *format, size_t index, int code, const char *wanted) {
  char text[256];
  const char *found = index < aemp_msg_count (m) ? aempc_kind_name (aemp_msg_at (m, index)) : "missing";
  snprintf (text, sizeof text, "format \"%.60s\": value %zu should be %s, but is %s", format, index, wanted, found);
  return aempc_fail (code, text);
}

static const char *wanted_by (char letter) {
  switch (letter) {
    case 'i': return "an integer";
    case 'u': return "an integer that is not negative";
    case 'd': return "a number";
    case 's': case 'S': return "text";
    case 'x': return "bytes";
    case 'p': return "a port";
    default: return "there";
  }
}

/* Whether the value has what the letter stands for. */
static int fits (const aemp_msg *m, size_t index, char letter) {
  int64_t i;
  uint64_t u;
  double d;
  size_t n;
  switch (letter) {
    case 'i': return aempc_msg_int (m, index, &i);
    case 'u': return aempc_msg_uint (m, index, &u);
    case 'd': return aempc_msg_double (m, index, &d);
    case 's': case 'S': return aemp_value_str (aemp_msg_at (m, index), NULL) ? 0 : AEMP_ETYPE;
    case 'x': return aemp_value_bytes (aemp_msg_at (m, index), &n) ? 0 : AEMP_ETYPE;
    case 'p': return aemp_value_str (aemp_msg_at (m, index), &n) && n ? 0 : AEMP_ETYPE;
    default: return 0;
  }
}

/* Looks at the format and at the values, writing nothing: 0 or an error. */
static int check (const aemp_msg *m, const char *format) {
  size_t index = 0, count = aemp_msg_count (m);
  int optional = 0;
  for (const char *f = format; *f; f++) {
    switch (*f) {
      case ' ': continue;
      case '?': optional = 1; continue;
      case '.':
        if (f[1 + strspn (f + 1, " ")]) return aempc_fail (AEMP_EINVAL, "format: a \".\" can only be the last letter");
        if (count > index) return misfit (m, format, index, AEMP_ETYPE, "missing");
        continue;
      case 'i': case 'u': case 'd': case 'b': case 's': case 'S': case 'x': case 'p': case 'v': case '_': break;
      default: {
        char text[80];
        snprintf (text, sizeof text, "format: there is no letter \"%c\"", *f >= ' ' && *f < 127 ? *f : '?');
        return aempc_fail (AEMP_EINVAL, text);
      }
    }
    if (index >= count) {
      if (!optional) return misfit (m, format, index, AEMP_ETYPE, wanted_by (*f));
    } else {
      int status = fits (m, index, *f);
      if (status) return misfit (m, format, index, status, wanted_by (*f));
    }
    index++;
  }
  return 0;
}

/* Writes one value; all were looked at before. 0 or an error. */
static int take (const aemp_msg *m, size_t index, char letter, va_list *args) {
  int is_there = index < aemp_msg_count (m);
  switch (letter) {
    case 'i': {
      int64_t *out = va_arg (*args, int64_t *);
      if (out && (!is_there || aempc_msg_int (m, index, out))) *out = 0;
      return 0;
    }
    case 'u': {
      uint64_t *out = va_arg (*args, uint64_t *);
      if (out && (!is_there || aempc_msg_uint (m, index, out))) *out = 0;
      return 0;
    }
    case 'd': {
      double *out = va_arg (*args, double *);
      if (out && (!is_there || aempc_msg_double (m, index, out))) *out = 0;
      return 0;
    }
    case 'b': {
      int *out = va_arg (*args, int *);
      if (out && (!is_there || aempc_msg_bool (m, index, out))) *out = 0;
      return 0;
    }
    case 's': case 'S': {
      const char **out = va_arg (*args, const char **);
      size_t *len = letter == 'S' ? va_arg (*args, size_t *) : NULL;
      if (len) *len = 0;
      if (out) *out = is_there ? aemp_value_str (aemp_msg_at (m, index), len) : NULL;
      return 0;
    }
    case 'x': {
      const void **out = va_arg (*args, const void **);
      size_t *len = va_arg (*args, size_t *);
      if (len) *len = 0;
      if (out) *out = is_there ? aemp_value_bytes (aemp_msg_at (m, index), len) : NULL;
      return 0;
    }
    case 'p': {
      aemp_port **out = va_arg (*args, aemp_port **);
      if (out) *out = NULL;
      return out && is_there ? aemp_value_port (aemp_msg_at (m, index), out) : 0;
    }
    case 'v': {
      const aemp_value **out = va_arg (*args, const aemp_value **);
      if (out) *out = is_there ? aemp_msg_at (m, index) : NULL;
      return 0;
    }
    default: return 0;
  }
}

int aemp_msg_get (const aemp_msg *m, const char *format, ...) {
  if (!m) return aempc_fail (AEMP_EINVAL, "aemp_msg_get: the message is NULL");
  if (!format) return aempc_fail (AEMP_EINVAL, "aemp_msg_get: the format is NULL");
  int status = check (m, format);
  if (status) return status;
  va_list args;
  va_start (args, format);
  size_t index = 0;
  for (const char *f = format; *f && !status; f++) {
    if (*f == ' ' || *f == '?' || *f == '.') continue;
    status = take (m, index++, *f, &args);
  }
  va_end (args);
  return status;
}
