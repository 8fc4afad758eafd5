#include "aebasics.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx2")))

int ae_has_wide;

__attribute__((constructor)) static void find_out(void) {
  __builtin_cpu_init();
  ae_has_wide = __builtin_cpu_supports("avx2") != 0;
}

WIDE static inline __m256i load(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
WIDE static inline void store(uint8_t *p, __m256i x) { _mm256_storeu_si256((__m256i *)p, x); }
WIDE static inline __m256i or(__m256i a, __m256i b) { return _mm256_or_si256(a, b); }
WIDE static inline __m256i least(__m256i a, __m256i b) { return _mm256_min_epu8(a, b); }
/* A bit of each byte: its top one, or whether it is zero. */
WIDE static inline unsigned tops(__m256i x) { return (unsigned)_mm256_movemask_epi8(x); }
WIDE static inline unsigned zeros(__m256i x) { return tops(_mm256_cmpeq_epi8(x, _mm256_setzero_si256())); }

/* As ae_plainness. */
WIDE static inline __m256i plainness(__m256i x) {
  return least(
    least(_mm256_xor_si256(x, _mm256_set1_epi8('"')), _mm256_xor_si256(x, _mm256_set1_epi8('\\'))),
    _mm256_subs_epu8(x, _mm256_set1_epi8(0x1f)));
}

WIDE static inline __m256i plainness_of_four(__m256i a, __m256i b, __m256i c, __m256i d) {
  return least(least(plainness(a), plainness(b)), least(plainness(c), plainness(d)));
}

WIDE size_t ae_json_plain_wide(const uint8_t *p, size_t count, int *high) {
  __m256i seen = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 128 <= count; i += 128) {
    __m256i a = load(p + i), b = load(p + i + 32), c = load(p + i + 64), d = load(p + i + 96);
    if (zeros(plainness_of_four(a, b, c, d))) break;
    seen = or(seen, or(or(a, b), or(c, d)));
  }
  for (;;) {
    /* The last thirty-two bytes overlap those before. */
    if (i + 32 > count) i = count - 32;
    __m256i x = load(p + i);
    unsigned special = zeros(plainness(x));
    seen = or(seen, x);
    if (special) {
      *high |= tops(seen) != 0;
      return i + (size_t)__builtin_ctz(special);
    }
    i += 32;
    if (i == count) {
      *high |= tops(seen) != 0;
      return count;
    }
  }
}

WIDE size_t ae_json_copy_wide(uint8_t *to, const uint8_t *from, size_t count) {
  size_t i = 0;
  for (; i + 128 <= count; i += 128) {
    __m256i a = load(from + i), b = load(from + i + 32), c = load(from + i + 64), d = load(from + i + 96);
    store(to + i, a);
    store(to + i + 32, b);
    store(to + i + 64, c);
    store(to + i + 96, d);
    if (zeros(plainness_of_four(a, b, c, d))) break;
  }
  for (;;) {
    if (i + 32 > count) i = count - 32;
    __m256i x = load(from + i);
    store(to + i, x);
    unsigned special = zeros(plainness(x));
    if (special) return i + (size_t)__builtin_ctz(special);
    i += 32;
    if (i == count) return count;
  }
}

WIDE int ae_is_ascii_wide(const uint8_t *p, size_t count) {
  /* The last bytes first; those that are left are whole blocks, of which the last may overlap them. */
  const uint8_t *last = p + count - 128;
  __m256i seen = or(or(load(last), load(last + 32)), or(load(last + 64), load(last + 96)));
  for (; p < last; p += 128) {
    seen = or(seen, or(or(load(p), load(p + 32)), or(load(p + 64), load(p + 96))));
  }
  return tops(seen) == 0;
}

#else

int ae_has_wide = 0;
size_t ae_json_plain_wide(const uint8_t *p, size_t count, int *high) {
  *high = 1;
  return 0;
}
size_t ae_json_copy_wide(uint8_t *to, const uint8_t *from, size_t count) { return 0; }
int ae_is_ascii_wide(const uint8_t *p, size_t count) { return 0; }

#endif
