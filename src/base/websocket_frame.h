// WebSocket's bytes (RFC 6455), from a client's side: frames in and out, and the answer to the
// handshake. Pure: no I/O.
#ifndef GM_BASE_WEBSOCKET_FRAME_H
#define GM_BASE_WEBSOCKET_FRAME_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gm_websocket_opcode {
    GM_WEBSOCKET_CONTINUATION = 0,
    GM_WEBSOCKET_TEXT = 1,
    GM_WEBSOCKET_BINARY = 2,
    GM_WEBSOCKET_CLOSE = 8,
    GM_WEBSOCKET_PING = 9,
    GM_WEBSOCKET_PONG = 10,
};

enum {
    GM_WEBSOCKET_CONTROL_BYTES_MAX = 125, // payload of a close, ping or pong
    GM_WEBSOCKET_HEAD_BYTES_MAX = 16 * 1024,
    GM_WEBSOCKET_KEY_BYTES = 24 + 1, // with its NUL
};

struct gm_websocket_frame {
    enum gm_websocket_opcode opcode;
    bool final; // the message ends with this frame
    struct gm_str payload;
};

// Reads the frame that `bytes` begin with; its payload is a slice of them. *ret_taken is how many
// bytes it took; 0: it is not all there yet. GM_ERR_INVALID: a server may not send that (a mask,
// reserved bits or opcodes, a length that is not the shortest, a control frame that is long or in
// parts). GM_ERR_LIMIT: a payload over `payload_bytes_max`, known as soon as its length is there.
enum gm_err gm_websocket_read_frame(struct gm_str bytes, size_t payload_bytes_max,
                                    struct gm_websocket_frame *ret_frame, size_t *ret_taken,
                                    struct gm_error *error);

// Appends a final frame with `payload` under `mask`, as a client must.
void gm_websocket_write_frame(enum gm_websocket_opcode opcode, struct gm_str payload, uint32_t mask,
                              struct gm_buffer *out);

// The key of a handshake, from 16 random bytes.
void gm_websocket_key(const unsigned char random[16], char ret_key[GM_WEBSOCKET_KEY_BYTES]);

// Reads the head of the server's answer, as far as it has come. *ret_taken is its length with the
// empty line; 0: it is not all there yet. *ret_status is the status; for 101 the rest is checked:
// GM_ERR_INVALID: not HTTP, or an answer to another key. GM_ERR_LIMIT: a head over
// GM_WEBSOCKET_HEAD_BYTES_MAX.
enum gm_err gm_websocket_read_answer(struct gm_str bytes, const char *key, int *ret_status,
                                     size_t *ret_taken, struct gm_error *error);

// The value of the first field of that name in the lines of such a head; data is NULL without one.
struct gm_str gm_websocket_answer_field(struct gm_str head, const char *name);

#endif
