// A layer of NGCF and its derivative, a tile of rows at a time, so that what is between the products
// stays in the cache; native.py gives the equations, with shapes.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "dense.h"
#include "dropout.h"
#include "sparse.h"

namespace {

constexpr int64_t TILE = 16 * HIGH;

// terms (2 dim) = [n + x, n * x]
void set_terms(const float *n, const float *x, int64_t dim, float *terms) {
    float *times = terms + dim;
#pragma omp simd
    for (int64_t k = 0; k < dim; k++) {
        terms[k] = n[k] + x[k];
        times[k] = n[k] * x[k];
    }
}

}  // namespace

extern "C" {

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
}
