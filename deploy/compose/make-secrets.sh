#!/bin/sh
# Makes the secrets of compose.yaml, each readable only by the user of its containers. Run it as root.
set -eu
umask 077
mkdir "$(dirname "$0")/secrets"
cd "$(dirname "$0")/secrets"
random() { openssl rand -hex 32 | tr -d '\n'; }
random >secret_key
random >database_password
printf 'postgres://portal:%s@database/portal' "$(cat database_password)" >database_url
chown 10001 secret_key database_url # of the image of the portal
chown 999 database_password         # of the image of PostgreSQL
chmod 400 ./*
chmod 711 .
