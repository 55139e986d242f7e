# Not a walk: what the three walks share. An installation of an invented trust in the folder where a walk is run,
# read by `source`. Nothing leaves the machine: the feed is served on loopback, digests are written as files.
set -euo pipefail
shopt -s inherit_errexit

# At work each person runs `monitor` under their own account on the computer. Here one person plays them all.
as() { LOGNAME="$1" "${@:2}"; }

# What a step promises is looked for; a walk that breaks a promise stops.
shows() { grep -- "$1" > /dev/null || { echo "expected: $1" >&2; return 1; }; }
never() { if "$@"; then echo "should not have been: $*" >&2; return 1; fi; }
refused() { local code=0; "$@" 2> refusal.txt || code=$?; [ "$code" -eq 77 ] || { echo "not refused: $*" >&2; return 1; }; }
step() { printf '\n== %s\n' "$*"; }

# A feed that the walk writes, on a free port.
mkdir -p site
now() { python3 -c 'from email.utils import format_datetime; from datetime import *; print(format_datetime(datetime.now(timezone.utc)))'; }
feed() {
    local items="" words number=0
    for words in "$@"; do
        number=$((number + 1))
        items+="<item><guid>$number</guid><title>Note $number</title><description>$words</description><pubDate>$(now)</pubDate></item>"
    done
    printf '<rss version="2.0"><channel><title>Notes</title>%s</channel></rss>' "$items" > site/feed.xml
}
feed
python3 -u -m http.server 0 --bind 127.0.0.1 --directory site > server.log 2>&1 &
server=$!
trap 'kill "$server"' EXIT
until port=$(grep -o 'port [0-9]*' server.log | grep -o '[0-9]*'); do sleep 0.1; done

cat > monitor.toml <<TOML
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
aliases = [{ text = "Wearside Vale" }]
hospitals = ["St Oswin's Hospital"]

[rules]
rehearsal = true                       # synthetic NHS numbers (999...) count as real ones

[network]
private_hosts = ["127.0.0.1:$port"]

[governance]
dpia_reference = "DPIA-2026-7"
special_category_condition = "DPA 2018 Schedule 1, paragraph 2"

[[recipients]]
address = "jo@wvft.nhs.test"
role = "comms"
login = "jo"

[[recipients]]
address = "director@wvft.nhs.test"
role = "comms_director"
login = "dana"

[[recipients]]
address = "caldicott@wvft.nhs.test"
role = "patient_confidentiality"
login = "ada"

[[recipients]]
address = "dpo@wvft.nhs.test"
role = "information"
login = "dev"

[[recipients]]
address = "guardian@wvft.nhs.test"
role = "concerns"
login = "fern"
TOML

# A source that reads the feed; further keys of it follow its name.
reads() { printf '\n[[sources]]\nname = "%s"\nkind = "rss"\nurl = "http://127.0.0.1:%s/feed.xml"\n' "$1" "$port" >> monitor.toml; shift; printf '%s\n' "$@" >> monitor.toml; }
