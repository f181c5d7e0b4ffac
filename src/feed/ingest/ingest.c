// Reads deliveries.
#include "feed/ingest/ingest.h"

#include "base/json.h"
#include "base/siphash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gm_ingest {
    struct gm_gate *gate;
    char **names; // name_count
    size_t name_count;
    struct gm_siphash_key secret;
    struct gm_seen seen;
    struct gm_arena arena; // one line
};

// What one body is read with.
struct reading {
    struct gm_ingest *ingest;
    enum gm_ingest_kind kind;
    const char *key;
    int64_t now_us;
    gm_ingest_put_fn *put;
    void *context;
    size_t line;  // the current one, from 1
    size_t bytes; // of the messages so far
    struct gm_ingest_counts counts;
    struct gm_buffer *answer;
    size_t rejected_listed;
};

// ------------------------------------------------------------------------- create, destroy

static enum gm_err copy_names(struct gm_ingest *ingest, const char *const *names, size_t count,
                              struct gm_error *error)
{
    ingest->names = calloc(count + 1, sizeof *ingest->names);
    bool whole = ingest->names != NULL;
    for (; whole && ingest->name_count < count; ingest->name_count++) {
        char *name = strdup(names[ingest->name_count]);
        ingest->names[ingest->name_count] = name;
        whole = name != NULL;
    }
    return whole ? GM_OK : gm_error_set(error, GM_ERR_NOMEM, "out of memory");
}

enum gm_err gm_ingest_create(const char *const *names, const struct gm_gate_ticker *gated,
                             size_t count, uint64_t secret, const char *const *slots,
                             struct gm_ingest **ret_ingest, struct gm_error *error)
{
    struct gm_ingest *ingest = calloc(1, sizeof *ingest);
    if (!ingest)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    gm_arena_init(&ingest->arena, 64 * 1024, 4 * 1024 * 1024);
    ingest->secret.words[0] = ingest->secret.words[1] = secret;
    enum gm_err err = copy_names(ingest, names, count, error);
    if (!err)
        err = gm_gate_create(gated, count, &ingest->gate, error);
    if (!err)
        err = gm_seen_init(&ingest->seen, error);
    if (!err)
        err = gm_seen_read(&ingest->seen, slots, error);
    if (err) {
        gm_ingest_destroy(ingest);
        return err;
    }
    *ret_ingest = ingest;
    return GM_OK;
}

void gm_ingest_destroy(struct gm_ingest *ingest)
{
    if (!ingest)
        return;
    gm_seen_finish(&ingest->seen);
    gm_gate_destroy(ingest->gate);
    gm_arena_finish(&ingest->arena);
    for (size_t i = 0; i < ingest->name_count; i++)
        free(ingest->names[i]);
    free(ingest->names);
    free(ingest);
}

void gm_ingest_keep(struct gm_ingest *ingest)
{
    gm_seen_keep(&ingest->seen);
}

void gm_ingest_take_back(struct gm_ingest *ingest)
{
    gm_seen_take_back(&ingest->seen);
}

const struct gm_seen *gm_ingest_seen(const struct gm_ingest *ingest)
{
    return &ingest->seen;
}

// ------------------------------------------------------------------------- what was taken

// The hash of texts, of which none can run into the next.
static enum gm_err hash_texts(const struct gm_ingest *ingest, const struct gm_str *texts,
                              size_t count, uint64_t *ret_hash, struct gm_error *error)
{
    struct gm_buffer all;
    gm_buffer_init(&all, GM_INGEST_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        gm_buffer_append(&all, &texts[i].len, sizeof texts[i].len);
        gm_buffer_append_str(&all, texts[i]);
    }
    enum gm_err err = gm_buffer_ok(&all, error);
    if (!err)
        *ret_hash = gm_siphash(&ingest->secret, all.data, all.len).words[0];
    gm_buffer_finish(&all);
    return err;
}

