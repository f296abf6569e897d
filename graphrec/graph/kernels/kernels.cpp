// The smaller passes of a training step that torch has no single operator for; reference.py says
// the same in torch, with shapes. Matrices are row-major, single precision; sparse ones are CSR with
// 32-bit numbers, columns rising in each row. Every sum is taken by one thread in a fixed order: the
// same input gives the same bits.
#include <omp.h>

#include <algorithm>
#include <vector>

#include "dropout.h"
#include "sparse.h"

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

// The entries whose edge the mask marks, with values scale[first] * scale[second].
void select_entries(const int32_t *offset, const int32_t *column, int64_t rows, const int32_t *edge,
                    const int32_t *first, const int32_t *second, const bool *edge_mask,
                    const float *scale, int32_t *out_offset, int32_t *out_column,
                    float *out_value, int64_t threads) {
    const Csr matrix{offset, column, nullptr, rows, 0};
    out_offset[0] = 0;
#pragma omp parallel num_threads(threads)
    {
        const auto [begin, end] = matrix.share(omp_get_thread_num(), omp_get_num_threads());
        for (int64_t row = begin; row < end; row++) {
            int32_t count = 0;
            for (int32_t entry = offset[row]; entry < offset[row + 1]; entry++)
                count += edge_mask[edge[entry]];
            out_offset[row + 1] = count;
        }
#pragma omp barrier
#pragma omp single
        for (int64_t row = 0; row < rows; row++) out_offset[row + 1] += out_offset[row];
        for (int64_t row = begin; row < end; row++) {
            int32_t to = out_offset[row];
            for (int32_t entry = offset[row]; entry < offset[row + 1]; entry++) {
                if (!edge_mask[edge[entry]]) continue;
                out_column[to] = column[entry];
                out_value[to++] = scale[first[entry]] * scale[second[entry]];
            }
        }
    }
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
