// How a message's fields are read and written: one table a message, one loop for all. Internal to
// event.
#ifndef GM_EVENT_FIELD_H
#define GM_EVENT_FIELD_H

#include "event/event.h"

#include "base/json.h"

#include <stddef.h>

enum gm_presence {
    GM_REQUIRED, // must be there, and not null
    GM_NULLABLE, // must be there, may be null
    GM_OPTIONAL, // may be missing or null
};

struct gm_field {
    const char *name;
    size_t name_len;
    size_t offset; // of the member that `read` fills
    // Reads the value that is next into `to`. The error need not name the field.
    enum gm_err (*read)(struct gm_json *json, const struct gm_field *field, void *to,
                        struct gm_error *error);
    size_t bytes_max; // texts: the most it may have
    enum gm_presence presence;
};

#define GM_FIELD(type_, member_, name_, presence_, read_, bytes_max_)                              \
    {                                                                                              \
        .name = (name_), .name_len = sizeof(name_) - 1, .offset = offsetof(type_, member_),        \
        .read = (read_), .bytes_max = (bytes_max_), .presence = (presence_),                       \
    }

struct gm_message {
    const struct gm_field *fields; // in the order in which they are written
    size_t count;                  // at most 32
    size_t bytes_max;              // of the whole message
};

#define GM_MESSAGE(fields_, bytes_max_)                                                            \
    {                                                                                              \
        .fields = (fields_), .count = sizeof(fields_) / sizeof((fields_)[0]),                      \
        .bytes_max = (bytes_max_)                                                                  \
    }

// Reads `text`, one object, into the struct at `to`, which holds the values that missing and null
// fields have. On failure `to` may be half filled.
enum gm_err gm_message_read(const struct gm_message *message, struct gm_str text,
                            struct gm_arena *arena, void *to, struct gm_error *error);

// Readers, and what they fill.
#define GM_READER(name_)                                                                           \
    enum gm_err name_(struct gm_json *json, const struct gm_field *field, void *to,                \
                      struct gm_error *error)
GM_READER(gm_read_ticker); // struct gm_str
GM_READER(gm_read_text);   // struct gm_str; a required one is not empty
GM_READER(gm_read_price);  // double, GM_PRICE_MIN … GM_PRICE_MAX
GM_READER(gm_read_vibe);   // double, -1 … 1
GM_READER(gm_read_number); // double
GM_READER(gm_read_time);   // int64_t, microseconds
GM_READER(gm_read_count);  // int32_t ≥ 0
GM_READER(gm_read_size);   // int64_t ≥ 0
GM_READER(gm_read_bool);   // bool
GM_READER(gm_read_topic);  // enum gm_topic
GM_READER(gm_read_status); // struct gm_str: GM_ALERT_HYPE_PUMP

// Writers.
#define GM_PUT(out_, literal_) gm_buffer_append((out_), (literal_), sizeof(literal_) - 1)

void gm_put_time(struct gm_buffer *out, int64_t us);

// The optional ones, where they are known; `lead` is what stands before the text: ",\"name\":".
void gm_put_text_if_any(struct gm_buffer *out, const char *lead, struct gm_str text);
void gm_put_observed_at_if_any(struct gm_buffer *out, int64_t us);

// topic, partition and offset.
void gm_put_origin(struct gm_buffer *out, const struct gm_origin *origin);

#endif