// Remembers these texts; *ret_new is false where they are known already.
static enum gm_err take_once(struct reading *reading, const struct gm_str *texts, size_t count,
                             bool *ret_new, struct gm_error *error)
{
    struct gm_seen *seen = &reading->ingest->seen;
    uint64_t hash;
    enum gm_err err = hash_texts(reading->ingest, texts, count, &hash, error);
    if (err)
        return err;
    const bool new = !gm_seen_has(seen, hash);
    if (new && !gm_seen_add(seen, hash))
        return gm_error_set(error, GM_ERR_LIMIT, "more messages than one request may hold");
    *ret_new = new;
    return GM_OK;
}

// Holds a key to its first body.
static enum gm_err check_key(struct reading *reading, struct gm_str body, struct gm_error *error)
{
    const struct gm_str kind = gm_str(reading->kind == GM_INGEST_POSTS ? "posts" : "prices");
    const struct gm_str with_body[] = {gm_str("body"), kind, gm_str(reading->key), body};
    const struct gm_str alone[] = {gm_str("key"), kind, gm_str(reading->key)};
    bool new_body = false, new_key = false;
    enum gm_err err = take_once(reading, with_body, 4, &new_body, error);
    if (!err)
        err = take_once(reading, alone, 3, &new_key, error);
    if (!err && new_body && !new_key)
        err = gm_error_set(error, GM_ERR_INVALID,
                           "Idempotency-Key: it came with another body before; a new body needs a "
                           "new key");
    return err;
}

// ------------------------------------------------------------------------- one line

static enum gm_err check_room(const struct reading *reading, size_t messages, size_t text_bytes,
                              struct gm_error *error)
{
    if (reading->counts.messages + messages > GM_INGEST_MESSAGES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT,
                            "it would make more than %d messages of this request: send it in "
                            "another one",
                            GM_INGEST_MESSAGES_MAX);
    if (reading->bytes + messages * text_bytes > GM_INGEST_BYTES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT,
                            "the messages of this request would be over %d MiB: send it in another "
                            "one",
                            GM_INGEST_BYTES_MAX / 1024 / 1024);
    return GM_OK;
}

static bool is_followed(const struct gm_ingest *ingest, struct gm_str ticker)
{
    for (size_t i = 0; i < ingest->name_count; i++)
        if (gm_str_equal(ticker, gm_str(ingest->names[i])))
            return true;
    return false;
}

static enum gm_err check_ticker(const struct gm_ingest *ingest, struct gm_str ticker,
                                struct gm_error *error)
{
    if (is_followed(ingest, ticker))
        return GM_OK;
    return gm_error_set(error, GM_ERR_INVALID, "ticker: \"%.*s\" is not followed",
                        GM_STR_ARG(ticker));
}

// What a message without an id is told apart by: its line under the body's key. Empty without one.
static struct gm_str line_id(const struct reading *reading, char *text, size_t bytes)
{
    if (!reading->key)
        return (struct gm_str){0};
    snprintf(text, bytes, "%s:%zu", reading->key, reading->line);
    return gm_str(text);
}

// Puts a message on its way, unless it was taken before.
static enum gm_err put(struct reading *reading, const struct gm_feed_item *item,
                       const struct gm_str *identity, size_t bytes, struct gm_error *error)
{
    bool new = true;
    enum gm_err err = identity ? take_once(reading, identity, 4, &new, error) : GM_OK;
    if (!err && new)
        err = reading->put(reading->context, item, error);
    if (!err && new) {
        reading->counts.messages++;
        reading->bytes += bytes;
    }
    return err;
}

static void count_line(struct reading *reading, size_t messages_before)
{
    reading->counts.accepted++;
    reading->counts.duplicates += reading->counts.messages == messages_before;
}

