// Checksums against values that git and sha256sum give.
#include "../../test.h"

#include "vibe/model/digest.h"

#include <string.h>

static void expect(enum gm_digest_kind kind, const char *text, const char *hex)
{
    struct gm_digest *digest;
    char found[GM_DIGEST_HEX_BYTES];
    assert_int_equal(gm_digest_create(kind, (int64_t)strlen(text), &digest, NULL), GM_OK);
    size_t half = strlen(text) / 2;
    gm_digest_add(digest, text, half);
    gm_digest_add(digest, text + half, strlen(text) - half);
    gm_digest_end(digest, found);
    assert_string_equal(found, hex);
    gm_digest_destroy(digest);
}

static void known_values(void **state)
{
    (void)state;
    expect(GM_DIGEST_GIT_BLOB, "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    expect(GM_DIGEST_GIT_BLOB, "hello\n", "ce013625030ba8dba906f756967f9e9ca394464a");
    expect(GM_DIGEST_SHA256, "abc",
           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(GM_DIGEST_SHA256, "",
           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(gm_digest_kind_name(GM_DIGEST_SHA256), "sha256");
    assert_string_equal(gm_digest_kind_name(GM_DIGEST_GIT_BLOB), "git-sha1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
