#!/usr/bin/env bash
# Four network namespaces as four hosts: trains over TCP between them, then breaks a link in the middle of a training.
#   npm run build && sudo scripts/four-hosts.sh          (Linux, root, iproute2, Open MPI)
set -euo pipefail
cd "$(dirname "$0")/.."
command -v mpirun.openmpi >/dev/null || { echo "skipped: there is no mpirun of Open MPI (apt-get install openmpi-bin libopenmpi3)"; exit 0; }
ip netns list >/dev/null 2>&1 && ip netns add anchored-probe 2>/dev/null || { echo "skipped: network namespaces need root and iproute2"; exit 0; }
ip netns delete anchored-probe

work=$(mktemp -d)
hosts=(1 2 3 4)
clean() {
  set +e
  for i in "${hosts[@]}"; do ip netns pids "anchored$i" 2>/dev/null | xargs -r kill -9 2>/dev/null || true; ip netns delete "anchored$i" 2>/dev/null || true; done
  for i in "${hosts[@]}"; do ip link delete "anchored-v$i" 2>/dev/null || true; done
  ip link delete anchored-br 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
trap "exit 130" INT TERM

ip link add anchored-br type bridge
ip link set anchored-br up
for i in "${hosts[@]}"; do
  ip netns add "anchored$i"
  ip link add "anchored-v$i" type veth peer name eth0 netns "anchored$i"
  ip link set "anchored-v$i" master anchored-br up
  ip -n "anchored$i" address add "10.77.0.$i/24" dev eth0
  ip -n "anchored$i" link set eth0 up
  ip -n "anchored$i" link set lo up
done

# What mpirun starts its daemons by, in place of ssh: a host is a namespace with a name of its own.
cat > "$work/enter" <<'AGENT'
#!/usr/bin/env bash
host=$1; shift
exec ip netns exec "anchored${host##*.}" unshare --uts sh -c "hostname host${host##*.}; $*"
AGENT
chmod +x "$work/enter"

# A daemon that is silent for 5 s is lost; mpirun's own default is minutes.
watchful=(--mca oob_tcp_keepalive_time 2 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 3)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
together() {
  "$work/enter" 10.77.0.1 mpirun.openmpi --oversubscribe --bind-to none -np 4 \
    --host 10.77.0.1,10.77.0.2,10.77.0.3,10.77.0.4 \
    --mca plm_rsh_agent "$work/enter" --mca btl tcp,self --mca pml ob1 \
    --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
    "${watchful[@]}" -x ANCHORED_GROUP_TIMEOUT="${ANCHORED_GROUP_TIMEOUT:-600}" \
    "$(command -v node)" "$PWD/dist/cli/main.js" "$@"
}
train=(train --data mnist --limit-train 4000 --model resnet20 --batch-size 32 --epochs 3 --learning-rate 0.02 --validate-every 0 --threads 1 --log-every 1 --checkpoint-every 0.01)

echo "== four hosts train together"
together "${train[@]}" --max-steps 10 --out "$work/whole"
grep -c '"event":"step"' "$work/whole/metrics.jsonl"

echo "== a link breaks in the middle"
together "${train[@]}" --out "$work/broken" & pid=$!
for _ in $(seq 600); do
  sleep 0.1
  [ "$(grep -c '"event":"step"' "$work/broken/metrics.jsonl" 2>/dev/null || true)" -ge 5 ] 2>/dev/null && break
done
ip link set anchored-v3 down
broken=$(date +%s.%N)
code=0; wait "$pid" || code=$?
echo "ended with code $code, $(echo "$(date +%s.%N) - $broken" | bc) s after the link broke"

echo "== the link is there again: the run goes on"
ip link set anchored-v3 up
together train --resume --out "$work/broken" --max-steps 12
grep '"event":"step"' "$work/broken/metrics.jsonl" | tail -1
