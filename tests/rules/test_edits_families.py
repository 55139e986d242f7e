"""Edits in words that nobody wrote the lists from: the families of means, and what only looks like them."""

from __future__ import annotations

import pytest

from tests.rules.edited import TALK, kinds

CRITICAL = [
    "In 2021 the hospital came joint last among 120 hospitals in the national cancer survey.",
    "A jury concluded that gross delays contributed to her death.",
    "Families of the patients staged a vigil outside and demanded answers.",
    "The Information Commissioner found that letters had gone to the wrong addresses.",
    "A fifth of its junior doctors said they would not recommend it.",
    "Police opened an inquiry into its former finance director.",
    "The unit was shut overnight after a patient was left on the floor for six hours.",
    "The union described the plans as a betrayal of its members.",
    "Its chair stepped down after MPs questioned his expenses.",
    "An employment tribunal ruled that the matron had been pushed out for speaking up.",
    "It has missed the four-hour target every month since 2017.",
    "The trust settled a claim by a woman whose cancer was overlooked for two years.",
    "A survey ranked it 118th of 122 trusts for food.",
    "The Health and Safety Executive fined it £400,000 when a nurse was stabbed.",
    "The auditors qualified its accounts.",
    "Two porters were convicted of theft from patients.",
    "Newspapers reported that the scanner stood idle for a year.",
    "Local people fought the closure of the birth centre.",
    "An MP called the consultation a farce.",
    "Thousands signed a petition against parking charges.",
    "In 2016, letters to 1,400 patients were never posted.",
    "The inquiry heard that notes had been altered after the event.",
    "Its maternity unit has the highest stillbirth rate in the region.",
    "The hospital had to send patients elsewhere because its boilers broke down.",
    "Consultants passed a motion of no confidence in the medical director.",
    "The surgeon operated on the wrong knee.",
    "Relatives said that calls for help went unanswered.",
    "Nobody told the parents until the coroner asked.",
    "Staff morale was described as rock bottom in a leaked memo.",
    "Parents said they were treated with contempt.",
    "A coroner issued a warning after an elderly man choked on his dentures.",
    "It paid £3.2 million to the family of a boy left with cerebral palsy.",
    "The regulator placed conditions on its licence in 2017.",
    "Nearly half of nurses said that they had witnessed poor practice.",
    "Operating theatres were closed for a week because of flies.",
    "Its former treasurer was jailed for stealing £90,000 from the charity.",
    "The trust spent £1.1m on consultants in a year when it cut 200 posts.",
    "In 2020 the ombudsman upheld 14 complaints against it.",
    "It had the longest waiting list in England.",
    "A whistleblower was paid off and made to sign a gagging clause.",
    "Campaigners accused it of running down the hospital.",
    "The board met in secret to agree the sale.",
]
SOFTENED = [
    (
        "The coroner said that the trust had hidden evidence.",
        "The coroner said that the trust could have shared evidence sooner.",
    ),
    ("The review found a culture of bullying.", "The review found room for improvement in its culture."),
    ("He was sacked for dishonesty in 2014.", "He left the trust in 2014."),
    (
        "Inspectors described the wards as filthy.",
        "Inspectors made some comments on the cleanliness of the wards.",
    ),
    ("The scandal cost the chief executive her job.", "The events led to a change of leadership."),
    ("The trust was fined £200,000 for the death.", "The trust was asked to make changes after the death."),
    (
        "Dozens of patients were left in corridors overnight.",
        "Some patients experienced a longer stay in corridors overnight.",
    ),
    ("MPs accused the board of lying.", "MPs raised questions with the board."),
    (
        "The trust has a record of appalling care for the elderly.",
        "The trust has a record of variable care for the elderly.",
    ),
    ("Staff were bullied into silence.", "Staff felt that they were not always listened to."),
    (
        "Inspectors found the unit to be dangerously understaffed.",
        "Inspectors found the unit to be experiencing staffing pressures.",
    ),
    (
        "The inquiry blamed the board for the deaths.",
        "The inquiry made recommendations to the board after the deaths.",
    ),
    ("The report was damning.", "The report identified areas for improvement."),
    ("She was forced out after raising concerns.", "She moved on after raising concerns."),
    (
        "The tribunal ruled that he had been unfairly dismissed.",
        "The tribunal considered the circumstances of his departure.",
    ),
]
ADDED = [
    ("derogatory-added", "The place is run by a bunch of useless old trout."),
    ("derogatory-added", "The receptionist is a miserable cow."),
    ("derogatory-added", "These doctors are nothing but glorified butchers."),
    ("derogatory-added", "What a vile, corrupt little outfit."),
    ("derogatory-added", "Run by greedy, heartless fat cats who could not care less."),
    ("derogatory-added", "Its chief executive Ann Other is a lying snake."),
    ("derogatory-added", "avoid this dump, the nurses are horrible"),
    ("derogatory-added", "The board consists of brown-nosers and yes-men."),
    ("derogatory-added", "a rotten, stinking hell hole"),
    ("derogatory-added", "The midwives here are cruel, lazy witches."),
    ("derogatory-added", "Everyone who works there is thick."),
    ("derogatory-added", "The consultants think they are gods but are clueless."),
    ("personal-data-added", "Her mobile is 07700 900461."),
    (
        "personal-data-added",
        "Dr Lee (12 Acacia Avenue, Oswinton) is home most evenings; his address is 12 Acacia Avenue.",
    ),
    ("personal-data-added", "You can find her at 3 Mill Lane."),
    ("personal-data-added", "He lives with his wife in Mill Lane, number 14."),
    ("personal-data-added", "The patient's NHS number was 999 204 7119."),
    ("personal-data-added", "Email him: sam.lee@homepost.test"),
    ("vandalism", "poo poo head"),
    ("vandalism", "jsdhfkjshdf"),
    ("vandalism", "Kyle Smith rules ok"),
    ("vandalism", "six seven six seven six seven"),
    ("vandalism", "LOLOLOLOL"),
    ("vandalism", "this page is so boring zzzzz"),
    ("vandalism", "Ben was here 2026"),
    ("vandalism", "sussy baka"),
    ("vandalism", "hahaha you have been hacked"),
    ("vandalism", "gggggggg"),
    ("vandalism", "WWWWWWW WWWWWW"),
    ("vandalism", "your mum"),
    ("promotional-added", "The hospital is a beacon of excellence."),
    ("promotional-added", "Its friendly, caring staff go the extra mile."),
    ("promotional-added", "Book your appointment today at our website."),
    ("promotional-added", "It enjoys an enviable reputation across the North."),
    ("derogatory-added", "The boss is a complete waste of oxygen."),
    ("derogatory-added", "Nurses there are evil old hags."),
    ("derogatory-added", "A filthy hovel staffed by halfwits."),
    ("derogatory-added", "The so-called surgeons are cack-handed quacks."),
    ("derogatory-added", "Its director, a pompous windbag, earns too much."),
    ("derogatory-added", "They treat you like dirt, the scumbags."),
    ("personal-data-added", "Her home phone is 01632 960123."),
    ("personal-data-added", "She lives at Flat 3, 9 Tarn Road."),
    ("personal-data-added", "the patient, Jane Roe, born 3 March 1961, was admitted to the ward"),
    ("personal-data-added", "text him on 07700 900123"),
    ("vandalism", "kjhgkjhgkjh"),
    ("vandalism", "lol this hospital has ghosts"),
    ("vandalism", "I LOVE CHEESE"),
    ("vandalism", "peepeepoopoo"),
    ("vandalism", "abcabcabc abcabcabc abcabcabc"),
    ("vandalism", "josh waz here"),
    ("vandalism", "Hello Mum!!!!"),
]
SAID = [
    ("edit-requested", "Please change the number of beds from 512 to 530."),
    ("edit-requested", "The date of opening is wrong: it should be 1922, see the book."),
    ("edit-requested", "Could somebody update the name of the chief executive?"),
    ("edit-requested", "Would it be possible to have the logo replaced with the current one?"),
    ("edit-requested", "I'd like the paragraph on parking to be taken out, it is out of date."),
    ("edit-requested", "{{Request edit}} Add the new wing."),
    ("edit-requested", "{{edit COI|answered=no}} text"),
    ("edit-requested", "{{Edit fully-protected|answered=no}} Swap the picture."),
    ("edit-requested", "The infobox needs updating; the website has moved."),
    ("edit-requested", "Suggest rewording the second sentence to say that the unit closed in 2019."),
    ("edit-requested", 'The caption should read "east entrance".'),
    ("move-requested", "I propose that the page be moved to Oswinton Infirmary."),
    ("move-requested", "{{requested move/dated|Oswinton Infirmary}}"),
    ("move-requested", 'The article should be at "Oswinton Infirmary", its name since 2024.'),
    ("move-requested", "Can an admin move this to the correct title?"),
    ("move-requested", "Is there consensus for renaming? The trust changed its name."),
    ("move-requested", "Support the move, per the official site."),
    ("move-requested", "{{subst:Requested move|new name}}"),
    ("move-requested", "This title is wrong. It ought to be called Oswinton Infirmary."),
    ("interest-declared", "I work in the communications team of the trust."),
    ("interest-declared", "Disclosure: I am employed by the hospital charity."),
    ("interest-declared", "I'm a nurse at this hospital, so I won't edit the page myself."),
    ("interest-declared", "{{connected contributor (paid)|User1=X|employer=WVFT}}"),
    ("interest-declared", "My employer is Wearside Vale NHS Foundation Trust."),
    ("interest-declared", "I have a conflict of interest, as I sit on its board."),
    ("interest-declared", "Writing as the trust's press officer, I ask for help."),
    ("interest-declared", "I'm paid by the trust to look after this page."),
    ("interest-declared", "Speaking as somebody on the staff here, the number is old."),
    ("interest-declared", "I should declare that my wife is a consultant at the hospital."),
    ("edit-requested", "Can the photo be swapped for a newer one?"),
    ("edit-requested", "There's an error in the lead: 1887 should be 1878."),
    ("edit-requested", "Please take out the bit about parking."),
    ("edit-requested", "{{COI edit request}} Hello."),
    ("edit-requested", "The second paragraph needs correcting, the source says 40."),
    ("move-requested", "Could we rename this to St Oswin's?"),
    ("move-requested", "Requesting a move to the new name."),
    ("move-requested", "{{Requested move|X}}"),
    ("move-requested", "I think this page should be called Wearside Hospital."),
    ("move-requested", "Propose change of title."),
    ("interest-declared", "I am the trust's head of communications."),
    ("interest-declared", "COI: I am employed here."),
    ("interest-declared", "I've been hired by the hospital to improve this article."),
    ("interest-declared", "As a governor of the trust I must not edit."),
    ("interest-declared", "Full disclosure, I work there."),
]
ACCOUNTS = [
    "WVFT Press Office",
    "NHS Wearside Vale",
    "Wearside Vale Official",
    "The WVFT",
    "WearsideValeComms2024",
    "Comms at WVFT",
]
FIGURES = [
    ("rating-changed", "The CQC rated it Requires Improvement in 2019.", "The CQC rated it Good in 2019."),
    (
        "rating-changed",
        'It holds an overall rating of "Inadequate".',
        'It holds an overall rating of "Requires improvement".',
    ),
    ("rating-changed", "It was awarded two stars in 2004.", "It was awarded three stars in 2004."),
    (
        "rating-changed",
        "Maternity was graded as outstanding by inspectors.",
        "Maternity was graded as good by inspectors.",
    ),
    (
        "rating-changed",
        "It is in segment four of the oversight framework.",
        "It is in segment two of the oversight framework.",
    ),
    (
        "rating-changed",
        "The kitchen scored 2 out of 5 for hygiene.",
        "The kitchen scored 5 out of 5 for hygiene.",
    ),
    ("number-changed", "It has 412 beds.", "It has 421 beds."),
    ("number-changed", "Visiting is from 2 pm to 4 pm.", "Visiting is from 2 pm to 6 pm."),
    ("number-changed", "About a third of staff live nearby.", "About half of staff live nearby."),
    ("number-changed", "It opened in May 1922.", "It opened in May 1932."),
    ("number-changed", "It serves 2013–14 patients.", "It serves 2013–15 patients."),
]
HARMLESS = [
    "The emergency department was extended in 1994 to treat 60,000 people a year.",
    "A memorial to nurses who died in the First World War stands in the garden.",
    "The burns unit treats injuries from fires and accidents.",
    "During the war the hospital was bombed and two wards were destroyed.",
    "The sick poor of the parish were treated free of charge.",
    "It has a helpline for victims of domestic abuse.",
    "The hospital closed in 1998 and was demolished in 2001.",
    "A support group meets on Tuesdays for people with chronic pain.",
    "Its architect, Harold Pratt, died before the building was finished.",
    "The chapel was damaged by fire in 1903 and rebuilt.",
    "The café is closed at weekends.",
    "The department was moved from the old infirmary because of lack of space.",
    "The trust runs a stop smoking clinic and a drug treatment service.",
    "The tower was not completed until 1931.",
    "It was the last hospital in the county to be lit by gas.",
    "The blood bank is open all night.",
    "Patients with dementia are cared for on ward 9.",
    "The trust merged with its neighbour in 2002 despite earlier plans.",
    "Inspectors rated it good in 2018.",
    "The novel The Silent Ward is set in the hospital.",
    "Emergency surgery was concentrated on one site in 2009.",
    "The old wards were cold in winter and had coal fires.",
    "A fever hospital for smallpox victims stood on the site until 1911.",
    "The trust is paid by commissioners for each patient treated.",
    "Its cancer unit treats 3,000 patients a year.",
    "A bus strike in 1926 kept visitors away.",
    "Miners injured in the pit disaster of 1909 were brought here.",
    "The poet died in the hospital in 1967.",
    "The hospital lost its independence in the reform of 1948.",
    "Parking costs £3 for two hours.",
    "The road was closed to traffic in 1988.",
    "The trust runs courses on how to prevent falls.",
]
HARMLESS_ADDED = [
    "The park behind it has toads, snakes and a pond.",
    "Dr Ugly Smith was its first surgeon.",
    "The witch hazel garden was planted in 1990.",
    "Staff were told to be kind to patients.",
    "The hospital stands at 12 Abbey Road, Oswinton.",
    "The nurses' home at 4 Mill Lane was sold.",
    "In 2012 inspectors called the management inept.<ref>x</ref>",
    "It is open from 08:00 to 20:00.",
    "The hospital dog is a labrador called Bella.",
    "People who live near the hospital can walk there.",
    "The trust employs people from 60 countries.",
]
TALKED = [
    "I have updated the figures with the new report.",
    "Thanks, that is much better now.",
    "Does anybody know when the chapel was built?",
    "The title of the newspaper is in italics now.",
    "Nobody paid for this, see the source.",
    "Are you employed by the trust?",
    "The wards moved to the new building in 1978, I think.",
    "I removed the sentence because no source says so.",
    "The book by Hall has a chapter on it.",
]
REWORDED = [
    ("It is open 8 am to 6 pm.", "It is open 08:00–18:00."),
    ("The 2013–14 accounts were published.", "The 2013–2014 accounts were published."),
    ("The trust was criticised for long waits.", "The trust was criticised over long waits."),
    ("It failed to answer 40 complaints.", "It did not answer 40 complaints."),
    ("The trust apologised for its errors.", "The trust apologised for its mistakes."),
    (
        "The inquest found that neglect contributed to his death.",
        "The inquest found neglect contributed to his death.",
    ),
]
STRANGERS = [
    "Wearside Wanderer",
    "ValeFan",
    "NHSfan",
    "Trusty",
    "Saint Oswald",
]


