"""The published pages: whole in themselves, readable by everybody, without a private word."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from lxml import html

from monitor.config import Governance, Organisation, Retention, Settings, SourceSettings
from monitor.errors import MonitorError
from monitor.publishing import dpia, official, transparency
from monitor.publishing.pages import lasting, rendered, written
from monitor.registers import OfficialAccount
from monitor.smallcounts import few
from monitor.store.tables import SQLModel
from monitor.types import Lane
from rules import pack
from rules.engine import RuleSet

ROOT = Path(__file__).parents[2]
DAY = date(2026, 11, 22)
LISTED = datetime(2026, 11, 1, 9, tzinfo=UTC)
SETTINGS = Settings(
    organisation=Organisation(
        name="Wearside Vale NHS Foundation Trust",
        short="WVFT",
        handles=("@WVFTNHS",),
        domains=("wvft.nhs.test",),
    ),
    governance=Governance(contact="monitoring@wvft.nhs.test", privacy_notice="https://wvft.nhs.test/privacy"),
)


@cache
def rules() -> RuleSet:
    return pack.load(SETTINGS.organisation, SETTINGS.policy, SETTINGS.rules)


def account(**more: object) -> OfficialAccount:
    fields: dict[str, object] = {
        "platform": "mastodon",
        "account": "@WVFTNHS",
        "url": "https://social.wvft.nhs.test/@WVFTNHS",
        "purpose": "News & visiting times",
        "owner": "Head of Communications",
        "approver": "Director",
        "approved_on": date(2026, 11, 1),
        "recovery_contact": "Duty press officer",
    }
    return OfficialAccount.model_validate(fields | more)


def listed(*accounts: OfficialAccount, settings: Settings = SETTINGS, day: date = DAY) -> Mapping[str, str]:
    return official.files(settings, [(each, LISTED) for each in accounts], day)


def monitoring(settings: Settings = SETTINGS, staff: int = 0) -> str:
    return transparency.files(settings, rules(), staff, DAY)["monitoring.html"]


PAGES = {
    "accounts": lambda: listed(account())["official-accounts.html"],
    "no accounts": lambda: listed()["official-accounts.html"],
    "monitoring": monitoring,
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_stands_by_itself_and_has_landmarks(page: object) -> None:
    text = page()  # type: ignore[operator]
    tree = html.fromstring(text)
    assert tree.get("lang") == "en-GB"
    assert [len(tree.findall(f".//{tag}")) for tag in ("header", "main", "footer", "h1", "title")] == [1] * 5
    assert (
        tree.xpath(
            "//script | //link | //img | //iframe | //object | //*[@style] | //@*[starts-with(name(), 'on')]"
        )
        == []
    )
    assert not re.search(r"url\(|@import", text)
    assert all(cell.get("scope") in ("col", "row") for cell in tree.iter("th"))
    assert all(table.find("caption") is not None for table in tree.iter("table"))
    levels = [int(heading.tag[1]) for heading in tree.iter("h1", "h2", "h3")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tree.xpath("//a[@class='skip']/@href") == ["#content"]
    assert "{{" not in text
    assert "None" not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "soft", "link"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_words_stand_out_from_their_ground_in_light_and_dark(scheme: str, name: str, ground: str) -> None:
    colours = re.findall(r":root \{(.*?)\}", listed()["official-accounts.html"])[scheme == "dark"]
    found = dict(re.findall(r"--(\w+): #(\w{6})", colours))
    light, dark = sorted((luminance(found[name]), luminance(found[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.2, success criterion 1.4.3


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_list_as_json_has_its_documented_shape_and_fingerprint() -> None:
    files = listed(account(platform="x"), account())
    data = json.loads(files["official-accounts.json"])
    assert list(data) == ["format", "organisation", "ods_code", "as_of", "contact", "sha256", "accounts"]
    assert [entry["platform"] for entry in data["accounts"]] == ["mastodon", "x"]
    assert list(data["accounts"][0]) == ["platform", "account", "url", "purpose", "since", "approved_on"]
    canonical = json.dumps(data["accounts"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert data["sha256"] == sha256(canonical.encode()).hexdigest()
    assert data["sha256"] in files["official-accounts.html"]


def test_the_same_register_gives_the_same_files_but_for_the_day() -> None:
    one = listed(account(), account(platform="x"))
    assert one == listed(account(platform="x"), account())
    later = listed(account(), account(platform="x"), day=DAY + timedelta(days=1))
    assert json.loads(one["official-accounts.json"]) | {"as_of": ""} == json.loads(
        later["official-accounts.json"]
    ) | {"as_of": ""}
    assert (
        one["official-accounts.html"].replace("22 November", "23 November") == later["official-accounts.html"]
    )


def test_what_people_typed_is_words_on_the_page_and_never_code() -> None:
    page = listed(account(purpose="<script>alert(1)</script>", account="@a<b>"))["official-accounts.html"]
    tree = html.fromstring(page)
    assert tree.xpath("//script | //b") == []
    assert "<script>alert(1)</script>" in tree.text_content()


SECRET = st.text("qxzQXZ", min_size=12, max_size=30)


@tries(max_examples=60, deadline=None)
@given(owner=SECRET, approver=SECRET, recovery=SECRET, person=SECRET, handle=SECRET, address=SECRET)
def test_nothing_private_reaches_a_published_file(
    owner: str, approver: str, recovery: str, person: str, handle: str, address: str
) -> None:
    reference = f"{person}-7"
    sources = (
        SourceSettings(
            name=f"blog of {reference}", kind="rss", authorisation=reference, url="https://a.test"
        ),  # type: ignore[call-arg]
        SourceSettings(name="alerts", kind="rss", url=f"https://alerts.test/{address}"),  # type: ignore[call-arg]
        SourceSettings(name=f"posts of {handle}", kind="mastodon", account=f"@{handle}"),  # type: ignore[call-arg]
    )
    settings = SETTINGS.model_copy(update={"sources": sources})
    entry = account(owner=owner, approver=approver, recovery_contact=recovery)
    public = "".join([*listed(entry, settings=settings).values(), monitoring(settings, 1)])
    told = [word for word in (owner, approver, recovery, reference, handle, address) if word in public]
    assert told == []
    assert reference not in dpia.files(settings, rules(), dpia.Known(staff=1), DAY)["dpia.md"]


@pytest.mark.parametrize(("staff", "told"), [(0, "none"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5")])
def test_a_small_number_of_staff_is_not_told(staff: int, told: str) -> None:
    assert few(staff) == told
    assert f"Members of staff in the register today:\n<strong>{told}</strong>" in monitoring(staff=staff)


def test_the_page_says_what_is_read_looked_for_kept_and_never_done() -> None:
    settings = SETTINGS.model_copy(
        update={
            "sources": (
                SourceSettings(name="local news", kind="rss", url="https://gazette.test/key"),  # type: ignore[call-arg]
                SourceSettings(name="ours", kind="mastodon", account="@wvftnhs"),  # type: ignore[call-arg]
                SourceSettings(name="resting", kind="rss", enabled=False),
            ),
            "retention": Retention(mentions=timedelta(days=21)),
        }
    )
    page = " ".join(" ".join(html.fromstring(monitoring(settings)).itertext()).split())
    assert "local news news feed" in page
    assert "ours Mastodon" in page
    assert "resting" not in page
    assert "gazette.test" not in page
    assert "Mentions without a finding 21 days" in page
    assert all(line in page for line in transparency.NEVER)
    running = [rule.file for rule in rules().rules if rule.runs]
    assert all((file.title in page) is (file.lane is not Lane.PROTECTED) for file in running)
    assert "Caldicott Guardian" in page
    assert "monitoring@wvft.nhs.test" in page


def test_the_assessment_knows_every_table_and_marks_what_is_undecided() -> None:
    assert set(dpia.DATA) == set(SQLModel.metadata.tables)
    assert {period for _, period in dpia.DATA.values()} <= {*Retention.model_fields, "none"}
    decided = Governance(dpia_reference="DPIA-2026-04", retention_approved="IG lead, 3 Nov 2026")
    before = dpia.files(SETTINGS, rules(), dpia.Known(), DAY)["dpia.md"]
    after = dpia.files(SETTINGS.model_copy(update={"governance": decided}), rules(), dpia.Known(), DAY)[
        "dpia.md"
    ]
    assert "DPIA-2026-04" in after
    assert "TO BE DECIDED BY the information governance lead" in before
    assert "TO BE DECIDED BY the information governance lead" not in after


def test_a_platform_that_needs_a_basis_shows_it_or_asks_for_it() -> None:
    basis = {"reference": "letter | 7", "approved_by": "SIRO", "on": DAY, "review": date(2027, 11, 1)}
    sources = (
        SourceSettings(name="one", kind="x", terms_basis=basis),  # type: ignore[arg-type]
        SourceSettings(name="two", kind="x"),
    )
    text = dpia.files(SETTINGS.model_copy(update={"sources": sources}), rules(), dpia.Known(), DAY)["dpia.md"]
    assert "| one | X | letter \\| 7, review 1 November 2027 |" in text
    assert "| two | X | **TO BE DECIDED BY the Data Protection Officer** |" in text


def test_the_form_in_the_documentation_is_the_assessment_of_an_empty_installation() -> None:
    settings = Settings(organisation=Organisation(name="The organisation", short="Organisation"))
    blank = pack.load(settings.organisation, settings.policy, settings.rules)
    form = dpia.files(settings, blank, dpia.Known(), None)["dpia.md"]
    assert (ROOT / "docs" / "dpia.md").read_text("utf-8") == form


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "site" / "new"
    assert written(target, {"a.html": "one"}) == [target / "a.html"]
    written(target, {"a.html": "two"})
    assert [path.name for path in target.iterdir()] == ["a.html"]
    assert (target / "a.html").read_text("utf-8") == "two"
    assert (target / "a.html").stat().st_mode & 0o777 == 0o644
    (tmp_path / "file").write_text("")
    with pytest.raises(MonitorError, match="name another folder"):
        written(tmp_path / "file", {"a.html": "one"})


def test_periods_are_said_as_people_say_them() -> None:
    said = [
        lasting(timedelta(**length)) for length in ({"days": 2190}, {"days": 365}, {"days": 1}, {"hours": 2})
    ]
    assert said == ["6 years", "1 year", "1 day", "120 minutes"]


def test_text_for_people_in_markdown_is_not_escaped_twice() -> None:
    settings = SETTINGS.model_copy(update={"organisation": Organisation(name="A & B", short="AB")})
    assert "A & B" in dpia.files(settings, rules(), dpia.Known(), DAY)["dpia.md"]
    assert rendered("contact.html.j2", settings=settings).strip() == ""
