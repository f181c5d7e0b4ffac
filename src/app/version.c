// Version, commit, compiler, libraries, instruction sets.
#include "app/version.h"

#include "app/commit.h" // made by the build: GM_COMMIT
#include "app/config/config.h"
#include "base/http_client.h"
#include "base/json.h"
#include "bus/bus.h"
#include "feed/replay.h"
#include "store/store.h"

#include <jansson.h>
#include <stddef.h>
#include <yaml.h>

struct entry {
    const char *name, *version;
};

static const char *compiler(void)
{
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}

// The instruction sets of this processor that the program has code for, or may be built for.
static void write_instruction_sets(struct gm_buffer *out)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    const struct {
        const char *name;
        bool here;
    } sets[] = {
        {"sse2", __builtin_cpu_supports("sse2")},
        {"avx2", __builtin_cpu_supports("avx2")},
        {"avx512f", __builtin_cpu_supports("avx512f")},
        {"avx512vnni", __builtin_cpu_supports("avx512vnni")},
    };
    const char *gap = "";
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (!sets[i].here)
            continue;
        gm_buffer_append_c(out, gap);
        gm_buffer_append_c(out, sets[i].name);
        gap = " ";
    }
#else
    gm_buffer_append_c(out, "plain C");
#endif
}

void gm_version_write(bool json, struct gm_buffer *out)
{
    const struct entry entries[] = {
        {"ghostmarket", GM_VERSION},
        {"commit", GM_COMMIT},
        {"compiler", compiler()},
        {"DuckDB", gm_store_library_version()},
        {"LMDB", gm_bus_library_version()},
        {"jansson", jansson_version_str()},
        {"libyaml", yaml_get_version_string()},
        {"zlib", gm_replay_library_version()},
        {"libcurl", gm_http_library_version()},
    };
    if (json)
        gm_buffer_append_byte(out, '{');
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        if (json) {
            gm_json_write_string(out, gm_str(entries[i].name));
            gm_buffer_append_byte(out, ':');
            gm_json_write_string(out, gm_str(entries[i].version));
            gm_buffer_append_byte(out, ',');
        } else {
            gm_buffer_printf(out, "%-16s %s\n", entries[i].name, entries[i].version);
        }
    }
    gm_buffer_append_c(out, json ? "\"instruction_sets\":\"" : "processor        ");
    write_instruction_sets(out);
    gm_buffer_append_c(out, json ? "\"}\n" : "\n");
}
