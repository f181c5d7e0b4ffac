#!/bin/sh
# Checks what compilers do not: format, clang-tidy, scripts, TypeScript. Needs a configured build.
# Usage: tools/lint.sh BUILD
set -eu

build=$1
failed=''

# step NAME COMMAND...
step()
{
    name=$1
    shift
    echo "== $name"
    "$@" || failed="$failed $name"
}

scripts()
{
    git ls-files '*.sh' .ci/run | xargs shellcheck
}

c_format()
{
    git ls-files '*.c' '*.h' '*.cc' | xargs clang-format --dry-run -Werror
}

# src/base/error.c defines what clang_tidy.h wraps. The commands are gcc's: clang does not know all
# of its flags.
c_tidy()
{
    mkdir -p "$build/clang-tidy"
    sed 's/ -fno-tree-pre / /' "$build/compile_commands.json" \
        > "$build/clang-tidy/compile_commands.json"
    git ls-files 'src/*.c' | grep -vx src/base/error.c |
        xargs -P "$(nproc)" -n 4 clang-tidy -p "$build/clang-tidy" --quiet --warnings-as-errors='*' \
            --extra-arg=-include --extra-arg="$PWD/tools/clang_tidy.h" --extra-arg=-I"$PWD/src" \
            2> "$build/clang-tidy/log"
}

types()
{
    node_modules/.bin/tsc --noEmit -p ui
}

step format c_format
step clang-tidy c_tidy
step shellcheck scripts
if [ -e ui/tsconfig.json ]; then
    step tsc types
fi
if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