// A fault of the line is in *ret_fault; what is returned ends the body.
static enum gm_err take_tick(struct reading *reading, struct gm_str line,
                             struct gm_error *ret_fault, struct gm_error *error)
{
    struct gm_feed_item item = {.kind = GM_FEED_TICK};
    struct gm_tick *tick = &item.tick;
    char id_text[GM_INGEST_KEY_BYTES_MAX + 24];
    if (gm_tick_decode_offer(line, &reading->ingest->arena, tick, ret_fault) ||
        check_ticker(reading->ingest, tick->ticker, ret_fault) ||
        check_room(reading, 1, line.len, ret_fault))
        return GM_OK;
    if (tick->timestamp_us == GM_TIME_NONE)
        tick->timestamp_us = reading->now_us;
    if (gm_timestamp_plausible(tick->timestamp_us, reading->now_us, ret_fault))
        return GM_OK;
    if (tick->source.len == 0)
        tick->source = gm_str("webhook");
    tick->observed_at_us = reading->now_us;
    const struct gm_str id = line_id(reading, id_text, sizeof id_text);
    const struct gm_str identity[] = {gm_str("tick"), tick->ticker, tick->source, id};
    const size_t before = reading->counts.messages;
    enum gm_err err = put(reading, &item, id.len > 0 ? identity : NULL, line.len, error);
    if (!err)
        count_line(reading, before);
    return err;
}

// What is missing of a post. True: it can be told from others.
static bool fill_in(const struct reading *reading, struct gm_post *post, char *id, size_t id_bytes)
{
    const bool has_identity = post->id.len > 0 || reading->key;
    if (post->timestamp_us == GM_TIME_NONE)
        post->timestamp_us = reading->now_us;
    if (post->source.len == 0)
        post->source = gm_str("webhook");
    if (post->id.len == 0)
        post->id = line_id(reading, id, id_bytes);
    if (post->id.len == 0) {
        snprintf(id, id_bytes, "%" PRIx64 ":%zu", reading->now_us, reading->line);
        post->id = gm_str(id);
    }
    post->observed_at_us = reading->now_us;
    return has_identity;
}

static enum gm_err put_post(struct reading *reading, struct gm_feed_item *item, bool has_identity,
                            struct gm_error *error)
{
    const struct gm_post *post = &item->post;
    const struct gm_str identity[] = {gm_str("post"), post->ticker, post->source, post->id};
    return put(reading, item, has_identity ? identity : NULL, post->text.len, error);
}

static enum gm_err take_post(struct reading *reading, struct gm_str line,
                             struct gm_error *ret_fault, struct gm_error *error)
{
    struct gm_ingest *ingest = reading->ingest;
    struct gm_feed_item item = {.kind = GM_FEED_POST};
    struct gm_post *post = &item.post;
    char id[GM_INGEST_KEY_BYTES_MAX + 24];
    size_t count = 1;
    if (gm_post_decode_offer(line, &ingest->arena, post, ret_fault) ||
        (post->ticker.len > 0 && check_ticker(ingest, post->ticker, ret_fault)))
        return GM_OK;
    const bool has_identity = fill_in(reading, post, id, sizeof id);
    const bool named = post->ticker.len > 0;
    const uint32_t *tickers = named ? NULL : gm_gate_match(ingest->gate, post->text, &count);
    if (gm_timestamp_plausible(post->timestamp_us, reading->now_us, ret_fault) ||
        check_room(reading, count, post->text.len, ret_fault))
        return GM_OK;
    const size_t before = reading->counts.messages;
    enum gm_err err = GM_OK;
    for (size_t i = 0; !err && i < count; i++) {
        if (!named)
            post->ticker = gm_str(ingest->names[tickers[i]]);
        err = put_post(reading, &item, has_identity, error);
    }
    if (!err && count == 0)
        reading->counts.unmatched++;
    else if (!err)
        count_line(reading, before);
    return err;
}

static void reject(struct reading *reading, const struct gm_error *fault)
{
    if (reading->rejected_listed < GM_INGEST_REJECTED_MAX) {
        gm_buffer_printf(reading->answer,
                         "%s{\"line\":%zu,\"error\":", reading->rejected_listed ? "," : "",
                         reading->line);
        gm_json_write_string(reading->answer, gm_str(fault->message));
        gm_buffer_append_c(reading->answer, "}");
        reading->rejected_listed++;
    }
    reading->counts.rejected++;
}

