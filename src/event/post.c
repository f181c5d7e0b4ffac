// live-social: a post.
#include "event/field.h"

// Unicode's White_Space.
static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

static bool is_blank(struct gm_str text)
{
    for (size_t at = 0; at < text.len;)
        if (!is_space(gm_utf8_next(text, &at)))
            return false;
    return true;
}

static GM_READER(read_post_text)
{
    struct gm_str text = {NULL, 0};
    enum gm_err err = gm_read_text(json, field, &text, error);
    if (err)
        return err;
    if (is_blank(text))
        return gm_error_set(error, GM_ERR_INVALID, "it is nothing but white space");
    *(struct gm_str *)to = text;
    return GM_OK;
}

// `known_` is the presence of what can be filled in where it is missing.
#define FIELDS(known_)                                                                             \
    GM_FIELD(struct gm_post, ticker, "ticker", known_, gm_read_ticker, GM_TICKER_BYTES_MAX),       \
        GM_FIELD(struct gm_post, text, "text", GM_REQUIRED, read_post_text, GM_TEXT_BYTES_MAX),    \
        GM_FIELD(struct gm_post, source, "source", known_, gm_read_text, GM_NAME_BYTES_MAX),       \
        GM_FIELD(struct gm_post, subreddit, "subreddit", GM_OPTIONAL, gm_read_text,                \
                 GM_NAME_BYTES_MAX),                                                               \
        GM_FIELD(struct gm_post, timestamp_us, "timestamp", known_, gm_read_time, 0),              \
        GM_FIELD(struct gm_post, id, "id", known_, gm_read_text, GM_NAME_BYTES_MAX),               \
        GM_FIELD(struct gm_post, author, "author", GM_OPTIONAL, gm_read_text, GM_NAME_BYTES_MAX),  \
        GM_FIELD(struct gm_post, url, "url", GM_OPTIONAL, gm_read_text, GM_URL_BYTES_MAX),         \
        GM_FIELD(struct gm_post, observed_at_us, "observed_at", GM_OPTIONAL, gm_read_time, 0)

static const struct gm_field fields[] = {FIELDS(GM_REQUIRED)};
static const struct gm_field offered[] = {FIELDS(GM_OPTIONAL)};
static const struct gm_message message = GM_MESSAGE(fields, GM_MESSAGE_BYTES_MAX);
static const struct gm_message offer = GM_MESSAGE(offered, GM_MESSAGE_BYTES_MAX);

static enum gm_err read(const struct gm_message *as, struct gm_str json, struct gm_arena *arena,
                        struct gm_post *ret_post, struct gm_error *error)
{
    struct gm_post post = {.timestamp_us = GM_TIME_NONE, .observed_at_us = GM_TIME_NONE};
    enum gm_err err = gm_message_read(as, json, arena, &post, error);
    if (err)
        return err;
    *ret_post = post;
    return GM_OK;
}

enum gm_err gm_post_decode(struct gm_str json, struct gm_arena *arena, struct gm_post *ret_post,
                           struct gm_error *error)
{
    return read(&message, json, arena, ret_post, error);
}

enum gm_err gm_post_decode_offer(struct gm_str json, struct gm_arena *arena,
                                 struct gm_post *ret_post, struct gm_error *error)
{
    return read(&offer, json, arena, ret_post, error);
}

void gm_post_encode(const struct gm_post *post, struct gm_buffer *out)
{
    GM_PUT(out, "{\"ticker\":");
    gm_json_write_string(out, post->ticker);
    GM_PUT(out, ",\"text\":");
    gm_json_write_string(out, post->text);
    GM_PUT(out, ",\"source\":");
    gm_json_write_string(out, post->source);
    gm_put_text_if_any(out, ",\"subreddit\":", post->subreddit);
    GM_PUT(out, ",\"timestamp\":");
    gm_put_time(out, post->timestamp_us);
    GM_PUT(out, ",\"id\":");
    gm_json_write_string(out, post->id);
    gm_put_text_if_any(out, ",\"author\":", post->author);
    gm_put_text_if_any(out, ",\"url\":", post->url);
    gm_put_observed_at_if_any(out, post->observed_at_us);
    GM_PUT(out, "}");
}
