#!/bin/sh
# Compares resources with node-oidc-provider, runs Apache as two APIs, then rotates the signing keys for
# eight minutes under PyJWT, jose, Envoy and Apache.
set -eu
cd "$(dirname "$0")/../.."

has_npm() { command -v node && command -v npm; }
has_apache() { [ -x /usr/sbin/apache2 ] && [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ]; }
complete() { has_npm && has_apache; }
needed='apache2 libapache2-mod-auth-openidc'
has_npm >/dev/null 2>&1 || needed="$needed nodejs npm" # Debian's npm conflicts with others

if ! complete >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing Node and Apache ...' >&2
  apt-get update -qq
  # shellcheck disable=SC2086  # the words are the packages
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $needed >&2
fi
if ! complete >/dev/null 2>&1; then
  echo "This needs Node and Apache; install them, for example with \`apt-get install $needed\`." >&2
  exit 1
fi
.venv/bin/python -m tests.verifiers.resources
.venv/bin/python -m tests.verifiers.audiences
exec .venv/bin/python -m tests.verifiers.rotations
