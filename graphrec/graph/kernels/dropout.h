// Which entries a step drops; dropout.py says what the fields mean.
#pragma once
#include <cstdint>

struct Dropout {
    uint32_t least;
    float scale;
    uint32_t low, high;

    static uint32_t mix(uint32_t number) {
        number = (number ^ (number >> 16)) * 0x85ebca6bu;
        number = (number ^ (number >> 13)) * 0xc2b2ae35u;
        return number ^ (number >> 16);
    }

    // x (count), the entries from number `first` on.
    void apply(float *x, int64_t first, int64_t count) const {
        if (least == 0) return;
        // Copies, since for all the compiler knows x might lie over the fields.
        const uint32_t start = (uint32_t)first + low, other = high, bound = least;
        const float factor = scale;
#pragma omp simd
        for (int64_t k = 0; k < count; k++)
            x[k] *= mix(mix(start + (uint32_t)k) ^ other) >= bound ? factor : 0;
    }
};
