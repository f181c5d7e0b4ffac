#!/bin/sh
# Runs every fuzz target of a build for a while, from its committed corpus. What is found on the way
# stays in BUILD/corpus and serves the next run; what breaks a target is kept in BUILD/found.
# Usage: tools/fuzz.sh BUILD SECONDS
set -eu

build=$1
seconds=$2
broken=''
mkdir -p "$build/found"
for target in "$build"/tests/fuzz/fuzz_*; do
    if [ ! -x "$target" ] || [ -d "$target" ]; then
        continue
    fi
    subject=${target##*/fuzz_}
    mkdir -p "$build/corpus/$subject"
    echo "== $subject"
    "$target" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$build/found/$subject-" "$build/corpus/$subject" \
        "tests/fuzz/corpus/$subject" 2> "$build/found/$subject.log" || broken="$broken $subject"
    grep -E 'stat::number_of_executed_units|ERROR|SUMMARY' "$build/found/$subject.log" || true
done
if [ -n "$broken" ]; then
    echo "broken:$broken; inputs and logs are in $build/found"
    exit 1
fi
