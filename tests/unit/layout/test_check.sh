#!/bin/sh
# The check of includes must itself be able to fail: good and bad trees, one include each.
# Usage: test_check.sh CHECK
set -eu

check=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
failed=0

# try EXPECTED-STATUS PART INCLUDE
try()
{
    rm -rf "$root/src"
    mkdir -p "$root/src/$2"
    printf '// A file.\n#include %s\n' "$3" > "$root/src/$2/file.c"
    status=0
    sh "$check" "$root" > "$root/out" || status=$?
    if [ "$status" -ne "$1" ]; then
        echo "src/$2 with #include $3: status $status, not $1"
        cat "$root/out"
        failed=1
    fi
}

try 0 base '"base/error.h"'
try 0 base '<stdio.h>'
try 0 event '"base/error.h"'
try 0 store '"event/event.h"'
try 0 store '"store/store.h"'
try 0 app '"web/web.h"'
try 1 base '"event/event.h"'
try 1 base '"app/config/config.h"'
try 1 event '"signal/window.h"'
try 1 store '"bus/bus.h"'
try 1 web '"store/store.h"'
try 1 signal '"vibe/scorer.h"'
try 1 feed '"app/config/config.h"'
try 1 store '"store.h"'
try 1 store '"../bus/bus.h"'
try 1 helpers '"base/error.h"'

rm -rf "$root/src"
mkdir "$root/src"
if sh "$check" "$root" > "$root/out" 2>&1; then
    echo "an empty tree passes"
    failed=1
fi
exit "$failed"
