// The program's log: one line an event, to one file descriptor, from one place.
//
// Only `app` logs. A line is one write(2), so lines of several threads never mix; what does not
// fit into GM_LOG_LINE_BYTES is cut and says so. Control characters in the text are escaped: text
// from the network cannot forge lines or move a terminal's cursor.
#ifndef GM_BASE_LOG_H
#define GM_BASE_LOG_H

#include <stdbool.h>

enum gm_log_level { GM_LOG_ERROR, GM_LOG_WARN, GM_LOG_INFO, GM_LOG_DEBUG };
enum gm_log_format { GM_LOG_TEXT, GM_LOG_JSON };

enum { GM_LOG_LINE_BYTES = 4096 };

// Sets what is written and how; call before the first thread starts. `colour` tints the level in
// text format; pass isatty(fd). Default: GM_LOG_INFO, GM_LOG_TEXT, descriptor 2, no colour.
void gm_log_init(enum gm_log_level level, enum gm_log_format format, int fd, bool colour);

// True when a line of this level would be written: guards arguments that cost something.
bool gm_log_enabled(enum gm_log_level level);

// Thread-safe. `part` names the stage or part: "process", "store".
//   text: 2026-02-21T10:05:00.123Z info  process  MESSAGE
//   JSON: {"time":"…","level":"info","part":"process","message":"MESSAGE"}
void gm_log(enum gm_log_level level, const char *part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
