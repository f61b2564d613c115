#!/bin/sh
# Checks the code without running it, and the settings of a public installation.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset DATABASE_URL DJANGO_SETTINGS_MODULE
unset PYTHONDONTWRITEBYTECODE # compiled here, the tests start sooner
manage() { .venv/bin/python -W error manage.py "$@"; }
unexplained() { ! git grep -nE '(noqa(: [A-Z0-9, ]+)?|type: ignore(\[[a-z, -]+\])?)$' -- '*.py'; }
in_public() { PUBLIC_URL=https://portal.example.com manage "$@"; }

count=0
step() { # NAME COMMAND...: all steps run at the same time, the longest of them is first
  count=$((count + 1))
  echo "$1" >"$folder/$count.name"
  shift
  (
    export DATA_DIR="$folder/$count.data"
    "$@"
  ) >"$folder/$count.output" 2>&1 &
  echo $! >"$folder/$count.pid"
}
step 'types' .venv/bin/mypy
step 'tests can be read' .venv/bin/pytest -p no:cacheprovider --collect-only -qq
step 'words' .venv/bin/python -m tests.words
step 'private names' .venv/bin/python -m tests.private_names
step 'templates' .venv/bin/djlint --lint --quiet templates
step 'migrations' manage makemigrations --check --dry-run
step 'settings on localhost' manage check --deploy --fail-level WARNING
step 'settings in public' in_public check --deploy --fail-level WARNING
step 'import contracts' .venv/bin/lint-imports
step 'lint' .venv/bin/ruff check .
step 'format' .venv/bin/ruff format --check .
step 'reasons' unexplained

status=0
for number in $(seq "$count"); do
  if wait "$(cat "$folder/$number.pid")"; then
    echo "check: $(cat "$folder/$number.name")"
  else
    echo "check: $(cat "$folder/$number.name") failed"
    cat "$folder/$number.output"
    status=1
  fi
done
exit "$status"
