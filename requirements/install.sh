#!/usr/bin/env bash
# Lays the virtual environment .venv from a hashed lock: install.sh run|dev
#
# A stamp with the lock's checksum makes the second call free. uv does the work, itself checked by
# hash; where it has no wheel for the platform, pip does the same from the same file.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
lock=requirements/$kind.txt
sum=$(cksum <"$lock")
[ "$(cat ".venv/.$kind" 2>/dev/null)" = "$sum" ] && .venv/bin/python -c '' 2>/dev/null && exit 0

say() { printf '%s\n' "$*" >&2; }

python=
for name in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.14; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$name
        break
    fi
done
[ -n "$python" ] || { say "The gallery needs Python 3.11 or newer; set PYTHON=/path/to/python3 if it has another name."; exit 1; }

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "Installing Debian's python3-venv ..."
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
        else
            say "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"
            exit 1
        fi
    fi
    say "Making the virtual environment .venv ..."
    "$python" -m venv --clear .venv
fi

say "Installing $lock ..."
.venv/bin/python -m pip --version >/dev/null
wanted=$(awk '/^uv==/ { print $1; exit }' requirements/dev.txt)
if [ "$(.venv/bin/uv --version 2>/dev/null | awk '{ print "uv==" $2 }')" != "$wanted" ]; then
    own=$(mktemp)
    trap 'rm -f "$own"' EXIT
    awk '/^uv==/ { on = 1 } on { print } on && !/\\$/ { exit }' requirements/dev.txt >"$own"
    .venv/bin/python -m pip install -q --disable-pip-version-check --only-binary :all: --require-hashes --no-deps -r "$own" ||
        say "uv has no wheel for this platform; pip takes its place (slower)."
fi
if [ -x .venv/bin/uv ]; then
    VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install -q --compile-bytecode --require-hashes -r "$lock"
else
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r "$lock"
fi
printf '%s\n' "$sum" >".venv/.$kind"
# Everything of run is in dev.
if [ "$kind" = dev ]; then cksum <requirements/run.txt >.venv/.run; fi
