// The replay feed: recorded prices and posts, merged by time.
//
// Two files of JSON Lines in the wire format, plain or gzip (told by their first bytes), each in
// order of time. The earlier of the two heads goes next; of equal times, the price. A line that is
// broken, too long or not plausible becomes a dead letter whose origin names file and line, and the
// replay goes on; a gzip file that breaks off gives what could be read and then a dead letter. A
// line that goes back in time inside its file is given as it stands: a late event. Empty lines are
// passed over, CRLF ends a line as LF does, and the last line needs neither.
//
// A message without observed_at gets its timestamp as one: a recording knows no better, and the
// rows of a replay must not depend on when it runs. A dead letter's observed_at is the real time.
#ifndef GM_FEED_REPLAY_H
#define GM_FEED_REPLAY_H

#include "feed/feed.h"

struct gm_replay_config {
    const char *prices_path;      // NULL: none
    const char *social_path;      // NULL: none; at least one is given
    double speed;                 // event seconds a second; 0: as fast as it goes
    const char *cursor;           // where an earlier replay of these files stopped; NULL: the start
    const struct gm_clock *clock; // for "a day ahead"; real time
};

// Opens both files. GM_ERR_NOT_FOUND, GM_ERR_DENIED, GM_ERR_IO name the file. A file that cannot be
// read a second time (a pipe), a speed that is negative and a cursor of other files are
// GM_ERR_INVALID. The paths and the cursor are lent for the call, the clock for the feed's life.
enum gm_err gm_replay_open(const struct gm_replay_config *config, void **ret_feed,
                           struct gm_error *error);

// A name for this pair of files, stable over renaming: "replay-" and 16 hex digits of their sizes
// and contents (of a file over 16 MiB: its first and last). The cursor is kept under it.
enum { GM_REPLAY_NAME_BYTES = 32 };
enum gm_err gm_replay_name(const char *prices_path, const char *social_path,
                           char ret_name[GM_REPLAY_NAME_BYTES], struct gm_error *error);

// How far it has come: bytes read of the files and their sizes, for a progress bar. Any thread. On
// the feed's own thread.
void gm_replay_progress(const void *feed, int64_t *ret_read_bytes, int64_t *ret_total_bytes);

// The version of the library that reads gzip.
const char *gm_replay_library_version(void);

extern const struct gm_feed_ops gm_feed_replay;

#endif
