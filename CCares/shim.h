#ifndef SWIFT_ANYEVENT_CCARES_SHIM_H
#define SWIFT_ANYEVENT_CCARES_SHIM_H

#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <ares.h>

#endif
