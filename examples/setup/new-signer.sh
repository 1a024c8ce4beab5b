#!/bin/sh
# From nothing to the first verified message, for a mail server: a key, its configuration, its record, and a check that all of it fits together.
#
#   examples/setup/new-signer.sh example.com mail opendkim /etc/dkim-new
#   examples/setup/new-signer.sh example.com mail rspamd /etc/dkim-new
#
# The third word is any mail server that "dkim help format-record" lists. Nothing outside the directory is touched: the script prints what to
# put where. DKIM is the command to run, "npx --no -- dkim" where it is not set; DIALECT is how your DNS host wants the record.
set -eu

if [ $# -ne 4 ]; then
  echo "usage: $0 DOMAIN SELECTOR SERVER DIRECTORY" >&2
  exit 2
fi
domain=$1 selector=$2 server=$3 directory=$4
dkim=${DKIM:-npx --no -- dkim}
key=$directory/$selector._domainkey.$domain.private.pem

echo "== 1. a key, and its record for DNS"
$dkim keygen --domain "$domain" --selector "$selector" --out-dir "$directory" --quiet > "$directory.zone"
$dkim format-record --domain "$domain" --selector "$selector" --key "$key" --dialect "${DIALECT:-panel}"

echo "== 2. the configuration of $server"
$dkim format-record --domain "$domain" --selector "$selector" --key "$key" --signer "$server"

echo "== 3. a message signed with the key, verified by the record"
printf 'From: postmaster@%s\r\nTo: postmaster@%s\r\nSubject: test\r\n\r\nIt works.\r\n' "$domain" "$domain" |
  $dkim sign --domain "$domain" --selector "$selector" --key "$key" - |
  $dkim verify --dns-file "$directory.zone" --require-aligned -

echo "== 4. once the record is published: wait until DNS has it, and only then reload $server"
echo "$dkim lookup $selector._domainkey.$domain --wait --expect $key --all-servers"
