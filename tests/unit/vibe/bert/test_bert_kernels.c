// The kernels in vectors against those in plain C, one by one: every width and height around the
// tiles' sizes, and functions over a dense sweep against double precision.
#include "../../test.h"

#include "vibe/bert/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 64 };
static const float guard = 12345.0F;

static const struct gm_bert_kernels *kernels; // those under test
static const struct gm_bert_kernels *plain;
static struct test_random numbers = {1};

// [−1, 1)
static float random_float(void)
{
    return (float)(test_random(&numbers) >> 40) * 0x1p-23F - 1.0F;
}

static float *random_floats(size_t count)
{
    float *floats = malloc(count * sizeof *floats);
    for (size_t i = 0; i < count; i++)
        floats[i] = random_float();
    return floats;
}

static float *guarded(size_t count)
{
    float *floats = malloc((count + GUARD) * sizeof *floats);
    for (size_t i = 0; i < count + GUARD; i++)
        floats[i] = guard;
    return floats;
}

// ----------------------------------------------------------------------- products

// A product: c (rows, n) = a (rows, k) · wᵀ (n, k) + bias.
struct product {
    int rows, k, n;
    float *a, *w, *bias;
};

static struct product random_product(int rows, int k, int n)
{
    return (struct product){rows,
                            k,
                            n,
                            random_floats((size_t)rows * (size_t)k),
                            random_floats((size_t)n * (size_t)k),
                            random_floats((size_t)n)};
}

static void free_product(struct product *product)
{
    free(product->a);
    free(product->w);
    free(product->bias);
}

static float *panels_of(const struct product *product, int columns, int *ret_count)
{
    const int count = (product->n + columns - 1) / columns;
    const size_t floats = gm_panel_floats(columns, product->k);
    float *panels = calloc((size_t)count * floats, sizeof *panels);
    for (int j = 0; j < product->n; j++) {
        float *panel = panels + (size_t)(j / columns) * floats;
        panel[j % columns] = product->bias[j];
        for (int i = 0; i < product->k; i++)
            panel[(size_t)(i + 1) * (size_t)columns + (size_t)(j % columns)] =
                product->w[(size_t)j * (size_t)product->k + (size_t)i];
    }
    *ret_count = count;
    return panels;
}

// Rows [first, first + rows) of the product; `*ret_stride` apart.
static float *run_product(const struct gm_bert_kernels *with, const struct product *product,
                          int first, int rows, enum gm_bert_function function, size_t *ret_stride)
{
    int count;
    float *panels = panels_of(product, with->panel_columns, &count);
    const size_t width = (size_t)count * (size_t)with->panel_columns;
    const size_t stride = width + 3;
    float *c = guarded((size_t)rows * stride);
    with->multiply(product->a + (size_t)first * (size_t)product->k, (size_t)product->k, rows,
                   product->k, panels, count, function, c, stride);
    for (int r = 0; r < rows; r++) {
        for (size_t j = width; j < stride; j++)
            assert_true(c[(size_t)r * stride + j] == guard);
    }
    for (size_t j = 0; j < GUARD; j++)
        assert_true(c[(size_t)rows * stride + j] == guard);
    free(panels);
    *ret_stride = stride;
    return c;
}

static void check_product(int rows, int k, int n, enum gm_bert_function function)
{
    struct product product = random_product(rows, k, n);
    size_t stride;
    size_t wanted_stride;
    size_t row_stride;
    float *c = run_product(kernels, &product, 0, rows, function, &stride);
    float *wanted = run_product(plain, &product, 0, rows, function, &wanted_stride);
    const float bound = 1e-6F + 2e-7F * sqrtf((float)k) * 4;
    for (int r = 0; r < rows; r++) {
        for (int j = 0; j < n; j++) {
            const float got = c[(size_t)r * stride + (size_t)j];
            const float want = wanted[(size_t)r * wanted_stride + (size_t)j];
            if (!(fabsf(got - want) <= bound))
                fail_msg("%d × %d × %d, function %d: row %d, column %d: %g, not %g", rows, k, n,
                         (int)function, r, j, (double)got, (double)want);
        }
    }
    // A row alone has the same bits.
    const int row = (int)test_random_below(&numbers, (size_t)rows);
    float *alone = run_product(kernels, &product, row, 1, function, &row_stride);
    assert_memory_equal(alone, c + (size_t)row * stride, (size_t)n * sizeof *c);
    free(alone);
    free(wanted);
    free(c);
    free_product(&product);
}

