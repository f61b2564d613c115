#!/bin/sh
# Creates .venv and installs the packages pinned by hash in the lock file $1. Does nothing if they are
# installed already.
set -eu
cd "$(dirname "$0")/.."
lock=$1
installed=.venv/$(echo "$lock" | tr / -)

fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if cmp -s "$lock" "$installed" && fits .venv/bin/python; then
  exit 0
fi
if ! fits .venv/bin/python; then
  for python in python3 python3.14 python3.13 python3.12 python3.11 none; do
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
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
cp "$lock" "$installed"
