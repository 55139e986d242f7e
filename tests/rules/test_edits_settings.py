"""Edits in their setting: plain facts beside criticism, words of a ladder, hedges, and what only looks so."""

from __future__ import annotations

import pytest

from tests.rules.edited import TALK, kinds

BESIDE = "The report condemned the culture of the unit."
PLACES = [("Fenwell Inquiry", ""), ("Wearside Vale Hospital", f"{BESIDE} ")]
CRITICISM = {"criticism-removed", "criticism-softened"}
SOFTENED = [
    (
        "Managers knew of the deaths and did nothing.",
        "Managers may have known of the deaths and could have done more.",
    ),
    ("The board buried the audit.", "The board did not give the audit its full attention."),
    ("He was fired after the hearing.", "He stepped aside after the hearing."),
    ("The trust lied to the family.", "The trust was mistaken in what it said to the family."),
    (
        "The regulator ordered the trust to close the ward.",
        "The regulator invited the trust to consider closing the ward.",
    ),
    (
        "Nurses were threatened with dismissal for talking to the press.",
        "Nurses were reminded of the policy on talking to the press.",
    ),
    ("Patients were beaten by staff.", "Patients had difficult experiences with some staff."),
    ("The unit had the worst results in England.", "The unit had results towards the lower end in England."),
    ("It ranked last of 40 units.", "It ranked below average among 40 units."),
    ("All twelve witnesses described fear.", "Several witnesses described unease."),
    ("The trust refused to hand over the notes.", "The trust had not yet handed over the notes."),
    ("The trust was prosecuted over the fall.", "The trust agreed to contribute to costs over the fall."),
    ("The wards were filthy.", "The wards were not always as clean as they could be."),
    ("Her death was caused by the delay.", "Her death followed the delay."),
    ("Staff falsified the records.", "Staff amended some of the records."),
    ("The trust broke the law.", "In the view of some, the trust may have broken the law."),
    (
        "The chief executive bullied her deputies.",
        "The chief executive had a robust style with her deputies.",
    ),
    ("The review was scathing about leadership.", "The review made observations about leadership."),
    (
        "The trust was fined £90,000.",
        "The trust, which had inherited the problem from its predecessor, was fined £90,000.",
    ),
    ("Three babies were killed by the infection.", "Three babies passed away during the outbreak."),
    ("Doctors ignored her pleas for help.", "Doctors did not fully recognise her pleas for help."),
    ("Families called the apology an insult.", "Some families were disappointed by the apology."),
    ("MPs savaged the board.", "MPs asked questions of the board."),
]
KEPT = [
    ("The report was published in March 2019.", "Its report came out in March 2019."),
    (
        "The inquiry heard 40 witnesses and cost £3 million.",
        "The inquiry cost £3 million and heard 40 witnesses.",
    ),
    ("The hearings took place in Fenwell Town Hall.", "Hearings were held at the town hall in Fenwell."),
    ("Anna Reed, a solicitor, was its chair.", "It was chaired by the solicitor Anna Reed."),
    ("The nurses complained to the matron in 2011.", "In 2011 the nurses complained to their matron."),
    ("The trust was fined £90,000 for the fall.", "For the fall, the trust was fined £90,000."),
    ("The board ignored three warnings.", "Three warnings were ignored by the board."),
    ("Managers lied to the coroner.", "The coroner was lied to by managers."),
    (
        "The unit was closed in 2012 and pulled down in 2015.",
        "It was closed in 2012; the building was demolished in 2015.",
    ),
    (
        "The surgeon, who had trained in Leeds, was struck off.",
        "The surgeon had trained in Leeds and was struck off.",
    ),
    ("The report has 400 pages.", "The report runs to 400 pages in two volumes."),
    ("Staff were bullied by managers.", "Managers bullied staff."),
    ("A patient died after a fall.", "A patient died following a fall."),
    ("It was set up in 2014.", "It was established in 2014 and sat in several towns."),
    ("The minister accepted all the recommendations.", "All recommendations were accepted by the minister."),
    ("Allegedly, the minutes were shredded.", "The minutes were shredded."),
    ("The trust may have hidden the figures.", "The trust hid the figures."),
    ("The trust appeared to have misled families.", "The trust misled families."),
    ("Some patients were neglected.", "Many patients were neglected."),
    (
        "The ward had 20 beds.",
        "The ward had twenty beds on one floor and a garden, one of the largest in the county.",
    ),
    ("Families protested outside the hospital.", "Families held a protest outside the hospital."),
    ("The coroner criticised the delay.", "The delay was criticised by the coroner."),
    ("Two nurses resigned over staffing.", "Two of the nurses resigned over staffing."),
    ("The hospital's performance was poor in 2018.", "In 2018, the hospital's performance was poor."),
    ("The unit moved to Oswinton in May 2010.", "In May 2010 the unit moved to Oswinton."),
]
ADDED_TO = [
    ("The unit has 20 beds.", "The unit has 24 beds and may be extended."),
    ("It was opened in 2003.", "It was opened in 2003 by the health minister, one of several guests."),
    (
        "The chief executive is Ann Lee.",
        "The chief executive is Ann Lee, who was appointed after a national search.",
    ),
    (
        "The wards were refurbished in 2015.",
        "The wards were refurbished in 2015 and again, in part, in 2019.",
    ),
    ("A new board was appointed in 2016.", "A largely new board was appointed in 2016."),
    (
        "Its catchment area includes Oswinton.",
        "Its catchment area includes Oswinton, Fenwell and several villages.",
    ),
    ("The trust runs four hospitals.", "The trust runs four hospitals and some clinics."),
    ("The panel met in Leeds.", "The panel usually met in Leeds."),
    ("The building is made of brick.", "The building is partly made of brick."),
    (
        "The report was written by Muriel Stannage.",
        "The report was written by Muriel Stannage, a former judge, and considered evidence from 90 people.",
    ),
    ("Police interviewed 40 people.", "Police interviewed 40 people, several of them twice."),
    (
        "He was sentenced to three years in prison.",
        "He was sentenced to three years in prison, a sentence that the Court of Appeal upheld in 2016.",
    ),
    (
        "The coroner recorded a verdict of neglect.",
        "The coroner recorded a verdict of neglect, and said that others could have died.",
    ),
    ("The trust was fined £90,000.", "The trust was fined £90,000 and ordered to pay costs."),
    (
        "Staff were told not to talk to the press.",
        "Staff were told, in a memo of May 2012, not to talk to the press.",
    ),
    ("The unit closed in 2012.", "The unit closed in May 2012."),
    (
        "The families rejected the apology.",
        "The families rejected the apology, which some of them had waited years for.",
    ),
    ("The nurse was struck off.", "The nurse, Jo Bell, was struck off by the Nursing and Midwifery Council."),
    (
        "Managers ignored emails from doctors.",
        "Managers ignored several emails from doctors between 2010 and 2012.",
    ),
    ("Inspectors found mould.", "Inspectors found mould on some of the walls of two wards, and mice."),
    ("The trust apologised.", "The trust apologised to the families in a letter."),
    (
        "It was the worst score in the region.",
        "It was the worst score in the region and the third worst in England.",
    ),
    ("The chair left.", "The chair left in disgrace, according to the Gazette."),
    ("Four patients died.", "At least four patients died; two more may have."),
    ("The matron was suspended.", "The matron was suspended and later dismissed."),
    ("The surgeon was sacked by the trust in 2014.", "In 2014 the trust dismissed the surgeon."),
    (
        "The audit showed that 12 people had died because of delays.",
        "The audit showed that delays had killed 12 people.",
    ),
    ("Many beds were dirty.", "Many of the beds were dirty."),
    ("The hospital was criticised for its food.", "The hospital's food was criticised."),
    ("Parents said that nobody had told them.", "Parents said they had not been told by anybody."),
    ("The court ordered it to pay.", "It was ordered by the court to pay."),
]
CUT = [
    "The medical director kept no minutes.",
    "Its chair resigned within a month.",
    "Nobody from the board came to the meeting.",
    "The trust did not reply until the minister intervened.",
    "Only two of the nine recommendations were carried out.",
    "He left six weeks after the hearing.",
    "No doctor saw the report.",
    "The unit ran with half the nurses required.",
    "Her letter went unanswered.",
    "The regulator told the trust to hire more doctors.",
    "The audit was filed unread.",
    "One nurse looked after 30 patients at night.",
]
PLAIN = [
    "The hearings took place in Fenwell Town Hall.",
    "Anna Reed, a solicitor, was its chair.",
    "The unit had 28 beds on two floors.",
    "The report has 400 pages.",
    "A memorial garden was opened on the site in 2021.",
    "He graduated from Leeds in 1985.",
    "A play about the events was performed in Oswinton.",
    "A reviewer found the second act tedious.",
    "The building was hit by a bomb in 1941 and three nurses died.",
    "It was established in 2014.",
    "The site is now a school.",
    "The inquiry sat for 120 days.",
    "Her successor was Mary Holt.",
    "The unit was run by the trust from 2003.",
    "The hospital lies north of the river.",
    "The novel is set in a hospital and its hero dies in a duel.",
]
WRITTEN = [
    ("promotional-added", True, "Book your scan online now and save 20%."),
    ("promotional-added", True, "Your family is in safe hands at our clinic."),
    ("promotional-added", True, "Every gift brings smiles to sick children."),
    ("promotional-added", True, "Call today to reserve a place."),
    ("promotional-added", True, "Enjoy affordable private rooms from only £90 a night."),
    ("promotional-added", True, "Discover the difference that our nurses make."),
    ("promotional-added", True, "Hurry, places are limited!"),
    ("promotional-added", True, "Come and visit today!"),
    ("promotional-added", True, "A magical place where miracles happen every day."),
    ("promotional-added", False, "Patients can book appointments online."),
    ("promotional-added", False, "The appeal raised £40,000 in gifts for the children's ward."),
    ("promotional-added", False, "Visitors pay £3 to park for the day."),
    ("promotional-added", False, "The trust gives each child a leaflet about the stay."),
    ("promotional-added", False, 'A song, "Bring joy", was recorded for the appeal.'),
    ("promotional-added", False, "The clinic offers dialysis to visitors."),
    ("promotional-added", False, "Call centres were merged in 2009."),
    ("promotional-added", False, "The charity pays for toys and for rooms in which parents can sleep."),
    ("promotional-added", False, "The hospital's radio station broadcasts today from the former chapel."),
    ("promotional-added", False, "Prices in the canteen were frozen in 2019."),
    ("derogatory-added", True, "The chief executive is a pompous fraud."),
    ("derogatory-added", True, "He is as thick as he is greedy."),
    ("derogatory-added", True, "She is rather dim-witted and quite useless."),
    ("derogatory-added", True, "The board are a pack of cowards."),
    ("derogatory-added", True, "This dump should be shut."),
    ("derogatory-added", True, "The manager is too stupid to count."),
    ("derogatory-added", True, "Its director, a greasy little man, runs it."),
    ("derogatory-added", True, "Idiots run this place."),
    ("derogatory-added", True, "The doctors there are butchers."),
    ("derogatory-added", True, "The matron is an old witch."),
    ("derogatory-added", False, "The clinic at Crook closed in 2009."),
    ("derogatory-added", False, "Ambulances from Idle, Pity Me and Fatfield serve the area."),
    ("derogatory-added", False, "Stinking iris and bastard toadflax grow in the garden."),
    ("derogatory-added", False, "A pair of shags and three great tits nest on the roof."),
    ("derogatory-added", False, "The ward is named after Thomas Crook, a surgeon."),
    ("derogatory-added", False, "Pigs and goats were kept on the asylum's farm."),
    ("derogatory-added", False, "Dr Savage and Dr Bent joined in 1990."),
    ("derogatory-added", False, "Dirty Lane leads to the hospital."),
    ("derogatory-added", False, "The mad scene of the opera was sung in the hall."),
    ("derogatory-added", False, "The poet Ezra Savage died here."),
    ("vandalism", True, "💩💩💩💩💩"),
    ("vandalism", True, "lol lol lol skibidi"),
    ("vandalism", True, "asdfasdf hjkl"),
    ("vandalism", True, "YOLO!!!! sigma male"),
    ("vandalism", True, "hahahaha poopoo"),
    ("vandalism", True, "Josh woz ere"),
    ("vandalism", True, "🍆🍆🍆 hahaha"),
    ("vandalism", False, "The radio show was called Hello World."),
    ("vandalism", False, "The team won the quiz."),
    ("vandalism", False, "It is known as the Big House."),
]
SAID = [
    ("vandalism", True, "💩💩💩💩💩"),
    ("vandalism", True, "sdfghjkl asdfasdf"),
    ("vandalism", True, "hahahahaha poo"),
    ("vandalism", True, "yolo yolo rizz"),
    ("vandalism", False, "Thanks! 🙂 [[User:Corbel|Corbel]] 10:00, 2 May 2024 (UTC)"),
    (
        "vandalism",
        False,
        "Lol, fair point, I will look for a better source. [[User:Corbel|Corbel]] 10:00, 2 May 2024 (UTC)",
    ),
    ("vandalism", False, "Great work 👍👍 [[User:Corbel|Corbel]]"),
    ("vandalism", False, "Haha, you are right about the map."),
    ("vandalism", False, "What about the photograph?"),
    ("interest-undeclared", True, "We at the hospital think that this is unfair."),
    ("interest-undeclared", True, "Our chief executive never said that."),
    ("interest-undeclared", True, "Here at the trust we disagree with this."),
    ("interest-undeclared", True, "Our press office sent a correction to the newspaper."),
    ("interest-undeclared", True, "We, the board, want this gone."),
    ("interest-undeclared", False, "We should say what the source says."),
    ("interest-undeclared", False, "Our article says 2004, the book 2005."),
    ("interest-undeclared", False, "We have three sources for it."),
    ("interest-undeclared", False, "I was born in our local hospital and love it."),
    ("interest-undeclared", False, "Do we need a table?"),
    ("interest-undeclared", False, "The trust says that its board met."),
    ("interest-declared", True, "Ich bin Mitarbeiterin der Pressestelle des Krankenhauses."),
    ("interest-declared", True, "Ich schreibe hier im Auftrag der Klinik."),
    ("interest-declared", True, "Ich werde vom Trust für diese Bearbeitung bezahlt."),
    ("interest-declared", True, "Je suis salariée de l'hôpital."),
    ("interest-declared", True, "Nous travaillons pour cet hôpital."),
    ("interest-declared", True, "I work for the trust in its press office."),
    ("interest-declared", True, "Hello, I'm paid by the hospital to edit."),
    ("interest-declared", True, "My employer is the trust."),
    ("interest-declared", True, "Disclosure: I am employed by WVFT."),
    ("interest-declared", False, "I have never worked for the trust."),
    ("interest-declared", False, "Nobody pays me for this."),
    ("interest-declared", False, "I'm not paid, nor am I connected with the hospital."),
    ("interest-declared", False, "No one at the trust asked me to write this."),
    ("interest-declared", False, "I don't work there and never did."),
    ("interest-declared", False, "I have no conflict of interest here."),
    ("interest-declared", False, "Ich arbeite nicht für die Klinik."),
    ("interest-declared", False, "Je ne travaille pas pour l'hôpital."),
    ("interest-declared", False, "Neither of us is employed by it."),
    ("interest-declared", False, "Do you work for the trust?"),
    ("interest-declared", False, "I am not an employee of the trust."),
    ("interest-declared", False, "I used to live there but have no connection with it."),
]
THREAD = """== Map ==
The map is of another town. [[User:Corbel|Corbel]] ([[User talk:Corbel|talk]]) 10:00, 2 May 2024 (UTC)
:I have asked the author to redraw the coast. [[User:Owlpost|Owlpost]] 11:00, 3 May 2024 (UTC)

"""
TALKED = """{{talk header}}

== Date ==
The date is fine by the book. [[User:Corbel|Corbel]] ([[User talk:Corbel|talk]]) 10:00, 2 May 2024 (UTC)

"""
COMMENT = "The board ignored seven warnings and the trust hid the report. "


