// Vectors of single precision numbers, in the registers that the processor has.
#pragma once
#include <cstdint>

// A register's floats, and how many registers wide the tile of a dense product is: with HIGH rows
// of them it fills all that there are.
#if defined __AVX512F__
constexpr int LANES = 16, WIDE = 4;
#elif defined __AVX__
constexpr int LANES = 8, WIDE = 2;
#else
constexpr int LANES = 4, WIDE = 2;
#endif
constexpr int HIGH = 6;
typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

// a * b + c, rounded once where the processor can: as registers do it, a number at a time.
inline float multiply_add(float a, float b, float c) {
#ifdef __FP_FAST_FMAF
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

inline float dot(const float *a, const float *b, int64_t count) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t k = 0; k < count; k++) sum += a[k] * b[k];
    return sum;
}

inline void add(const float *x, int64_t count, float *to) {
#pragma omp simd
    for (int64_t k = 0; k < count; k++) to[k] += x[k];
}
