// The passes of a training step that torch has no single operator for; reference.py says the same
// in torch, with shapes. Matrices are row-major, single precision; sparse ones are CSR with 32-bit
// numbers. Every sum is taken by one thread in a fixed order: the same input gives the same bits.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

// A vector register's floats, and how many registers wide the tile of a dense product is: with
// HIGH rows of them it fills the registers that the processor has.
#if defined __AVX512F__
constexpr int LANES = 16, WIDE = 4;
#elif defined __AVX__
constexpr int LANES = 8, WIDE = 2;
#else
constexpr int LANES = 4, WIDE = 2;
#endif
constexpr int HIGH = 6;
constexpr int64_t TILE = 16 * HIGH;
constexpr int64_t BLOCK = 1 << 23;  // bytes that the last cache holds beside all else
typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

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
                out[k] += value[entry] * x[column[entry] * dim + k];
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

float dot(const float *a, const float *b, int64_t count) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t k = 0; k < count; k++) sum += a[k] * b[k];
    return sum;
}

void add(const float *x, int64_t count, float *to) {
#pragma omp simd
    for (int64_t k = 0; k < count; k++) to[k] += x[k];
}

// terms (2 dim) = [n + x, n * x]
void set_terms(const float *n, const float *x, int64_t dim, float *terms) {
    float *times = terms + dim;
#pragma omp simd
    for (int64_t k = 0; k < dim; k++) {
        terms[k] = n[k] + x[k];
        times[k] = n[k] * x[k];
    }
}

