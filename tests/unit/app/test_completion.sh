#!/bin/bash
# Loads the completion into bash and asks it, word by word, what it would offer.
set -euo pipefail

eval "$("$1")"
failed=0

# expect WORDS... -- OFFERED...: the last of WORDS is being typed.
expect()
{
    COMP_WORDS=(ghostmarket)
    while [ "$1" != -- ]; do
        COMP_WORDS+=("$1")
        shift
    done
    shift
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _ghostmarket
    if [ "${COMPREPLY[*]}" != "$*" ]; then
        echo "${COMP_WORDS[*]}: offered '${COMPREPLY[*]}', not '$*'"
        failed=1
    fi
}

expect re -- replay
expect mod -- model
expect s --
expect model '' -- pull info --config --env-file --data-dir --log-level --log-format --help --version
expect replay --pr -- --prices
expect replay --format '' -- jsonl csv
expect replay --format c -- csv
expect replay --speed '' -- max
expect replay --prices '' --
expect replay --log-level d -- debug
expect --log-format '' -- text json
expect --log-level info re -- replay
expect model pull --d -- --data-dir
exit "$failed"
