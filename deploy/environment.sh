#!/bin/sh
# Creates .venv and installs the packages pinned by hash in the lock file $1. Does nothing if they are
# installed already. Prefers the Python of the system: one that pyenv compiled without optimizations, as
# it does by default, takes a tenth more time. To choose another, create .venv with it.
set -eu
cd "$(dirname "$0")/.."
lock=$1
installed=.venv/$(echo "$lock" | tr / -)

fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if cmp -s "$lock" "$installed" && fits .venv/bin/python; then
  exit 0
fi
if ! fits .venv/bin/python; then
  for python in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 none; do
    fits "$python" && break
  done
  if [ "$python" = none ]; then
    echo 'Python 3.11 or newer with the venv module is required. Install it, for example with' \
      '`apt-get install python3 python3-venv`.' >&2
    exit 1
  fi
  "$python" -m venv --clear .venv
fi
echo "Installing the packages of $lock ..." >&2
with_pip() { .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"; }
# uv is one of the tools of the tests: it installs the others in a sixth of the CPU time, and checks the
# same hashes. pip does it where uv does not reach the packages, as it does not read pip's settings.
with_uv() {
  sed -n '/^uv==/,/^    #/p' "$lock" | grep -v '#' >.venv/uv-alone
  with_pip .venv/uv-alone &&
    .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
}
if ! grep -q '^uv==' "$lock" || ! with_uv; then
  with_pip "$lock"
fi
cp "$lock" "$installed"
