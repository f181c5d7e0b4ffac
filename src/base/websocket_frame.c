// A frame (RFC 6455, 5.2): byte 0 has FIN, three reserved bits and the opcode; byte 1 the mask bit
// and the length, where 126 stands for two more bytes of length and 127 for eight, in network
// order. Four bytes of mask follow where the mask bit is set, then the payload.
#include "base/websocket_frame.h"

#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

enum {
    FIN = 0x80,
    RESERVED = 0x70,
    OPCODE = 0x0f,
    MASK = 0x80,
    LENGTH = 0x7f,
    LENGTH_16 = 126,
    LENGTH_64 = 127,
    SHA1_BYTES = 20,
    ACCEPT_BYTES = 28 + 1,
    STATUS_SWITCHING = 101,
};

// ------------------------------------------------------------------------- frames in

static bool is_known(unsigned opcode)
{
    return opcode <= GM_WEBSOCKET_BINARY ||
           (opcode >= GM_WEBSOCKET_CLOSE && opcode <= GM_WEBSOCKET_PONG);
}

static enum gm_err broken(const char *why, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_INVALID, "a WebSocket frame %s", why);
}

static enum gm_err check_first(unsigned char first, unsigned char second, struct gm_error *error)
{
    if (first & RESERVED)
        return broken("has reserved bits", error);
    if (!is_known(first & OPCODE))
        return broken("has an opcode that there is not", error);
    if (second & MASK)
        return broken("of a server has a mask", error);
    if ((first & OPCODE) >= GM_WEBSOCKET_CLOSE &&
        (!(first & FIN) || (second & LENGTH) > GM_WEBSOCKET_CONTROL_BYTES_MAX))
        return broken("that controls is long or in parts", error);
    return GM_OK;
}

// The payload's length and how many bytes the head takes; 0: not all there.
static enum gm_err read_length(const unsigned char *bytes, size_t len, uint64_t *ret_length,
                               size_t *ret_head, struct gm_error *error)
{
    const unsigned char small = bytes[1] & LENGTH;
    const size_t more = small == LENGTH_16 ? 2 : small == LENGTH_64 ? 8 : 0;
    *ret_head = 0;
    if (len < 2 + more)
        return GM_OK;
    uint64_t length = more == 0 ? small : 0;
    for (size_t i = 0; i < more; i++)
        length = length << 8 | bytes[2 + i];
    if ((more == 2 && length < LENGTH_16) || (more == 8 && length <= UINT16_MAX))
        return broken("has a length that is not the shortest", error);
    *ret_length = length;
    *ret_head = 2 + more;
    return GM_OK;
}

enum gm_err gm_websocket_read_frame(struct gm_str bytes, size_t payload_bytes_max,
                                    struct gm_websocket_frame *ret_frame, size_t *ret_taken,
                                    struct gm_error *error)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    uint64_t length = 0;
    size_t head = 0;
    *ret_taken = 0;
    if (bytes.len < 2)
        return GM_OK;
    enum gm_err err = check_first(data[0], data[1], error);
    if (!err)
        err = read_length(data, bytes.len, &length, &head, error);
    if (err || head == 0)
        return err;
    if (length > payload_bytes_max)
        return gm_error_set(error, GM_ERR_LIMIT,
                            "a WebSocket frame of %llu bytes; the limit is %zu",
                            (unsigned long long)length, payload_bytes_max);
    if (bytes.len - head < length)
        return GM_OK;
    *ret_frame = (struct gm_websocket_frame){
        .opcode = (enum gm_websocket_opcode)(data[0] & OPCODE),
        .final = (data[0] & FIN) != 0,
        .payload = {bytes.data + head, (size_t)length},
    };
    *ret_taken = head + (size_t)length;
    return GM_OK;
}

// ------------------------------------------------------------------------- frames out

void gm_websocket_write_frame(enum gm_websocket_opcode opcode, struct gm_str payload, uint32_t mask,
                              struct gm_buffer *out)
{
    unsigned char head[14] = {(unsigned char)(FIN | opcode)};
    const size_t more = payload.len < LENGTH_16 ? 0 : payload.len <= UINT16_MAX ? 2 : 8;
    head[1] = MASK | (unsigned char)(more == 0 ? payload.len : more == 2 ? LENGTH_16 : LENGTH_64);
    for (size_t i = 0; i < more; i++)
        head[2 + i] = (unsigned char)((uint64_t)payload.len >> (8 * (more - 1 - i)));
    unsigned char *key = head + 2 + more;
    memcpy(key, &mask, sizeof mask);
    gm_buffer_append(out, head, 2 + more + sizeof mask);
    char *to = gm_buffer_reserve(out, payload.len);
    if (!to)
        return;
    for (size_t i = 0; i < payload.len; i++)
        to[i] = (char)((unsigned char)payload.data[i] ^ key[i % sizeof mask]);
    out->len += payload.len;
}

