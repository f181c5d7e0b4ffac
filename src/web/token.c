// Reads and compares tokens.
#include "web/token.h"

#include <string.h>
#include <strings.h>

struct gm_str gm_token_bearer(struct gm_str authorization)
{
    static const char scheme[] = "Bearer ";
    const size_t scheme_len = sizeof(scheme) - 1;
    if (authorization.len <= scheme_len ||
        strncasecmp(authorization.data, scheme, scheme_len) != 0) {
        return (struct gm_str){0};
    }
    struct gm_str token = {authorization.data + scheme_len, authorization.len - scheme_len};
    while (token.len && *token.data == ' ') {
        token.data++;
        token.len--;
    }
    return token;
}

bool gm_token_equal(struct gm_str given, const char *token)
{
    const size_t len = strlen(token);
    unsigned char differs = given.len != len || len == 0;
    for (size_t i = 0; i < given.len; i++) {
        // The NUL at `len` stands for every byte past the end.
        differs |= (unsigned char)(given.data[i] ^ token[i < len ? i : len]);
    }
    return differs == 0;
}
