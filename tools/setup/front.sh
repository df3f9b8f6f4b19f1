#!/usr/bin/env bash
# What setup needs before it can run at all: Node, npm, and ClawDeploy's own packages. Each that is
# missing gets one sentence. `npm ci` runs only when node_modules is not what package-lock.json asks.
# `front.sh node` looks at Node alone, for the targets that need nothing but what was built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  echo "$1" >&2
  exit 1
}

command -v node >/dev/null || fail \
  'Node is missing; ClawDeploy runs on it. Install Node 20.19 or later (`apt-get install nodejs npm`, or nvm) and run this again.'
node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);
' || fail "Node $(node --version) is too old; ClawDeploy needs Node 20.19 or later. Install it and run this again."
if [ "${1:-}" = node ]; then exit; fi

command -v npm >/dev/null || fail \
  'npm is missing; it installs what ClawDeploy is made of. It comes with Node: install Node 20.19 or later and run this again.'

if ! node tools/setup/is-installed.mjs; then
  echo "ClawDeploy's packages: installing from package-lock.json (usually 20 s)" >&2
  mkdir -p -m 700 .clawdeploy
  log=.clawdeploy/npm-ci.log
  trap 'echo "Interrupted while npm installed; run this again, it begins anew." >&2; exit 130' INT TERM
  npm ci --no-audit --no-fund >"$log" 2>&1 || {
    tail -n 8 "$log" >&2
    fail "ClawDeploy's packages could not be installed; check that npm reaches its registry and that the disk has room. Whole output: $log"
  }
fi
