#!/usr/bin/env bash
# The small run of the study from nothing: check.sh WHEEL SCRATCH, with the wheel of logitdist and a folder for all the rest.
# Where torch, the weights or the texts cannot be had, it says so and is content.
set -euo pipefail
[ $# = 2 ] || { echo "usage: check.sh WHEEL SCRATCH" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
wheel=$1 scratch=$2
mkdir -p "$scratch"
skip() { echo "the study of language models is skipped: $1"; exit 0; }

[ -x "$scratch/venv/bin/python" ] || python3 -m venv "$scratch/venv"
# Another wheel may have the same version, and older tables would be taken for finished ones.
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check --force-reinstall "$wheel"
rm -rf "$scratch/out"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" \
  || skip "its requirements cannot be installed"
code=0
"$scratch/venv/bin/python" "$here/run.py" --small --out "$scratch/out" --work "$scratch/work" || code=$?
[ "$code" != 3 ] || skip "its weights or texts cannot be had"
[ "$code" = 0 ]
"$scratch/venv/bin/python" "$here/check_tables.py" "$scratch/out"
"$scratch/venv/bin/logitdist" report "$scratch/out" > "$scratch/report"
