#!/usr/bin/env bash
# A breach, from its detection to its closure: a post names a patient's NHS number.
# Run it in an empty folder: bash breach.sh
. "$(dirname "$0")/setting-up.bash"

reads "local notes"

step "Somebody posts what should never be public"
feed "Wearside Vale clinic: letter for patient, NHS number 999 200 1135, left on the bus"

step "It is read and judged; the number is masked before anything is stored"
as ada monitor scan --since 1d --json > scan.json || true
shows '"lane": "confidential"' < scan.json
never grep -q "999 200 1135" scan.json

step "The Caldicott Guardian is told, masked; the communications team learns only that there is something"
as jo monitor digest --send
shows "NHS number redacted" < <(cat state/digests/*caldicott* state/digests/*patient* 2> /dev/null)

step "Who may not look, does not"
refused as jo monitor cases show 1
as ada monitor cases list | shows "1"
as ada monitor cases show 1 | shows "redacted"

step "The Guardian takes the case, and sees the original once, for a reason"
as ada monitor cases claim 1
as ada monitor reveal 1 --reason "to find whose letter it is" | shows "999 200 1135"
refused as jo monitor reveal 1 --reason "I want to know too"

step "The data protection officer is asked; then it is confirmed, and the 72 hours run"
as ada monitor cases advice 1 information
as dev monitor cases answer 1 breach confirmed
as dev monitor cases show 1 | shows "72 h"

step "It cannot be closed with questions open"
never as ada monitor cases close 1 2> open.txt
shows "monitor cases answer 1" < open.txt

step "Each step of the policies is answered"
as dev monitor cases answer 1 regulator told --note "ICO-1"
as ada monitor cases answer 1 decision deleted
as ada monitor cases answer 1 acknowledgement given --note "A note showed a detail that should not have been public; we removed it."
as ada monitor cases answer 1 platform_report not-needed
as ada monitor cases answer 1 policy_review needed --on "$(date -d '+30 days' +%F)" --note "Letters travel in sealed envelopes"
as ada monitor cases close 1

step "The next digest says who looked; the log is whole, and replays the case"
as ada monitor digest --for patient_confidentiality > digest.txt
shows "to find whose letter it is" < digest.txt
head=$(tr '\n' ' ' < digest.txt | grep -o 'row [0-9]*, *[0-9a-f]\{16\}' | head -1)
as ada monitor audit verify --head "$head"
as ada monitor cases export 1 > replay.json
shows "closed" < replay.json

step "The number is in no file of ours but sealed"
never grep -rq --exclude-dir=site "999 200 1135" state *.txt scan.json replay.json

echo "The walk ends here."
