// Products of sparse matrices with dense ones.
#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "lanes.h"

constexpr int64_t BLOCK = 1 << 23;  // bytes that the last cache holds beside all else

struct Csr {
    const int32_t *offset, *column;
    const float *value;
    int64_t rows, columns;

    // The rows of thread `part` of `parts`, as much work as any other's if a row costs as much as
    // `row_cost` entries.
    std::pair<int64_t, int64_t> share(int part, int parts, int64_t row_cost = 1) const {
        auto bound = [&](int64_t number) {
            const int64_t before = (offset[rows] + rows * row_cost) * number / parts;
            int64_t low = 0;
            for (int64_t high = rows; low < high;) {
                const int64_t middle = (low + high) / 2;
                if (offset[middle] + middle * row_cost < before) low = middle + 1;
                else high = middle;
            }
            return low;
        };
        return {bound(part), bound(part + 1)};
    }

    // WIDTH * LANES columns of a row's product with x (columns, dim), of entries `from` … `to` - 1.
    template <int WIDTH>
    void multiply(int32_t from, int32_t to, const float *x, int64_t dim, float *out) const {
        Lanes *sums = (Lanes *)out, sum[WIDTH];
        for (int k = 0; k < WIDTH; k++) sum[k] = sums[k];
        for (int32_t entry = from; entry < to; entry++) {
            const Lanes *row = (const Lanes *)(x + column[entry] * dim);
            for (int k = 0; k < WIDTH; k++) sum[k] += value[entry] * row[k];
        }
        for (int k = 0; k < WIDTH; k++) sums[k] = sum[k];
    }

    void multiply_part(int32_t from, int32_t to, const float *x, int64_t dim, float *out) const {
        int64_t k = 0;
        for (; k + 8 * LANES <= dim; k += 8 * LANES) multiply<8>(from, to, x + k, dim, out + k);
        for (; k + 4 * LANES <= dim; k += 4 * LANES) multiply<4>(from, to, x + k, dim, out + k);
        for (; k + 2 * LANES <= dim; k += 2 * LANES) multiply<2>(from, to, x + k, dim, out + k);
        for (; k + LANES <= dim; k += LANES) multiply<1>(from, to, x + k, dim, out + k);
        for (; k < dim; k++)
            for (int32_t entry = from; entry < to; entry++)
                out[k] = multiply_add(value[entry], x[column[entry] * dim + k], out[k]);
    }

    void multiply_row(int64_t row, const float *x, int64_t dim, float *out) const {
        multiply_part(offset[row], offset[row + 1], x, dim, out);
    }

    // Whether the whole of x (columns, dim) is near, however it is gone through.
    bool in_cache(int64_t dim) const { return columns * dim * 4 <= 2 * BLOCK; }

    // out (rows, dim) += the product's rows first … last - 1. In every row columns ascend, so that
    // it can be gone through a block of x's rows at a time, while that stays in the cache.
    void multiply_rows(int64_t first, int64_t last, const float *x, int64_t dim, float *out) const {
        std::vector<int32_t> at(offset + first, offset + last);
        const int64_t height = in_cache(dim) ? columns : std::max<int64_t>(1, BLOCK / (4 * dim));
        for (int64_t bound = height; bound < columns + height; bound += height) {
            for (int64_t row = first; row < last; row++) {
                const int32_t from = at[row - first], end = offset[row + 1];
                int32_t to = height < columns ? from : end;
                while (to < end && column[to] < bound) to++;
                multiply_part(from, to, x, dim, out + row * dim);
                at[row - first] = to;
            }
        }
    }
};
