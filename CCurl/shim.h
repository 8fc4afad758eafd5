#ifndef SWIFT_ANYEVENT_CCURL_SHIM_H
#define SWIFT_ANYEVENT_CCURL_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>
#include <sys/socket.h>
/* Its checks of argument types are macros in the place of functions. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* Swift calls no variadic function: one function for each type of argument. */

static inline CURLcode aecurl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode aecurl_set_size(CURL *easy, CURLoption option, int64_t value) {
  return curl_easy_setopt(easy, option, (curl_off_t)value);
}

/* Strings are copied by libcurl; lists and other objects are not. */
static inline CURLcode aecurl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode aecurl_set_object(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode aecurl_set_bytes(CURL *easy, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return curl_easy_setopt(easy, option, &blob);
}

typedef size_t (*aecurl_data_function)(char *bytes, size_t size, size_t count, void *data);
typedef int (*aecurl_seek_function)(void *data, curl_off_t offset, int origin);
typedef curl_socket_t (*aecurl_open_function)(void *data, curlsocktype purpose,
                                              struct curl_sockaddr *address);
typedef int (*aecurl_close_function)(void *data, curl_socket_t socket);
typedef int (*aecurl_option_function)(void *data, curl_socket_t socket, curlsocktype purpose);
typedef int (*aecurl_start_function)(void *data, char *address, char *local, int port, int local_port);

static inline void aecurl_set_data_function(CURL *easy, CURLoption option, aecurl_data_function function) {
  curl_easy_setopt(easy, option, function);
}

static inline void aecurl_set_seek_function(CURL *easy, aecurl_seek_function function) {
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, function);
}

static inline void aecurl_set_socket_functions(CURL *easy, aecurl_open_function open,
                                               aecurl_option_function option,
                                               aecurl_close_function close) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, option);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
}

static inline void aecurl_set_start_function(CURL *easy, aecurl_start_function function) {
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
}

static inline long aecurl_get_long(CURL *easy, CURLINFO info) {
  long value = 0;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

static inline void *aecurl_get_object(CURL *easy, CURLINFO info) {
  void *value = NULL;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

typedef int (*aecurl_watch_function)(CURL *easy, curl_socket_t socket, int what, void *data,
                                     void *socket_data);
typedef int (*aecurl_timer_function)(CURLM *multi, long milliseconds, void *data);

static inline void aecurl_multi_set_functions(CURLM *multi, aecurl_watch_function watch,
                                              aecurl_timer_function timer, void *data) {
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, data);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, data);
}

static inline CURLMcode aecurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

/* The next transfer that is over and its result; NULL without one. */
static inline CURL *aecurl_multi_next_done(CURLM *multi, CURLcode *result) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}

static inline CURLSH *aecurl_share_cookies(void) {
  CURLSH *share = curl_share_init();
  if (share) curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
  return share;
}

/* A socket that no other program inherits, outside of the numbers of the standard descriptors; -1 and
   errno without one. */
static inline int aecurl_socket(const struct curl_sockaddr *address) {
  int made = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
  if (made < 0 || made > STDERR_FILENO) return made;
  int higher = fcntl(made, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  close(made);
  return higher;
}

#endif
