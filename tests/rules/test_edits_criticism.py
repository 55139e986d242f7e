"""Criticism: what is lost, softened or kept when a page is edited."""

from __future__ import annotations

import pytest

from rules.examples import ORGANISATION
from tests.rules.edited import effects, kinds

SOURCE = "<ref>{{cite news |title=A story |url=https://gazette.test/1}}</ref>"
CRITICAL = [
    "In 2018 the coroner issued a report to prevent future deaths after a teenager took her own life on "
    "the ward.",
    "Relatives said staff laughed at them when they asked for water for the dying man.",
    "The Health and Safety Executive fined the trust £480,000 over a patient's fall from a window.",
    "An NHS England review concluded that leadership was weak and that board members did not trust one "
    "another.",
    "The unit was closed at short notice in 2015 after trainees were withdrawn by the deanery.",
    "Four babies died there between 2011 and 2013 of a preventable infection.",
    "In 2022 it had the second longest ambulance handover times in England.",
    "Junior doctors described the night rota as unsafe.",
    "The General Medical Council withdrew trainees in 2016 because of a culture of undermining.",
    "Healthcare Inspectorate Wales said immediate improvements were needed.",
    "The trust was put in special measures in 2014.",
    "Its emergency department saw only 58 per cent of patients within four hours, far short of the 95 "
    "per cent standard.",
    "The Public Accounts Committee called the contract a waste of public money.",
    "More than 1,200 letters to GPs were never sent.",
    "The surgeon Ian Marsh carried out needless operations on at least 40 women.",
    "The Information Commissioner's Office issued a penalty after laptops with patient records were stolen.",
    "MPs called for the chair to step down over payments to executives.",
    "In 2020 a BBC Panorama programme showed patients being mocked by carers.",
    "The regulator found that medicines were stored unlocked and records left lying about.",
    "Half of the staff said in a survey that they would not recommend it to a friend.",
    "A jury found that gross failures contributed to her death.",
    "The trust paid £9.4 million to a boy left with cerebral palsy.",
    "The inquiry chair, Dame Ann Hurst, wrote that patients had been let down at every level.",
    "The waiting list for hip replacements more than doubled, to 18 months, and some patients went "
    "blind while waiting for eye clinics.",
    "In March 2015 an independent panel concluded that eleven mothers and babies might have lived had "
    "they received better care.",
    "The trust's own figures showed that 14 patients had been given the wrong dose of insulin.",
    "Porters found the body three days after the man was reported missing from the ward.",
    "A patient waited 37 hours on a trolley before being admitted.",
    "Ministers ordered a clear-out of the board.",
    "The Royal College of Surgeons advised that the unit stop operating.",
    "A surgeon branded his initials on the livers of two patients.",
    "The hospital's crumbling roof was propped up with 3,000 steel posts.",
    "A union said its members had no faith in the board.",
    "She received a pay rise of £40,000 while nurses' pay was frozen.",
    "An employment judge found the trust had punished him for speaking up.",
    "The ward was the subject of an undercover documentary.",
    "Blood tests were not looked at for two days.",
    "Only 41% of cancer patients began treatment on time.",
    "NHS England imposed conditions on its licence.",
    "Its PFI contract will cost taxpayers £800 million.",
    "A mother of two bled to death in a corridor.",
    "The trust refused to release the report until it was ordered to do so by a tribunal.",
    "The consultant was later struck off by the Medical Practitioners Tribunal.",
    "The trust was named the worst performing in the country for bed sores.",
]
CUT = [
    (
        "The hospital opened a new unit in 2015, which inspectors later found to be unsafe and understaffed.",
        "The hospital opened a new unit in 2015.",
    ),
    (
        "The trust, which was fined in 2012 for losing patient records, has 4,000 staff.",
        "The trust has 4,000 staff.",
    ),
    (
        "She was chief executive from 2014 until 2018, when she resigned after the inquiry condemned "
        "her leadership.",
        "She was chief executive from 2014 until 2018.",
    ),
    (
        "Services include maternity (rated inadequate in 2021 after a series of deaths), stroke care "
        "and surgery.",
        "Services include maternity, stroke care and surgery.",
    ),
]
SOFTENED = [
    (
        "The report said that managers had covered up the deaths.",
        "The report said that managers could have been more open about the deaths.",
    ),
    ("Inspectors found that the wards were dirty.", "Inspectors found that the wards could be cleaner."),
    (
        "The trust was heavily criticised for its slow response.",
        "The trust received some feedback on the speed of its response.",
    ),
    (
        "Patients died because nurses ignored alarms.",
        "Patients sadly passed away when alarms were not always heard.",
    ),
    ("The ombudsman found serious failings in her care.", "The ombudsman found learning points in her care."),
    (
        "A culture of bullying was exposed by the review.",
        "Some interpersonal difficulties were noted by the review.",
    ),
    (
        "The trust lied to the family about the cause of death.",
        "The trust did not initially share full information with the family about the cause of death.",
    ),
    (
        "The chief executive was sacked over the scandal.",
        "The chief executive left by mutual agreement after the events.",
    ),
    ("The trust repeatedly failed to follow up scans.", "The trust occasionally failed to follow up scans."),
    ("Dozens of women were harmed by the surgeon.", "A small number of women were affected by the surgeon."),
    (
        "The coroner ruled that neglect contributed to the death.",
        "The coroner ruled that neglect may have contributed to the death.",
    ),
    (
        "The maternity unit was described as dangerous by midwives.",
        "The maternity unit was described as busy by midwives.",
    ),
    (
        "The trust had a deficit of £30 million in 2016.",
        "The trust had a challenging financial position in 2016.",
    ),
    (
        "It was placed in special measures after a damning report.",
        "It received additional support after a report.",
    ),
    (
        "The trust failed to meet the four-hour target in 2018.",
        "The trust narrowly missed some of its targets in 2018.",
    ),
    (
        "The coroner said that the death was avoidable.",
        "The coroner said that lessons could be learned from the death.",
    ),
    (
        "Patients were left in corridors for up to 20 hours.",
        "Some patients experienced longer waits than usual.",
    ),
    ("Three managers were suspended for bullying.", "Three managers were given other duties."),
    (
        "The inquiry condemned the board for ignoring warnings.",
        "The inquiry commented on how the board handled warnings.",
    ),
    (
        "Its mortality rate was the highest in England.",
        "Its mortality rate was above the average in England.",
    ),
    ("The trust concealed the report from the public.", "The trust did not publish the report at the time."),
    (
        "The CQC found that patients were at risk of harm.",
        "The CQC found that patients might have been at slightly increased risk of harm.",
    ),
    ("The review found systemic failures of leadership.", "The review found some weaknesses of leadership."),
    (
        "Hundreds of babies died or were injured because of poor care.",
        "A number of babies died or were injured.",
    ),
    (
        "The hospital was branded the worst in the country.",
        "The hospital was ranked below others in the country.",
    ),
    (
        "Managers bullied staff who raised concerns.",
        "Staff who raised concerns felt unsupported by managers.",
    ),
    (
        "The board ignored repeated warnings from midwives.",
        "The board received a number of representations from midwives.",
    ),
    (
        "The trust was found guilty of breaching health and safety law.",
        "The trust was involved in a health and safety case.",
    ),
    (
        "The unit was shut after inspectors called it unsafe.",
        "The unit was temporarily relocated after a visit by inspectors.",
    ),
    ("The inquiry called the care appalling.", "The inquiry called the care below the expected standard."),
    ("Forty patients died after poor surgery.", "Forty patients died after surgery."),
    (
        "The review blamed the board for the deaths.",
        "The review made recommendations to the board about the deaths.",
    ),
    ("Bosses tried to gag the consultant.", "There was a disagreement with the consultant."),
]
REWORDED = [
    (
        "The report said that managers had covered up the deaths.",
        "According to the report, the deaths had been covered up by managers.",
    ),
    (
        "The trust was criticised by the coroner for poor record keeping.",
        "The coroner criticised the trust for its poor record keeping.",
    ),
    (
        "In 2014 the trust was fined £200,000 for breaching safety rules.",
        "The trust was fined £200,000 in 2014 for breaches of safety rules.",
    ),
    (
        "The ombudsman found serious failings in her care.",
        "The Ombudsman found that there had been serious failings in her care.",
    ),
    ("Staff complained of bullying.", "Staff complained of bullying and harassment, and two resigned."),
    (
        "Inspectors rated the unit inadequate and said it was unsafe.",
        "Inspectors from the Care Quality Commission rated the unit inadequate and said that it was unsafe.",
    ),
    ("The trust failed to act on warnings.", "The trust did not act on warnings."),
    (
        "The closure was opposed by campaigners, who collected 40,000 signatures.",
        "Campaigners, who gathered 40,000 signatures, opposed the closure.",
    ),
    ("There were avoidable deaths of babies.", "There were avoidable deaths of infants."),
    (
        "A patient died after being given the wrong blood. The trust apologised.",
        "A patient died after being given the wrong blood, for which the trust apologised.",
    ),
    (
        "The trust apologised, and compensation was paid to the families.",
        "The trust apologised. Compensation was paid to the families.",
    ),
    (
        "The hospital was crticised in 2012 for long waits.",
        "The hospital was criticised in 2012 for long waits.",
    ),
    (
        "In 2019 the CQC criticised the trust.",
        "In 2019 the [[Care Quality Commission]] (CQC) criticised the trust.",
    ),
    (
        "In 2013 the trust was one of fourteen investigated by Sir Hugh Pell for high mortality.",
        "In 2013 the trust was one of 14 trusts investigated by Sir [[Hugh Pell]] for its high mortality.",
    ),
    (
        "The coroner recorded a verdict of neglect in the case of a 19-year-old student who died of sepsis.",
        "The coroner recorded a verdict of neglect in the death from sepsis of a 19-year-old student.",
    ),
    (
        "Staff were bullied by managers, according to a report published in May 2016.",
        "A report published in May 2016 said staff were bullied by managers.",
    ),
    (
        "In January 2017, the hospital declared a black alert because of overcrowding.",
        "The hospital declared a black alert in January 2017 due to overcrowding.",
    ),
    (
        "The trust was sued by 22 families and settled for £4 million.",
        "The trust was sued by 22 families, and it settled the claims for £4 million.",
    ),
    ("Nurses went on strike in 2022 over pay.", "In 2022, nurses went on strike over pay."),
    (
        "Two nurses were convicted of ill-treating patients.",
        "Two nurses were convicted of mistreating patients.",
    ),
    (
        "The trust has been criticized for its handling of whistle blowers.",
        "The trust has been criticised for its handling of whistleblowers.",
    ),
    (
        "The inquiry criticised the board. It said that warnings were ignored.",
        "The inquiry criticised the board, and said that it had ignored warnings.",
    ),
    (
        "It was rated inadequate and put into special measures in 2014 and it left them in 2016.",
        "It was rated inadequate and put into special measures in 2014. It left them in 2016.",
    ),
    (
        "The trust failed to meet the four-hour target in 2018.",
        "The trust missed the four-hour target in 2018.",
    ),
    (
        "The hospital was evacuated after a fire in 1994 in which two patients died.",
        "Two patients died in a fire in 1994, when the hospital was evacuated.",
    ),
    (
        "Critics said the move would endanger lives.",
        "Critics argued that the move would put lives in danger.",
    ),
    ("The report found 'a culture of fear'.", 'The report found "a culture of fear".'),
    ("The trust admitted liability and apologised.", "The trust apologised and admitted liability."),
    ("Inspectors found problems in 12 areas.", "Inspectors found problems in twelve areas."),
    (
        "An investigation was launched into the deaths of 3 babies.",
        "An investigation into the deaths of three babies was launched in June.",
    ),
    (
        "The unit was shut after inspectors called it unsafe.",
        "After inspectors called it unsafe, the unit was closed.",
    ),
    ("Patients were put at risk by understaffing.", "Understaffing put patients at risk."),
    ("The board ignored warnings from midwives.", "Warnings from midwives were ignored by the board."),
    (
        "In 2018, The Ledger reported that 30 patients had died.",
        "In 2018 ''[[The Ledger]]'' reported that thirty patients had died.",
    ),
    ("The report listed 22 failings.", "The report listed 22 failings, including delays in surgery."),
    ("The trust appologised to the families.", "The trust apologised to the families."),
    (
        "A tribunal awarded him £1.2 million.",
        "A tribunal awarded him £1.2 million, which the trust paid in 2020.",
    ),
    (
        "The scandal led to a public inquiry.",
        "The scandal led to a [[Public inquiry|public inquiry]] under the Inquiries Act.",
    ),
]
NEUTRAL = [
    "The chapel was designed by Edward Pole and has stained glass windows.",
    "He died in 1932 and is buried in the grounds.",
    "The old workhouse was used by the Poor Law Union until 1930.",
    "The heart failure clinic opened in 2004.",
    "The hospital radio broadcasts on weekdays.",
    "It has a minor injuries unit and a crisis team.",
    "The car park was resurfaced in 2011.",
    "The nurses' home was demolished in 1974 to make way for a laboratory.",
    "Wounded soldiers were treated there during the First World War.",
    "The unit treats victims of burns from the whole region.",
    "The trust's complaints department is on the first floor.",
    "A bronze statue stands near the entrance.",
    "The trust runs two acute hospitals and five community hospitals.",
    "In 2006 the hospital merged with its neighbour to form the trust.",
    "A review of services in 2011 led to the transfer of vascular surgery to Oswinton.",
    "The surgical block was designed by George Hall and completed in 1962.",
    "The emergency department was rebuilt in 2015 at a cost of £20 million.",
    "It was one of the first hospitals in England to use electronic records.",
    "The hospital closed in 1984 and the site was redeveloped for housing.",
    "The Friends of the hospital raised £2 million for a scanner.",
    "Queen Mary visited the wards in 1934.",
    "The trust's chief executive is Helen Marrable, appointed in 2020.",
    "The ward treats patients with cystic fibrosis and lung disease.",
    "It has 24-hour urgent care for minor injuries and illnesses.",
    "The site is served by bus routes 5 and 9.",
    "It became part of the National Health Service in 1948.",
    "In the Second World War it was an Emergency Medical Service hospital and received wounded from Dunkirk.",
    "The palliative care team supports people who are dying and their families.",
    "The mortuary was extended in 1970.",
    "Parking charges apply from 8 am to 8 pm.",
    "The hospital specialises in the treatment of strokes, heart attacks and spinal injuries.",
    "The infection prevention team won a prize in 2012.",
    "The fever hospital opened in 1893 to treat scarlet fever and diphtheria.",
    "The trust publishes an annual report on its performance.",
    "A study by the university found that the programme helped patients recover.",
    "The psychiatric unit offers therapy for anxiety and depression.",
    "The trust's research department takes part in trials of cancer drugs.",
    "The isolation ward was used during the outbreak of smallpox in 1902.",
    "Dr Elsie Lane, the first woman on the staff, died in 1951.",
    "Staff at the hospital include 300 doctors and 900 nurses.",
    "The old building burned down in 1888.",
    "The trust reported a turnover of £410 million in 2019.",
    "The maternity unit delivers about 4,000 babies a year.",
    "The hospital trains medical students from the University of Tarn.",
    "A blue plaque marks the nurses' home.",
    "The board has eleven members and meets in public.",
    "The Care Quality Commission inspects the trust's services.",
    "The air ambulance lands on a helipad on the roof.",
    "The unit admits children with complex needs.",
    "Between 1920 and 1938 it was a sanatorium for miners with tuberculosis.",
    "The name comes from a saint who died of plague in 664.",
    "The trust covers an area of 900 square miles and serves 650,000 people.",
]


