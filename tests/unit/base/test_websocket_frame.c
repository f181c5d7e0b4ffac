// Frames and the handshake's answer, from bytes.
#include "../test.h"

#include "base/websocket_frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(text) ((struct gm_str){text, sizeof(text) - 1})

static enum gm_err read_frame(struct gm_str bytes, struct gm_websocket_frame *frame, size_t *taken,
                              struct gm_error *error)
{
    return gm_websocket_read_frame(bytes, 1000, frame, taken, error);
}

static void frames_are_read_whole(void **state)
{
    (void)state;
    struct gm_websocket_frame frame;
    size_t taken;
    // RFC 6455, 5.7: "Hello" unmasked, in one frame and in two.
    assert_int_equal(read_frame(BYTES("\x81\x05Hello..."), &frame, &taken, NULL), GM_OK);
    assert_int_equal(taken, 7);
    assert_true(frame.final);
    assert_int_equal(frame.opcode, GM_WEBSOCKET_TEXT);
    assert_true(gm_str_equal(frame.payload, gm_str("Hello")));
    assert_int_equal(read_frame(BYTES("\x01\x03Hel"), &frame, &taken, NULL), GM_OK);
    assert_int_equal(taken, 5);
    assert_false(frame.final);
    assert_int_equal(read_frame(BYTES("\x80\x02lo"), &frame, &taken, NULL), GM_OK);
    assert_int_equal(frame.opcode, GM_WEBSOCKET_CONTINUATION);
    assert_int_equal(read_frame(BYTES("\x89\x00"), &frame, &taken, NULL), GM_OK);
    assert_int_equal(frame.opcode, GM_WEBSOCKET_PING);
    assert_int_equal(taken, 2);
}

static void longer_lengths_take_two_or_eight_bytes(void **state)
{
    (void)state;
    enum { MAX = 70000 };
    static char bytes[MAX + 10];
    static const size_t lengths[] = {126, 65535, 65536, 70000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const size_t length = lengths[i], head = length <= 65535 ? 4 : 10;
        memset(bytes, 0, sizeof bytes);
        bytes[0] = (char)0x82;
        bytes[1] = head == 4 ? 126 : 127;
        for (size_t b = 0; b < head - 2; b++)
            bytes[head - 1 - b] = (char)(length >> 8 * b);
        struct gm_websocket_frame frame;
        size_t taken;
        for (size_t len = 0; len < head; len++) {
            assert_int_equal(
                gm_websocket_read_frame((struct gm_str){bytes, len}, MAX, &frame, &taken, NULL),
                GM_OK);
            assert_int_equal(taken, 0);
        }
        const struct gm_str all = {bytes, head + length};
        assert_int_equal(gm_websocket_read_frame(all, MAX, &frame, &taken, NULL), GM_OK);
        assert_int_equal(taken, head + length);
        assert_int_equal(frame.payload.len, length);
        assert_int_equal(gm_websocket_read_frame((struct gm_str){bytes, head + length - 1}, MAX,
                                                 &frame, &taken, NULL),
                         GM_OK);
        assert_int_equal(taken, 0);
        // Known to be too long before its payload is there.
        assert_int_equal(
            gm_websocket_read_frame((struct gm_str){bytes, head}, length - 1, &frame, &taken, NULL),
            GM_ERR_LIMIT);
    }
}

static void what_a_server_may_not_send_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct gm_str bytes;
        const char *message;
    } cases[] = {
        {BYTES("\xc1\x00"), "reserved bits"},
        {BYTES("\x83\x00"), "opcode"},
        {BYTES("\x8b\x00"), "opcode"},
        {BYTES("\x81\x80"), "mask"},
        {BYTES("\x09\x00"), "long or in parts"},
        {BYTES("\x88\x7e\x00\x7e"), "long or in parts"},
        {BYTES("\x81\x7e\x00\x7d"), "not the shortest"},
        {BYTES("\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff"), "not the shortest"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gm_websocket_frame frame;
        struct gm_error error;
        size_t taken;
        assert_int_equal(read_frame(cases[i].bytes, &frame, &taken, &error), GM_ERR_INVALID);
        assert_non_null(strstr(error.message, cases[i].message));
    }
}

