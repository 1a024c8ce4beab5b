#!/bin/sh
# A domain whose mail is sent by others: is what each of them asks you to publish there, and is it sound?
#
#   examples/hosted/check-hosted-domain.sh example.com microsoft365 google sendgrid mailchimp
#
# Says one line for each selector, with the findings of dkim lookup below where something is wrong. DKIM is the command to run, "npx --no -- dkim" where it is
# not set. DKIM_OPTIONS go to every lookup, as in DKIM_OPTIONS="--nameserver 192.0.2.53". Ends with the worst exit code:
#   0 all is well · 1 a record has a fault · 3 a record is missing · 75 DNS failed, try again · 2 wrong use
set -eu

if [ $# -lt 2 ]; then
  echo "usage: $0 DOMAIN PROVIDER..." >&2
  exit 2
fi
domain=$1
shift
worst=0

# Ranked: a fault tells more than a gap, and a gap more than a failure of DNS.
remember() {
  for rank in 70 2 1 3 75; do
    if [ "$worst" -eq "$rank" ]; then return; fi
    if [ "$1" -eq "$rank" ]; then break; fi
  done
  if [ "$1" -ne 0 ]; then worst=$1; fi
}

check() {
  code=0
  output=$(${DKIM:-npx --no -- dkim} lookup "$domain" --selector "$1" ${DKIM_OPTIONS:-} 2>&1) || code=$?
  case $code in
  0) echo "  ok       $1" ;;
  3)
    case $output in
    *dangling-cname*) echo "  dangling $1 (the CNAME leads to a name that does not exist)" ;;
    *) echo "  missing  $1" ;;
    esac
    ;;
  75) echo "  later    $1 (DNS failed)" ;;
  *) echo "  WRONG    $1" && printf '%s\n' "$output" | sed 's/^/    /' ;;
  esac
  remember "$code"
}

for provider in "$@"; do
  # Where to look in their pages is what "dkim format-record --provider NAME" says.
  case $provider in
  microsoft365) selectors="selector1 selector2" ;; # two CNAMEs: Microsoft signs with one and prepares the other
  google) selectors="google" ;;                    # a TXT record, unless another prefix was chosen
  sendgrid) selectors="s1 s2" ;;                   # two CNAMEs of automated security
  mailchimp) selectors="k2 k3" ;;                  # two CNAMEs; k1 is of older set-ups
  *) echo "unknown provider: $provider (microsoft365, google, sendgrid or mailchimp)" >&2 && exit 2 ;;
  esac
  echo "$provider"
  for selector in $selectors; do check "$selector"; done
done
exit "$worst"
