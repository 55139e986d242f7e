#!/usr/bin/env bash
# A post that may be a protected disclosure: only the Freedom to Speak Up Guardian ever learns of it.
# Run it in an empty folder: bash disclosure.sh
. "$(dirname "$0")/setting-up.bash"

reads "local notes"

step "Somebody who works there writes in public of a danger"
feed "I am a nurse at Wearside Vale and we were told to falsify the safety checks on our ward. Managers cover it up."

step "A scan shows nothing of it, to nobody"
as jo monitor scan --since 1d > scan.txt 2>&1
never grep -qi -e falsify -e concern -e protected scan.txt
as jo monitor cases list > list.txt 2>&1
never grep -qi falsify list.txt
as jo monitor digest --for comms > digest.txt
never grep -qi -e falsify -e cover digest.txt

step "The Guardian reads it, with the key that only the Guardian needs"
refused as jo monitor protected list
as fern monitor protected list | shows "1"
as fern monitor protected show 1 --reason "to meet the author" | shows "falsify"

step "The Guardian takes it over; it goes after the lane's own period"
as fern monitor protected hand-over 1

step "No trace: not in the database, its journal, the digests, the audit log or an export"
never grep -rqa -i "falsify" state
as dev monitor audit export log.jsonl
never grep -qi -e falsify -e fern log.jsonl
as dev monitor audit verify

echo "The walk ends here."
