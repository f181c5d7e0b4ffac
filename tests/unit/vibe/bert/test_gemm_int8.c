// The int8 kernels against those in plain C of the same format, bit for bit: around the edges of
// strips, panels and blocks, with weights that leave 16 bits, and with values that are no numbers.
#include "../../test.h"

#include "vibe/bert/gemm_int8_layout.h"
#include "vibe/bert/gemm_int8_plain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct gm_int8_kernels *kernels; // those under test
static const struct gm_int8_format *format;   // and theirs
static struct test_random numbers = {1};

enum { GUARD = 8 };
static const float guard = 12345.0F;

static void *aligned(size_t bytes, int fill)
{
    void *memory = aligned_alloc(GM_INT8_ALIGNMENT, gm_int8_aligned(bytes + 1));
    assert_non_null(memory);
    memset(memory, fill, bytes);
    return memory;
}

// [−1, 1)
static float random_float(void)
{
    return (float)(test_random(&numbers) >> 40) * 0x1p-23F - 1.0F;
}

// A layer and its input: x (m, k), w (n, k), bias (n), and x and w as the kernels have them.
struct layer {
    int m, n, k;
    float *x, *w, *bias;
    void *rows, *panels;
};

static struct layer new_layer(int m, int n, int k)
{
    struct layer layer = {
        .m = m,
        .n = n,
        .k = k,
        .x = malloc((size_t)m * (size_t)k * sizeof(float)),
        .w = malloc((size_t)n * (size_t)k * sizeof(float)),
        .bias = malloc((size_t)n * sizeof(float)),
        .rows = aligned((size_t)m * gm_int8_row_bytes(format, k), 0xee),
        .panels = aligned((size_t)((n + format->columns - 1) / format->columns) *
                              gm_int8_panel_bytes(format, k),
                          0xee),
    };
    for (int i = 0; i < m * k; i++)
        layer.x[i] = random_float();
    for (int i = 0; i < n * k; i++)
        layer.w[i] = random_float();
    for (int i = 0; i < n; i++)
        layer.bias[i] = random_float();
    return layer;
}

static int panel_count(const struct layer *layer)
{
    return (layer->n + format->columns - 1) / format->columns;
}

static void ready(struct layer *layer)
{
    for (int p = 0; p < panel_count(layer); p++) {
        const int first = p * format->columns;
        const int count = layer->n - first < format->columns ? layer->n - first : format->columns;
        gm_int8_pack(format, layer->w + (size_t)first * (size_t)layer->k, layer->bias + first,
                     count, layer->k,
                     (char *)layer->panels + (size_t)p * gm_int8_panel_bytes(format, layer->k));
    }
    kernels->quantise(layer->x, (size_t)layer->k, (size_t)layer->m, layer->k, layer->rows);
}

static void free_layer(struct layer *layer)
{
    free(layer->x);
    free(layer->w);
    free(layer->bias);
    free(layer->rows);
    free(layer->panels);
}

static struct gm_int8_product product_of(const struct layer *layer, enum gm_bert_function function)
{
    return (struct gm_int8_product){
        .rows = layer->rows,
        .m = (size_t)layer->m,
        .k = layer->k,
        .panels = layer->panels,
        .n = layer->n,
        .count = panel_count(layer),
        .function = function,
    };
}

// y with a guarded margin behind every row.
static float *multiplied(const struct layer *layer, enum gm_bert_function function, bool oracle)
{
    const size_t stride = (size_t)layer->n + GUARD;
    float *y = malloc((size_t)layer->m * stride * sizeof *y);
    for (size_t i = 0; i < (size_t)layer->m * stride; i++)
        y[i] = guard;
    const struct gm_int8_product product = product_of(layer, function);
    if (oracle)
        gm_int8_plain_multiply(format, &product, y, stride);
    else
        kernels->multiply(&product, y, stride);
    return y;
}

static bool same(const float *a, const float *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(a + i, b + i, sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    }
    return true;
}

