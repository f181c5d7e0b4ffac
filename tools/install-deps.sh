#!/bin/sh
# Installs what is missing to build GhostMarket (build), to test it (test) or to work on it (dev),
# or to run the Kafka that tests use (kafka).
# Usage: tools/install-deps.sh build|kafka|test|dev
#
# Packages come from Debian and, by the lock file, from npm. With everything in place this only
# looks, in a fraction of a second. Without the right to install packages it prints the one command
# that somebody with the right has to run, and stops.
set -eu

level=${1:-build}
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$here"

build_packages='gcc g++ libc6-dev meson ninja-build pkg-config ca-certificates
    liblmdb-dev libjansson-dev libyaml-dev zlib1g-dev libcurl4-openssl-dev libssl-dev
    libxxhash-dev libutf8proc-dev libcmocka-dev'
kafka_packages='openjdk-17-jre-headless maven openssl kcat'
test_packages='chromium libsimde-dev'
dev_packages='clang clang-format clang-tidy libclang-rt-14-dev shellcheck'

wanted=$build_packages
case $level in
build) ;;
kafka) wanted="$wanted $kafka_packages" ;;
test) wanted="$wanted $kafka_packages $test_packages" ;;
dev) wanted="$wanted $kafka_packages $test_packages $dev_packages" ;;
*)
    echo "usage: $0 build|kafka|test|dev" >&2
    exit 2
    ;;
esac
# Any node that is new enough will do, wherever it comes from.
command -v node > /dev/null || wanted="$wanted nodejs"
command -v npm > /dev/null || wanted="$wanted npm"

# Prints those of the packages that are not installed.
missing_packages()
{
    # shellcheck disable=SC2086 # a package a word
    installed=" $(dpkg-query -W -f='${db:Status-Status}:${binary:Package} ' $wanted \
        2> /dev/null || true)"
    for package in $wanted; do
        case $installed in
        *" installed:$package "* | *" installed:$package:"*) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

# Runs apt-get with the rights it needs, or tells who has to.
install_packages()
{
    command='apt-get update && apt-get install -y --no-install-recommends'
    if [ "$(id -u)" -eq 0 ]; then
        sudo=''
    elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
        sudo='sudo -n'
    else
        echo "These Debian packages are missing: $1" >&2
        echo "Run this, then make again:" >&2
        if command -v sudo > /dev/null; then
            echo "    sudo sh -c '$command $1'" >&2
        else
            echo "    su -c '$command $1'" >&2
        fi
        exit 1
    fi
    echo "Installing Debian packages: $1"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # sudo may be empty; a package a word
    {
        $sudo apt-get update -q < /dev/null
        $sudo env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -q --no-install-recommends $1 < /dev/null
    }
}

install_npm_packages()
{
    major=$(node -p 'process.versions.node.split(".")[0]')
    if [ "$major" -lt 18 ]; then
        echo "node $(node -v) is too old: node 18 or newer is needed" >&2
        exit 1
    fi
    echo 'Installing npm packages'
    npm ci < /dev/null
    # What the lock file was when all of it was there; see up_to_date.
    cp package-lock.json node_modules/.ghostmarket-lock.json
}

# Compared by content: dates change with every checkout. A link is somebody's own arrangement.
up_to_date()
{
    [ -L node_modules ] || cmp -s package-lock.json node_modules/.ghostmarket-lock.json
}

if command -v dpkg-query > /dev/null; then
    missing=$(missing_packages)
    [ -z "$missing" ] || install_packages "${missing% }"
else
    echo "This is not Debian: the packages are expected to be there: $wanted" >&2
fi
up_to_date || install_npm_packages
