"""A person's own distress: a welfare matter, before and instead of any rule of conduct."""

from __future__ import annotations

import pytest

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Finding, Lane, Post, Severity
from rules import pack
from rules.examples import ORGANISATION
from tests.rules.posts import post, staff

RULES = pack.load(ORGANISATION, PolicySettings(), RuleSettings(rehearsal=True))

IN_CRISIS = """\
I can't go on
I want to end it all, nobody at WVFT cares
i've been self-harming since my shifts changed
I'm suicidal and the crisis line hung up on me
honestly i don't want to wake up tomorrow
I keep thinking about killing myself after every night shift
thinking of ending my life. sorry.
I took an overdose last night and I'm back at work
there's no point in living anymore
they would all be better off without me
Cut myself again. Can't talk to anyone on the ward.
I wish I was dead
I really just want to disappear forever
wanting to die is all I think about
Samaritans kept me company because I wanted to die
I feel suicidal, been in A&E at WVFT for nine hours
I can't carry on like this anymore
every day I think about jumping off the car park
don't want to be alive
I'm planning to end it tonight
i just want it all to stop, i don't want to live
Been sat in the car park two hours thinking about ending it
nobody would miss me if i was dead
Tonight I nearly took all my tablets
I've started cutting again
WVFT crisis team discharged me and I still want to kill myself
can't see a way out anymore, i'm done with life
sometimes I think my kids would be better off without me
I am having suicidal thoughts and don't know who to tell at work
I was going to jump off the multi storey after my shift
Not sure I can keep going. I think about dying all the time.
goodbye everyone, I'm sorry, I can't do this any more
""".splitlines()

WORN_DOWN = """\
I'm burnt out, crying in my car before every shift
can't cope with work any more
I'm at breaking point on this ward
Crying in the sluice on every shift
Having panic attacks before work
signed off with stress again, my job broke me
Can't do this job anymore, I feel worthless
anxiety is so much worse since the move to nights
Dreading every shift, tears again this morning
I feel so alone on nights and I can't sleep
had a breakdown in the staff room, nobody asked if I was ok
drinking every night to get through this job
I've been close to a breakdown since the rota changed
reached rock bottom, exhausted and hopeless
I can't face another shift
Sobbing in the toilets at work
my mental health is in pieces, help me
feeling hopeless and exhausted, months of this
can't stop crying after work
Im broken. This job has broken me. No sleep for weeks.
I cry every day before work and nobody notices
Six months on this ward and I'm completely burnt out
I have panic attacks in the sluice and hide them
My anxiety is unbearable since I moved to nights
Can't cope anymore with this job
I'm at the end of my tether, no sleep, no support at work
Been signed off with depression
Work has destroyed me, I feel worthless
I sat in the staff toilets sobbing again today
I'm not ok. This job is breaking me.
I'm drowning at work and nobody is helping
""".splitlines()

