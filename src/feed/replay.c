// Merges two recordings by time and makes feed items of their lines.
#include "feed/replay.h"

#include "event/timestamp.h"
#include "feed/line_reader.h"
#include "feed/replay_cursor.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static const char stage_name[] = "replay";

enum {
    // Room for what decoding one line unescapes: at worst many thousand texts of a few bytes,
    // which the arena rounds up.
    SCRATCH_BLOCK_BYTES = 16 * 1024,
    SCRATCH_BYTES_MAX = 8 * GM_LINE_BYTES_MAX,
};

enum head_state { HEAD_NONE, HEAD_READ, HEAD_JUDGED };

// One of the two files, and the line of it that is next.
struct recording {
    struct gm_line_reader *reader; // NULL: there is none
    enum gm_feed_item_kind kind;   // of a good line
    struct gm_replay_place given;  // what the cursor says

    enum head_state head;
    struct gm_line line;      // the head
    struct gm_str json;       // … without white space around it
    struct gm_feed_item item; // … decoded
    struct gm_error why;      // … or, where `item` is BAD, why it is no message
    struct gm_arena scratch;  // texts of the head that had to be unescaped
};

struct replay {
    struct recording prices, social;
    char name[GM_REPLAY_NAME_BYTES];
    const struct gm_clock *clock;
    int64_t now_us; // a time that `clock` has shown; the real one may be later
    double speed;
    bool paced; // the first item with a time has been due:
    int64_t paced_from_event_us, paced_from_monotonic_us;
    int64_t total_bytes;        // of both files
    _Atomic int64_t read_bytes; // for gm_replay_progress, which any thread may call
};

// ------------------------------------------------------------------------- a line becomes an item

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct gm_str trim(struct gm_str text)
{
    while (text.len > 0 && is_space(text.data[text.len - 1]))
        text.len--;
    while (text.len > 0 && is_space(text.data[0])) {
        text.data++;
        text.len--;
    }
    return text;
}

static enum gm_err decode(struct recording *recording, struct gm_feed_item *ret_item,
                          struct gm_error *error)
{
    gm_arena_reset(&recording->scratch);
    ret_item->kind = recording->kind;
    if (recording->kind == GM_FEED_TICK)
        return gm_tick_decode(recording->json, &recording->scratch, &ret_item->tick, error);
    return gm_post_decode(recording->json, &recording->scratch, &ret_item->post, error);
}

static int64_t timestamp_us(const struct gm_feed_item *item)
{
    return item->kind == GM_FEED_TICK ? item->tick.timestamp_us : item->post.timestamp_us;
}

static int64_t *observed_at_us(struct gm_feed_item *item)
{
    return item->kind == GM_FEED_TICK ? &item->tick.observed_at_us : &item->post.observed_at_us;
}

// Asks the clock only when what it showed before does not already allow the time.
static enum gm_err check_plausible(struct replay *replay, int64_t time_us, struct gm_error *error)
{
    if (gm_timestamp_plausible(time_us, replay->now_us, NULL) == GM_OK)
        return GM_OK;
    replay->now_us = gm_clock_now_us(replay->clock);
    return gm_timestamp_plausible(time_us, replay->now_us, error);
}

// Decodes the head and says in `why` what keeps it from being a message.
static enum gm_err examine(struct replay *replay, struct recording *recording)
{
    const struct gm_line *line = &recording->line;
    if (line->kind == GM_LINE_TOO_LONG) {
        return gm_error_set(&recording->why, GM_ERR_LIMIT,
                            "a line of %lld bytes, over the limit of %d", (long long)line->bytes,
                            GM_LINE_BYTES_MAX);
    }
    enum gm_err err = decode(recording, &recording->item, &recording->why);
    if (err && err != GM_ERR_NOMEM && !line->terminated)
        gm_error_prefix(&recording->why, "at the end of the file, without a line end");
    if (!err)
        err = check_plausible(replay, timestamp_us(&recording->item), &recording->why);
    return err;
}

static enum gm_err judge_head(struct replay *replay, struct recording *recording,
                              struct gm_error *error)
{
    const char *file = gm_line_reader_name(recording->reader);
    const struct gm_line *line = &recording->line;
    enum gm_err err = examine(replay, recording);
    if (err == GM_ERR_NOMEM) // no fault of the line's
        return gm_error_set(error, err, "%s:%lld: out of memory", file, (long long)line->number);
    if (err)
        recording->item.kind = GM_FEED_BAD;
    if (err && line->kind == GM_LINE_CUT) {
        gm_error_set(&recording->why, GM_ERR_CORRUPT, "%s: cut off after line %lld: %s", file,
                     (long long)(line->number - 1), gm_line_reader_fault(recording->reader));
    }
    recording->head = HEAD_JUDGED;
    return GM_OK;
}

