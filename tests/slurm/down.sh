#!/usr/bin/env bash
# Ends the Slurm that up.sh started in DIR, and nothing else.
#
# usage: down.sh DIR
set -euo pipefail
dir=$(cd "$1" && pwd)
export SLURM_CONF=$dir/slurm.conf
scancel --user "$(id -un)" 2> /dev/null || true
for file in "$dir"/run/slurmd-*.pid "$dir/run/slurmctld.pid" "$dir/run/munged.pid"; do
  [ -f "$file" ] || continue
  pid=$(cat "$file")
  # The number may be another process' by now.
  case "$(tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null)" in
    *slurmd* | *slurmctld* | *munged*) kill "$pid" ;;
    *) continue ;;
  esac
  for _ in $(seq 100); do
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.1
  done
done
