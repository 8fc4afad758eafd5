#ifndef SWIFT_ANYEVENT_CLIBUV_SHIM_H
#define SWIFT_ANYEVENT_CLIBUV_SHIM_H

#include <uv.h>

#endif
