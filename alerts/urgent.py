"""A message that cannot wait for the digest: the same words as text and as HTML. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from alerts import wording
from alerts.edits import editor_line, passages_within
from alerts.headlines import counts_of
from alerts.layout import environment
from alerts.rendering import Act, inlined
from alerts.text import KNOWN_HOSTS, link, safe
from monitor.types import Alert, Briefing, Item, Lane, Message, Severity

SHOWN = 5
"""Cases in one message; more are counted, and the digest and `monitor alerts list` have them."""

EXCERPT = 240
"""Characters of a post in one message."""

PRIORITY = {"X-Priority": "1", "Importance": "high"}


def render_urgent(
    briefing: Briefing,
    alerts: Sequence[Alert],
    *,
    message_id: str,
    list_id: str,
    within: timedelta,
    act: Act | None = None,
    known_hosts: Collection[str] = KNOWN_HOSTS,
) -> Message:
    """The mail that tells `alerts`, most urgent first, to the recipient of `briefing`.

    `within` is how long they wait for an answer before others are told. `act` gives the address at which this
    recipient acknowledges a case; where it is None the command to type stands alone. Nothing of a post is in
    the subject: it reaches lock screens and server logs.
    """
    words = _words(briefing, alerts, within, act, known_hosts)
    return Message(
        to=briefing.recipient.address,
        subject=words["subject"],
        text=environment().get_template("urgent.txt.j2").render(words),
        html=inlined(environment().get_template("urgent.html.j2").render(words)),
        message_id=message_id,
        list_id=list_id,
        severity=_worst(alerts),
        headers=PRIORITY | _thread(briefing, alerts, message_id),
    )


def subject(briefing: Briefing, alerts: Sequence[Alert]) -> str:
    """The severity, and the rule with its id; counts where several cases are told."""
    item = alerts[0].item
    again = ", not acknowledged" if any(alert.before for alert in alerts) else ""
    head = f"[{briefing.organisation} monitor] {_worst(alerts).upper()}{again}: "
    if len(alerts) == 1:
        return safe(f"{head}{_named(item)} ({item.rule_id})")
    counts = Counter(alert.item.severity for alert in alerts)
    listed = ", ".join(f"{counts[severity]} {severity}" for severity in sorted(counts, reverse=True))
    return safe(f"{head}{len(alerts)} cases that cannot wait ({listed})")


def _named(item: Item) -> str:
    """What was seen; where somebody's secrets may be out, as no more than a possibility."""
    if item.lane is not Lane.CONFIDENTIAL or item.title.startswith(("Possible", "Somebody")):
        return item.title
    first, *rest = item.title.removeprefix("A ").split(" ")
    is_name = first.isupper() or any(word[:1].isupper() for word in rest[:1])
    return " ".join(("possible", first if is_name else first[:1].lower() + first[1:], *rest))


def lead(alerts: Sequence[Alert], within: timedelta) -> str:
    """What this mail asks of its reader, and what happens otherwise."""
    one = len(alerts) == 1
    what, it = ("This case", "it") if one else (f"These {len(alerts)} cases", "them")
    return (
        f"{what} cannot wait for the digest. If nobody acknowledges {it} within {_length(within)}, "
        "whoever comes next is told."
    )


def why(alert: Alert, briefing: Briefing) -> str:
    """Why an alert has come to this recipient in others' place; empty where it has not."""
    if not alert.escalated:
        return ""
    deputy = " You stand in for them." if briefing.recipient.stands_for else ""
    if not alert.before or alert.told_at is None:
        return f"It comes to you because nobody else can be told at this hour.{deputy}"
    since = wording.moment(alert.told_at, briefing)
    return f"Nobody has acknowledged it. Told before you, at {since}: {_listed(alert.before)}.{deputy}"


def _words(
    briefing: Briefing,
    alerts: Sequence[Alert],
    within: timedelta,
    act: Act | None,
    known_hosts: Collection[str],
) -> dict[str, Any]:
    return {
        "briefing": briefing,
        "subject": subject(briefing, alerts),
        "preheader": counts_of(subject(briefing, alerts)),
        "lead": lead(alerts, within),
        "alerts": alerts[:SHOWN],
        "more": len(alerts) - SHOWN,
        "act": act or (lambda case: ""),
        "longest": EXCERPT,
        "passages": passages_within(EXCERPT),
        "editor_line": partial(editor_line, briefing=briefing),
        "why": partial(why, briefing=briefing),
        "listed": _listed,
        "moment": partial(wording.moment, briefing=briefing),
        "times": partial(wording.times, briefing=briefing),
        "link": partial(link, known_hosts=known_hosts),
    }


def _thread(briefing: Briefing, alerts: Sequence[Alert], message_id: str) -> dict[str, str]:
    """What keeps the mails about one case together: an invented first mail of each case, and a topic."""
    host = message_id.rpartition("@")[2].rstrip(">")
    roots = [f"<case-{alert.item.number}@{host}>" for alert in alerts[:SHOWN]]
    topic = f"[{briefing.organisation} monitor] Case {alerts[0].item.number}"
    return {"In-Reply-To": roots[0], "References": " ".join(roots), "Thread-Topic": topic}


def _worst(alerts: Sequence[Alert]) -> Severity:
    return max(alert.item.severity for alert in alerts)


def _listed(roles: Sequence[str]) -> str:
    return roles[0] if len(roles) == 1 else f"{', '.join(roles[:-1])} and {roles[-1]}"


def _length(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    if hours and not rest:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
