#!/bin/sh
# Checks the code without running it, and the settings of a public installation.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export DATA_DIR="$folder"
unset DATABASE_URL DJANGO_SETTINGS_MODULE
manage() { .venv/bin/python -W error manage.py "$@"; }

step() {
  echo "check: $1"
  shift
  "$@" >"$folder/output" 2>&1 || {
    cat "$folder/output"
    exit 1
  }
}
unexplained() { ! git grep -nE '(noqa(: [A-Z0-9, ]+)?|type: ignore(\[[a-z, -]+\])?)$' -- '*.py'; }
step 'format' .venv/bin/ruff format --check .
step 'lint' .venv/bin/ruff check .
step 'reasons' unexplained
step 'private names' .venv/bin/python -m tests.private_names
step 'words' .venv/bin/python -m tests.words
step 'types' .venv/bin/mypy
step 'templates' .venv/bin/djlint --lint --quiet templates
step 'import contracts' .venv/bin/lint-imports
step 'migrations' manage makemigrations --check --dry-run
step 'settings on localhost' manage check --deploy --fail-level WARNING
export PUBLIC_URL=https://portal.example.com
step 'settings in public' manage check --deploy --fail-level WARNING
