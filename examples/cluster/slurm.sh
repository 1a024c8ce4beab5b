#!/bin/sh
#SBATCH --job-name=dkim-verify
#SBATCH --cpus-per-task=1
#SBATCH --requeue
# One shard of a Slurm job array: sbatch --array=1-64 slurm.sh FOLDER RESULTS [OPTION OF DKIM VERIFY]...
# When all have ended: dkim verify --merge RESULTS/*.ndjson
set -eu
folder=$1 results=$2
shift 2
shard=$SLURM_ARRAY_TASK_ID shards=$SLURM_ARRAY_TASK_MAX
part=$results/$shard.part.$$

code=0
${DKIM:-dkim} verify --shard "$shard/$shards" --format ndjson --jobs 1 "$@" "$folder" >"$part" || code=$?
# A verdict is no failure of the job. Renamed at once and whole: a task that is requeued leaves nothing half.
case $code in
0 | 1 | 2 | 3 | 75) mv "$part" "$results/$shard.ndjson" ;;
*) exit "$code" ;;
esac
