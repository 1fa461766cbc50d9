# one_slurm.sh - a whole Slurm on one machine: munged, slurmctld and slurmd with files, ports and a key of their own, so that a Slurm that is there already is
# not touched. To be sourced by bash:
#
#     . tests/clusters/one_slurm.sh
#     slurm_start /tmp/slurm      # sbatch, squeue, scontrol … speak with it from here on; false, with a word on stderr, where it cannot be had
#     slurm_stop                  # ends what slurm_start has started
#
# Needs root (slurmd becomes the user of a job). Debian's packages slurm-wlm and munge are installed if they are absent.

# slurm_get: true if the programs are there, after an attempt to install them
slurm_get() {
	local program
	PATH=$PATH:/usr/sbin:/sbin
	if [ "$(id -u)" -ne 0 ]; then
		echo "a Slurm of one's own needs root" >&2
		return 1
	fi
	if ! command -v slurmctld slurmd munged sbatch > /dev/null && command -v apt-get > /dev/null && [ "${CI_INSTALL:-yes}" != no ]; then
		{ timeout 120 apt-get update -qq &&
			DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y -qq --no-install-recommends slurm-wlm munge; } > /dev/null 2>&1
	fi
	for program in slurmctld slurmd munged sbatch; do
		if ! command -v $program > /dev/null; then
			echo "there is no $program (Debian: apt-get install slurm-wlm munge)" >&2
			return 1
		fi
	done
}

# slurm_wait SECONDS COMMAND...: true as soon as the command succeeds
slurm_wait() {
	local tries=$(($1 * 10))
	shift
	while ! "$@" > /dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

slurm_configure() { # folder
	local host
	host=$(hostname -s)
	dd if=/dev/urandom of="$1/munge.key" bs=1024 count=1 2> /dev/null
	chmod 600 "$1/munge.key"
	# Neither accounts nor cgroups: processes are followed by their parents, and every task has what it asks for in processors.
	cat > "$1/slurm.conf" << END
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$((20000 + $$ % 20000))
SlurmdPort=$((40001 + $$ % 20000))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$1/munge/socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
}

slurm_start() { # folder
	slurm_get || return 1
	slurm_pids=
	mkdir -p "$1/munge" "$1/state" "$1/spool"
	chmod 755 "$1" "$1/munge"
	slurm_configure "$1"
	export SLURM_CONF=$1/slurm.conf
	munged -F --force --num-threads=2 --socket="$1/munge/socket" --key-file="$1/munge.key" --pid-file="$1/munge/pid" --log-file="$1/munge/log" \
		--seed-file="$1/munge/seed" 2> "$1/munge.err" &
	slurm_pids="$!"
	slurm_wait 10 munge -n --socket="$1/munge/socket" || { echo "munged does not answer: $(tail -n 1 "$1/munge.err" "$1/munge/log")" >&2; slurm_stop; return 1; }
	slurmctld -D > "$1/slurmctld.err" 2>&1 &
	slurm_pids="$! $slurm_pids"
	slurmd -D > "$1/slurmd.err" 2>&1 &
	slurm_pids="$! $slurm_pids"
	slurm_wait 30 sh -c 'sinfo -h -o %t | grep -qx idle' || { echo "the node does not come up: $(tail -n 3 "$1/slurmctld.log" "$1/slurmd.log")" >&2; slurm_stop; return 1; }
}

slurm_stop() {
	local pid
	for pid in ${slurm_pids:-}; do
		kill "$pid" 2> /dev/null
		wait "$pid" 2> /dev/null
	done
	slurm_pids=
}
