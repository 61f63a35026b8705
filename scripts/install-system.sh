#!/bin/sh
# Installs the system parts that Safechaos can use, from Debian's own packages. Without them it still runs, with weaker means or fewer tests.
# Asks nothing, may be run again at any time, and never waits for long. As root it also makes the user that a lab run by root becomes.
set -eu

PACKAGES="bubblewrap nftables iproute2 util-linux procps strace chromium fonts-dejavu-core tmux zsh fish"
SYSTEM_USER=safechaos
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

say() { printf '%s\n' "install-system: $*"; }

is_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=""
for package in $PACKAGES; do
  is_installed "$package" || missing="$missing $package"
done

if [ "$(id -u)" != 0 ]; then
  # Never ask for a password: a script that waits for a prompt hangs in CI.
  [ -z "$missing" ] && { say "everything is installed"; exit 0; }
  say "not root; run as root: apt-get install --no-install-recommends$missing"
  exit 1
fi

if [ -n "$missing" ]; then
  say "installing$missing"
  apt="timeout 600 apt-get --quiet --assume-yes --option DPkg::Lock::Timeout=60 --option Acquire::http::Timeout=30 --option Acquire::Retries=2"
  $apt install --no-install-recommends $missing || {
    # The package lists may be old or absent.
    timeout 180 apt-get --quiet update
    $apt install --no-install-recommends $missing
  }
else
  say "everything is installed"
fi

if id "$SYSTEM_USER" >/dev/null 2>&1; then
  say "user $SYSTEM_USER is there"
else
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$SYSTEM_USER"
  say "made user $SYSTEM_USER"
fi