// Sees to it that the head is there, unless the file has no more.
static enum gm_err fill_head(struct replay *replay, struct recording *recording,
                             struct gm_error *error)
{
    while (recording->head == HEAD_NONE && recording->reader && !recording->given.cut) {
        enum gm_err err = gm_line_reader_next(recording->reader, &recording->line, error);
        if (err || recording->line.kind == GM_LINE_END)
            return err;
        recording->json = trim(recording->line.text);
        if (recording->json.len > 0 || recording->line.kind != GM_LINE_WHOLE)
            recording->head = HEAD_READ;
    }
    return recording->head == HEAD_READ ? judge_head(replay, recording, error) : GM_OK;
}

// ------------------------------------------------------------------------- giving an item

// Moves a text of the head to where the caller wants it: a slice of the line into `copy` of the
// line, an unescaped text into the arena. False when memory is exhausted.
static bool move_text(struct gm_str *text, struct gm_str line, const char *copy,
                      struct gm_arena *arena)
{
    uintptr_t offset = (uintptr_t)text->data - (uintptr_t)line.data;
    if (text->len == 0)
        *text = (struct gm_str){0};
    else if (offset < line.len)
        text->data = copy + offset;
    else
        *text = gm_arena_copy(arena, *text);
    return text->len == 0 || text->data;
}

static bool move_texts(struct gm_feed_item *item, struct gm_str line, const char *copy,
                       struct gm_arena *arena)
{
    struct gm_tick *tick = &item->tick;
    struct gm_post *post = &item->post;
    struct gm_str *of_tick[] = {&tick->ticker, &tick->source};
    struct gm_str *of_post[] = {&post->ticker,    &post->text,   &post->source, &post->id,
                                &post->subreddit, &post->author, &post->url};
    bool is_tick = item->kind == GM_FEED_TICK;
    struct gm_str **texts = is_tick ? of_tick : of_post;
    size_t count = is_tick ? sizeof of_tick / sizeof *of_tick : sizeof of_post / sizeof *of_post;
    for (size_t i = 0; i < count; i++)
        if (!move_text(texts[i], line, copy, arena))
            return false;
    return true;
}

// The line goes into the arena as it stands, or with observed_at put in before its last brace: far
// cheaper than encoding the message anew. A line with a null in it might have observed_at already,
// as null; it is left to the encoder.
static bool copy_message(const struct recording *recording, struct gm_arena *arena,
                         struct gm_feed_item *ret_item)
{
    static const char name[] = ",\"observed_at\":\"";
    enum { ADDED_BYTES_MAX = sizeof name + GM_TIMESTAMP_BYTES + 2 };
    struct gm_str line = recording->json;
    char *copy = gm_arena_alloc(arena, line.len + ADDED_BYTES_MAX);
    if (!copy)
        return false;
    memcpy(copy, line.data, line.len);
    *ret_item = recording->item;
    ret_item->raw = (struct gm_str){copy, line.len};
    if (!move_texts(ret_item, line, copy, arena))
        return false;
    int64_t *observed_us = observed_at_us(ret_item);
    if (*observed_us != GM_TIME_NONE)
        return true;
    *observed_us = timestamp_us(ret_item);
    if (memmem(line.data, line.len, "null", 4)) {
        ret_item->raw = (struct gm_str){0};
        return true;
    }
    assert(copy[line.len - 1] == '}'); // it was decoded: not empty, one object
    char *at = copy + line.len - 1;
    memcpy(at, name, sizeof name - 1);
    at += sizeof name - 1;
    at += gm_timestamp_write(*observed_us, at);
    memcpy(at, "\"}", 2);
    at += 2;
    ret_item->raw.len = (size_t)(at - copy);
    if (ret_item->raw.len > GM_MESSAGE_BYTES_MAX)
        ret_item->raw = (struct gm_str){0};
    return true;
}

