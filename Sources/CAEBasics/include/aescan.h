#ifndef SWIFT_ANYEVENT_CAEBASICS_SCAN_H
#define SWIFT_ANYEVENT_CAEBASICS_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* Scans of text, sixteen bytes at a time. They read and write nothing beyond the given counts. Without vectors they
 * are not called: AEValue/Bytes/TextScan.swift has the same in Swift.
 *
 * The same thirty-two bytes at a time (wide.c), where the processor can; at least AE_WIDE_COUNT bytes must be given. */

#define AE_WIDE_COUNT 128

/* Whether it can: found out when the program is loaded. Else the three functions must not be called. */
extern int ae_has_wide;
static inline int ae_is_wide(void) { return ae_has_wide; }

size_t ae_json_plain_wide(const uint8_t *_Nonnull p, size_t count, int *_Nonnull high);
size_t ae_json_copy_wide(uint8_t *_Nonnull to, const uint8_t *_Nonnull from, size_t count);
int ae_is_ascii_wide(const uint8_t *_Nonnull p, size_t count);

#if defined(__SSE2__)
#include <emmintrin.h>
#define AE_HAS_VECTORS 1
typedef __m128i ae_vector;

static inline ae_vector ae_load(const uint8_t *_Nonnull p) { return _mm_loadu_si128((const __m128i *)p); }
static inline void ae_store(uint8_t *_Nonnull p, ae_vector x) { _mm_storeu_si128((__m128i *)p, x); }
static inline ae_vector ae_or(ae_vector a, ae_vector b) { return _mm_or_si128(a, b); }
static inline ae_vector ae_none(void) { return _mm_setzero_si128(); }

static inline ae_vector ae_least(ae_vector a, ae_vector b) { return _mm_min_epu8(a, b); }

/* Zero in the bytes that JSON does not have as they are in a string: quotes, backslashes, control characters. */
static inline ae_vector ae_plainness(ae_vector x) {
  return ae_least(
    ae_least(_mm_xor_si128(x, _mm_set1_epi8('"')), _mm_xor_si128(x, _mm_set1_epi8('\\'))),
    _mm_subs_epu8(x, _mm_set1_epi8(0x1f)));
}

/* Ones in the bytes that are zero. */
static inline ae_vector ae_zeros(ae_vector x) { return _mm_cmpeq_epi8(x, _mm_setzero_si128()); }

/* Whether any byte has its top bit set. */
static inline int ae_any(ae_vector x) { return _mm_movemask_epi8(x) != 0; }

/* The place of the first byte with its top bit set; there must be one. */
static inline size_t ae_first(ae_vector x) { return (size_t)__builtin_ctz((unsigned)_mm_movemask_epi8(x)); }

#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#define AE_HAS_VECTORS 1
typedef uint8x16_t ae_vector;

static inline ae_vector ae_load(const uint8_t *_Nonnull p) { return vld1q_u8(p); }
static inline void ae_store(uint8_t *_Nonnull p, ae_vector x) { vst1q_u8(p, x); }
static inline ae_vector ae_or(ae_vector a, ae_vector b) { return vorrq_u8(a, b); }
static inline ae_vector ae_none(void) { return vdupq_n_u8(0); }

static inline ae_vector ae_least(ae_vector a, ae_vector b) { return vminq_u8(a, b); }

static inline ae_vector ae_plainness(ae_vector x) {
  return ae_least(
    ae_least(veorq_u8(x, vdupq_n_u8('"')), veorq_u8(x, vdupq_n_u8('\\'))), vqsubq_u8(x, vdupq_n_u8(0x1f)));
}

static inline ae_vector ae_zeros(ae_vector x) { return vceqq_u8(x, vdupq_n_u8(0)); }

static inline int ae_any(ae_vector x) { return vmaxvq_u8(x) >= 0x80; }

static inline size_t ae_first(ae_vector x) {
  /* Four bits of each byte, the first byte lowest. */
  uint8x16_t ones = vcgeq_u8(x, vdupq_n_u8(0x80));
  uint64_t bits = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(ones), 4)), 0);
  return (size_t)__builtin_ctzll(bits) >> 2;
}