std::vector<float> transpose(const float *x, int64_t rows, int64_t columns) {
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
void multiply_add(int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t down,
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

}  // namespace

extern "C" {

void product(const int32_t *offset, const int32_t *column, const float *value, int64_t rows,
             int64_t columns, const float *x, int64_t dim, float *out, int64_t add,
             int64_t threads) {
    const Csr matrix{offset, column, value, rows, columns};
#pragma omp parallel num_threads(threads)
    {
        const auto [first, last] = matrix.share(omp_get_thread_num(), omp_get_num_threads());
        if (!add) std::fill(out + first * dim, out + last * dim, 0.0f);
        matrix.multiply_rows(first, last, x, dim, out);
    }
}

// The entries whose edge is kept, with values scale[first] * scale[second].
void select_entries(const int32_t *offset, const int32_t *column, int64_t rows, const int32_t *edge,
                    const int32_t *first, const int32_t *second, const bool *kept, const float *scale,
            int32_t *out_offset, int32_t *out_column, float *out_value, int64_t threads) {
    const Csr matrix{offset, column, nullptr, rows, 0};
    out_offset[0] = 0;
#pragma omp parallel num_threads(threads)
    {
        const auto [begin, end] = matrix.share(omp_get_thread_num(), omp_get_num_threads());
        for (int64_t row = begin; row < end; row++) {
            int32_t count = 0;
            for (int32_t entry = offset[row]; entry < offset[row + 1]; entry++)
                count += kept[edge[entry]];
            out_offset[row + 1] = count;
        }
#pragma omp barrier
#pragma omp single
        for (int64_t row = 0; row < rows; row++) out_offset[row + 1] += out_offset[row];
        for (int64_t row = begin; row < end; row++) {
            int32_t to = out_offset[row];
            for (int32_t entry = offset[row]; entry < offset[row + 1]; entry++) {
                if (!kept[edge[entry]]) continue;
                out_column[to] = column[entry];
                out_value[to++] = scale[first[entry]] * scale[second[entry]];
            }
        }
    }
}

// A tile of rows at a time, so that what is between the products stays in the cache.
void layer(const int32_t *offset, const int32_t *column, const float *value, int64_t rows,
           int64_t columns, const float *x, int64_t dim, const float *weight, const float *bias, float slope,
           float smallest, int64_t least, float scale, int64_t low, int64_t high,
           float *neighbours, float *update, float *unit, int64_t stride, float *norm,
           int64_t threads) {
    const Csr matrix{offset, column, value, rows, columns};
    const bool at_once = matrix.in_cache(dim);
    const Dropout dropout{(uint32_t)least, scale, (uint32_t)low, (uint32_t)high};
    const std::vector<float> across = transpose(weight, dim, 2 * dim);
#pragma omp parallel num_threads(threads)
    {
        std::vector<float> terms(TILE * 2 * dim);
        // In the dense product a row costs about as much as 3/2 dim entries in the sparse one.
        const auto [first, last] =
            matrix.share(omp_get_thread_num(), omp_get_num_threads(), 3 * dim / 2);
        if (!at_once) {
            std::fill(neighbours + first * dim, neighbours + last * dim, 0.0f);
            matrix.multiply_rows(first, last, x, dim, neighbours);
        }
        for (int64_t start = first; start < last; start += TILE) {
            const int64_t count = std::min(TILE, last - start);
            for (int64_t row = start; row < start + count; row++) {
                float *n = neighbours + row * dim;
                if (at_once) {
                    std::fill_n(n, dim, 0.0f);
                    matrix.multiply_row(row, x, dim, n);
                }
                set_terms(n, x + row * dim, dim, terms.data() + (row - start) * 2 * dim);
                std::copy_n(bias, dim, update + row * dim);
            }
            multiply_add(count, dim, 2 * dim, terms.data(), 2 * dim, 1, across.data(), dim,
                         update + start * dim, dim);
            for (int64_t row = start; row < start + count; row++) {
                float *here = update + row * dim, *to = unit + row * stride;
#pragma omp simd
                for (int64_t k = 0; k < dim; k++) here[k] = here[k] > 0 ? here[k] : slope * here[k];
                dropout.apply(here, row * dim, dim);
                norm[row] = std::max(std::sqrt(dot(here, here, dim)), smallest);
                const float inverse = 1 / norm[row];
#pragma omp simd
                for (int64_t k = 0; k < dim; k++) to[k] = here[k] * inverse;
            }
        }
    }
}

// of_update may be null.
void layer_gradient(const float *of_unit, int64_t of_stride, const float *of_update,
                    const float *x, const float *neighbours, const float *update,
                    const float *unit, int64_t stride, const float *norm, int64_t rows, int64_t dim,
                    const float *weight, float slope, int64_t least, float scale, int64_t low,
                    int64_t high, float *of_x, float *of_neighbours, float *of_weight,
                    float *of_bias, int64_t threads) {
    const Dropout dropout{(uint32_t)least, scale, (uint32_t)low, (uint32_t)high};
    const int64_t size = (2 * dim + 1) * dim;  // of the weight, and the bias after it
    std::vector<float> sums(threads * size);
#pragma omp parallel num_threads(threads)
    {
        const int64_t part = omp_get_thread_num(), parts = omp_get_num_threads();
        const int64_t last = rows * (part + 1) / parts;
        std::vector<float> terms(TILE * 2 * dim), of_terms(TILE * 2 * dim), gradient(TILE * dim);
        float *weights = sums.data() + part * size, *biases = weights + 2 * dim * dim;
        for (int64_t start = rows * part / parts; start < last; start += TILE) {
            const int64_t count = std::min(TILE, last - start);
            for (int64_t row = start; row < start + count; row++) {
                const float *to = of_unit + row * of_stride, *direction = unit + row * stride;
                const float *here = update + row * dim;
                const float along = dot(to, direction, dim), inverse = 1 / norm[row];
                float *out = gradient.data() + (row - start) * dim;
#pragma omp simd
                for (int64_t k = 0; k < dim; k++) out[k] = (to[k] - along * direction[k]) * inverse;
                if (of_update) add(of_update + row * dim, dim, out);
                dropout.apply(out, row * dim, dim);
                // A positive slope keeps signs: the output tells where the input was negative.
#pragma omp simd
                for (int64_t k = 0; k < dim; k++) out[k] = here[k] > 0 ? out[k] : slope * out[k];
                add(out, dim, biases);
                set_terms(neighbours + row * dim, x + row * dim, dim,
                          terms.data() + (row - start) * 2 * dim);
            }
            std::fill(of_terms.begin(), of_terms.end(), 0.0f);
            multiply_add(count, 2 * dim, dim, gradient.data(), dim, 1, weight, 2 * dim,
                         of_terms.data(), 2 * dim);
            multiply_add(dim, 2 * dim, count, gradient.data(), 1, dim, terms.data(), 2 * dim,
                         weights, 2 * dim);
            for (int64_t row = start; row < start + count; row++) {
                const float *sum = of_terms.data() + (row - start) * 2 * dim, *times = sum + dim;
                const int64_t at = row * dim;
#pragma omp simd
                for (int64_t k = 0; k < dim; k++) {
                    of_x[at + k] = sum[k] + times[k] * neighbours[at + k];
                    of_neighbours[at + k] = sum[k] + times[k] * x[at + k];
                }
            }
        }
    }
    for (int64_t part = 1; part < threads; part++) add(sums.data() + part * size, size, sums.data());
    std::copy_n(sums.data(), 2 * dim * dim, of_weight);
    std::copy_n(sums.data() + 2 * dim * dim, dim, of_bias);
}

void drop(float *x, int64_t count, int64_t least, float scale, int64_t low, int64_t high,
          int64_t threads) {
    const Dropout dropout{(uint32_t)least, scale, (uint32_t)low, (uint32_t)high};
#pragma omp parallel for num_threads(threads)
    for (int64_t part = 0; part < threads; part++) {
        const int64_t first = count * part / threads, last = count * (part + 1) / threads;
        dropout.apply(x + first, first, last - first);
    }
}

void pair_dots(const float *x, int64_t dim, const int64_t *first, const int64_t *second,
               int64_t pairs, float *out, int64_t threads) {
#pragma omp parallel for num_threads(threads)
    for (int64_t pair = 0; pair < pairs; pair++)
        out[pair] = dot(x + first[pair] * dim, x + second[pair] * dim, dim);
}

// A row's gradient is the weighted sum of its partners: a sparse product.
void pair_gradient(const float *gradient, const float *x, int64_t rows, int64_t dim,
                   const int64_t *first, const int64_t *second, int64_t pairs, float *out,
                   int64_t threads) {
    std::vector<int32_t> offset(rows + 1), partner(2 * pairs);
    std::vector<float> weight(2 * pairs);
    for (int64_t pair = 0; pair < pairs; pair++) offset[first[pair]]++, offset[second[pair]]++;
    for (int64_t row = 0, sum = 0; row <= rows; row++) sum += offset[row], offset[row] = sum;
    auto put = [&](int64_t row, int64_t other, float value) {  // from the end of a row backwards
        const int32_t at = --offset[row];
        partner[at] = other, weight[at] = value;
    };
    for (int64_t pair = 0; pair < pairs; pair++) {
        put(first[pair], second[pair], gradient[pair]);
        put(second[pair], first[pair], gradient[pair]);
    }
    const Csr matrix{offset.data(), partner.data(), weight.data(), rows, rows};
#pragma omp parallel num_threads(threads)
    {
        const auto [begin, end] = matrix.share(omp_get_thread_num(), omp_get_num_threads());
        std::fill(out + begin * dim, out + end * dim, 0.0f);
        for (int64_t row = begin; row < end; row++) matrix.multiply_row(row, x, dim, out + row * dim);
    }
}
}
