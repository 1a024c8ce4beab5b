#!/bin/sh
# A monitor for cron: says nothing while all is well. cron mails what is printed, and the exit code is that of dkim.
#
#   17 6 * * *  /usr/local/bin/dkim-monitor.sh /etc/dkim/dkim.lock /etc/dkim/plan-*.json
#
# The lock file comes from "dkim lookup DOMAIN --selector NAME --lock FILE --update", a plan from "dkim rotate-plan … --state FILE".
# DKIM is the command to run, "npx --no -- dkim" where it is not set. DKIM_OPTIONS go to every call, as in DKIM_OPTIONS="--nameserver 192.0.2.53".
set -eu

if [ $# -lt 1 ]; then
  echo "usage: $0 LOCK-FILE [PLAN]..." >&2
  exit 2
fi
dkim=${DKIM:-npx --no -- dkim}
lock=$1
shift
worst=0

# Runs a check and prints its output only where there is something to do. 75 is DNS that failed: tomorrow will tell.
check() {
  code=0
  output=$($dkim "$@" ${DKIM_OPTIONS:-} 2>&1) || code=$?
  if [ "$code" -ne 0 ] && [ "$code" -ne 75 ]; then
    printf '%s\n\n' "$output"
    worst=$code
  fi
}

check lookup --lock "$lock"
for plan in "$@"; do
  check rotate-plan --state "$plan" --check
done
exit "$worst"