@pytest.mark.parametrize("sentence", CRITICAL)
def test_criticism_that_leaves_the_page_is_removed(sentence: str) -> None:
    assert kinds(sentence, "") == {"criticism-removed"}
    assert kinds(sentence + SOURCE, "") == {"criticism-removed", "references-lost"}


@pytest.mark.parametrize(("old", "new"), CUT)
def test_criticism_cut_out_of_a_sentence_is_removed(old: str, new: str) -> None:
    assert kinds(old, new) == {"criticism-removed"}


@pytest.mark.parametrize(("old", "new"), SOFTENED)
def test_criticism_in_weaker_words_is_softened(old: str, new: str) -> None:
    assert kinds(old + SOURCE, new + SOURCE) == {"criticism-softened"}


@pytest.mark.parametrize(("old", "new"), REWORDED)
def test_criticism_said_in_other_words_as_grave_is_kept(old: str, new: str) -> None:
    assert kinds(old, new) == set()


@pytest.mark.parametrize("sentence", NEUTRAL)
def test_uncritical_text_comes_and_goes_without_an_effect(sentence: str) -> None:
    assert kinds(sentence, "") == set()
    assert kinds("", sentence) == set()


@pytest.mark.parametrize("sentence", CRITICAL)
def test_criticism_may_be_added_moved_and_put_back(sentence: str) -> None:
    apart = "\n\n== Staff ==\nThe staff number 300. "
    assert kinds("", sentence + SOURCE) == set()
    assert kinds(sentence + SOURCE + apart, apart + sentence + SOURCE) == set()
    assert kinds("", sentence, "Undid revision 12 by [[User:X|X]]") == {"revert"}