static void products_of_any_shape(void **state)
{
    (void)state;
    static const int inputs[] = {1, 2, 3, 7, 12, 64, 100, 767, 768, 769, 1600};
    for (int rows = 1; rows <= 33; rows++) {
        for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
            check_product(rows, inputs[i], 1 + (int)test_random_below(&numbers, 70),
                          (enum gm_bert_function)((rows + (int)i) % (GM_FUNCTION_TANH + 1)));
    }
}

// ---------------------------------------------------------------------- functions

static double gelu(double x)
{
    return 0.5 * x * erfc(-x * sqrt(0.5));
}

static double gelu_tanh(double x)
{
    return 0.5 * x * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
}

static double relu(double x)
{
    return x > 0 ? x : 0;
}

// The largest error of `function` at `count` numbers from `first` on, divided by max(1, |x|).
static double sweep(enum gm_bert_function function, double (*exact)(double), float first,
                    float step, int count)
{
    enum { ROWS = 64 };
    const size_t columns = (size_t)kernels->panel_columns;
    float *panel = calloc(2 * columns, sizeof *panel); // bias 0, weight 1
    float *c = malloc(ROWS * columns * sizeof *c);
    for (size_t i = 0; i < columns; i++)
        panel[columns + i] = 1;
    double largest = 0;
    for (int i = 0; i < count; i += ROWS) {
        float x[ROWS];
        for (int j = 0; j < ROWS; j++)
            x[j] = first + step * (float)(i + j);
        kernels->multiply(x, 1, ROWS, 1, panel, 1, function, c, columns);
        for (int j = 0; j < ROWS; j++) {
            const double error = fabs((double)c[(size_t)j * columns] - exact((double)x[j])) /
                                 fmax(1, fabs((double)x[j]));
            if (!(error <= largest))
                largest = error;
        }
    }
    free(c);
    free(panel);
    return largest;
}

static void functions_are_exact(void **state)
{
    (void)state;
    static const struct {
        enum gm_bert_function function;
        const char *name;
        double (*exact)(double);
    } all[] = {
        {GM_FUNCTION_GELU, "gelu", gelu},
        {GM_FUNCTION_GELU_TANH, "gelu_tanh", gelu_tanh},
        {GM_FUNCTION_RELU, "relu", relu},
        {GM_FUNCTION_TANH, "tanh", tanh},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const double near = sweep(all[i].function, all[i].exact, -12, 1e-4F, 240000);
        const double far = sweep(all[i].function, all[i].exact, -3000, 0.37F, 16384);
        print_message("%s: within %.1e near 0, %.1e far away\n", all[i].name, near, far);
        assert_true(near <= 2e-7);
        assert_true(far <= 2e-7);
    }
}

// --------------------------------------------------------------------------- rows

static void norms_of_any_width(void **state)
{
    (void)state;
    for (int n = 1; n <= 1100; n += n < 70 ? 1 : 103) {
        float *x = guarded((size_t)n);
        float *wanted = malloc((size_t)n * sizeof *wanted);
        float *y = random_floats((size_t)n);
        float *gamma = random_floats((size_t)n);
        float *beta = random_floats((size_t)n);
        const struct gm_norm norm = {gamma, beta, 1e-5F};
        for (int i = 0; i < n; i++)
            x[i] = wanted[i] = random_float() * 5;
        kernels->add_norm(x, y, &norm, n);
        plain->add_norm(wanted, y, &norm, n);
        for (int i = 0; i < n; i++) {
            if (!(fabsf(x[i] - wanted[i]) <= 4e-6F))
                fail_msg("width %d: at %d %g, not %g", n, i, (double)x[i], (double)wanted[i]);
        }
        for (int i = n; i < n + GUARD; i++)
            assert_true(x[i] == guard);
        free(x);
        free(wanted);
        free(y);
        free(gamma);
        free(beta);
    }
}

