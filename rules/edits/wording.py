"""Words that an edit brought or took: praise in the page's own voice, insults, noise. Clause: CDD-4.4.7-4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit
from rules.edits.figures import without_ratings
from rules.edits.passage import Sentence
from rules.text.fold import fold
from rules.text.patterns import compiled, found, spans
from rules.text.words import any_of, words

# What somebody else said, or what a thing is called: not the page's own voice.
_QUOTED = re.compile(
    r"[\"“„«][^\"“”„«»\n]{2,400}[\"”»]|(?<!')''(?!')[^'\n][^\n]*?(?<!')''(?!')|‘[^‘’\n]{2,400}’(?!\w)"
)
_CAPITAL = re.compile(r"[A-Z][\w'’-]*(?:[ -](?:of|the|in|and|for|&|[A-Z0-9][\w'’-]*))*[ -][A-Z][\w'’-]*")
_PLACES = re.compile(
    r"\b(?:at|in|near|from|via|between|outside|towards|to|through)(?: the)?"
    r" (?:[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+)*(?:,(?: and)? | and | or )?)+"
)
_SURNAME = re.compile(
    r"\b((?i:dr|mr|mrs|ms|miss|sir|dame|lord|lady|prof|professor|matron|sister|nurse|after|named)\.?"
    r"(?: [A-Z][\w.'’-]*)?) [A-Z][a-z'’-]+"
)
_REFERENCE = re.compile(r"<ref\b|\{\{(?:sfn|r\|)", re.IGNORECASE)
_SHOUTED = re.compile(
    r"!{3,}|[\U0001f300-\U0001faff]|([^\w\s=*#:;|{}\[\]'.-])\1{3,}|\b(\w{3,})(?:[ ,!]+\2\b){2,}"
    r"|\b(\w+[ ,!]+\w+)[ ,!]+\3\b|\b(\w+)(?:[ ,!]+\4\b){2,}"
    r"|\b(?-i:[A-Z]{5,} [A-Z]{5,}|(?:[A-Z]{2,}[ ,!]+){3,}[A-Z]{2,})\b",
    re.IGNORECASE,
)
_SAID = (
    r"(?:consists? of|made up of|nothing but|is|are|was|were|am|be|'s|'re|you|such|(?:bunch|pack|gang|load"
    r"|lot|shower) of|by|full of)"
)
_ARE = r"(?:is|are|was|were|'s|'re|you|(?:bunch|pack|gang) of)"
_VERY = (
    r"(?:(?:so|very|all|just|really|utterly|totally|absolutely|completely"
    r"|a|an|such|bloody|quite|always|but|as|too|rather|pretty) )*"
)
_PICTURES = re.compile(r"(?:[\U0001f300-\U0001faff]\ufe0f?\s*){4,}")
_SIGNED = re.compile(r"~{4}|\(UTC\)|\(CES?T\)|\(MES?Z\)")
_SLANG = 4  # words for one of slang: in a longer sentence somebody says something
_NAMED = 4  # spaces: a shorter text is no statement
_SHORT = 14  # words: foolery in a longer sentence is a story of something


def promotion(edit: Edit) -> Iterator[Effect]:
    """Praise added in articles."""
    if edit.talk or edit.reverts:
        return
    praising = [each for each in edit.come if _praises_more(edit, each)]
    if praising:
        reason = "Praise has been added in the page's own voice."
        yield edit.effect(EffectKind.PROMOTIONAL_ADDED, reason, praising, confidence=0.75)


def insults(edit: Edit) -> Iterator[Effect]:
    """Insults added to and taken from a page or its talk page; an archive takes none."""
    if edit.reverts or edit.archiving:
        return
    came = [each for each in _come(edit) if insulting(each) and not _insulted(edit.predecessors.get(each))]
    if came:
        reason = "Insulting words have been added."
        yield edit.effect(EffectKind.DEROGATORY_ADDED, reason, came, confidence=0.85)
    went = [
        each
        for each in (*edit.gone, *edit.labels_gone)
        if insulting(each) and not _insulted(edit.successors.get(each))
    ]
    if went:
        reason = "Insulting words have left the page."
        yield edit.effect(EffectKind.DEROGATORY_REMOVED, reason, went, confidence=0.75)


def vandalism(edit: Edit) -> Iterator[Effect]:
    """Nonsense, obscenity and noise added; on a talk page, where people chat, what nobody says in earnest."""
    if edit.archiving or edit.reverts:
        return
    noise = _babble if edit.talk else _noise
    noisy = [each for each in _come(edit) if noise(each) and not _noise_before(edit, each)]
    if noisy:
        reason = "Words without sense, or obscene ones, have been added."
        yield edit.effect(EffectKind.VANDALISM, reason, noisy, confidence=0.8)


def insulting(sentence: Sentence) -> bool:
    """True where the sentence insults somebody in the page's own voice: sourced or quoted words do not."""
    text = str(compiled(_reported()).sub(" ", fold(_without_places(_unquoted(sentence))).text))
    text = str(compiled(_list("derogatory", "harmless")).sub(" ", text))
    if found(_list("derogatory", "nature"), text):
        text = str(compiled(_list("derogatory", "species")).sub(" ", text))
    if found(_list("derogatory", "abuse"), text) or found(_called(), text):
        return True
    changed = fold(sentence.changed).text
    if not found(_list("derogatory", "obscene"), changed):
        return False
    return found(_list("derogatory", "meant"), changed) or found(_said_of(), text)


