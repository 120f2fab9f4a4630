#!/usr/bin/env bash
# A real Slurm of two nodes on this machine's loopback, without systemd and without privileges of its own.
#
# usage: up.sh DIR    then: export SLURM_CONF=DIR/slurm.conf    at the end: down.sh DIR
# Needs Debian's slurm-wlm and munge. Two nodes of one host are told apart by port and name.
set -euo pipefail
mkdir -p "$1"/{run,log,state}
dir=$(cd "$1" && pwd)
here=$(dirname "$0")
host=$(hostname -s)
user=$(id -un)
chmod 755 "$dir"

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

(umask 077; head -c 128 /dev/urandom > "$dir/munge.key")
cat > "$dir/slurm.conf" <<CONF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(port)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
# A job that is requeued may start again once its credential has expired: after seconds here, not after two minutes.
AuthInfo=socket=$dir/run/munge.socket,cred_expire=5
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool-%n
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd-%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1
KillWait=10
ReturnToService=2
SlurmdParameters=config_overrides
MaxArraySize=101
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=2 RealMemory=4000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=2 RealMemory=4000
PartitionName=main Nodes=n1,n2 Default=YES State=UP
CONF
export SLURM_CONF=$dir/slurm.conf

munged --force --key-file="$dir/munge.key" --socket="$dir/run/munge.socket" --pid-file="$dir/run/munged.pid" \
  --log-file="$dir/log/munged.log" --seed-file="$dir/run/munge.seed"
slurmctld -i
for node in n1 n2; do
  mkdir -p "$dir/spool-$node"
  slurmd -N "$node"
done
for _ in $(seq 100); do
  if [ "$(sinfo -h -N -t idle -o %N 2> /dev/null | wc -l)" = 2 ]; then exit 0; fi
  sleep 0.1
done
"$here/down.sh" "$dir"
echo "the two nodes do not come up:" >&2
tail -n 20 "$dir"/log/*.log >&2
exit 1
