"""Possible protected disclosures: what goes to the Guardian, and what is an ordinary mention."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Finding, Lane, Post, Severity
from rules import pack
from rules.examples import ORGANISATION
from tests.rules.posts import post, staff

RULES = pack.load(ORGANISATION, PolicySettings(), RuleSettings(rehearsal=True))

CONCERNS = """\
We've been told not to datix falls on our ward any more.
I'm a nurse at St Oswin's and the crash trolley on my ward has been empty for a week
Bank HCA here. Only me for 28 patients on nights, somebody is going to die
They hid the infection figures before the CQC came. I work there.
As a junior doctor at WVFT I was ordered to alter the notes after a death
I blew the whistle on unsafe discharges and my contract was not renewed
Nights again. Two nurses on our ward for 32 patients. Not safe.
Colleagues on my unit are stealing morphine and management know
asked to coach witnesses before the coroner comes, I work in the legal team at WVFT
We staff keep telling them the ventilators are broken. Ignored every time.
records being shredded in our department tonight
they moved me to days for speaking up about the deaths on our unit
we're told to discharge patients who aren't fit so figures look good. i'm on the ward and see it
asbestos in our staff room ceiling, estates told us to say nothing
I'm a porter, we were told to move bodies without consent forms and shut up
I work in A&E. Patients are dying in the corridor and it's being covered up.
Someone in our pharmacy falsified the controlled drug book
Escalated to our board that the rota is unsafe, brushed off
a manager of mine is looking up her ex's records, snooping in notes, reported, nothing happened
they deleted my datix
we run the unit with skeleton staff and babies are at risk
expired adrenaline in our crash bags again. told to use it
Management at our place told us to wipe the CCTV after the assault on ward 3
Been asked to sign for controlled drugs I never counted, this is my third week on the unit
We have had no working suction in our resus bay since June and everybody senior knows
I've just finished a shift where I was the only qualified nurse for 34. Somebody will die.
They are putting fake names on the rota to make our staffing look legal
I reported a colleague for hitting a patient and now I'm the one suspended
worked in radiology here for 10 years, machines leak and they know it
I'm on the estates team and there is legionella in the ward water, told to keep schtum
I was told my career is over if I mention the medication errors again
We keep sending home patients who can barely stand because the chief exec wants beds. Unsafe.
nobody on my team has had fire training and the sprinklers are switched off
I work nights in A&E, ambulances queue for hours and patients have died waiting outside
HCA on a dementia ward: colleagues are drugging residents to keep them quiet
my supervisor groped me in the store cupboard and HR buried it
Blood samples getting mixed up in our lab daily, we were told not to record it
the trust made us sign gagging clauses when we left maternity
My ward has one nurse for fifteen patients tonight, I am scared someone will come to harm
As a pharmacist at St Oswin's I flagged dispensing errors, was told to drop it
the coroner was never told about the missing notes, i was in the room when it was decided
Datix after datix from our team and every one gets closed with no action
They have altered my statement about the death on our unit
staff like me are being threatened for raising safety concerns
our theatre ventilation failed inspection and lists are still running
Kitchen staff told to serve food past its date on my site
I've emailed the CQC because my managers refuse to fix the broken hoists
we've got agency doctors on our rota with no GMC registration
someone in finance where I work is taking bribes from suppliers
My bosses are lying to bereaved parents. I have seen the emails.
I'm a student nurse on placement and was told to sign obs I didn't do
Two midwives covering three wards on our shift, babies at risk
I spoke up about bullying and unsafe care and lost my job at WVFT
patient records from my department were found in a skip
I know of a surgeon on our team with a terrible death rate and it's being hushed up
i clean the wards and they make us use out of date disinfectant
They switched off the alarms on our unit at night so we wouldn't disturb anyone. A man died.
My line manager has been forging our training certificates
I work on the switchboard at WVFT and calls about abuse are just logged as nothing
we on ward 11 have been ordered to stop filling in incident forms
Two years of me reporting mould in our theatre and infections keep happening
Found out my trust has been selling patient data. I have proof.
The consultant on my team turns up drunk, everyone covers for him
Just me and a student for 26 patients last night on my shift. This is dangerous
our managers told inspectors we had safe staffing. We never do.
I whistleblew about the bullying and deaths in my department and they destroyed my career
My registration is at risk because they force us to sign for drugs we didn't give
Somebody at my work is stealing patients' cash and no one dares report it
nursing on bank at WVFT: no handover, no alarms working, no one accountable, people getting hurt
""".splitlines()

MENTIONS = """\
They lied to us about my mum's fall
My dad died at St Oswin's and they covered it up. We want answers.
The nurses on ward 6 told me to keep quiet when I complained about the noise
I was discharged at 2am without consent and no meds
We were told to wait outside while they sorted my son's bed
As a patient at WVFT I felt unsafe
PALS ignored my complaint about mum's care three times
Strike day 3: pay restoration now, our wards are unsafe
fair pay for nurses. We can't keep our patients safe on this pay offer
Picket line at WVFT, our teams are exhausted and short staffed
Court heard nurse stole morphine from hospital
October is Speak Up Month: our team of champions is here for you
Freedom to Speak Up training completed with my team today
If staff are told to falsify records they should speak up
Fraud awareness week: our counter-fraud team explains
Proud of our ward, never unsafe thanks to every colleague
dangerously good cake in our staff room
My tattoo cover up is finally done
Letby inquiry: managers ignored consultants who raised concerns
Great shift with my team, so lucky to work at WVFT
our car park is full again and nobody cares
The trust's fire alarm went off twice today, all fine
"We were told to backdate the obs on our ward," one nurse said after leaving the trust
Road outside St Oswin's is dangerous, needs a crossing
Please vote for our ward in the staff awards
My nan waited eleven hours on a chair, disgusting and unsafe
They told me to be quiet when I asked about my scan results
The receptionist lied to me about my appointment
I've complained to PALS twice about the way my dad was handled and nobody has replied
St Oswin's lost my baby's notes, how is that legal
Nobody told my family about the infection until he died
My son was restrained without consent on the children's ward
We visited grandad and there was one nurse for the whole ward
The trust covered up my brother's death and we will fight for the truth
Discharged with the wrong medication, dangerous
Nurses on ward 8 are wonderful but there are not enough of them
I was left in a wet bed all night, staff kept ignoring me
Protest on Saturday to keep our maternity unit open, lives at risk if it shuts
Great session with our FTSU guardian this morning, so many ideas
October is speaking up month, tell us what it means to you
Be brave: raise concerns early, says our chief nurse
Had my duty of candour refresher, certificate on the fridge
Policy reminder: never share passwords, it is unlawful to look up records without a reason
Reading about the Mid Staffs scandal for my MSc, managers told nurses to falsify records
A nurse in Kent has been jailed for stealing morphine, court heard
Ex-trust boss hid deaths from families, inquiry told
We are balloting: 3% is an insult and our wards are unsafe
UNISON members at WVFT vote to strike over unsafe staffing
On the picket line with my team, honk if you support nurses
Pay has fallen by a fifth, patients at risk because colleagues leave
Our ward won a safety award, never been prouder of my colleagues
Really safe shift today, our new rota works
We had a fire drill on our unit and nobody died of boredom
I've been told to drink more water on shift, so I am
My manager told me to take my annual leave, bless her
Told to expect snow on my night shift
Covered up in cake at my leaving do on the ward
My team nicked the last biscuits in the staff room, I want an inquiry
We broke the law of physics getting that bed through our ward door
Somebody stole my lunch from our staff room fridge again
Dangerous levels of chocolate on our unit
The bins in our street are overflowing with waste, council told, nothing done
Binge watching a drama where a doctor covers up a death
The gazette reports that inspectors found expired drugs at a clinic
Free webinar: how staff can whistleblow and what the law says
Our hospital radio is back, nobody is listening yet!
Busy night, short staffed, but my team smashed it
Lovely to be told by my patients that we made them feel safe
Never put lives at risk: don't drive to hospital for a cough, our A&E is busy
I waited all day with my daughter and nobody cares in that place
The discharge lounge is filthy and unsafe for old people like my nan
Complained to the trust about dad's broken hip, they lied in their response
Told to go home with chest pains, shocking and dangerous
My operation was cancelled three times, what a cover up
Council accused of hiding a report on the hospital bus route
Tonight's episode: a nurse steals morphine and lies to the coroner
Support the nurses on Monday's march, safe staffing now
Wear your green lanyard for speak up week, our champions would love to meet you
How safe are your hospital's wards? Our readers tell us
Team away day: we told our managers to get more cake
Thanks to our ward team for reporting every near miss, that is how we learn
Lost my badge on shift and nobody listened to me singing
My colleagues raised 500 pounds for the unit, nothing short of amazing
Our department passed its CQC inspection, so proud
""".splitlines()

# What a campaigner or a patient could say in the same words: a concern where the author is known to be staff.
OURS = """\
our trust is hiding the number of stillbirths from the regulator
Bosses at my hospital are billing for operations that never took place
Our paramedics are being told to leave patients in corridors unattended
My consultant is operating while drunk and the board won't act
""".splitlines()

LABELLED = [
    json.loads(line)
    for line in (files("tests.rules") / "data" / "concern.jsonl").read_text("utf-8").splitlines()
]


def findings(item: Post) -> dict[str, Finding]:
    return {finding.rule_id: finding for finding in RULES.evaluate(item)}


@pytest.mark.parametrize("text", CONCERNS)
def test_a_concern_about_ones_own_workplace_goes_to_the_guardian_and_to_no_other_rule(text: str) -> None:
    for item in (post(text), staff(text)):
        assert set(findings(item)) == {"PDA-001"}


@pytest.mark.parametrize("text", MENTIONS)
def test_complaints_disputes_news_training_and_daily_life_are_no_concern(text: str) -> None:
    assert "PDA-001" not in findings(post(text))


@pytest.mark.parametrize("text", OURS)
def test_words_that_the_public_uses_as_well_are_a_concern_from_a_known_account_alone(text: str) -> None:
    assert set(findings(staff(text))) == {"PDA-001"}
    assert "PDA-001" not in findings(post(text))


@pytest.mark.parametrize(("rule", "category"), [("PDA-001", "whistleblowing"), ("WEL-001", "safeguarding")])
def test_labelled_lines_of_staff_and_public_are_told_apart(rule: str, category: str) -> None:
    """Lines written without a look at the rules. What the rules still get wrong stays among them."""
    authors = {"staff": staff, "public": post}
    hits = [rule in findings(authors[row["given"]["author"]](row["text"])) for row in LABELLED]
    wanted = [category in row["expect"]["categories"] for row in LABELLED]
    right = sum(hit and want for hit, want in zip(hits, wanted, strict=True))
    assert right >= 0.95 * sum(hits)
    assert right >= 0.92 * sum(wanted)


@pytest.mark.parametrize("policy", ["CDD", "VOY", "NT", "BOL"])
def test_the_lane_holds_under_every_policy_that_speaks_of_it(policy: str) -> None:
    rules = pack.load(ORGANISATION, PolicySettings(packs=(policy,)), RuleSettings())
    (finding,) = rules.evaluate(post("We were told to falsify the charts on our ward"))
    assert (finding.lane, finding.route, finding.owner) == (Lane.PROTECTED, ("concerns",), "concerns")


def test_an_authorised_account_need_not_say_that_it_works_there() -> None:
    text = "Staffing on the second floor is unsafe, patients are at risk"
    assert "PDA-001" in findings(staff(text))
    assert "PDA-001" not in findings(post(text))


@pytest.mark.parametrize(
    "text",
    [
        "I slapped a patient on my ward today, she deserved it",
        "I'd happily hit patients like that on our ward",
        "someone should slap the relatives and patients on my ward",
        "still drunk on my shift lol, managed fine",
        "I nicked some codeine from our ward for my headache",
    ],
)
def test_what_authors_tell_of_their_own_deeds_is_left_to_other_rules(text: str) -> None:
    assert "PDA-001" not in findings(staff(text))


def test_who_is_in_danger_is_helped_first_and_a_clear_concern_says_that_its_author_may_be() -> None:
    crisis = "I have been having suicidal thoughts since the investigation."
    assert set(findings(staff(f"I reported it, nothing happened. {crisis}"))) == {"WEL-001"}
    (finding,) = findings(staff(f"We were told to falsify the charts on our ward. {crisis}")).values()
    assert finding.rule_id == "PDA-001"
    assert "116 123" in finding.reason


def test_neither_title_nor_reason_judges() -> None:
    (finding,) = findings(staff("My useless matron told us to backdate the obs on our ward")).values()
    assert finding.severity is Severity.INFO, "nothing sorts it among breaches"
    words = f"{finding.title} {finding.reason}".casefold()
    assert not [
        word for word in ("breach", "violat", "misconduct", "inappropriate", "backdate") if word in words
    ]


def test_an_identifier_in_the_same_post_is_told_to_the_guardian_alone() -> None:
    (finding,) = findings(post("We were told to backdate obs on our ward, NHS number 999 000 0018")).values()
    assert finding.rule_id == "PDA-001"
    assert "Caldicott Guardian" in finding.reason
    (bare,) = findings(post("We were told to backdate obs on our ward")).values()
    assert "Caldicott Guardian" not in bare.reason


@pytest.mark.parametrize("prefix", ["", "\u202e", "\U0001f6a8 ", "\u200bw\u200be "])
def test_its_span_is_where_the_words_stand_in_the_raw_text(prefix: str) -> None:
    text = f"{prefix}we were told to b\u00e1ckdate the obs on our ward"
    (finding,) = findings(post(text)).values()
    (span,) = finding.spans
    assert text[span.start : span.end] == "told to b\u00e1ckdate"