static enum gm_err take_line(struct reading *reading, struct gm_str line, struct gm_error *error)
{
    struct gm_error fault = {0};
    gm_arena_reset(&reading->ingest->arena);
    enum gm_err err = reading->kind == GM_INGEST_POSTS ? take_post(reading, line, &fault, error)
                                                       : take_tick(reading, line, &fault, error);
    if (!err && fault.code == GM_ERR_NOMEM)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    if (!err && fault.code)
        reject(reading, &fault);
    return err;
}

// ------------------------------------------------------------------------- the body

// Whether the body is one object, on however many lines.
static bool is_one_object(struct gm_ingest *ingest, struct gm_str body)
{
    struct gm_json json;
    gm_arena_reset(&ingest->arena);
    gm_json_init(&json, body, &ingest->arena);
    return gm_json_peek(&json) == GM_JSON_OBJECT && !gm_json_skip(&json, NULL) &&
           !gm_json_end(&json, NULL);
}

static bool is_blank(struct gm_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r')
            return false;
    return true;
}

static enum gm_err take_lines(struct reading *reading, struct gm_str body, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    while (!err && body.len > 0) {
        const char *end = memchr(body.data, '\n', body.len);
        struct gm_str line = {body.data, end ? (size_t)(end - body.data) : body.len};
        const size_t taken = line.len + (end != NULL);
        body = (struct gm_str){body.data + taken, body.len - taken};
        reading->line++;
        if (!is_blank(line))
            err = take_line(reading, line, error);
    }
    return err;
}

// The body from its object on, whose first line becomes the reading's.
static struct gm_str skip_blank_lines(struct reading *reading, struct gm_str body)
{
    reading->line = 1;
    for (; *body.data != '{'; body.data++, body.len--)
        reading->line += *body.data == '\n';
    return body;
}

static void write_answer(const struct reading *reading, struct gm_str rejected,
                         struct gm_buffer *out)
{
    const struct gm_ingest_counts *counts = &reading->counts;
    gm_buffer_printf(out, "{\"accepted\":%zu,\"duplicates\":%zu,\"unmatched\":%zu,\"rejected\":[",
                     counts->accepted, counts->duplicates, counts->unmatched);
    gm_buffer_append_str(out, rejected);
    gm_buffer_append_c(out, "]");
    if (counts->rejected > reading->rejected_listed)
        gm_buffer_printf(out, ",\"rejected_more\":%zu",
                         counts->rejected - reading->rejected_listed);
    gm_buffer_append_c(out, "}\n");
}

enum gm_err gm_ingest_take(struct gm_ingest *ingest, enum gm_ingest_kind kind, struct gm_str body,
                           const char *key, int64_t now_us, gm_ingest_put_fn *put_fn, void *context,
                           struct gm_ingest_counts *ret_counts, struct gm_buffer *answer,
                           struct gm_error *error)
{
    struct gm_buffer rejected;
    struct reading reading = {
        .ingest = ingest,
        .kind = kind,
        .key = key,
        .now_us = now_us,
        .put = put_fn,
        .context = context,
        .answer = &rejected,
    };
    // A message of an error may double in size when it is written as JSON.
    gm_buffer_init(&rejected, (size_t)GM_INGEST_REJECTED_MAX * 8 * GM_ERROR_MESSAGE_BYTES);
    enum gm_err err = key ? check_key(&reading, body, error) : GM_OK;
    if (!err && is_one_object(ingest, body)) {
        err = take_line(&reading, skip_blank_lines(&reading, body), error);
    } else if (!err) {
        err = take_lines(&reading, body, error);
    }
    const struct gm_ingest_counts *counts = &reading.counts;
    if (!err && counts->accepted + counts->unmatched + counts->rejected == 0)
        err = gm_error_set(error, GM_ERR_INVALID,
                           "the body is empty: one JSON object must stand there, or one a line");
    if (!err)
        err = gm_buffer_ok(&rejected, error);
    if (!err) {
        write_answer(&reading, gm_buffer_str(&rejected), answer);
        *ret_counts = *counts;
    }
    gm_buffer_finish(&rejected);
    return err;
}