static bool copy_bad(const struct replay *replay, const struct recording *recording,
                     struct gm_arena *arena, struct gm_feed_item *ret_item)
{
    const char *file = gm_line_reader_name(recording->reader);
    const struct gm_line *line = &recording->line;
    size_t origin_bytes = strlen(file) + GM_TIMESTAMP_BYTES;
    char *origin = gm_arena_alloc(arena, origin_bytes);
    struct gm_dead_letter bad = {
        .stage = gm_str(stage_name),
        .reason = gm_arena_copy(arena, gm_str(recording->why.message)),
        .payload = gm_arena_copy(arena, line->text),
        .payload_bytes = line->bytes,
        .observed_at_us = gm_clock_now_us(replay->clock),
    };
    if (!origin || !bad.reason.data || !bad.payload.data)
        return false;
    int len = snprintf(origin, origin_bytes, "%s:%lld", file, (long long)line->number);
    bad.origin = (struct gm_str){origin, (size_t)len};
    *ret_item = (struct gm_feed_item){.kind = GM_FEED_BAD, .bad = bad};
    return true;
}

// When the event is due on the monotonic clock: as long after the first one as it happened after
// it, at `speed`.
static int64_t due_us(struct replay *replay, int64_t event_us)
{
    if (!replay->paced) {
        replay->paced = true;
        replay->paced_from_event_us = event_us;
        replay->paced_from_monotonic_us = gm_monotonic_us();
    }
    static const double far_us = 1e17; // 3,000 years
    double after_us = (double)(event_us - replay->paced_from_event_us) / replay->speed;
    after_us = fmin(fmax(after_us, -far_us), far_us);
    return replay->paced_from_monotonic_us + (int64_t)after_us;
}

// Waits for the item's time as long as the caller allows; true when it has come.
static bool wait_until_due(struct replay *replay, const struct gm_feed_item *item,
                           struct gm_stop *stop, int64_t wait_us)
{
    if (replay->speed == 0 || item->kind == GM_FEED_BAD)
        return true;
    int64_t left_us = due_us(replay, timestamp_us(item)) - gm_monotonic_us();
    if (left_us <= 0)
        return true;
    gm_stop_wait(stop, left_us < wait_us ? left_us : wait_us);
    return left_us <= wait_us && !gm_stop_raised(stop);
}

static enum gm_err give(struct replay *replay, struct recording *recording, struct gm_arena *arena,
                        struct gm_feed_item *ret_item, struct gm_error *error)
{
    struct gm_feed_item item;
    bool bad = recording->item.kind == GM_FEED_BAD;
    bool copied =
        bad ? copy_bad(replay, recording, arena, &item) : copy_message(recording, arena, &item);
    if (!copied) {
        return gm_error_set(
            error, GM_ERR_NOMEM, "%s:%lld: no memory for this line; the batch's arena may be full",
            gm_line_reader_name(recording->reader), (long long)recording->line.number);
    }
    recording->given.position = recording->line.after;
    recording->given.cut = bad && recording->line.kind == GM_LINE_CUT;
    recording->head = HEAD_NONE;
    *ret_item = item;
    return GM_OK;
}

// Which head goes first; NULL: none is left. A bad line has no time and goes at once.
static struct recording *choose(struct replay *replay)
{
    struct recording *prices = &replay->prices, *social = &replay->social;
    if (social->head == HEAD_NONE)
        return prices->head == HEAD_NONE ? NULL : prices;
    if (prices->head == HEAD_NONE)
        return social;
    if (prices->item.kind == GM_FEED_BAD || social->item.kind == GM_FEED_BAD)
        return prices->item.kind == GM_FEED_BAD ? prices : social;
    return timestamp_us(&prices->item) <= timestamp_us(&social->item) ? prices : social;
}

// Bytes read of both files, and their sizes.
static int64_t count_bytes(const struct replay *replay, int64_t *ret_total_bytes)
{
    const struct gm_line_reader *readers[] = {replay->prices.reader, replay->social.reader};
    int64_t all_read = 0, all = 0;
    for (size_t i = 0; i < 2; i++) {
        int64_t read_bytes = 0, total_bytes = 0;
        if (readers[i])
            gm_line_reader_progress(readers[i], &read_bytes, &total_bytes);
        all_read += read_bytes;
        all += total_bytes;
    }
    *ret_total_bytes = all;
    return all_read;
}

