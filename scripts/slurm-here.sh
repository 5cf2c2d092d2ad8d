#!/usr/bin/env bash
# A cluster of Slurm on this machine alone, of one node, for tests; all that it writes is in one folder. As root, with Debian's
# slurm-wlm and munge (and libpmix-dev for srun --mpi=pmix).
#   scripts/slurm-here.sh start FOLDER    then: SLURM_CONF=FOLDER/slurm.conf srun -n 2 …
#   scripts/slurm-here.sh stop FOLDER
set -euo pipefail
what=$1
folder=$2

fail() {
  echo "slurm-here: $*" >&2
  exit 1
}

stop() {
  # slurmd leaves the processes of its steps to themselves.
  SLURM_CONF=$folder/slurm.conf scancel --user root 2>/dev/null || true
  for name in slurmd slurmctld munged; do
    local pid=$folder/$name.pid
    [ -s "$pid" ] || continue
    kill "$(cat "$pid")" 2>/dev/null || continue
    # Each writes what it knows, and removes the file, when it ends.
    for _ in $(seq 100); do
      [ -e "$pid" ] || break
      sleep 0.1
    done
  done
}

start() {
  [ "$(id -u)" = 0 ] || fail "only root can start slurmd"
  for program in munged slurmctld slurmd srun; do
    command -v "$program" >/dev/null || fail "there is no $program; apt-get install slurm-wlm munge"
  done
  folder=$(mkdir -p "$folder" && cd "$folder" && pwd)
  mkdir -p "$folder/munge" "$folder/state" "$folder/spool"
  # munged refuses a key, a log or a socket in folders that others can write to.
  chmod 700 "$folder/munge"
  (umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
  munged --force --num-threads=1 --socket="$folder/munge/socket" --key-file="$folder/munge/key" \
    --log-file="$folder/munge/log" --pid-file="$folder/munged.pid" --seed-file="$folder/munge/seed"

  local host port
  host=$(hostname -s)
  port=$((20000 + RANDOM % 10000 * 2))
  # Two processors that the machine need not have; nothing of control groups, which containers lack.
  cat >"$folder/slurm.conf" <<CONF
ClusterName=here
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
KillWait=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  slurmctld -f "$folder/slurm.conf"
  slurmd -f "$folder/slurm.conf"
  for _ in $(seq 100); do
    [ "$(SLURM_CONF=$folder/slurm.conf sinfo --noheader --format=%t 2>/dev/null)" = idle ] && return
    sleep 0.1
  done
  stop
  fail "the node did not become idle; see $folder/slurmctld.log and slurmd.log"
}

case $what in
  start) start ;;
  stop) stop ;;
  *) fail "$what: start FOLDER or stop FOLDER" ;;
esac