#else
#define AE_HAS_VECTORS 0
#endif

static inline int ae_has_vectors(void) { return AE_HAS_VECTORS; }

#if AE_HAS_VECTORS

/* How many bytes there are before the first that is special in JSON; at least sixteen must be given. Adds to *high
 * whether any of those before it, or of the fifteen behind them, is not ASCII: then the caller has to look again. */
static inline size_t ae_json_plain(const uint8_t *_Nonnull p, size_t count, int *_Nonnull high) {
  ae_vector seen = ae_none();
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    ae_vector a = ae_load(p + i), b = ae_load(p + i + 16), c = ae_load(p + i + 32), d = ae_load(p + i + 48);
    if (ae_any(ae_zeros(
          ae_least(ae_least(ae_plainness(a), ae_plainness(b)), ae_least(ae_plainness(c), ae_plainness(d)))))) break;
    seen = ae_or(ae_or(seen, ae_or(a, b)), ae_or(c, d));
  }
  for (;;) {
    /* The last sixteen bytes overlap those before. */
    if (i + 16 > count) i = count - 16;
    ae_vector x = ae_load(p + i), special = ae_zeros(ae_plainness(x));
    seen = ae_or(seen, x);
    if (ae_any(special)) {
      *high |= ae_any(seen);
      return i + ae_first(special);
    }
    i += 16;
    if (i == count) {
      *high |= ae_any(seen);
      return count;
    }
  }
}

/* Copies bytes until one that is special in JSON, and returns how many; at least sixteen must be given. The fifteen
 * bytes behind those may be written, too, but none beyond the count. */
static inline size_t ae_json_copy(uint8_t *_Nonnull to, const uint8_t *_Nonnull from, size_t count) {
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    ae_vector a = ae_load(from + i), b = ae_load(from + i + 16);
    ae_vector c = ae_load(from + i + 32), d = ae_load(from + i + 48);
    ae_store(to + i, a);
    ae_store(to + i + 16, b);
    ae_store(to + i + 32, c);
    ae_store(to + i + 48, d);
    if (ae_any(ae_zeros(
          ae_least(ae_least(ae_plainness(a), ae_plainness(b)), ae_least(ae_plainness(c), ae_plainness(d)))))) break;
  }
  for (;;) {
    if (i + 16 > count) i = count - 16;
    ae_vector x = ae_load(from + i), special = ae_zeros(ae_plainness(x));
    ae_store(to + i, x);
    if (ae_any(special)) return i + ae_first(special);
    i += 16;
    if (i == count) return count;
  }
}

/* Whether all bytes are ASCII; at least sixteen must be given. */
static inline int ae_is_ascii(const uint8_t *_Nonnull p, size_t count) {
  ae_vector seen = ae_load(p + count - 16);
  for (const uint8_t *end = p + (count & ~(size_t)127); p < end; p += 128) {
    ae_vector low = ae_or(ae_or(ae_load(p), ae_load(p + 16)), ae_or(ae_load(p + 32), ae_load(p + 48)));
    ae_vector high = ae_or(ae_or(ae_load(p + 64), ae_load(p + 80)), ae_or(ae_load(p + 96), ae_load(p + 112)));
    seen = ae_or(seen, ae_or(low, high));
  }
  /* What is left, but for the last bytes, which have been seen. */
  for (const uint8_t *end = p + (count & 112); p < end; p += 16) seen = ae_or(seen, ae_load(p));
  return !ae_any(seen);
}

#else

static inline size_t ae_json_plain(const uint8_t *_Nonnull p, size_t count, int *_Nonnull high) {
  *high = 1;
  return 0;
}
static inline size_t ae_json_copy(uint8_t *_Nonnull to, const uint8_t *_Nonnull from, size_t count) { return 0; }
static inline int ae_is_ascii(const uint8_t *_Nonnull p, size_t count) { return 0; }

#endif

#endif
