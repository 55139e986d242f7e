"""`monitor org`: by which names the organisation is known, and what a text counts as a mention of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.check import configured
from monitor.types import Ref, Relation

if TYPE_CHECKING:
    from monitor.config import Organisation
    from monitor.types import Post
    from rules.references.aliases import Name
    from rules.references.explanation import Candidate, Explanation

app = typer.Typer(
    help="See by which names the organisation is known, and what they count.", no_args_is_help=True
)


@app.command()
def explain(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The text to explain, or - for standard input.")],
    author_bio: Annotated[str | None, typer.Option(help="The author's profile text.")] = None,
    staff: Annotated[
        bool, typer.Option("--staff", help="The author is an authorised staff account.")
    ] = False,
    reply: Annotated[bool, typer.Option("--reply", help="It answers an official account.")] = False,
    place: Annotated[str | None, typer.Option(help="The place that the author attached.")] = None,
    as_json: output.AsJson = False,
) -> None:
    """Explain whether a text speaks of the organisation: each name met, what counts for it and against it."""
    from rules.references import OrganisationReferences

    organisation = _organisation(context)
    post = _post(text, author_bio, staff=staff)
    if reply:
        post = replace(post, refs=(_answer_to(organisation),))
    if place:
        post = replace(post, place=place)
    explanation = OrganisationReferences(organisation).explain(post)
    if as_json:
        output.print_json(_as_json(explanation, organisation))
        return
    for line in _told(explanation, post, organisation):
        output.show(output.plain(line))


@app.command()
def names(context: typer.Context, as_json: output.AsJson = False) -> None:
    """List every name that the settings know, with its tier and what it counts for itself."""
    from rules.references import aliases

    listed = sorted(aliases.names(_organisation(context)), key=lambda name: (-name.weight, name.text))
    if as_json:
        output.print_json([_summary(name) for name in listed])
        return
    rows = (
        [str(value) for value in (_summary(name) | {"weight": f"{name.weight:.2f}"}).values()]
        for name in listed
    )
    output.table(("name", "from", "tier", "weight", "note"), rows)


def _organisation(context: typer.Context) -> Organisation:
    """The organisation of the settings; without settings, the worked example."""
    from rules.worked_example import CDDFT

    settings = configured(context)
    if settings is None:
        output.say(f"No settings file: as if for {CDDFT.name}. `monitor init` writes one.")
    return settings.organisation if settings else CDDFT


def _post(text: str, bio: str | None, *, staff: bool) -> Post:
    from monitor.cli.given import post_of

    given = sys.stdin.buffer.read().decode(errors="replace") if text == "-" else text
    relation = Relation.AUTHORISED_STAFF if staff else Relation.PUBLIC
    return post_of({"text": given, "author": {"bio": bio, "relation": relation}}, "draft")


def _answer_to(organisation: Organisation) -> Ref:
    if not organisation.handles:
        raise typer.BadParameter(
            "no official account is known: name one under organisation.handles", param_hint="--reply"
        )
    user, _, server = organisation.handles[0].lstrip("@").partition("@")
    return Ref(rel="reply_to", url=f"https://{server or 'example.test'}/@{user}/1")


def _told(explanation: Explanation, post: Post, organisation: Organisation) -> Iterator[str]:
    from rules.references.explanation import THRESHOLD

    for candidate in explanation.candidates:
        yield f"{candidate.alias}{_written(candidate, post)}"
        for reason in (candidate.own, *candidate.around):
            yield f"  {reason.weight:+.2f}  {reason.text}"
        yield f"  = {candidate.score:.2f}"
    if not explanation.candidates:
        yield f"Does not refer to {organisation.name}: none of its names is met (`monitor org names`)."
        return
    best = explanation.candidates[0]
    verdict = "Refers" if explanation.refers else "Does not refer"
    yield f"{verdict} to {organisation.name}: {best.score:.2f} at best, {THRESHOLD:.2f} is needed."


def _written(candidate: Candidate, post: Post) -> str:
    """How the text spells the name, where it is not as in the settings."""
    if candidate.span is None:
        return ""
    written = post.part(candidate.span.where)[candidate.span.start : candidate.span.end]
    return "" if written == candidate.alias else f', written "{" ".join(written.split())}"'


def _as_json(explanation: Explanation, organisation: Organisation) -> dict[str, Any]:
    from rules.references.explanation import THRESHOLD

    return {
        "organisation": organisation.name,
        "refers": explanation.refers,
        "threshold": THRESHOLD,
        "names": [_candidate_json(candidate) for candidate in explanation.candidates],
    }


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    span = candidate.span
    return {
        "name": candidate.alias,
        "score": candidate.score,
        "sum": [{"weight": r.weight, "reason": r.text} for r in (candidate.own, *candidate.around)],
        "span": span and {"where": span.where, "start": span.start, "end": span.end},
    }


def _summary(name: Name) -> dict[str, Any]:
    notes = {
        "counts less without capitals": name.case,
        "needs other words beside it": name.requires,
        "not beside certain words": name.unless,
    }
    return {
        "name": name.text,
        "from": name.kind,
        "tier": name.tier,
        "weight": name.weight,
        "note": "; ".join(note for note, holds in notes.items() if holds),
    }
