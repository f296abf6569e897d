// Products of dense matrices, small enough to lie between other work on the same rows.
#pragma once
#include <cstdint>
#include <vector>

#include "lanes.h"

inline std::vector<float> transpose(const float *x, int64_t rows, int64_t columns) {
    std::vector<float> across(rows * columns);
    for (int64_t row = 0; row < rows; row++)
        for (int64_t k = 0; k < columns; k++) across[k * rows + row] = x[row * columns + k];
    return across;
}

// A tile of multiply_add: ROWS rows of COLUMNS registers.
template <int ROWS, int COLUMNS>
void multiply_tile(int64_t depth, const float *a, int64_t down, int64_t right, const float *b,
                   int64_t width, float *c, int64_t apart) {
    Lanes sum[ROWS][COLUMNS];
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < COLUMNS; k++) sum[r][k] = ((Lanes *)(c + r * apart))[k];
    for (int64_t at = 0; at < depth; at++) {
        const Lanes *from = (const Lanes *)(b + at * width);
        for (int r = 0; r < ROWS; r++)
            for (int k = 0; k < COLUMNS; k++) sum[r][k] += a[r * down + at * right] * from[k];
    }
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < COLUMNS; k++) ((Lanes *)(c + r * apart))[k] = sum[r][k];
}

template <int COLUMNS>
void multiply_columns(int64_t rows, int64_t depth, const float *a, int64_t down, int64_t right,
                      const float *b, int64_t width, float *c, int64_t apart) {
    int64_t row = 0;
    for (; row + HIGH <= rows; row += HIGH)
        multiply_tile<HIGH, COLUMNS>(depth, a + row * down, down, right, b, width,
                                     c + row * apart, apart);
    for (; row < rows; row++)
        multiply_tile<1, COLUMNS>(depth, a + row * down, down, right, b, width, c + row * apart,
                                  apart);
}

// c (rows, columns) += a (rows, depth) @ b (depth, columns), with rows of c and b `apart` and
// `width` apart and a's element (r, k) at r * down + k * right.
inline void multiply_add(int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t down,
                  int64_t right, const float *b, int64_t width, float *c, int64_t apart) {
    int64_t at = 0;
    for (; at + WIDE * LANES <= columns; at += WIDE * LANES)
        multiply_columns<WIDE>(rows, depth, a, down, right, b + at, width, c + at, apart);
    for (; at + LANES <= columns; at += LANES)
        multiply_columns<1>(rows, depth, a, down, right, b + at, width, c + at, apart);
    for (; at < columns; at++)
        for (int64_t row = 0; row < rows; row++)
            for (int64_t k = 0; k < depth; k++)
                c[row * apart + at] += a[row * down + k * right] * b[k * width + at];
}
