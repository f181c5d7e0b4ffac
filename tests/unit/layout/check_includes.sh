#!/bin/sh
# Holds every #include "…" under ROOT/src to the folder table: a part knows itself, base and event;
# base knows nobody, event knows base, app knows all. Prints each violation as FILE:LINE.
# Usage: check_includes.sh ROOT
set -eu

cd "$1/src"
files=$(find . -name '*.[ch]' -o -name '*.cc' -o -name '*.h.in' | sort)
if [ -z "$files" ]; then
    echo "no sources under $1/src"
    exit 1
fi
# shellcheck disable=SC2086 # a name a word: the folder has no spaces
awk '
BEGIN {
    known["base"] = ""
    known["event"] = "base"
    split("feed bus vibe signal store notify web", parts)
    for (i in parts) {
        known[parts[i]] = "base event"
        all = all " " parts[i]
    }
    known["app"] = "base event" all
}
FNR == 1 {
    files++
    split(FILENAME, path, "/")
    part = path[2]
    if (!(part in known)) {
        printf "src/%s: %s is no part of the folder table\n", substr(FILENAME, 3), part
        bad++
    }
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    includes++
    name = $0
    sub(/^[^"]*"/, "", name)
    sub(/".*/, "", name)
    other = name
    # A file of the same folder stands with its folder, as all others do.
    if (!sub(/\/.*/, "", other) || !(other in known)) {
        printf "src/%s:%d: \"%s\" does not begin with a part\n", substr(FILENAME, 3), FNR, name
        bad++
    } else if (other != part && index(" " known[part] " ", " " other " ") == 0) {
        printf "src/%s:%d: %s must not know %s\n", substr(FILENAME, 3), FNR, part, other
        bad++
    }
}
END {
    printf "%d includes in %d files, %d violations\n", includes, files, bad
    exit bad > 0
}' $files