// ------------------------------------------------------------------------- the handshake

void gm_websocket_key(const unsigned char random[16], char ret_key[GM_WEBSOCKET_KEY_BYTES])
{
    EVP_EncodeBlock((unsigned char *)ret_key, random, 16);
}

// base64(SHA-1(key + the GUID of RFC 6455, 1.3)). False where this machine has no SHA-1.
static bool accept_of(const char *key, char ret[ACCEPT_BYTES])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char text[GM_WEBSOCKET_KEY_BYTES + sizeof guid];
    unsigned char digest[SHA1_BYTES];
    const size_t key_len = strlen(key);
    memcpy(text, key, key_len);
    memcpy(text + key_len, guid, sizeof guid - 1);
    if (!EVP_Digest(text, key_len + sizeof guid - 1, digest, NULL, EVP_sha1(), NULL))
        return false;
    EVP_EncodeBlock((unsigned char *)ret, digest, sizeof digest);
    return true;
}

static struct gm_str trimmed(struct gm_str text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (struct gm_str){text.data + 1, text.len - 1};
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

struct gm_str gm_websocket_answer_field(struct gm_str head, const char *name)
{
    const size_t name_len = strlen(name);
    const char *end = head.data + head.len;
    for (const char *line = head.data; line < end;) {
        const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
        stop = stop ? stop : end;
        if ((size_t)(stop - line) > name_len && line[name_len] == ':' &&
            strncasecmp(line, name, name_len) == 0)
            return trimmed(
                (struct gm_str){line + name_len + 1, (size_t)(stop - line) - name_len - 1});
        line = stop < end ? stop + 2 : end;
    }
    return (struct gm_str){NULL, 0};
}

static enum gm_err read_status(struct gm_str head, int *ret_status, struct gm_error *error)
{
    const char *digits = head.data + 9;
    if (head.len < 14 || strncmp(head.data, "HTTP/1.1 ", 9) != 0 || digits[0] < '1' ||
        digits[0] > '5' || (unsigned char)(digits[1] - '0') > 9 ||
        (unsigned char)(digits[2] - '0') > 9 || (digits[3] != ' ' && digits[3] != '\r'))
        return gm_error_set(error, GM_ERR_INVALID, "the answer is no HTTP/1.1");
    *ret_status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0';
    return GM_OK;
}

static enum gm_err check_switch(struct gm_str head, const char *key, struct gm_error *error)
{
    char accept[ACCEPT_BYTES];
    if (!accept_of(key, accept))
        return gm_error_set(error, GM_ERR_UNSUPPORTED, "this machine's libcrypto has no SHA-1");
    const struct gm_str upgrade = gm_websocket_answer_field(head, "Upgrade");
    if (upgrade.len != strlen("websocket") ||
        strncasecmp(upgrade.data, "websocket", upgrade.len) != 0)
        return gm_error_set(error, GM_ERR_INVALID, "the answer switches to no WebSocket");
    if (!gm_str_equal(gm_websocket_answer_field(head, "Sec-WebSocket-Accept"), gm_str(accept)))
        return gm_error_set(error, GM_ERR_INVALID, "the answer is to another key");
    if (gm_websocket_answer_field(head, "Sec-WebSocket-Extensions").data ||
        gm_websocket_answer_field(head, "Sec-WebSocket-Protocol").data)
        return gm_error_set(error, GM_ERR_INVALID,
                            "the answer has an extension or protocol that was not offered");
    return GM_OK;
}

enum gm_err gm_websocket_read_answer(struct gm_str bytes, const char *key, int *ret_status,
                                     size_t *ret_taken, struct gm_error *error)
{
    *ret_taken = 0;
    const char *end = bytes.len > 0 ? memmem(bytes.data, bytes.len, "\r\n\r\n", 4) : NULL;
    const size_t len = end ? (size_t)(end - bytes.data) + 4 : bytes.len;
    if (len > GM_WEBSOCKET_HEAD_BYTES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "the answer's head is over %d bytes",
                            GM_WEBSOCKET_HEAD_BYTES_MAX);
    if (!end)
        return GM_OK;
    const struct gm_str head = {bytes.data, len - 2};
    int status = 0;
    enum gm_err err = read_status(head, &status, error);
    if (!err && status == STATUS_SWITCHING)
        err = check_switch(head, key, error);
    if (err)
        return err;
    *ret_status = status;
    *ret_taken = len;
    return GM_OK;
}
