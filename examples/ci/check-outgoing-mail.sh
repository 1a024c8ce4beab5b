#!/bin/sh
# A gate for CI: every message in a directory must be signed by our domain, aligned with From, and pass.
#
#   examples/ci/check-outgoing-mail.sh example.com outbox/ --dns-file example.com.zone
#
# Further words go to dkim verify as they are. DKIM is the command to run, "npx --no -- dkim" where it is not set. Ends with the exit code of dkim:
#   0 all passed · 1 something did not · 2 wrong use · 3 a message is not signed · 75 DNS failed, try again
set -eu

if [ $# -lt 2 ]; then
  echo "usage: $0 DOMAIN DIRECTORY [option of dkim verify...]" >&2
  exit 2
fi
domain=$1
directory=$2
shift 2

set -- verify "$directory" --require-domain "$domain" --require-aligned --format "${DKIM_FORMAT:-text}" "$@"
for attempt in 1 2 3; do
  code=0
  ${DKIM:-npx --no -- dkim} "$@" || code=$?
  # 75 is the only outcome that waiting can change.
  if [ "$code" -ne 75 ] || [ "$attempt" -eq 3 ]; then
    exit "$code"
  fi
  echo "DNS failed, attempt $attempt of 3" >&2
  sleep $((attempt * 5))
done
