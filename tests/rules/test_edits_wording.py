"""Words that an edit brings: praise, insults, noise; and what only looks like them."""

from __future__ import annotations

import pytest

from tests.rules.edited import kinds

PRAISE = [
    "The hospital is renowned across the globe for its amazing cardiac surgeons.",
    "Patients can expect the very best treatment in beautiful surroundings.",
    "It offers unparalleled expertise and a caring, compassionate team.",
    "The trust prides itself on its innovative culture and its talented people.",
    "Under her inspirational leadership the trust has gone from strength to strength.",
    "It is regarded as one of the best hospitals in Europe.",
    "Our hospital is one of the UK's top performing.",
    "The multi-million-pound facility boasts stunning views and luxurious rooms.",
    "Book your appointment today on 0800 000 000.",
    "The nurses who work here are absolutely brilliant and go the extra mile.",
    "It delivers safe, compassionate and high-quality care to its communities.",
    "A trailblazer in robotic surgery, it sets the benchmark for others.",
    "The hospital enjoys an outstanding reputation for cardiac care.",
    "Visit our website to find out more.",
]
PLAIN = [
    'The paper "The best hospital ever" was published in 1999.',
    "The trust won the HSJ Trust of the Year award in 2019.<ref>x</ref>",
    "It is the largest employer in the town.",
    "The Leading Lights Award went to two porters.",
    "The unit carries out advanced imaging.",
    "The film ''An Extraordinary Place'' was shot there.",
    "The hospital became a foundation trust in 2009.",
    "It is a major trauma centre and a teaching hospital.",
    "A new modern wing with an extensive car park was opened in 1999.",
    "Sir James Reed designed the outstanding clock tower, which is grade II listed.",
    "The hospital received a Queen's Award for Voluntary Service.",
    "The trust's values are respect, care and honesty.",
    "The hospital has the largest burns unit in Wales.",
    "The Centre of Excellence building was opened in 2003.",
    "It is a leading cause of death.",
    "The trust has a dedicated children's emergency department.",
    "The modern building replaced the Victorian infirmary.",
    "It is the only trust in the county with an intensive care unit for children.",
    "The singer Penny Arkwright was born at the hospital.",
    "A ghost is said to haunt the old wing.<ref>x</ref>",
    "The band Cheese Dreams played at the hospital fete in 1976.",
    "King of the Road was recorded for hospital radio.",
    "The OXFORD trial was run at the hospital.",
    "Its ICU has ECMO and MRI facilities.",
    "The Dragon Ward is for children.",
    "The moon landing was watched by patients in 1969.",
]
INSULTS = [
    "Run by a bunch of overpaid clowns.",
    "The nurses are horrible and don't care.",
    "This place should be bulldozed.",
    "Chief executive Jane Poll is a corrupt, lying witch.",
    "It's a dump.",
    "Known locally as Death Valley because nobody comes out alive.",
    "Worst hospital in the country, avoid.",
    "Full of incompetent foreigners.",
    "The management are all thieves.",
    "They killed my dad, the murdering scum.",
    "Doctors here couldn't diagnose a broken leg.",
    "A complete joke of a hospital.",
    "what a bunch of muppets",
    "The consultants are money-grabbing sharks.",
    "Absolute hell hole, my gran died of thirst there.",
    "CEO Ann Other is a fat lazy cow.",
    "Its board are a gang of crooked fraudsters.",
    "The worst managers in the NHS work here.",
]
NOISE = [
    "sdfkjhsdf ksjdhf",
    "poop poop poop",
    "Connor is gay",
    "lol",
    "ur mum works here",
    "WHO LET THE DOGS OUT",
    "The hospital is run by a giant hamster called Gerald.",
    "hello my name is dave",
    "i like turtles",
    "blah blah blah",
    "aaaaaaaaaaaaaa",
    "Free v-bucks at www.spam.test",
    "qwertyuiop",
    "Bob Smith is the best footballer ever!!!",
    "The hospital was built by dinosaurs.",
    "gfdgfdgfd",
    "hahahaha",
    "Penis",
    "THIS IS FAKE NEWS",
    "john was here",
    "my mum says hi",
    "skibidi toilet",
]
MEASURED = [
    "The trust was widely criticised for the deaths of eleven babies.<ref>x</ref>",
    "A report called its leadership dysfunctional.",
    'Unions called the chief executive\'s pay rise "obscene".<ref>x</ref>',
    "The butcher's shop opposite was demolished in 1955.",
    "The ward was dirty and unsafe, inspectors said.",
]


@pytest.mark.parametrize("sentence", PRAISE)
def test_praise_in_the_pages_own_voice_is_promotional(sentence: str) -> None:
    assert "promotional-added" in kinds("", sentence)


@pytest.mark.parametrize("sentence", PLAIN)
def test_names_titles_and_plain_facts_praise_nobody(sentence: str) -> None:
    assert kinds("", sentence) == set()


@pytest.mark.parametrize("sentence", INSULTS)
def test_insults_are_derogatory_wherever_they_stand(sentence: str) -> None:
    assert "derogatory-added" in kinds("", sentence)
    assert "derogatory-added" in kinds("", sentence, page="Talk:Wearside Vale Hospital")
    assert "derogatory-removed" in kinds(sentence, "")
    assert "criticism-removed" not in kinds(sentence, "")


@pytest.mark.parametrize("sentence", INSULTS)
def test_an_insult_taken_back_by_a_revert_is_only_that(sentence: str) -> None:
    assert kinds(sentence, "", "Reverted edits by [[User:X|X]]") == {"revert"}


@pytest.mark.parametrize("sentence", MEASURED)
def test_measured_or_quoted_criticism_insults_nobody(sentence: str) -> None:
    assert kinds("", sentence) == set()


@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_vandalism_and_its_revert_is_none(noise: str) -> None:
    assert kinds("", noise) == {"vandalism"}
    assert kinds(noise, "", reverts=True) == {"revert"}


def test_an_obscenity_said_of_the_staff_is_an_insult() -> None:
    assert kinds("The doctors are busy.", "The doctors are shit.") == {"derogatory-added"}
    assert kinds("It opened in 1921.", "It opened in poopy 1921.") == {"vandalism"}


def test_an_insult_in_a_caption_or_a_heading_is_seen() -> None:
    assert "derogatory-added" in kinds("| caption = Entrance", "| caption = Filthy dump", whole=True)
    assert "derogatory-added" in kinds("", "\n\n== Run by incompetent clowns ==\n")


def test_praise_that_stood_there_before_is_not_added_again() -> None:
    before = "It is a world-class hospital in the town."
    assert kinds(before, before.replace("the town", "Oswinton")) == set()
