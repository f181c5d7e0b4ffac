// dead-letters: what a stage could not take.
//
// It must always be possible to write one, whatever the input was: texts about the payload are cut
// and mended, and the payload goes as base64 where it is no text or where, for all its escapes, it
// would be longer than base64 ever is.
#include "event/base64.h"
#include "event/field.h"

enum {
    PAYLOAD_BYTES_MAX = (GM_MESSAGE_BYTES_MAX + 2) / 3 * 4, // as it stands in JSON
    CHARACTER_BYTES_MAX = 4,
};
_Static_assert(PAYLOAD_BYTES_MAX + 4 * 6 * GM_DEAD_LETTER_TEXT_BYTES_MAX + 512 <=
                   GM_DEAD_LETTER_BYTES_MAX,
               "the largest dead letter must fit, each of its four texts escaped sixfold");

// A letter in the making: what JSON says, before the payload is known to be whole.
struct draft {
    struct gm_dead_letter letter;
    struct gm_str payload, payload_base64; // data is NULL where it is missing
};

#define FIELD(member_, name_, presence_, read_, bytes_max_)                                        \
    GM_FIELD(struct draft, member_, name_, presence_, read_, bytes_max_)

static const struct gm_field fields[] = {
    FIELD(letter.observed_at_us, "observed_at", GM_REQUIRED, gm_read_time, 0),
    FIELD(letter.stage, "stage", GM_REQUIRED, gm_read_text, GM_DEAD_LETTER_TEXT_BYTES_MAX),
    FIELD(letter.reason, "reason", GM_REQUIRED, gm_read_text, GM_DEAD_LETTER_TEXT_BYTES_MAX),
    FIELD(letter.origin, "origin", GM_REQUIRED, gm_read_text, GM_DEAD_LETTER_TEXT_BYTES_MAX),
    FIELD(letter.key, "key", GM_OPTIONAL, gm_read_text, GM_DEAD_LETTER_TEXT_BYTES_MAX),
    FIELD(payload, "payload", GM_OPTIONAL, gm_read_text, GM_MESSAGE_BYTES_MAX),
    FIELD(payload_base64, "payload_base64", GM_OPTIONAL, gm_read_text, PAYLOAD_BYTES_MAX),
    FIELD(letter.payload_bytes, "payload_bytes", GM_REQUIRED, gm_read_size, 0),
};
static const struct gm_message message = GM_MESSAGE(fields, GM_DEAD_LETTER_BYTES_MAX);

enum gm_err gm_dead_letter_decode(struct gm_str json, struct gm_arena *arena,
                                  struct gm_dead_letter *ret_letter, struct gm_error *error)
{
    struct draft draft = {.letter = {.observed_at_us = GM_TIME_NONE}};
    struct gm_dead_letter *letter = &draft.letter;
    enum gm_err err = gm_message_read(&message, json, arena, &draft, error);
    if (err)
        return err;
    if (!draft.payload.data == !draft.payload_base64.data)
        return gm_error_set(error, GM_ERR_INVALID,
                            "payload: it or payload_base64 must be there, and not both");
    letter->payload = draft.payload;
    if (draft.payload_base64.data)
        err = gm_base64_read(draft.payload_base64, arena, &letter->payload, error);
    if (err) {
        gm_error_prefix(error, "payload_base64");
        return err;
    }
    if (letter->payload_bytes < (int64_t)letter->payload.len)
        return gm_error_set(error, GM_ERR_INVALID,
                            "payload_bytes: %lld, and yet there are %zu bytes of payload",
                            (long long)letter->payload_bytes, letter->payload.len);
    *ret_letter = *letter;
    return GM_OK;
}

// How long the text is without the beginning of a character at its end that was cut off.
static size_t whole_characters(struct gm_str text)
{
    size_t bad;
    if (gm_utf8_valid(text, &bad) || text.len - bad >= CHARACTER_BYTES_MAX)
        return text.len;
    for (size_t at = bad + 1; at < text.len; at++)
        if (((unsigned char)text.data[at] & 0xc0) != 0x80)
            return text.len;
    return (unsigned char)text.data[bad] >= 0xc2 ? bad : text.len;
}

static struct gm_str cut(struct gm_str text, size_t bytes_max)
{
    if (text.len <= bytes_max)
        return text;
    text.len = bytes_max;
    text.len = whole_characters(text);
    return text;
}

// Any bytes as a JSON string: what is not UTF-8 or is NUL becomes U+FFFD.
static void put_mended(struct gm_buffer *out, struct gm_str text)
{
    // Three bytes stand in for one, and may make the text longer than what a reader takes.
    enum { MENDED_BYTES = GM_DEAD_LETTER_TEXT_BYTES_MAX };
    char mended[MENDED_BYTES];
    static const char replacement[] = "\uFFFD";
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        struct gm_str rest = {text.data + at, text.len - at};
        size_t run = rest.len;
        gm_utf8_valid(rest, &run);
        const char *nul = memchr(rest.data, '\0', run);
        if (nul)
            run = (size_t)(nul - rest.data);
        run = cut((struct gm_str){rest.data, run}, MENDED_BYTES - len).len;
        memcpy(mended + len, rest.data, run);
        len += run;
        at += run;
        if (at == text.len || MENDED_BYTES - len < sizeof(replacement) - 1)
            break;
        memcpy(mended + len, replacement, sizeof(replacement) - 1);
        len += sizeof(replacement) - 1;
        at++;
    }
    gm_json_write_string(out, (struct gm_str){mended, len});
}

static size_t escaped_len(struct gm_str text)
{
    size_t len = text.len;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        len += byte == '"' || byte == '\\' ? 1 : byte < 0x20 ? 5 : 0;
    }
    return len;
}

static bool can_be_text(struct gm_str payload)
{
    return gm_utf8_valid(payload, NULL) &&
           (payload.len == 0 || !memchr(payload.data, '\0', payload.len)) &&
           escaped_len(payload) <= PAYLOAD_BYTES_MAX;
}

static void put_payload(struct gm_buffer *out, struct gm_str payload)
{
    if (can_be_text(payload)) {
        GM_PUT(out, ",\"payload\":");
        gm_json_write_string(out, payload);
    } else {
        GM_PUT(out, ",\"payload_base64\":\"");
        gm_base64_write(out, payload);
        GM_PUT(out, "\"");
    }
}

void gm_dead_letter_encode(const struct gm_dead_letter *letter, struct gm_buffer *out)
{
    struct gm_str payload = cut(letter->payload, GM_MESSAGE_BYTES_MAX);
    int64_t payload_bytes = letter->payload_bytes;
    if (payload_bytes < (int64_t)letter->payload.len)
        payload_bytes = (int64_t)letter->payload.len;
    GM_PUT(out, "{\"observed_at\":");
    gm_put_time(out, letter->observed_at_us);
    GM_PUT(out, ",\"stage\":");
    put_mended(out, letter->stage);
    GM_PUT(out, ",\"reason\":");
    put_mended(out, letter->reason);
    GM_PUT(out, ",\"origin\":");
    put_mended(out, letter->origin);
    if (letter->key.len) {
        GM_PUT(out, ",\"key\":");
        put_mended(out, letter->key);
    }
    put_payload(out, payload);
    GM_PUT(out, ",\"payload_bytes\":");
    gm_json_write_integer(out, payload_bytes);
    GM_PUT(out, "}");
}