@cache
def _foolery() -> str:
    """Foolery that something is, does or was made by; a ward or a song may be called after it."""
    verbs = r"(?:is|are|was|were|has|have|built|run|owned|ruled|invaded|founded|made|full|eats?|loves?)"
    return rf"\b{verbs}(?: \w+){{0,4}} {_list('derogatory', 'silly')}"


@cache
def _reported() -> str:
    """What somebody who watches or speaks for patients called it: no word of the page's own."""
    watchers = any_of(words("criticism")["watchers"])
    verbs = (
        r"(?:called|described|branded|labelled|denounced|condemned|attacked|dismissed|slammed|referred to)"
    )
    return rf"{watchers}(?: [\w'-]+){{0,6}} {verbs}\b.*$"


@cache
def _called() -> str:
    """A hurtful word before a person or a place, or after "is"; a name that somebody is called."""
    names, animals, bad, people = (
        _list("derogatory", key) for key in ("called", "animals", "pejoratives", "people")
    )
    between, very = r"(?:,? (?:and )?[a-z'-]+){0,2}", r"(?:[a-z]+,? (?:and )?){0,3}?"
    person = rf"{bad}{between},? (?:{names}|{animals}|{people})"
    named = rf"\b{_SAID} (?:an? |the |all |just |total |complete )*{very}{names}"
    animal = rf"\b{_ARE} (?:an? |all |just |nothing but )*(?:[a-z]+ )?{animals}(?:$|[,.;:!)])"
    described = rf"{people}(?: [a-z]+){{0,5}} (?:is|are|was|were|'s|'re) {_VERY}{bad}"
    return "|".join((person, named, animal, described))


@cache
def _said_of() -> str:
    meant, obscene = _list("derogatory", "meant"), _list("derogatory", "obscene")
    return rf"{meant}(?: [a-z']+){{0,4}} {obscene}|{obscene} {meant}"


def _come(edit: Edit) -> Iterator[Sentence]:
    """The sentences, headings and values that came."""
    yield from (*edit.come, *edit.labels_come)


def _insulted(sentence: Sentence | None) -> bool:
    return sentence is not None and insulting(sentence)


def _praises_more(edit: Edit, sentence: Sentence) -> bool:
    before = edit.predecessors.get(sentence)
    return _praise(sentence) >= 2 and _praise(sentence) > (_praise(before) if before else 0)


def _praise(sentence: Sentence) -> int:
    """How much a sentence praises: two for each strong phrase, one for each weak word."""
    text = without_ratings(str(compiled(_list("promotion", "harmless")).sub(" ", own_voice(sentence))))
    strong = list(spans(_list("promotion", "strong"), text))
    weak = {
        text[start:end]
        for start, end in spans(_list("promotion", "weak"), text)
        if not any(a <= start < b for a, b in strong)
    }
    return 2 * len(strong) + len(weak) * (len(weak) > 2 or bool(strong))


def own_voice(sentence: Sentence) -> str:
    """The folded sentence without quotations and proper names."""
    return fold(_without_names(_unquoted(sentence))).text


def _unquoted(sentence: Sentence) -> str:
    raw, prose = sentence.raw, sentence.side.prose[sentence.start : sentence.end]
    prose = prose if prose.strip() else raw
    parts, at = [], 0
    for quoted in _QUOTED.finditer(raw):
        parts.append(prose[at : quoted.start()])
        at = quoted.end()
    return " ".join(" ".join([*parts, prose[at:]]).split())


def _without_names(text: str) -> str:
    """Names of several capitalised words say nothing by their words; a sentence's first word may be none."""
    return _CAPITAL.sub(lambda name: " " if name.start() or name[0].count(" ") > 1 else name[0], text)


def _without_places(text: str) -> str:
    """Places and surnames may be called Crook or Idle, and say nothing by it."""
    return _SURNAME.sub(r"\1 ", _PLACES.sub(" ", text))


def _unnamed(text: str) -> str:
    """A statement without proper names: a show may be called Hello World. What is shouted has none."""
    return text if text.isupper() or text.count(" ") < _NAMED else _without_names(text)


def _noise(sentence: Sentence) -> bool:
    """True where the words that came are noise; what stands around them is not asked."""
    if insulting(sentence):
        return False
    own = fold(_unnamed(sentence.changed)).text
    if any(found(_list("derogatory", kind), own) for kind in ("obscene", "noise", "gibberish")):
        return True
    if _SHOUTED.search(sentence.changed):
        return True
    sourced = _REFERENCE.search(sentence.raw) is not None
    return (
        not sourced
        and len(own.split()) <= _SHORT
        and found(_foolery(), fold(_without_names(sentence.changed)).text)
    )


def _babble(sentence: Sentence) -> bool:
    """True where a run of little pictures, slang or keys came, and no signature with it."""
    if insulting(sentence) or _SIGNED.search(sentence.changed):
        return False
    own = fold(sentence.changed).text
    slang = len(list(spans(_list("derogatory", "slang"), own)))
    if slang * _SLANG > len(own.split()) or found(_list("derogatory", "gibberish"), own):
        return True
    return _PICTURES.search(sentence.changed) is not None


def _noise_before(edit: Edit, sentence: Sentence) -> bool:
    before = edit.predecessors.get(sentence)
    return before is not None and _noise(before)


@cache
def _list(name: str, key: str) -> str:
    return any_of(words(name)[key])