NOT_ONES_OWN = """\
If you feel suicidal call Samaritans 116 123
You are not alone. If you want to end it all, text SHOUT to 85258
This rota is killing me
could kill for a tea
I'd die for a lie-in
I want to die of embarrassment
I'm dead 😂 want to die, he called her mum
World Suicide Prevention Day: our team lights candles
I'm running the marathon for suicide prevention
I did the suicide awareness training at WVFT
I used to self-harm when I was 15, here to listen
Ten years free from self-harm today
Ten years free since I wanted to die. Recovery is real, I'm in recovery.
"I want to end my life" she whispered, and I stayed
Patient said i want to die and we sat together
He told me he wants to kill himself, we got help
I'm not suicidal
I don't want to die in a corridor
never wanted to end it all
🎵 I want to die, oh I can't go on 🎵
lyrics of the week: I can't go on without you
That song, I can't carry on, love it
I burnt myself on the oven making cake
cut myself shaving before interview
I want to end it with my broadband provider
killing myself laughing at the ward panto
can't cope with how cute this puppy is
can't take it any more, Sunderland conceded again, worst football ever
can't do this diet any more lol
my feet are killing me after nights
the printer is broken and I can't cope haha
I'm broken after leg day at the gym
suicide rates are rising, says charity
self-harm policy updated on the intranet
My brother is suicidal and nobody helps
suicidal patients wait 12 hours in our A&E
crying with laughter in handover lol
happy tears on my last shift, thanks to all
Nobody would end it all for a biscuit
finally signed off my competencies, so happy
Tears of joy at our graduation after three years
Can't sleep, excited for my new job
The meeting was to die for, not
Talking saves lives: if you're struggling, call 116 123
Mental health first aid course done, thank you WVFT
Join us for the suicide prevention walk on Sunday
I could murder a curry after that shift
These night shifts will be the death of me, need coffee
I'm dying to see the new ward
Kill me now, another Teams meeting lol
Just killed myself at squats, legs are jelly
I've been dead on my feet since Tuesday
"I don't want to live", he told me. We talked till morning.
My patient said she wants to die and I will never forget it
Our crisis team helps people who want to end their life
Self-harm admissions are up 10% says report
I self-harmed as a teenager, now I train nurses
20 years ago I wanted to end my life. Today I qualified.
Now playing: I want to break free
She sings 'can't go on' like nobody else
I can't go on holiday till August
I can't go on shift without a coffee first
can't go on the ward with a cold
I can't carry on my bag on this flight
I can't keep going to the same cafe
Can't cope with this heat
cant take any more leave this year at work
I cried at the graduation, so proud
Crying at this video of a dog greeting a soldier after work
Burnt out the clutch on my way to work
The telly is broken and I'm broken hearted about it
Don't want to be here on bank holiday haha
Don't want to go on nights again
no point in going on the bus, it never comes
What's the point of living in Wearside if you never see the sea
Dreading the car park on Monday
Signed off by my mentor, finally a nurse
Exhausted but happy, best job in the world
The lift at work had a breakdown again
My phone died and I wanted to die with it lol
the boiler wants to end it all
He wanted to end it, so they divorced
Overdose training day at the lab
Paracetamol overdose: what to do, a thread for juniors
""".splitlines()


def findings(item: Post) -> dict[str, Finding]:
    return {finding.rule_id: finding for finding in RULES.evaluate(item)}


@pytest.mark.parametrize(
    ("text", "severity"),
    [(text, Severity.CRITICAL) for text in IN_CRISIS] + [(text, Severity.MEDIUM) for text in WORN_DOWN],
)
def test_ones_own_distress_is_for_welfare(text: str, severity: Severity) -> None:
    for item in (post(text), staff(text)):
        found = findings(item)["WEL-001"]
        assert (found.lane, found.route, found.severity) == (Lane.CONFIDENTIAL, ("welfare",), severity)


@pytest.mark.parametrize("text", NOT_ONES_OWN)
def test_prevention_songs_jokes_and_what_others_feel_stay_quiet(text: str) -> None:
    assert "WEL-001" not in findings(post(text))


@pytest.mark.parametrize("policy", ["CDD", "VOY", "SWL", "NT", "BOL"])
def test_it_runs_under_every_policy_with_a_clause_behind_it(policy: str) -> None:
    rules = pack.load(ORGANISATION, PolicySettings(packs=(policy,)), RuleSettings())
    (finding,) = rules.evaluate(post("I want to end it all"))
    assert [clause.split("-")[0] for clause in finding.clauses] == [policy] * len(finding.clauses)
    assert finding.clauses


def test_a_post_of_distress_is_never_a_finding_of_conduct() -> None:
    insult = "Our matron is a complete muppet."
    assert "DRG-001" in findings(staff(insult))
    assert set(findings(staff(f"{insult} I want to end it all."))) == {"WEL-001"}


def test_a_patient_identifier_beside_it_is_still_found() -> None:
    assert set(findings(post("I want to end it all. NHS number 999 000 0018"))) == {"WEL-001", "NHS-001"}


def test_the_words_say_where_help_is_and_nothing_of_discipline() -> None:
    finding = findings(post("I want to end it all"))["WEL-001"]
    assert "116 123" in finding.reason
    assert "85258" in finding.reason
    assert "disciplin" not in finding.reason
    assert len(finding.reason) <= 300, "a digest shows no more"
