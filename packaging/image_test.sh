#!/usr/bin/env bash
# Build the container image from the Dockerfile for real, run the server from it and make a map over HTTP.
#
# No container engine is needed, only root on a Debian-like machine: buildah builds and runs in chroot isolation, over a
# base image that debootstrap makes once (kept in .image/, as is nothing else). Called by `make image-test`.
#
#   KEEP_IMAGE=1        keep the built image in .image/storage
#   PIP_EXTRA_ARGS=...  passed to the build, as with `docker build --build-arg`
set -euo pipefail
cd "$(dirname "$0")/.."

readonly work="$PWD/.image"
readonly base=localhost/landshot-base:bookworm
readonly image=localhost/landshot:test
python=$(command -v .venv/bin/python || command -v python3.11 || command -v python3)
export TMPDIR="$work/tmp"

say() { printf '\n== %s\n' "$*"; }
seconds() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }'; }
buildah() { command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }

server=""
container=""
host=0.0.0.0  # as in the image
key=""

# Whatever happens, no process, mount or working container stays behind.
clean_up() {
    local status=$?
    set +e
    [[ -z $server ]] || stop_server
    if [[ $status -ne 0 && -s $work/server.log ]]; then
        say "the server's last words" >&2
        tail -n 40 "$work/server.log" >&2
    fi
    buildah rm --all >/dev/null 2>&1
    if [[ -z ${KEEP_IMAGE:-} ]]; then
        buildah rmi --force "$image" >/dev/null 2>&1
        buildah rmi --prune >/dev/null 2>&1
    fi
    # The base's tag stays: pruning takes only images without a name.
    findmnt --raw --noheadings --output TARGET | grep -F "$work/" | sort -r | xargs -r -n1 umount
    rm -rf "$work/tmp" "$work/pip.conf" "$work/npmrc" "$work/exchange"
    exit "$status"
}

# The newest process of the group is the server itself, inside the chroot; the others are buildah's, and end with it.
server_process() { pgrep --newest --pgroup "$server"; }

# As an engine stops a container: SIGTERM to its process, and SIGKILL to what is left after ten seconds.
stop_server() {
    local group=$server
    kill -TERM "$(server_process)" 2>/dev/null
    for _ in $(seq 50); do
        pgrep --pgroup "$group" --runstates RSDT >/dev/null || break
        sleep 0.2
    done
    server=""
    ! pkill -KILL --pgroup "$group" --runstates RSDT
}