static void written_frames_are_masked(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 5, 125, 126, 65535, 65536};
    char *payload = calloc(1, 65536);
    assert_non_null(payload);
    for (size_t i = 0; i < 65536; i++)
        payload[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct gm_buffer out;
        gm_buffer_init(&out, 100000);
        gm_websocket_write_frame(GM_WEBSOCKET_TEXT, (struct gm_str){payload, lengths[i]},
                                 0x3d21fa37, &out);
        const unsigned char *bytes = (const unsigned char *)out.data;
        const size_t head = lengths[i] < 126 ? 2 : lengths[i] <= 65535 ? 4 : 10;
        assert_int_equal(out.len, head + 4 + lengths[i]);
        assert_int_equal(bytes[0], 0x81);
        assert_int_equal(bytes[1] & 0x80, 0x80);
        for (size_t k = 0; k < lengths[i]; k++)
            assert_int_equal((char)(bytes[head + 4 + k] ^ bytes[head + k % 4]), payload[k]);
        gm_buffer_finish(&out);
    }
    free(payload);
}

// ------------------------------------------------------------------------- the handshake

#define KEY   "dGhlIHNhbXBsZSBub25jZQ==" // RFC 6455, 1.3
#define HEAD  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define RIGHT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static enum gm_err read_answer(const char *text, int *status, size_t *taken, struct gm_error *error)
{
    return gm_websocket_read_answer(gm_str(text), KEY, status, taken, error);
}

static void the_key_of_the_rfc_has_its_answer(void **state)
{
    (void)state;
    char key[GM_WEBSOCKET_KEY_BYTES];
    gm_websocket_key((const unsigned char *)"the sample nonce", key);
    assert_string_equal(key, KEY);
    int status;
    size_t taken;
    const char *answer = HEAD RIGHT "\r\nand more";
    assert_int_equal(read_answer(answer, &status, &taken, NULL), GM_OK);
    assert_int_equal(status, 101);
    assert_string_equal(answer + taken, "and more");
    assert_int_equal(read_answer(HEAD "sec-websocket-ACCEPT:s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \r\n\r\n",
                                 &status, &taken, NULL),
                     GM_OK);
    assert_int_equal(read_answer(HEAD RIGHT "\r", &status, &taken, NULL), GM_OK);
    assert_int_equal(taken, 0);
    assert_int_equal(read_answer("", &status, &taken, NULL), GM_OK);
    assert_int_equal(taken, 0);
    assert_int_equal(read_answer("HTTP/1.1 429 Too Many\r\n\r\n", &status, &taken, NULL), GM_OK);
    assert_int_equal(status, 429);
}

static void other_answers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP/1.1"},
        {"HTTP/1.0 101 x\r\n\r\n", "no HTTP/1.1"},
        {"HTTP/1.1 1\r\n\r\n", "no HTTP/1.1"},
        {"HTTP/1.1 999 x\r\n\r\n", "no HTTP/1.1"},
        {HEAD "\r\n", "another key"},
        {HEAD "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp=\r\n\r\n", "another key"},
        {"HTTP/1.1 101 x\r\n" RIGHT "\r\n", "no WebSocket"},
        {"HTTP/1.1 101 x\r\nUpgrade: h2c\r\n" RIGHT "\r\n", "no WebSocket"},
        {HEAD RIGHT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "not offered"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gm_error error;
        int status;
        size_t taken;
        assert_int_equal(read_answer(cases[i].text, &status, &taken, &error), GM_ERR_INVALID);
        assert_non_null(strstr(error.message, cases[i].message));
    }
    char *endless = malloc(GM_WEBSOCKET_HEAD_BYTES_MAX + 2);
    assert_non_null(endless);
    memset(endless, 'x', GM_WEBSOCKET_HEAD_BYTES_MAX + 1);
    endless[GM_WEBSOCKET_HEAD_BYTES_MAX + 1] = '\0';
    int status;
    size_t taken;
    assert_int_equal(read_answer(endless, &status, &taken, NULL), GM_ERR_LIMIT);
    free(endless);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_read_whole),
        cmocka_unit_test(longer_lengths_take_two_or_eight_bytes),
        cmocka_unit_test(what_a_server_may_not_send_is_refused),
        cmocka_unit_test(written_frames_are_masked),
        cmocka_unit_test(the_key_of_the_rfc_has_its_answer),
        cmocka_unit_test(other_answers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