def test_a_revert_that_takes_sourced_criticism_off_says_so_and_shows_where() -> None:
    revert = effects(CRITICAL[0] + SOURCE, "", "undo", reverts=True)["revert"]
    assert "sourced criticism" in revert.reason
    assert revert.spans
    plain = effects(CRITICAL[0], "", "undo", reverts=True)["revert"]
    assert not plain.spans


def test_the_section_heads_the_reason_and_no_word_of_the_criticism_is_repeated() -> None:
    removed = effects(CRITICAL[4], "")["criticism-removed"]
    assert removed.section == "History"
    assert removed.reason.startswith('In "History": criticism has left the page')
    assert "fined" not in removed.reason
    assert ORGANISATION.name not in removed.reason


def test_an_edit_undone_since_says_so() -> None:
    assert effects(CRITICAL[0], "", reverted_by="3")["criticism-removed"].undone


def test_a_heading_renamed_to_its_like_keeps_the_criticism_and_a_bland_one_hides_it() -> None:
    section = "\n\n== {} ==\nThe trust was criticised in 2013 for delays.\n\n"
    old = section.format("Controversies")
    assert kinds(old, section.format("Criticism and inquiries")) == set()
    assert kinds(old, section.format("Recent developments")) == {"criticism-removed"}


def test_a_section_moved_with_its_heading_keeps_the_criticism() -> None:
    section = f"\n\n== Criticism ==\n{CRITICAL[0]}{SOURCE}\n"
    other = "\n\n== Staff ==\nThe staff number 300.\n"
    assert kinds(section + other, other + section) == set()


def test_a_revert_by_the_summary_alone_hides_no_criticism_sourced_or_not() -> None:
    for sentence in (CRITICAL[0], CRITICAL[0] + SOURCE):
        found = effects(sentence, "", "rv unexplained addition")
        assert set(found) == {"criticism-removed", "revert"}
        assert "summary calls it a revert" in found["criticism-removed"].reason
        assert found["criticism-removed"].confidence < 0.8
        assert found["criticism-removed"].spans


def test_a_revert_that_the_wiki_confirms_or_that_cleans_up_abuse_is_only_that() -> None:
    assert kinds(CRITICAL[0], "", "rv", reverts=True) == {"revert"}
    assert kinds(CRITICAL[0], "", "rv", reverts=True) == {"revert"}
    assert kinds(f"{CRITICAL[0]} The managers are lying scum.", "", "rv vandalism") == {"revert"}


def test_a_flood_of_new_text_does_not_hide_what_left_the_page() -> None:
    assert "criticism-removed" in kinds(CRITICAL[0], "Plain words. " * 40_000)