// Rows and sums are those of the oracle.
static void check_layer(struct layer *layer)
{
    const size_t bytes = (size_t)layer->m * gm_int8_row_bytes(format, layer->k);
    const size_t values = (size_t)layer->m * ((size_t)layer->n + GUARD);
    ready(layer);
    void *rows = aligned(bytes, 0xee);
    gm_int8_plain_quantise(format, layer->x, (size_t)layer->k, (size_t)layer->m, layer->k, rows);
    const struct gm_int8_row_layout layout = gm_int8_row_layout(format, layer->k);
    for (int r = 0; r < layer->m; r++) {
        const char *row = (const char *)layer->rows + (size_t)r * layout.bytes;
        const char *expected = (const char *)rows + (size_t)r * layout.bytes;
        assert_memory_equal(row, expected, layout.scales);
        assert_true(same((const float *)(row + layout.scales),
                         (const float *)(expected + layout.scales), (size_t)layout.blocks * 2));
    }
    float *y = multiplied(layer, GM_FUNCTION_NONE, false);
    float *expected = multiplied(layer, GM_FUNCTION_NONE, true);
    assert_true(same(y, expected, values));
    free(expected);
    free(y);
    free(rows);
}

static void check_random(int m, int n, int k)
{
    struct layer layer = new_layer(m, n, k);
    check_layer(&layer);
    free_layer(&layer);
}

// ----------------------------------------------------------------------- exactness

static void test_heights(void **state)
{
    (void)state;
    for (int m = 1; m <= 18; m++)
        check_random(m, 7, 40);
    check_random(67, 25, 33);
}

static void test_widths(void **state)
{
    (void)state;
    for (int n = 1; n <= 2 * format->columns + 1; n++)
        check_random(3, n, 36);
}

static void test_depths(void **state)
{
    (void)state;
    for (int k = 1; k <= 100; k++)
        check_random(5, 9, k);
    const int ends[] = {-33, -32, -31, -1, 0, 1, 31, 32, 33};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        check_random(5, 9, format->block + ends[i]);
        check_random(2, 3, 3 * format->block + ends[i]);
    }
}

// What comes out is near the product of the floats.
static void test_accuracy(void **state)
{
    (void)state;
    struct layer layer = new_layer(9, 50, 500);
    ready(&layer);
    float *y = multiplied(&layer, GM_FUNCTION_NONE, false);
    double error = 0;
    double size = 0;
    for (int r = 0; r < layer.m; r++) {
        for (int j = 0; j < layer.n; j++) {
            double sum = layer.bias[j];
            for (int i = 0; i < layer.k; i++)
                sum += (double)layer.x[r * layer.k + i] * (double)layer.w[j * layer.k + i];
            const double wrong = (double)y[r * (layer.n + GUARD) + j] - sum;
            error += wrong * wrong;
            size += sum * sum;
        }
    }
    assert_true(sqrt(error / size) < (format->levels == 127 ? 0.02 : 0.007));
    free(y);
    free_layer(&layer);
}

// ----------------------------------------------------------------------- extremes

static float extreme_value(uint64_t choice)
{
    return choice % 3 == 0 ? 1.0F : choice % 3 == 1 ? -1.0F : 0.0F;
}

// All values at the ends of their ranges, so that sums are as large as they can be.
static void test_ends(void **state)
{
    (void)state;
    for (int round = 0; round < 6; round++) {
        struct layer layer = new_layer(7, 2 * format->columns, 2 * format->block + 64);
        for (int i = 0; i < layer.m * layer.k; i++)
            layer.x[i] = round % 3 == 0 ? 1.0F : extreme_value(test_random(&numbers) >> 20);
        for (int i = 0; i < layer.n * layer.k; i++)
            layer.w[i] = round == 0   ? 1.0F
                         : round == 3 ? -1.0F
                                      : extreme_value(test_random(&numbers) >> 20);
        check_layer(&layer);
        free_layer(&layer);
    }
}

