#!/bin/sh
# Installs what the tests need beside Python: a browser, databases, servers and languages. Without the
# right to install, it says what is missing.
set -eu

has_shell() { command -v chromium-headless-shell; } # takes a third less time than the full Chromium
has_browser() { has_shell || command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_postgresql() { command -v pg_ctl || ls /usr/lib/postgresql/*/bin/pg_ctl; }
has_njs() { command -v nginx && ls /usr/lib/nginx/modules/ngx_http_js_module.so; }
has_npm() { command -v node && command -v npm; }
has_go() ( command -v go && cd /usr/share/gocode/src && ls golang.org/x/oauth2/clientcredentials github.com/coreos/go-oidc github.com/golang-jwt/jwt gopkg.in/square/go-jose.v2 )
has_ruby() { command -v ruby && ls -d /usr/share/rubygems-integration/all/gems/openid_connect-*; }
has_java() { command -v javac && ls /usr/share/java/jackson-databind.jar; }
complete() {
  has_browser && has_postgresql && has_njs && has_npm && has_go && has_java && has_ruby &&
    command -v redis-server && command -v caddy && command -v systemd-analyze && command -v curl && command -v jq && command -v faketime && command -v ps && command -v cc
} >/dev/null 2>&1

packages='fonts-liberation procps gcc libc6-dev postgresql curl jq faketime nginx libnginx-mod-http-js caddy systemd redis-server'
packages="$packages golang-go golang-golang-x-oauth2-dev golang-github-coreos-go-oidc-dev golang-github-golang-jwt-jwt-dev"
packages="$packages golang-gopkg-square-go-jose.v2-dev default-jdk-headless libjackson2-databind-java ruby-openid-connect"
has_npm >/dev/null 2>&1 || packages="$packages nodejs npm" # the npm of Debian conflicts with others

if ! { complete && has_shell; } >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing Chromium, PostgreSQL, nginx, Caddy, Redis, Node, Go, Java and Ruby ...' >&2
  apt-get update -qq || complete
  browser=chromium
  apt-cache show chromium-headless-shell >/dev/null 2>&1 && browser=chromium-headless-shell
  # What these recommend, such as compilers, takes a third of the time, and no test needs it.
  # shellcheck disable=SC2086 # split into words
  { complete && [ $browser = chromium ]; } ||
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $browser $packages >&2 || complete
fi
if ! complete; then
  echo "The tests need Chromium, PostgreSQL, a C compiler, curl, jq, faketime, nginx with njs, Caddy, systemd, Redis, Node and npm, Go, Java and Ruby;" \
    "install them, for example with \`apt-get install chromium $packages\`." >&2
  exit 1
fi
