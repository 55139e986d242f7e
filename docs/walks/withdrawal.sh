#!/usr/bin/env bash
# A member of staff lets their account be read, then takes that back: reading stops, and what was held goes.
# Run it in an empty folder: bash withdrawal.sh
. "$(dirname "$0")/setting-up.bash"

reads "S-014" 'authorisation = "S-014"'
feed "Proud of my ward at Wearside Vale today, lovely colleagues" "Embargoed until Monday: Wearside Vale will merge with its neighbour"

step "Without a row in the register nothing is read"
code=0; as jo monitor scan --since 1d > scan.txt 2>&1 || code=$?
[ "$code" -eq 3 ]
shows "monitor accounts add S-014" < scan.txt
[ "$(grep -c 'GET /feed.xml' server.log || true)" -eq 0 ]

step "The person was told and agreed; the row says on which basis, and until when"
as jo monitor accounts add S-014 --platform web --account "http://127.0.0.1:$port/" \
    --notice-version 3 --notice-date "$(date -d '-7 days' +%F)" --lawful-basis "public task" \
    --dpia DPIA-2026-7 --starts "$(date +%F)" --expires "$(date -d '+180 days' +%F)"
as jo monitor accounts list | shows "S-014"

step "Now it is read, under the pseudonym"
as jo monitor scan --since 1d
as jo monitor digest --send

step "The person takes it back"
as jo monitor accounts withdraw S-014 --reason "asked by letter of today"

step "Not one more request leaves"
before=$(grep -c 'GET /feed.xml' server.log)
code=0; as jo monitor scan --since 1d > scan.txt 2>&1 || code=$?
[ "$code" -eq 3 ]
[ "$(grep -c 'GET /feed.xml' server.log)" -eq "$before" ]

step "Nothing of what was read is held: no row, no file, no sealed copy"
never grep -rqa -e "lovely colleagues" -e "merge with its neighbour" state
as jo monitor accounts list --all | shows "withdrawn"
as dev monitor audit list --about account:S-014 | shows "account.withdrawn"
as dev monitor audit verify

echo "The walk ends here."