static enum gm_err replay_next(void *feed, struct gm_arena *arena, struct gm_stop *stop,
                               int64_t wait_us, enum gm_feed_state *ret_state,
                               struct gm_feed_item *ret_item, struct gm_error *error)
{
    struct replay *replay = feed;
    enum gm_err err = fill_head(replay, &replay->prices, error);
    if (!err)
        err = fill_head(replay, &replay->social, error);
    if (err)
        return err;
    int64_t total_bytes;
    atomic_store_explicit(&replay->read_bytes, count_bytes(replay, &total_bytes),
                          memory_order_relaxed);
    struct recording *next = choose(replay);
    if (!next) {
        *ret_state = GM_FEED_DONE;
        return GM_OK;
    }
    if (!wait_until_due(replay, &next->item, stop, wait_us)) {
        *ret_state = GM_FEED_IDLE;
        return GM_OK;
    }
    err = give(replay, next, arena, ret_item, error);
    if (!err)
        *ret_state = GM_FEED_ITEM;
    return err;
}

// ------------------------------------------------------------------------- opening and closing

static void replay_cursor(void *feed, char *ret_cursor, size_t cursor_bytes)
{
    const struct replay *replay = feed;
    struct gm_replay_cursor cursor = {
        .prices = replay->prices.given,
        .social = replay->social.given,
    };
    memcpy(cursor.name, replay->name, sizeof cursor.name);
    gm_replay_cursor_write(&cursor, ret_cursor, cursor_bytes);
}

static void replay_close(void *feed)
{
    struct replay *replay = feed;
    if (replay) {
        gm_line_reader_close(replay->prices.reader);
        gm_line_reader_close(replay->social.reader);
        gm_arena_finish(&replay->prices.scratch);
        gm_arena_finish(&replay->social.scratch);
        free(replay);
    }
}

static enum gm_err open_recording(struct recording *recording, enum gm_feed_item_kind kind,
                                  const char *path, const struct gm_replay_place *from,
                                  struct gm_error *error)
{
    recording->kind = kind;
    recording->given = *from;
    if (!path)
        return GM_OK;
    enum gm_err err = gm_line_reader_open(path, &recording->reader, error);
    if (!err)
        err = gm_line_reader_seek(recording->reader, &from->position, error);
    return err;
}

static enum gm_err check_config(const struct gm_replay_config *config, struct gm_error *error)
{
    if (!config->prices_path && !config->social_path) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "a replay needs a file of prices, of posts, or both");
    }
    if (!(config->speed >= 0) || isinf(config->speed)) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "speed: a number of 0 or more must stand here (0: as fast as it goes)");
    }
    return GM_OK;
}

enum gm_err gm_replay_open(const struct gm_replay_config *config, void **ret_feed,
                           struct gm_error *error)
{
    enum gm_err err = check_config(config, error);
    if (err)
        return err;
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    gm_arena_init(&replay->prices.scratch, SCRATCH_BLOCK_BYTES, SCRATCH_BYTES_MAX);
    gm_arena_init(&replay->social.scratch, SCRATCH_BLOCK_BYTES, SCRATCH_BYTES_MAX);
    replay->speed = config->speed;
    replay->clock = config->clock;
    replay->now_us = gm_clock_now_us(config->clock);
    err = gm_replay_name(config->prices_path, config->social_path, replay->name, error);
    struct gm_replay_cursor from = {0};
    if (!err && config->cursor)
        err = gm_replay_cursor_read(config->cursor, replay->name, &from, error);
    if (!err) {
        err =
            open_recording(&replay->prices, GM_FEED_TICK, config->prices_path, &from.prices, error);
    }
    if (!err) {
        err =
            open_recording(&replay->social, GM_FEED_POST, config->social_path, &from.social, error);
    }
    if (err) {
        replay_close(replay);
        return err;
    }
    atomic_init(&replay->read_bytes, count_bytes(replay, &replay->total_bytes));
    *ret_feed = replay;
    return GM_OK;
}

void gm_replay_progress(const void *feed, int64_t *ret_read_bytes, int64_t *ret_total_bytes)
{
    const struct replay *replay = feed;
    *ret_read_bytes = atomic_load_explicit(&replay->read_bytes, memory_order_relaxed);
    *ret_total_bytes = replay->total_bytes;
}

const char *gm_replay_library_version(void)
{
    return zlibVersion();
}

const struct gm_feed_ops gm_feed_replay = {
    .name = "replay",
    .description = "recorded prices and posts from JSON Lines files",
    .next = replay_next,
    .cursor = replay_cursor,
    .close = replay_close,
};
