#!/bin/sh
# Installs the build below a scratch folder and uses it from there: every file is in its place, and
# the program finds its library without the build tree's help.
# Usage: test_install.sh BUILD PREFIX
set -eu

build=$1
prefix=$2
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
meson install -C "$build" --no-rebuild --quiet --destdir "$root" > "$root/log" 2>&1 || {
    cat "$root/log"
    exit 1
}
installed=$root$prefix
cd /

for file in bin/ghostmarket lib/ghostmarket/libduckdb.so lib/systemd/system/ghostmarket.service \
    share/man/man1/ghostmarket.1 share/bash-completion/completions/ghostmarket \
    share/doc/ghostmarket/ghostmarket.example.yaml; do
    [ -s "$installed/$file" ] || { echo "$file is not installed"; exit 1; }
done

# Nothing that only the build tree has may be left in the program's search path.
path=$(readelf -d "$installed/bin/ghostmarket" | sed -n 's/.*R[UN]*PATH.*\[\(.*\)\]/\1/p')
[ "$path" = "\$ORIGIN/../lib/ghostmarket" ] || { echo "search path: $path"; exit 1; }
env -i "$installed/bin/ghostmarket" version > "$root/version"
grep -q '^DuckDB' "$root/version"
env -i "$installed/bin/ghostmarket" config \
    --config "$installed/share/doc/ghostmarket/ghostmarket.example.yaml" > "$root/config"
bash -n "$installed/share/bash-completion/completions/ghostmarket"
grep -q "^ExecStart=$prefix/bin/ghostmarket run" \
    "$installed/lib/systemd/system/ghostmarket.service"
if command -v groff > /dev/null; then
    groff -man -ww -z -K utf8 "$installed/share/man/man1/ghostmarket.1" > "$root/groff" 2>&1
    [ ! -s "$root/groff" ] || { cat "$root/groff"; exit 1; }
fi