// One group whose positive weights of the first pair of each four add up to `sum`, in column 5.
static bool marks_sum(int sum, float sign)
{
    struct layer layer = new_layer(4, format->columns, GM_INT8_GROUP);
    const float most = (float)format->weight_max;
    memset(layer.w, 0, (size_t)layer.n * (size_t)layer.k * sizeof *layer.w);
    float left = (float)sum;
    for (int i = 0; i < layer.k; i++) {
        const float weight = i == 2 ? most : i % 4 >= 2 ? 0 : left < most ? left : most;
        layer.w[5 * layer.k + i] = sign * weight;
        left -= i % 4 >= 2 ? 0 : weight;
    }
    for (int i = 0; i < layer.m * layer.k; i++)
        layer.x[i] = 1.0F;
    check_layer(&layer);
    const bool marked =
        *((const char *)layer.panels + gm_int8_panel_layout(format, layer.k).marks) != 0;
    free_layer(&layer);
    return marked;
}

static void test_marks(void **state)
{
    (void)state;
    const int most = INT16_MAX / format->levels;
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int sum = most - 2; sum <= most + 2; sum++)
            assert_int_equal(marks_sum(sum, (float)sign), format->marked && sum > most);
    }
}

// Rows and channels that are no numbers give NaN, and nothing else changes.
static void test_not_finite(void **state)
{
    (void)state;
    const float wrong[] = {NAN, INFINITY, -INFINITY, 3e38F};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct layer layer = new_layer(6, 30, 2 * format->block);
        ready(&layer);
        float *before = multiplied(&layer, GM_FUNCTION_NONE, false);
        layer.x[2 * layer.k + 7] = wrong[i];
        layer.x[2 * layer.k + 8] = -wrong[i];
        if (i < 3)
            layer.w[11 * layer.k + format->block + 3] = wrong[i];
        check_layer(&layer);
        float *after = multiplied(&layer, GM_FUNCTION_NONE, false);
        for (int r = 0; r < layer.m; r++) {
            for (int j = 0; j < layer.n; j++) {
                const int at = r * (layer.n + GUARD) + j;
                if (r == 2 || (i < 3 && j == 11))
                    assert_true(isnan(after[at]));
                else
                    assert_true(same(before + at, after + at, 1));
            }
        }
        free(after);
        free(before);
        free_layer(&layer);
    }
}

// Zeros, and what is too small to have a scale, give the bias.
static void test_nothing(void **state)
{
    (void)state;
    struct layer layer = new_layer(5, 30, 100);
    for (int i = 0; i < layer.m * layer.k; i++)
        layer.x[i] *= i % 2 == 0 ? 0 : 1e-38F;
    for (int i = 0; i < layer.k; i++)
        layer.w[4 * layer.k + i] = 0;
    check_layer(&layer);
    float *y = multiplied(&layer, GM_FUNCTION_NONE, false);
    for (int r = 0; r < layer.m; r++)
        assert_true(same(y + r * (layer.n + GUARD), layer.bias, (size_t)layer.n));
    free(y);
    free_layer(&layer);
}

// ----------------------------------------------------------------------- functions, next rows

static void test_functions(void **state)
{
    (void)state;
    struct layer layer = new_layer(9, 53, 70);
    ready(&layer);
    for (enum gm_bert_function function = GM_FUNCTION_NONE; function <= GM_FUNCTION_TANH;
         function++) {
        float *y = multiplied(&layer, function, false);
        float *expected = multiplied(&layer, function, true);
        for (int i = 0; i < layer.m * (layer.n + GUARD); i++)
            assert_float_equal(y[i], expected[i], 2e-6);
        free(expected);
        free(y);
    }
    free_layer(&layer);
}

