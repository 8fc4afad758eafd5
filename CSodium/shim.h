#ifndef SWIFT_ANYEVENT_CSODIUM_SHIM_H
#define SWIFT_ANYEVENT_CSODIUM_SHIM_H

#include <sodium.h>

#endif
