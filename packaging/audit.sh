#!/usr/bin/env bash
# Ask for known vulnerabilities of every version in constraints.txt; fails where there is one.
#
# pip-audit comes into an environment of its own, and asks public services. Where it cannot be installed, or no service
# answers, nothing is audited and nothing fails: a build without a network takes a few seconds longer and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(command -v .venv/bin/python || command -v "${PYTHON:-python3.11}")

not_audited() { echo "dependencies are not audited: $*" >&2; exit 0; }

# Asks one service about a list of pins: audit SECONDS LIST [OPTION...]; the answer is in $work/found.json.
audit() {
    local seconds=$1 list=$2
    shift 2
    rm -f "$work/found.json"
    timeout "$seconds" "$work/env/bin/pip-audit" --requirement "$list" --no-deps --disable-pip --timeout 5 \
        --progress-spinner off --format json --output "$work/found.json" "$@" >"$work/log" 2>&1 || true
    [[ -s $work/found.json ]]
}

# "N packages audited", or each vulnerability and status 1; status 2 where the service knew none of the packages.
verdict() {
    "$python" -c '
import json, sys
packages = json.load(open(sys.argv[1]))["dependencies"]
known = [package for package in packages if "skip_reason" not in package]
for package in known:
    for found in package["vulns"]:
        mended = ", ".join(found["fix_versions"]) or "no release yet"
        print(package["name"], package["version"], found["id"], "mended in:", mended)
if not known:
    sys.exit(2)
print(len(known), "of", len(packages), "pinned packages audited")
sys.exit(any(package["vulns"] for package in known))' "$work/found.json"
}

"$python" -m venv --without-pip "$work/env"
timeout 60 "$python" -m pip --python "$work/env/bin/python" install --quiet --disable-pip-version-check \
    --retries 0 --timeout 5 pip-audit >"$work/log" 2>&1 || not_audited "pip-audit cannot be installed here"

# One package first: a service that does not answer, or knows nothing, should not be asked about all.
grep --max-count 1 --extended-regexp '^urllib3==' constraints.txt >"$work/one.txt"
for service in "" "--vulnerability-service=osv"; do
    audit 10 "$work/one.txt" ${service:+"$service"} || continue
    status=0
    verdict >/dev/null || status=$?
    [[ $status -eq 2 ]] && continue
    audit 180 constraints.txt ${service:+"$service"} || continue
    status=0
    verdict || status=$?
    [[ $status -eq 2 ]] && continue
    exit "$status"
done
not_audited "no service that knows of vulnerabilities can be reached"
