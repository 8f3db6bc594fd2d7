#!/usr/bin/env bash
# Installs what is missing of the sets of packages named in tools/packages.txt; base always counts among them.
# Usage: tools/install-packages.sh [test] [full] [bench]
# Runs as root or through sudo, asks nothing, and touches neither apt nor the network when nothing is missing.
set -eu
list=$(dirname "$0")/packages.txt
sets=" base $* "

for set in "$@"; do
  grep -q "^$set " "$list" || { echo "install-packages: no set of packages is called '$set'" >&2; exit 2; }
done

is_there() { # PACKAGE [FILE]
  if [ $# -gt 1 ]; then
    compgen -G "$2" >/dev/null && return 0
  fi
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

wanted=() missing=()
while read -r set package file; do
  case $set in '' | '#'*) continue ;; esac
  case $sets in *" $set "*) ;; *) continue ;; esac
  wanted+=("$package")
  # shellcheck disable=SC2086  # an empty third column is no argument
  is_there "$package" $file || missing+=("$package")
done <"$list"

if ! command -v apt-get >/dev/null; then
  echo "not a Debian system: make sure that what these packages hold is there: ${wanted[*]}"
  exit 0
fi
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "missing packages: ${missing[*]}; become root, or install sudo" >&2; exit 1; }
  as_root=(sudo)
  [ -t 0 ] || as_root+=(-n) # without a terminal sudo must not ask for a password
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)

run() { echo "+ $*"; "$@"; }
run "${apt[@]}" update </dev/null
run "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" </dev/null