def section(text: str) -> str:
    return f"\n\n== X ==\n{text} [[User:A|A]] 10:00, 2 March 2026 (UTC)\n"


@pytest.mark.parametrize("sentence", CRITICAL)
def test_criticism_in_any_words_is_missed_when_it_goes(sentence: str) -> None:
    assert "criticism-removed" in kinds(sentence, "")


@pytest.mark.parametrize(("old", "new"), SOFTENED)
def test_a_weaker_way_to_say_it_is_softening(old: str, new: str) -> None:
    assert "criticism-softened" in kinds(old, new)


@pytest.mark.parametrize(("kind", "sentence"), ADDED)
def test_what_comes_into_an_article_is_told_by_its_kind(kind: str, sentence: str) -> None:
    assert kind in kinds("", sentence)


@pytest.mark.parametrize(("kind", "text"), SAID)
def test_what_is_said_on_a_talk_page_is_told_by_its_kind(kind: str, text: str) -> None:
    assert kind in kinds("", section(text), page=TALK)


@pytest.mark.parametrize("handle", ACCOUNTS)
def test_an_account_of_the_organisation_is_known_by_any_form_of_its_name(handle: str) -> None:
    assert "interest-undeclared" in kinds("", "A car park opened.", handle=handle)


@pytest.mark.parametrize(("kind", "old", "new"), FIGURES)
def test_another_rating_or_figure_is_told_in_any_writing(kind: str, old: str, new: str) -> None:
    assert kind in kinds(old, new)


@pytest.mark.parametrize("sentence", HARMLESS)
def test_history_medicine_and_daily_work_are_no_criticism(sentence: str) -> None:
    assert kinds(sentence, "") == set()


@pytest.mark.parametrize("sentence", HARMLESS_ADDED)
def test_plain_facts_may_be_added(sentence: str) -> None:
    assert kinds("", sentence) == set()


@pytest.mark.parametrize("text", TALKED)
def test_talk_may_be_just_talk(text: str) -> None:
    assert kinds("", section(text), page=TALK) == set()


@pytest.mark.parametrize(("old", "new"), REWORDED)
def test_the_same_in_other_words_is_no_effect(old: str, new: str) -> None:
    assert kinds(old, new) == set()


@pytest.mark.parametrize("handle", STRANGERS)
def test_an_account_that_only_sounds_like_ours_is_nobodys(handle: str) -> None:
    assert kinds("", "A car park opened.", handle=handle) == set()
