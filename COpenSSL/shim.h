#ifndef SWIFT_ANYEVENT_COPENSSL_SHIM_H
#define SWIFT_ANYEVENT_COPENSSL_SHIM_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#endif