install_tools() {
    local missing=()
    command -v buildah >/dev/null || missing+=(buildah)
    command -v debootstrap >/dev/null || missing+=(debootstrap)
    [[ ${#missing[@]} -eq 0 ]] && return
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}"
}

# Stands in for python:3.11-slim-bookworm, which only a registry could give: Debian 12 ships the same Python 3.11.
make_base_image() {
    local started=$EPOCHREALTIME scratch root
    say "making the base image $base"
    scratch=$(buildah from scratch)
    root=$(buildah mount "$scratch")
    # debootstrap knows no virtual packages: python3-distutils is what python3.11-venv calls python3.11-distutils.
    debootstrap --variant=minbase --include=python3.11-venv,python3-distutils,ca-certificates bookworm "$root" \
        >"$work/debootstrap.log"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}
    buildah umount "$scratch" >/dev/null
    buildah commit --quiet --rm "$scratch" "$base" >/dev/null
    rm -f "$work/debootstrap.log"
    echo "made in $(seconds "$started")"
}

# Where this machine's npm takes packages from, and whom it trusts, for the build only.
npm_settings() {
    local registry authorities
    registry=$(PATH="$PWD/.venv/bin:$PATH" npm config get registry 2>/dev/null || true)
    authorities=$(PATH="$PWD/.venv/bin:$PATH" npm config get cafile 2>/dev/null || true)
    [[ -f $authorities ]] || authorities=${NODE_EXTRA_CA_CERTS:-}
    [[ -z $registry ]] || echo "registry=$registry"
    if [[ -f $authorities ]]; then
        echo "cafile=$authorities"
        [[ " ${volumes[*]} " == *" $authorities:"* ]] || volumes+=(--volume "$authorities:$authorities:ro")
    fi
}

build_image() {
    local started=$EPOCHREALTIME volume volumes=()
    say "building the target cpu"
    while read -r volume; do
        volumes+=(--volume "$volume")
    done < <("$python" packaging/pip_settings.py "$work/pip.conf")
    npm_settings >"$work/npmrc"
    volumes+=(--volume "$work/npmrc:/root/.npmrc:ro")
    buildah bud --isolation chroot --format docker --layers=false --pull-never "${volumes[@]}" \
        --build-arg BASE_IMAGE="$base" --build-arg PIP_EXTRA_ARGS="${PIP_EXTRA_ARGS:-}" \
        --target cpu --tag "$image" . >"$work/build.log" 2>&1 || { tail -n 60 "$work/build.log" >&2; exit 1; }
    echo "built in $(seconds "$started")"
}

# One value of the image's configuration, as lines: the words of a list, or of a health check's command.
configured() {
    buildah inspect --type image "$image" | "$python" -c '
import json, sys
config = json.load(sys.stdin)["Docker"]["config"]
value = config[sys.argv[1]]
if isinstance(value, dict):  # {"Test": ["CMD", ...], "Interval": ...}
    assert value["Test"][0] == "CMD", value
    value = value["Test"][1:]
print(*(value if isinstance(value, list) else [value]), sep="\n")' "$1"
}

# Runs a command in the container as the image's own user, with the image's environment and a volume for its data.
run() {
    buildah run --isolation chroot --volume "$work/exchange:/exchange:ro" \
        --env LANDSHOT_HOST="$host" --env LANDSHOT_REQUIRE_KEYS=true --env LANDSHOT_KEY="$key" \
        --env LANDSHOT_PORT="$port" "$container" -- "$@"
}

# The server's own process and buildah's around it form one group, which stop_server ends as a whole.
start_server() {
    set -m
    run "${command[@]}" >"$work/server.log" 2>&1 &
    server=$!
    set +m
}

await_server() {
    local deadline=$((SECONDS + 120))
    until "$python" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/readyz', timeout=4)" 2>/dev/null; do
        kill -0 "$server" 2>/dev/null || { echo "the server ended by itself" >&2; exit 1; }
        ((SECONDS < deadline)) || { echo "the server is not ready after 120 s" >&2; exit 1; }
        sleep 0.2
    done
}

if [[ $(id -u) -ne 0 ]]; then
    echo "image_test.sh needs root; with Docker at hand: docker build . (docs/deployment.md)" >&2
    exit 1
fi
mkdir -p "$work/tmp" "$work/exchange"
trap clean_up EXIT
install_tools
buildah inspect --type image "$base" >/dev/null 2>&1 || make_base_image
build_image

mapfile -t command < <(configured Cmd)
mapfile -t health < <(configured Healthcheck)
user=$(configured User)
[[ $user == 1000:1000 ]] || { echo "the image runs as '$user', expected 1000:1000" >&2; exit 1; }
container=$(buildah from --pull-never "$image")
root=$(buildah mount "$container")
say "the image has $(du -sm "$root" | cut -f1) MB, $(du -sm "$root/opt/landshot" | cut -f1) MB of it Landshot's packages"
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
install -m 644 packaging/exercise_server.py "$work/exchange/"

say "a server that others could reach does not start without a key"
if run timeout 60 "${command[@]}" >"$work/refused.log" 2>&1; then
    echo "it starts" >&2
    exit 1
fi
grep -F "landshot keys create" "$work/refused.log"
key=$(run landshot keys create test 2>/dev/null)
host=127.0.0.1  # the container shares this machine's network, and nobody else is invited

say "starting as user $user on port $port: ${command[*]}"
started=$EPOCHREALTIME
start_server
await_server
echo "ready after $(seconds "$started")"
owner=$(ps -o uid= -p "$(server_process)" | tr -d ' ')
[[ $owner == 1000 ]] || { echo "the server runs as user $owner" >&2; exit 1; }

say "making a map of the simulated scene"
run python /exchange/exercise_server.py "http://127.0.0.1:$port"

say "the image's health check"
run "${health[@]}"
echo healthy
stop_server || { echo "the server does not stop on SIGTERM" >&2; exit 1; }
if run "${health[@]}" 2>/dev/null; then
    echo "the health check calls a stopped server healthy" >&2
    exit 1
fi
echo "and unhealthy once the server has stopped"