@pytest.mark.parametrize(("page", "beside"), PLACES)
@pytest.mark.parametrize(("old", "new"), SOFTENED)
def test_a_lower_word_or_a_hedge_softens_what_stands_in_a_critical_setting(
    page: str, beside: str, old: str, new: str
) -> None:
    assert "criticism-softened" in kinds(beside + old, beside + new, page=page)


@pytest.mark.parametrize(("page", "beside"), PLACES)
@pytest.mark.parametrize(("old", "new"), KEPT)
def test_a_rewording_that_says_as_much_softens_nothing(page: str, beside: str, old: str, new: str) -> None:
    assert not kinds(beside + old, beside + new, page=page) & CRITICISM


@pytest.mark.parametrize(("old", "new"), ADDED_TO)
def test_what_is_added_to_a_sentence_takes_nothing_from_it(old: str, new: str) -> None:
    assert not kinds(f"{BESIDE} {old}", f"{BESIDE} {new}") & CRITICISM


@pytest.mark.parametrize(("page", "beside"), PLACES)
@pytest.mark.parametrize("sentence", CUT)
def test_a_plain_fact_that_speaks_ill_is_criticism_beside_criticism(
    page: str, beside: str, sentence: str
) -> None:
    assert "criticism-removed" in kinds(beside + sentence, beside, page=page)


