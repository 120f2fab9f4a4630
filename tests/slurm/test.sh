#!/usr/bin/env bash
# Sweeps on a real Slurm, under GNU parallel and as a Kubernetes Indexed Job would start them, against one process, byte for byte.
#
# usage: test.sh        Needs Debian's slurm-wlm, munge and parallel, and Python 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
cluster=$scratch/cluster

finish() {
  code=$?
  [ "$code" = 0 ] || tail -n 30 "$scratch"/*/slurm/*.log "$cluster"/log/*.log 2> /dev/null || true
  tests/slurm/down.sh "$cluster" || true
  rm -rf "$scratch"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() { echo "error: $*" >&2; exit 1; }

# Waits until a command succeeds.
wait_for() {
  for _ in $(seq 600); do
    if "$@"; then return; fi
    sleep 0.1
  done
  fail "waited a minute for: $*"
}

same() {
  for csv in rows bounds summary; do cmp "$1/$csv.csv" "$2/$csv.csv"; done
}

queue_is_empty() { [ -z "$(squeue -h)" ]; }
runs() { [ "$(squeue -h -r -j "$1" -t running -o %K | wc -l)" -ge "$2" ]; }
grown() { [ "$(stat -c %s "$1" 2> /dev/null || echo 0)" -gt 30000 ]; }

tests/slurm/up.sh "$cluster"
export SLURM_CONF=$cluster/slurm.conf

rm -rf target/slurm target/parallel target/parts target/shares
echo "-- docs/clusters.md, command by command"
sed -n '/^```bash$/,/^```$/{/^```/!p}' docs/clusters.md > "$scratch/commands.sh"
grep -q -e --slurm "$scratch/commands.sh"
(set -x; . "$scratch/commands.sh")
export PATH="$PWD/target/x86_64-unknown-linux-gnu/release:$PATH"
case "$(ldd "$(command -v logitdist)" 2>&1)" in
  *"statically linked"* | *"not a dynamic executable"*) ;;
  *) fail "the program for clusters is not static" ;;
esac
wait_for queue_is_empty
logitdist sweep configs/quickstart.toml --out "$scratch/quickstart" > /dev/null
same target/slurm "$scratch/quickstart"
same target/parallel "$scratch/quickstart"
eval "$(grep -E '^[ab]=' "$scratch/commands.sh")"
logitdist compare "$a" "$b" --format json --out "$scratch/one-run.json"
cmp target/parts/slurm.json "$scratch/one-run.json"
cmp target/parts/parallel.json "$scratch/one-run.json"

echo "-- the Indexed Job of docs/clusters.md"
mkdir -p "$scratch/study"
cp configs/quickstart.toml "$scratch/study/"
python3 - docs/clusters.md "$scratch/study" <<'PY'
import json, os, re, subprocess, sys
page, study = sys.argv[1:]
yaml = re.search(r"^```yaml$(.*?)^```$", open(page, encoding="utf-8").read(), re.M | re.S)[1]
completions = int(re.search(r"completions: (\d+)", yaml)[1])
command = json.loads(re.search(r"command: (\[.*\])", yaml)[1])
command = [word.replace("/study", study) for word in command]
for index in range(completions):
    subprocess.run(command, check=True, env={**os.environ, "JOB_COMPLETION_INDEX": str(index)})
PY
logitdist sweep merge "$scratch/study/results" > /dev/null
same "$scratch/study/results" "$scratch/quickstart"

echo "-- an array over both nodes: one task is killed, one told that its time is over, one requeued"
larger=(sweep configs/quickstart.toml --set replicates=24 --set seed=5)
logitdist "${larger[@]}" --threads 1 --out "$scratch/one" > /dev/null
out=$scratch/array
logitdist "${larger[@]}" --out "$out" --slurm --array 4 --mem 500M --time 10:00 | tee "$scratch/submitted"
job=$(sed -n 's/^Submitted array job \([0-9]*\) with 4 tasks.*/\1/p' "$scratch/submitted")
merge=$(sed -n 's/^Submitted merge job \([0-9]*\).*/\1/p' "$scratch/submitted")
wait_for runs "$job" 4
for task in 0 1 2; do wait_for grown "$out/journal/$task-of-4.journal"; done
logitdist sweep status "$out" | tee "$scratch/status"
grep -q "Slurm array job $job: 4 running" "$scratch/status"
(logitdist "${larger[@]}" --set replicates=25 --out "$out" --slurm --array 4 2>&1 || test $? = 2) | grep "replicates: 24 → 25"
grep -q "Slurm merge job $merge: 1 pending" "$scratch/status"
grep -q "The rest is being computed" "$scratch/status"
logitdist "${larger[@]}" --out "$out" --slurm --array 4 | grep "in the queue already: array job $job"
pkill -9 -f -- "--out $out --shard 0/4"
scancel --signal=USR1 --batch "${job}_1"
scontrol requeue "${job}_2"
wait_for queue_is_empty
for task in 0 1 2; do
  grep -q "start 2" "$out/slurm/${job}_$task.log" || fail "task $task was not requeued"
done
grep -h "^task . on n1," "$out"/slurm/*.log > /dev/null || fail "nothing ran on the first node"
grep -h "^task . on n2," "$out"/slurm/*.log > /dev/null || fail "nothing ran on the second node"
same "$out" "$scratch/one"
logitdist "${larger[@]}" --out "$out" --slurm --array 4 | grep "Nothing is missing"

echo "-- a second call submits only what is missing"
out=$scratch/again
logitdist "${larger[@]}" --out "$out" --shard 1/3 --threads 2 > /dev/null
rm -f "$out/manifest.json"
logitdist "${larger[@]}" --out "$out" --slurm --array 3 | tee "$scratch/submitted"
grep -q "with 2 tasks" "$scratch/submitted"
grep -q -e '--array=0,2$' "$out/slurm/array.sh"
wait_for queue_is_empty
same "$out" "$scratch/one"

echo "-- what is wrong is said"
path=$PATH
refused() {
  local said=$1 code=0
  shift
  env PATH="$path" logitdist "$@" > /dev/null 2> "$scratch/error" || code=$?
  [ "$code" = 2 ] || fail "exit code $code: $*"
  grep -q -e "$said" "$scratch/error" || fail "$(cat "$scratch/error")"
}
refused "MaxArraySize, 101" sweep configs/quickstart.toml --out "$scratch/x" --slurm --array 5000
refused "nosuch" sweep configs/quickstart.toml --out "$scratch/x" --slurm --partition nosuch
refused "hours:minutes:seconds" sweep configs/quickstart.toml --out "$scratch/x" --slurm --time soon
path=$(dirname "$(command -v logitdist)")
refused "sbatch cannot be run" sweep configs/quickstart.toml --out "$scratch/x" --slurm
echo "-- done"