static void bfloat16_is_half_a_float(void **state)
{
    (void)state;
    for (int n = 1; n <= 70; n++) {
        uint16_t half[70];
        float *wide = guarded((size_t)n);
        for (int i = 0; i < n; i++)
            half[i] = (uint16_t)(test_random(&numbers) & 0xff7f); // finite
        kernels->widen(half, n, wide);
        for (int i = 0; i < n; i++) {
            uint32_t bits;
            memcpy(&bits, &wide[i], sizeof bits);
            assert_int_equal(bits, (uint32_t)half[i] << 16);
        }
        for (int i = n; i < n + GUARD; i++)
            assert_true(wide[i] == guard);
        free(wide);
    }
}

// ---------------------------------------------------------------------- attention

static float *run_attention(const struct gm_bert_kernels *with,
                            const struct gm_attention *attention)
{
    const size_t stride = (size_t)attention->d + 5;
    const size_t floats = (size_t)attention->queries * stride;
    float *context = guarded(floats);
    float *scratch = guarded(with->attend_scratch_floats(attention->n, attention->d));
    with->attend(attention, scratch, context, stride);
    for (size_t i = 0; i < floats; i++)
        assert_true(i % stride < (size_t)attention->d || context[i] == guard);
    for (size_t i = 0; i < GUARD; i++) {
        assert_true(context[floats + i] == guard);
        assert_true(scratch[with->attend_scratch_floats(attention->n, attention->d) + i] == guard);
    }
    free(scratch);
    return context;
}

static void check_attention(int n, int queries, int d, float gain)
{
    const size_t stride = (size_t)(3 * d + 7);
    float *qkv = random_floats((size_t)n * stride);
    for (size_t i = 0; i < (size_t)n * stride; i++)
        qkv[i] *= gain;
    const struct gm_attention attention = {
        .q = qkv,
        .k = qkv + d,
        .v = qkv + (ptrdiff_t)2 * d,
        .q_stride = stride,
        .kv_stride = stride,
        .n = n,
        .queries = queries,
        .d = d,
    };
    float *context = run_attention(kernels, &attention);
    float *wanted = run_attention(plain, &attention);
    // A weight's relative error is about the absolute one of its score.
    const float bound = 1e-6F * gain * (1 + gain * gain * sqrtf((float)d));
    for (int i = 0; i < queries * (d + 5); i++) {
        if (!(fabsf(context[i] - wanted[i]) <= bound))
            fail_msg("%d tokens, %d queries, head of %d: at %d %g, not %g", n, queries, d, i,
                     (double)context[i], (double)wanted[i]);
    }
    free(wanted);
    free(context);
    free(qkv);
}

static void attention_of_any_shape(void **state)
{
    (void)state;
    static const int heads[] = {1, 2, 8, 10, 12, 32, 33, 64, 80};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        for (int n = 1; n <= 600; n += n < 36 ? 1 : 187) {
            check_attention(n, n, heads[i], 1);
            check_attention(n, 1, heads[i], 1);
            check_attention(n, n, heads[i], 3); // a few keys take all the weight
        }
    }
}

static int run_with(enum gm_bert_isa isa)
{
    if (isa == GM_BERT_PLAIN || !gm_bert_isa_runs(isa))
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_any_shape),  cmocka_unit_test(functions_are_exact),
        cmocka_unit_test(norms_of_any_width),     cmocka_unit_test(bfloat16_is_half_a_float),
        cmocka_unit_test(attention_of_any_shape),
    };
    kernels = gm_bert_kernels(isa);
    plain = gm_bert_kernels(GM_BERT_PLAIN);
    print_message("%s\n", gm_bert_isa_name(isa));
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    int failed = 0;
    for (enum gm_bert_isa isa = GM_TEST_FIRST_ISA; isa <= GM_BERT_AVX512; isa++)
        failed += run_with(isa);
    return failed;
}