// The rows of a fused multiplication are those of a multiplication and a quantisation.
static void check_fused(int m, int n, int k, enum gm_bert_function function)
{
    struct layer layer = new_layer(m, n, k);
    ready(&layer);
    const size_t bytes = (size_t)m * gm_int8_row_bytes(format, n);
    void *rows = aligned(bytes, 0xee);
    void *expected = aligned(bytes, 0xee);
    float *work = malloc(GM_INT8_WORK_FLOATS * sizeof *work);
    float *y = multiplied(&layer, function, false);
    kernels->quantise(y, (size_t)n + GUARD, (size_t)m, n, expected);
    struct gm_int8_product product = product_of(&layer, function);
    for (int b = 0; b < gm_int8_blocks(format, n); b++) {
        product.first = b;
        product.count = 1;
        kernels->multiply_quantise(&product, work, rows);
    }
    assert_memory_equal(rows, expected, bytes);
    memset(rows, 0xee, bytes);
    product.first = 0;
    product.count = gm_int8_blocks(format, n);
    kernels->multiply_quantise(&product, work, rows);
    assert_memory_equal(rows, expected, bytes);
    free(y);
    free(work);
    free(expected);
    free(rows);
    free_layer(&layer);
}

static void test_fused(void **state)
{
    (void)state;
    check_fused(3, 10, 20, GM_FUNCTION_GELU);
    check_fused(70, 100, 40, GM_FUNCTION_NONE);
    check_fused(5, 2 * format->block + 5, 48, GM_FUNCTION_GELU_TANH);
    check_fused(2, 3 * format->block, 17, GM_FUNCTION_RELU);
}

// ----------------------------------------------------------------------- independence

static void test_independence(void **state)
{
    (void)state;
    struct layer layer = new_layer(13, 3 * format->columns - 5, format->block + 50);
    ready(&layer);
    const size_t stride = (size_t)layer.n + GUARD;
    float *all = multiplied(&layer, GM_FUNCTION_GELU, false);
    float *y = calloc((size_t)layer.m * stride, sizeof *y);
    struct gm_int8_product product = product_of(&layer, GM_FUNCTION_GELU);
    for (int m = 1; m < layer.m; m++) {
        for (int p = 0; p < panel_count(&layer); p++) {
            product.m = (size_t)m;
            product.first = p;
            product.count = 1;
            product.rows = (const char *)layer.rows +
                           (size_t)(layer.m - m) * gm_int8_row_bytes(format, layer.k);
            kernels->multiply(&product, y, stride);
        }
        for (int r = 0; r < m; r++)
            assert_true(same(y + (size_t)r * stride, all + (size_t)(layer.m - m + r) * stride,
                             (size_t)layer.n));
    }
    free(y);
    free(all);
    free_layer(&layer);
}

static void test_packing_repeats(void **state)
{
    (void)state;
    struct layer layer = new_layer(1, format->columns - 1, 70);
    ready(&layer);
    const size_t bytes = gm_int8_panel_bytes(format, layer.k);
    void *panel = aligned(bytes, 0x11);
    gm_int8_pack(format, layer.w, layer.bias, layer.n, layer.k, panel);
    assert_memory_equal(panel, layer.panels, bytes);
    free(panel);
    free_layer(&layer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heights),      cmocka_unit_test(test_widths),
        cmocka_unit_test(test_depths),       cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_ends),         cmocka_unit_test(test_marks),
        cmocka_unit_test(test_not_finite),   cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_functions),    cmocka_unit_test(test_fused),
        cmocka_unit_test(test_independence), cmocka_unit_test(test_packing_repeats),
    };
    int failures = 0;
    for (enum gm_bert_isa isa = GM_TEST_FIRST_ISA; isa <= GM_BERT_AVX512; isa++) {
        kernels = gm_int8_kernels(isa);
        if (kernels == NULL || !gm_bert_isa_runs(isa))
            continue;
        print_message("%s\n", gm_bert_isa_name(isa));
        format = kernels->format;
        failures += cmocka_run_group_tests(tests, NULL, NULL);
    }
    return failures;
}
