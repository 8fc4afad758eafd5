#ifndef SWIFT_ANYEVENT_COPENSSL_SHIM_H
#define SWIFT_ANYEVENT_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Swift imports no macro that is a call, or that is made of other macros. */
static const uint64_t aeossl_context_options = SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                               SSL_OP_NO_RENEGOTIATION |
                                               SSL_OP_CIPHER_SERVER_PREFERENCE;

static inline void aeossl_set_versions(SSL_CTX *context, int least, int greatest) {
  SSL_CTX_set_min_proto_version(context, least);
  SSL_CTX_set_max_proto_version(context, greatest);
}

static inline void aeossl_disable_session_cache(SSL_CTX *context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

/* Lets a server resume sessions by tickets that it gives out; "name" tells its sessions from others'. */
static inline void aeossl_enable_tickets(SSL_CTX *context, const unsigned char *name, unsigned count) {
  SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 2);
  SSL_CTX_set_session_id_context(context, name, count);
}

static inline int aeossl_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline int aeossl_set_host_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}

/* The errno in an error of OpenSSL's list; 0 if it is no error of the system. */
static inline int aeossl_system_error(unsigned long code) {
  return ERR_SYSTEM_ERROR(code) ? ERR_GET_REASON(code) : 0;
}

#endif
