#!/bin/sh
# Verifies a folder of mail on several hosts: parallel.sh HOSTS FOLDER SHARDS [OPTION OF DKIM VERIFY]...
# HOSTS is a file with one ssh login a line, as parallel's --sshloginfile reads it. The report of all shards goes to stdout.
set -eu
hosts=$1 folder=$2 shards=$3
shift 3
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# A verdict is no failure: only what another host could do better (a dead host, exit code 255, or a killed shard) is tried again.
verify="${DKIM:-dkim} verify --shard {}/$shards --format ndjson --jobs 1 $* $folder; case \$? in 0|1|2|3|75) exit 0;; *) exit 1;; esac"
seq "$shards" | parallel --sshloginfile "$hosts" --retries 4 --filter-hosts --results "$results/{}.ndjson" "$verify" >"$results/log" 2>&1 || true

"${DKIM_HERE:-dkim}" verify --merge "$results"/*.ndjson
