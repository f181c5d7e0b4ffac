// Numbers as text, over the C++ library's to_chars and from_chars: exact, shortest, locale-free.
// The only C++ in the project; docs/decisions/numbers.md tells why.
#include "base/number.h"

#include <charconv>
#include <cmath>
#include <system_error>

size_t gm_number_write(double value, char out[GM_NUMBER_BYTES])
{
    // 100000, which to_chars writes as 1e+05. -0 keeps its sign, so it takes the other way.
    const double whole_max = 1e15;
    if (value > -whole_max && value < whole_max && (value != 0 || !std::signbit(value))) {
        int64_t whole = static_cast<int64_t>(value);
        if (static_cast<double>(whole) == value)
            return gm_number_write_int(whole, out);
    }
    return static_cast<size_t>(std::to_chars(out, out + GM_NUMBER_BYTES, value).ptr - out);
}

size_t gm_number_write_int(int64_t value, char out[GM_NUMBER_BYTES])
{
    return static_cast<size_t>(std::to_chars(out, out + GM_NUMBER_BYTES, value).ptr - out);
}

static const char *pass_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

size_t gm_number_scan(const char *text, size_t len)
{
    const char *at = text, *const end = text + len;
    if (at < end && *at == '-')
        at++;
    const char *whole = at;
    at = pass_digits(at, end);
    if (at == whole)
        return 0;
    if (*whole == '0')
        at = whole + 1;
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        at = pass_digits(fraction, end);
        if (at == fraction)
            return 0;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        const char *exponent = at + 1;
        if (exponent < end && (*exponent == '+' || *exponent == '-'))
            exponent++;
        at = pass_digits(exponent, end);
        if (at == exponent)
            return 0;
    }
    return static_cast<size_t>(at - text);
}

bool gm_number_read(const char *text, size_t len, double *ret_value)
{
    if (len == 0 || gm_number_scan(text, len) != len)
        return false;
    double value;
    std::from_chars_result result = std::from_chars(text, text + len, value);
    if (result.ec != std::errc() || result.ptr != text + len)
        return false;
    *ret_value = value;
    return true;
}