@pytest.mark.parametrize(("page", "beside"), PLACES)
@pytest.mark.parametrize("sentence", PLAIN)
def test_a_plain_fact_is_none_wherever_it_stands(page: str, beside: str, sentence: str) -> None:
    assert not kinds(beside + sentence, beside, page=page) & CRITICISM


@pytest.mark.parametrize(("kind", "told", "sentence"), WRITTEN)
def test_what_comes_into_an_article_is_told_from_its_likes(kind: str, told: bool, sentence: str) -> None:
    assert (kind in kinds("", sentence)) is told


@pytest.mark.parametrize(("kind", "told", "sentence"), SAID)
def test_what_is_said_on_a_talk_page_is_told_from_its_likes(kind: str, told: bool, sentence: str) -> None:
    assert (kind in kinds("", sentence, page=TALK)) is told


def test_a_thread_cut_from_a_talk_page_is_a_section_lost_and_one_archived_is_not() -> None:
    assert kinds(TALKED + THREAD, TALKED, page=TALK, whole=True) == {"section-removed"}
    assert not kinds(
        TALKED + THREAD, TALKED, "Archiving 1 discussion to [[/Archive 1]]", page=TALK, whole=True
    )


def test_criticism_in_another_persons_comment_is_lost_and_in_ones_own_is_withdrawn() -> None:
    signed = TALKED.replace("The date", f"{COMMENT}The date")
    assert "criticism-removed" in kinds(signed, TALKED, page=TALK, whole=True)
    assert not kinds(signed, TALKED, page=TALK, whole=True, handle="Corbel")


def test_a_list_of_links_is_no_criticism_and_its_section_is_told() -> None:
    links = "\n== See also ==\n* [[Fenwell Inquiry]]\n* [[Institutional abuse]]\n"
    assert kinds(links, "\n") == {"section-removed"}


def test_a_heading_that_named_deaths_and_names_services_is_softened() -> None:
    text = "\n== {} ==\nThe unit moved in 2011.\n"
    assert "criticism-softened" in kinds(text.format("Cardiac deaths"), text.format("Cardiac services"))
    assert not kinds(text.format("Cardiac deaths"), text.format("Deaths of cardiac patients")) & CRITICISM
