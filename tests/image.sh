#!/bin/sh
# Builds the image of deploy/Containerfile and runs it as deploy/ does: without privileges, its root
# file system read-only. Where no registry can be reached, its base is made of Debian's packages.
# OPTIONS go to `podman build`, for example the --volume of this machine's pip.conf.
set -eu
cd "$(dirname "$0")/.."
command -v podman >/dev/null && command -v runc >/dev/null && command -v debootstrap >/dev/null ||
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends podman buildah runc debootstrap; } >&2

folder=$(mktemp -d /var/tmp/portal-image-XXXXXX)
name=portal-image-$$
# One layer, and plain folders: it is built once, and no file system of a kernel is needed.
podman() { command podman --runtime runc --cgroup-manager cgroupfs --storage-driver vfs "$@"; }
finish() {
  podman rm --force "$name" >/dev/null 2>&1 || true
  podman volume rm --force "$name" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

base=$(sed -n 's/^FROM \([^ ]*\)$/\1/p' deploy/Containerfile)
if ! podman image exists "docker.io/library/$base" && ! podman pull --quiet "$base" 2>/dev/null; then
  release=${base#debian:}
  mirror=$(sed -n 's/^URIs: //p' /etc/apt/sources.list.d/debian.sources | head -n 1)
  debootstrap --variant=minbase "${release%-slim}" "$folder/root" "$mirror" >&2
  tar -C "$folder/root" -c . | podman import --quiet - "docker.io/library/$base" >&2
  rm -rf "$folder/root"
fi
# shellcheck disable=SC2086 # split into words
podman build --quiet --layers=false --isolation chroot ${OPTIONS:-} --tag portal --file deploy/Containerfile . >&2

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
podman run --detach --name "$name" --network host --read-only --tmpfs /tmp --cap-drop all \
  --security-opt no-new-privileges --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 \
  --volume "$name:/data" --env BIND=127.0.0.1 --env PORT="$port" portal >&2
tries=0
until [ "$(curl --silent "http://127.0.0.1:$port/readyz")" = ready ]; do
  tries=$((tries + 1))
  [ $tries -lt 120 ] || { podman logs "$name" >&2; exit 1; }
  sleep 1
done
added=$(podman exec "$name" .venv/bin/python manage.py clients add Pump --json)
member() { echo "$added" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
curl --silent --fail "http://127.0.0.1:$port/identity/connect/token" --data grant_type=client_credentials \
  --data "client_id=$(member client_id)" --data "client_secret=$(member client_secret)" >"$folder/token"
grep -q access_token "$folder/token"
user=$(podman exec "$name" .venv/bin/python -c 'import os; print(os.getuid())')
[ "$user" != 0 ]
if podman exec "$name" .venv/bin/python -c 'open("/portal/written", "w")' 2>/dev/null; then
  echo 'The root file system can be written.' >&2
  exit 1
fi
podman stop --time 20 "$name" >/dev/null
[ "$(podman inspect --format '{{.State.ExitCode}}' "$name")" = 0 ]
echo "The image is built, issues tokens as user $user, cannot write to itself, and stops when it is told to."
