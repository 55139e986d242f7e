"""Whose interest an edit shows: by an account's name, a network, a "we", a disclosure.

Clauses: CDD-4.4.7-1, CDD-4.4.7-2.

Facts that everybody can see, never a guess at who somebody is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from monitor.editors import in_networks
from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit
from rules.edits.passage import Sentence
from rules.edits.wording import own_voice
from rules.names import Names, squeeze
from rules.text.fold import fold
from rules.text.patterns import compiled, found
from rules.text.words import any_of, words

_TEMPORARY = "~"  # ~2026-12345-67: no name that anybody chose


def interests(edit: Edit) -> Iterator[Effect]:
    """Interest declared or undeclared, a declared editor, an address of the organisation's own networks."""
    yield from _network(edit)
    disclosed = [each for each in edit.come if edit.talk and _discloses(each.text)]
    if disclosed or _discloses(edit.summary) or _template_added(edit):
        reason = "The editor says that they work for the organisation, or are paid."
        yield edit.effect(EffectKind.INTEREST_DECLARED, reason, disclosed, confidence=0.8)
    if edit.change.editor is not None and edit.change.editor.declared is not None:
        reason = "The user name is one that a member of staff has declared to the communications team."
        yield edit.effect(EffectKind.DECLARED_EDITOR, reason, confidence=0.99)
    elif not (disclosed or _discloses(edit.summary) or _template_added(edit)):
        yield from _undeclared(edit)


def own_network(handle: str | None, names: Names) -> bool:
    """True where the handle is an address, IPv4 or IPv6, in one of the organisation's networks."""
    return bool(in_networks(handle or "", names.organisation.networks))


def named_after(handle: str | None, names: Names) -> bool:
    """True where an account bears the organisation's name, short form or handle."""
    name = squeeze(handle or "")
    if not name or (handle or "").startswith(_TEMPORARY):
        return False
    if any(squeeze(official) in name for official in names.handles if len(squeeze(official)) >= 4):
        return True
    if any(full in name for full in names.full):
        return True
    short = squeeze(names.organisation.short)
    known = [each for each in (short, *names.bare) if len(each) >= 3]
    return any(_of_office(name, each) for each in known)


def _of_office(name: str, ours: str) -> bool:
    """True where nothing stands beside our name but what a body or an office is called."""
    before, ours_too, after = name.partition(ours)
    if not ours_too:
        return False
    if not before and (not after or found(_office(), after)):
        return True
    return found(_generic(), before or "nhs") and found(_generic(), after or "nhs")


def _network(edit: Edit) -> Iterator[Effect]:
    author = edit.post.author
    if author is not None and own_network(author.handle, edit.names):
        reason = "The wiki shows an address of the organisation's own networks as the editor."
        yield edit.effect(EffectKind.OWN_NETWORK, reason, confidence=0.95)


def _undeclared(edit: Edit) -> Iterator[Effect]:
    kind, author = EffectKind.INTEREST_UNDECLARED, edit.post.author
    speaking = [] if edit.reverts or edit.archiving else [each for each in edit.come if _speaks(edit, each)]
    if author is not None and named_after(author.handle, edit.names):
        reason = "The account bears a name of the organisation, and no interest is declared."
        yield edit.effect(kind, reason, speaking, confidence=0.85)
    elif speaking:
        reason = "The text speaks as the organisation itself, and no interest is declared."
        yield edit.effect(kind, reason, speaking, confidence=0.7)
    elif not edit.reverts and _summary_speaks(edit):
        reason = "The edit summary speaks for the organisation, and no interest is declared."
        yield edit.effect(kind, reason, confidence=0.7)


def _speaks(edit: Edit, sentence: Sentence) -> bool:
    before = edit.predecessors.get(sentence)
    voice = _list("talk voice" if edit.talk else "own voice")
    return found(voice, own_voice(sentence)) and not (before and found(voice, own_voice(before)))


def _summary_speaks(edit: Edit) -> bool:
    """The heading that an editor's program puts in front is none of their words; nor is a wiki's shortcut."""
    summary = str(compiled(r"/\*.*?\*/|\[\[[^\]]*\]\]|\bper (?:wp|mos):\S+").sub(" ", edit.summary))
    if edit.talk:
        return False
    return found(_list("summary voice"), summary) and not found(_WIKI_WE, summary)


_WIKI_WE = (
    r"\b(?:we (?:don't|do not|need|should|can't|cannot|already|only|usually|generally|normally|use|go "
    r"by|have (?:an?"
    r" article|to)|require|aren't|are not|shouldn't|follow|wait)|our (?:article|readers?|policy"
    r"|policies|guidelines?"
    r"|sources|manual|style|page on)|can we|do we|should we|if we|as we)\b"
)


def _discloses(text: str) -> bool:
    """True where the words say that their writer is of the organisation; a question or a denial does not."""
    if not found(_list("disclosing"), text):
        return False
    left = str(compiled(_list("denying")).sub(" ", text))
    return found(_list("disclosing"), left)


def _template_added(edit: Edit) -> bool:
    pattern = rf"\{{\{{\s*(?:template:)?{_list('disclosure templates')}\s*(?:\(\w+\)\s*)?[|}}]"
    old, new = (sum(1 for _ in compiled(pattern).finditer(fold(t).text)) for t in _texts(edit))
    return new > old


def _texts(edit: Edit) -> tuple[str, str]:
    return (
        "\n".join(passage.old.text for passage in edit.passages),
        "\n".join(passage.new.text for passage in edit.passages),
    )


@cache
def _list(key: str) -> str:
    return any_of(words("wiki")[key])


@cache
def _generic() -> str:
    return rf"^(?:{'|'.join(words('wiki')['body names'])}|{'|'.join(words('wiki')['role names'])}|\d)+$"


@cache
def _office() -> str:
    return rf"^[_\-]?(?:{'|'.join(words('wiki')['role names'])})|^\d{{1,4}}$"
