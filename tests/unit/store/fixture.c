#include "fixture.h"

#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    if (!fixture)
        return -1;
    strcpy(fixture->folder, "/tmp/ghostmarket-store-XXXXXX");
    if (!mkdtemp(fixture->folder)) {
        free(fixture);
        return -1;
    }
    snprintf(fixture->path, sizeof(fixture->path), "%s/gm.duckdb", fixture->folder);
    *state = fixture;
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    return remove(path);
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    umount2(fixture_path(fixture, "disk"), MNT_DETACH);
    int status = nftw(fixture->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return status;
}

const char *fixture_path(const struct fixture *fixture, const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
    return path;
}

void must(enum gm_err err, const struct gm_error *error)
{
    if (err)
        fail_msg("%s: %s", gm_err_name(err), error->message);
}

struct gm_store *fixture_open(const char *path)
{
    struct gm_store_config config = {.path = path};
    struct gm_store *store = NULL;
    struct gm_error error;
    must(gm_store_open(&config, &store, &error), &error);
    return store;
}

int64_t sample_time(int64_t minutes)
{
    return (int64_t)1771668000 * GM_US_PER_S + minutes * GM_US_PER_MIN;
}

struct gm_signal sample_signal(int64_t offset)
{
    return (struct gm_signal){
        .timestamp_us = sample_time(offset),
        .ticker = gm_str("bitcoin"),
        .price_usd = 62450.0,
        .vibe_score = 0.1,
        .msg_velocity = 7,
        .delta_price = -0.001,
        .delta_vibe = 0.3,
        .hype_momentum = 0.3 * 7,
        .kind = GM_SIGNAL_SOCIAL,
        .value = 0.1,
        .watermark_us = sample_time(offset),
        .label = gm_str("positive"),
        .scorer = gm_str("lexicon"),
        .post_id = gm_str("t1_k2"),
        .input = {GM_TOPIC_LIVE_SOCIAL, 0, offset},
        .observed_at_us = sample_time(offset),
    };
}

struct gm_signal sample_price(int64_t offset)
{
    struct gm_signal signal = sample_signal(offset);
    signal.kind = GM_SIGNAL_PRICE;
    signal.value = signal.price_usd;
    signal.label = signal.scorer = signal.post_id = (struct gm_str){NULL, 0};
    signal.input.topic = GM_TOPIC_LIVE_PRICES;
    return signal;
}

struct gm_post sample_post(int64_t offset)
{
    return (struct gm_post){
        .ticker = gm_str("bitcoin"),
        .text = gm_str("BTC is going to the moon, and this is longer than twelve bytes"),
        .source = gm_str("reddit"),
        .id = gm_str("t1_k2"),
        .subreddit = gm_str("wallstreetbets"),
        .timestamp_us = sample_time(offset),
        .observed_at_us = GM_TIME_NONE,
    };
}

struct gm_alert sample_alert(int64_t offset)
{
    return (struct gm_alert){
        .timestamp_us = sample_time(offset),
        .ticker = gm_str("bitcoin"),
        .status = gm_str(GM_ALERT_HYPE_PUMP),
        .price_usd = 62450.0,
        .vibe_score = 0.9,
        .msg_velocity = 200,
        .delta_price = 0.01,
        .delta_vibe = 0.6,
        .hype_momentum = 120,
        .threshold_momentum = 100,
        .threshold_delta_price = 0.02,
        .input = {GM_TOPIC_LIVE_SOCIAL, 0, offset},
        .observed_at_us = sample_time(offset),
    };
}

struct gm_dead_letter sample_letter(const char *payload, size_t len)
{
    return (struct gm_dead_letter){
        .stage = gm_str("process"),
        .reason = gm_str("price_usd: a number must stand here"),
        .origin = gm_str("live-prices/0/17"),
        .payload = {payload, len},
        .payload_bytes = (int64_t)len,
        .observed_at_us = sample_time(0),
    };
}

enum gm_err add_rows(struct gm_store *store, int64_t first, int64_t count, struct gm_error *error)
{
    enum gm_err err = gm_store_begin(store, error);
    if (err)
        return err;
    for (int64_t offset = first; !err && offset < first + count; offset++) {
        struct gm_signal signal = sample_signal(offset);
        struct gm_post post = sample_post(offset);
        err = gm_store_add_signal(store, &signal, error);
        if (!err)
            err = gm_store_add_post(store, &post, 0, offset, error);
    }
    if (!err)
        err = gm_store_set_offset(store, GM_TOPIC_LIVE_SOCIAL, 0, first + count, error);
    if (err) {
        gm_store_rollback(store);
        return err;
    }
    return gm_store_commit(store, error);
}

int64_t count_rows(struct gm_store *store, enum gm_store_table table)
{
    int64_t rows = -1;
    struct gm_error error;
    must(gm_store_count(store, table, &rows, &error), &error);
    return rows;
}

int64_t get_offset(struct gm_store *store)
{
    int64_t offset = -1;
    struct gm_error error;
    must(gm_store_get_offset(store, GM_TOPIC_LIVE_SOCIAL, 0, &offset, &error), &error);
    return offset;
}

bool mount_small_disk(const char *folder, size_t bytes)
{
    static bool private;
    char options[64];
    snprintf(options, sizeof(options), "size=%zu", bytes);
    if (mkdir(folder, 0777) != 0)
        return false;
    if (!private) {
        if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
            return false;
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
            return false;
        private = true;
    }
    return mount("tmpfs", folder, "tmpfs", 0, options) == 0;
}
