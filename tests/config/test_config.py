"""Settings: where they come from, what is refused, and that each refusal says where and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from monitor.config import (
    Organisation,
    RecipientSettings,
    Settings,
    SourceSettings,
    StoreSettings,
    check_options,
    error_at,
    load,
    warnings,
)
from monitor.config.fields import duration, short_duration
from monitor.errors import ConfigError

HEAD = '[organisation]\nname = "Wearside Vale NHS Foundation Trust"\nshort = "WVFT"\n'
SMTP = '[smtp]\nhost = "mail.wvft.nhs.test"\nsender = "comms@wvft.nhs.test"\n'
SOURCE = '[[sources]]\nname = "news"\nkind = "rss"\n'
ROW = """\
[[authorisations]]
person = "S-014"
notice_version = "3"
notice_date = 2026-01-05
lawful_basis = "legitimate interests"
dpia_reference = "DPIA-7"
starts = 2026-02-01
expires = 2027-02-01
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes monitor.toml into an empty working folder, with an environment that sets nothing."""
    for name in ("MONITOR_CONFIG", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def written(text: str) -> Path:
        Path("monitor.toml").write_text(text, "utf-8")
        return Path("monitor.toml")

    return written


def refusal(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value).splitlines()


def test_the_shortest_file_has_sensible_defaults(write: Write, tmp_path: Path) -> None:
    settings = load(write(HEAD))
    assert settings.digest.at == time(7, 30)
    assert settings.digest.days == "mon-fri"
    assert settings.store.state_dir == tmp_path / "state"
    assert settings.store.database_url == f"sqlite:///{tmp_path}/state/trustwatch.db"
    assert settings.rules.rehearsal is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + '[digest]\nat = "25:00"\n', 'monitor.toml:5:1: digest.at: must be a time such as "07:30"'),
        (HEAD + '[digest]\n  at = "01:30"\n', "monitor.toml:5:3: digest.at: must lie outside 01:00 to 01:59"),
        (HEAD + '[digest]\ndays = "1-5"\n', "monitor.toml:5:1: digest.days: must be day names"),
        (HEAD + '[digest]\ndays = "fri-mon"\n', "monitor.toml:5:1: digest.days: must be day names"),
        (
            HEAD + '[digest]\non_empty = "sent"\n',
            "monitor.toml:5:1: digest.on_empty: must be 'send', 'skip' or 'weekly'",
        ),
        (
            HEAD + 'recipients = [{address = "a@b.test"}]\n[digest]\nbogus = { a = 1 }\n',
            "monitor.toml:4:1: organisation.recipients: unknown key:",
        ),
        (
            'recipients = [\n  { address = "a@b.test" },\n  { address = "nobody", role = "comms" },\n]\n'
            + HEAD,
            "monitor.toml:3:5: recipients.1.address: must be one mail address",
        ),
        (
            HEAD + '[[recipients]]\naddress = "a@b.test"\nrole = "comms_directr"\n',
            "monitor.toml:6:1: recipients.0.role: is not a role: did you mean 'comms_director'?",
        ),
        (HEAD + SMTP + 'port = "many"\n', "monitor.toml:7:1: smtp.port: must be a whole number"),
        (HEAD + SMTP + "port = 99999\n", "monitor.toml:7:1: smtp.port: input should be less than"),
        (HEAD + SMTP + "potr = 25\n", "monitor.toml:7:1: smtp.potr: unknown key: did you mean 'port'?"),
        (HEAD + "[netwrok]\n", "monitor.toml:4:1: netwrok: unknown key: did you mean 'network'?"),
        ('[organisation]\nname = "A"\n', "monitor.toml:1:1: organisation.short: is missing"),
        ("", "monitor.toml:1:1: organisation: is missing"),
        (HEAD + 'time_zone = "Europe/Lundon"\n', "did you mean 'Europe/London'?"),
        (
            HEAD + 'note = """\n[digest]\nat = "25:00"\n"""\n',
            "monitor.toml:4:1: organisation.note: unknown key",
        ),
        (
            HEAD + SOURCE + "every = 30\n",
            'monitor.toml:7:1: sources.0.every: must be a duration such as "30m"',
        ),
        (HEAD + SOURCE + 'every = "0m"\n', "monitor.toml:7:1: sources.0.every: must be longer than nothing"),
        (HEAD + SOURCE + SOURCE, "monitor.toml:8:1: sources.1.name: is here twice"),
        (
            HEAD + '[[recipients]]\naddress = "a@b.test"\n[[recipients]]\naddress = "A@b.test"\n',
            "monitor.toml:7:1: recipients.1.address: is here twice",
        ),
        (
            HEAD + SOURCE + 'authorisation = "Jo Bloggs"\n',
            "monitor.toml:7:1: sources.0.authorisation: must be a reference such as S-014",
        ),
        (
            HEAD
            + SOURCE.replace("news", "Blog of NurseJo")
            + 'account = "@nursejo"\nauthorisation = "S-1"\n',
            "monitor.toml:5:1: sources.0.name: shows the account",
        ),
        (
            HEAD + SOURCE + ROW,
            "monitor.toml:7:1: authorisations.0: the register of staff accounts is in the database: take "
            "this table out and type `monitor accounts add S-014 --platform",
        ),
        ('authorisations = "@nurse"\n' + HEAD, "accounts add S-014 --platform"),
        (
            HEAD + '[network]\ncontact = "Presse-Büro"\n',
            "monitor.toml:5:1: network.contact: must be plain ASCII characters",
        ),
        (HEAD + 'oops = "a\n', "monitor.toml:4:10: not TOML: Illegal character"),
        (HEAD + 'oops = """a\n', "not TOML: Unterminated string"),
        (HEAD + "[organisation]\n", "monitor.toml:4:14: not TOML: Cannot declare"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(write: Write, text: str, expected: str) -> None:
    assert any(expected in line for line in refusal(write(text)))


def test_all_mistakes_come_at_once_one_line_each(write: Write) -> None:
    lines = refusal(write(HEAD + '[digest]\nat = "25:00"\n' + SMTP + 'port = "x"\n[nonsense]\n'))
    assert [line.split(": ")[1] for line in lines] == ["digest.at", "smtp.port", "nonsense"]


def test_a_value_in_a_wrong_place_is_never_repeated(write: Write) -> None:
    text = (
        HEAD
        + SMTP.replace("host", "hots")
        + 'port = "hunter2"\nsecurity = "hunter2"\npassword = ["hunter2"]\n'
    )
    assert "hunter2" not in "\n".join(refusal(write(text)))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (SMTP + 'password = "hunter2"\n', "smtp.password"),
        ('[store]\nurl = "postgresql://tw:hunter2@db.wvft.nhs.test/tw"\n', "store.url"),
        ('[network]\nproxy = "http://tw:hunter2@proxy.wvft.nhs.test:3128"\n', "network.proxy"),
    ],
)
def test_a_secret_in_the_file_is_refused_with_a_hint(write: Write, text: str, key: str) -> None:
    (line,) = refusal(write(HEAD + text))
    assert f": {key}: holds a secret" in line
    assert f"named {key.replace('.', '-')} in the folder" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("name", ["smtp-password", "MONITOR_SMTP__PASSWORD"])
def test_a_password_comes_from_a_credential_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / name).write_text("hunter2\n", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    settings = load(write(HEAD + SMTP))
    assert settings.smtp is not None
    assert settings.smtp.password is not None
    assert settings.smtp.password.get_secret_value() == "hunter2"
    assert settings.where(("smtp", "password")) == str(folder / name)
    assert "hunter2" not in repr(settings)


def test_a_secrets_folder_is_looked_for_beside_the_settings_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "store-url").write_text("postgresql://tw:hunter2@localhost/tw", "utf-8")
    settings = load(write('secrets_dir = "secrets"\n' + HEAD))
    assert settings.store.database_url == "postgresql://tw:hunter2@localhost/tw"


def test_a_credential_for_mail_that_nobody_set_up_changes_nothing(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "smtp-password").write_text("hunter2", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert load(write(HEAD)).smtp is None


def test_the_environment_beats_secret_files_and_these_beat_the_settings_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "smtp-password").write_text("from the file", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("MONITOR_SMTP__PASSWORD", "from the environment")
    monkeypatch.setenv("MONITOR_DIGEST__AT", "09:00")
    settings = load(write(HEAD + SMTP + '[digest]\nat = "07:00"\ndays = "mon-sun"\n'))
    assert settings.smtp is not None
    assert settings.smtp.password is not None
    assert settings.smtp.password.get_secret_value() == "from the environment"
    assert (settings.digest.at, settings.digest.days) == (time(9), "mon-sun")
    assert settings.where(("digest", "at")) == "environment MONITOR_DIGEST__AT"
    assert settings.where(("digest", "days")) == "monitor.toml:9:1"


def test_a_mistake_in_the_environment_names_the_variable(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DIGEST__AT", "late")
    monkeypatch.setenv("MONITOR_SMTP__PASWORD", "hunter2")
    lines = refusal(write(HEAD + SMTP))
    assert lines[0].startswith("environment MONITOR_DIGEST__AT: digest.at: must be a time")
    assert lines[1].startswith(
        "environment MONITOR_SMTP__PASWORD: smtp.pasword: unknown key: did you mean 'password'"
    )


def test_a_list_in_the_environment_must_be_json(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_RECIPIENTS", "[oops")
    assert refusal(write(HEAD)) == ["environment MONITOR_RECIPIENTS: must be JSON, such as [{...}]"]
    monkeypatch.setenv("MONITOR_RECIPIENTS", '[{"address": "a@wvft.nhs.test"}]')
    settings = load(Path("monitor.toml"))
    assert settings.recipients == (RecipientSettings(address="a@wvft.nhs.test"),)


def test_a_variable_that_sets_nothing_is_pointed_out(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_SMPT__PASSWORD", "hunter2")
    assert "environment MONITOR_SMPT__PASSWORD: no such setting" in warnings(load(write(HEAD)))


def test_who_reads_without_naming_a_contact_is_told(write: Write) -> None:
    source = '[[sources]]\nname = "blog"\nkind = "rss"\nurl = "https://blog.test/"\n'
    doubt = "network.contact: is not set: sites cannot tell who asks"
    assert doubt in "\n".join(warnings(load(write(HEAD + source))))
    contact = '[network]\ncontact = "comms@wvft.nhs.test"\n'
    assert doubt not in "\n".join(warnings(load(write(HEAD + contact + source))))
    assert doubt not in "\n".join(warnings(load(write(HEAD))))


def test_the_file_is_the_one_named_then_the_variable_then_the_working_folder(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(HEAD)
    for name in ("variable", "option"):
        (tmp_path / f"{name}.toml").write_text(HEAD.replace("WVFT", name), "utf-8")
    assert load().organisation.short == "WVFT"
    monkeypatch.setenv("MONITOR_CONFIG", "variable.toml")
    assert load().organisation.short == "variable"
    assert load(Path("option.toml")).organisation.short == "option"


def test_a_missing_file_says_how_to_get_one(write: Write, tmp_path: Path) -> None:
    assert refusal(Path("none.toml")) == ["none.toml: no such file: `monitor init` writes one"]
    assert refusal(tmp_path) == [f"{tmp_path}: cannot be read: Is a directory"]
    with pytest.raises(ConfigError, match="no settings file in monitor"):
        load()


def test_a_file_saved_by_a_windows_editor_is_read(write: Write) -> None:
    path = write("")
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert load(path).organisation.short == "WVFT"
    path.write_bytes(HEAD.encode() + b'hospitals = ["St Oswin\x92s"]\n')
    assert refusal(path) == ["monitor.toml:4:1: is not UTF-8 text: save the file as UTF-8"]


def test_systemd_says_where_the_state_is_unless_the_file_does(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/trustwatch:/var/lib/other")
    assert load(write(HEAD)).store.state_dir == Path("/var/lib/trustwatch")
    assert load(write(HEAD + '[store]\nstate_dir = "here"\n')).store.state_dir == tmp_path / "here"


class FeedOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: str
    pages: int = 1


def test_options_of_a_source_are_checked_by_its_connector(write: Write) -> None:
    settings = load(write(HEAD + SOURCE + 'url = "https://news.wvft.nhs.test/feed"\npages = 3\n'))
    options = check_options(settings, 0, FeedOptions)
    assert (options.url, options.pages) == ("https://news.wvft.nhs.test/feed", 3)


def test_a_wrong_option_is_named_at_its_line(write: Write) -> None:
    settings = load(write(HEAD + SOURCE + 'pages = "x"\nevrey = "1h"\n'))
    with pytest.raises(ConfigError) as caught:
        check_options(settings, 0, FeedOptions)
    assert str(caught.value).splitlines() == [
        "monitor.toml:4:1: sources.0.url: is missing: add it to this table",
        "monitor.toml:7:1: sources.0.pages: must be a whole number",
        "monitor.toml:8:1: sources.0.evrey: unknown key: did you mean 'every'?",
    ]


def test_settings_made_in_code_are_checked_as_well() -> None:
    organisation = Organisation(name="Wearside Vale NHS Foundation Trust", short="WVFT")
    source = SourceSettings(name="news", kind="rss")
    settings = Settings(organisation=organisation, sources=(source,))
    assert str(error_at(settings, ("sources", 0, "kind"), "is odd")) == "settings: sources.0.kind: is odd"
    with pytest.raises(ValidationError, match="is here twice"):
        Settings(organisation=organisation, sources=(source, source))


def test_what_is_probably_not_meant_is_pointed_out(write: Write) -> None:
    text = HEAD + SMTP + 'security = "none"\n' + SOURCE + 'every = "10s"\n[rules]\nrehearsal = true\n'
    text += '[[recipients]]\naddress = "boss@wvft.nhs.test"\nrole = "line_management"\n'
    found = "\n".join(warnings(load(write(text))))
    for expected in (
        "recipients: nobody has the role comms",
        "recipients: nobody has the role patient_confidentiality",
        "recipients: nobody has the role concerns",
        "monitor.toml:16:1: recipients.0.role: people hand cases to this role",
        "monitor.toml:7:1: smtp.security: is none",
        "monitor.toml:11:1: sources.0.every: is under a minute",
        "organisation.aliases: is empty",
        "monitor.toml:13:1: rules.rehearsal: is on",
    ):
        assert expected in found


def test_a_row_that_moved_is_told_of_with_its_own_reference_and_never_a_name(write: Write) -> None:
    (one, other) = refusal(write(HEAD + ROW.replace("S-014", "GOV-3") + ROW.replace("S-014", "Jo Bloggs")))
    assert ("monitor.toml:4:1" in one, "accounts add GOV-3 " in one) == (True, True)
    assert ("monitor.toml:12:1" in other, "accounts add S-014 " in other) == (True, True)
    assert "Bloggs" not in other


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("1h30m", timedelta(minutes=90)),
        ("2w", timedelta(weeks=2)),
        ("PT30M", timedelta(minutes=30)),
        ("P7D", timedelta(days=7)),
        ("P1DT2H", timedelta(hours=26)),
    ],
)
def test_a_duration_is_written_short_or_as_iso_8601(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "30", "m", "-1d", "P", "PT", "P1M", "1.5h", "٣d", "999999999w", "0s", 30]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be"):
        duration(text)


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=3000)))
def test_a_duration_survives_being_written_short(length: timedelta) -> None:
    whole = timedelta(seconds=int(length.total_seconds()))
    assert duration(short_duration(whole)) == whole


@pytest.mark.parametrize(
    "value",
    ["", "x", "a@b@c.test", "a@b", "a@b.test\nBcc: c@d.test", " a@b.test", "A <a@b.test>",
     "a@b.test,c@d.test", "@b.test", "a@.", '"'],
)  # fmt: skip
def test_what_is_no_single_address_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        RecipientSettings(address=value)


def test_an_address_of_no_known_database_is_refused_without_showing_it(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("hunter2", "mysql://tw:hunter2@localhost/tw"):
        monkeypatch.setenv("MONITOR_STORE__URL", address)
        with pytest.raises(
            ConfigError, match=r"MONITOR_STORE__URL: store\.url: must be a database"
        ) as caught:
            load(write(HEAD))
        assert "hunter2" not in str(caught.value)


def test_postgresql_is_chosen_by_one_address() -> None:
    assert StoreSettings.model_validate({"url": "postgresql://db/tw"}).database_url == "postgresql://db/tw"


SECTIONS = st.sampled_from([*Settings.model_fields, "nonsense"])
KEYS = st.sampled_from(
    ["name", "short", "at", "url", "password", "aliases", "state_dir", "every", "kind", "packs"]
)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-3, 70000)
    | st.sampled_from(["", "x", "07:30", "30m", "http://[", "a@b.test", "\x00"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=5,
)


def toml_of(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(toml_of, value))}]"
        case dict():
            return f"{{{', '.join(f'{key} = {toml_of(item)}' for key, item in value.items())}}}"
    return json.dumps(value)


@given(st.dictionaries(SECTIONS, VALUES, max_size=5))
def test_any_file_gives_settings_or_problems_that_each_begin_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("any") / "monitor.toml"
    path.write_text("".join(f"{key} = {toml_of(value)}\n" for key, value in tree.items()), "utf-8")
    try:
        problems = [] if load(path) else ["never"]
    except ConfigError as error:
        problems = str(error).splitlines()
    assert all(re.match(rf"{re.escape(str(path))}:\d+:\d+: [\w.]+: \S", problem) for problem in problems)


def guardians(*others: str) -> str:
    """Settings whose Guardian has a deputy, and rows besides."""
    rows = (
        'role = "concerns"\naddress = "ftsu@wvft.nhs.test"\nlogin = "gil"\ndeputy = "two@wvft.nhs.test"',
        *others,
    )
    return HEAD + "".join(f"\n[[recipients]]\n{row}\n" for row in rows)


@pytest.mark.parametrize(
    "other",
    [
        'role = "hr"\naddress = "ftsu@wvft.nhs.test"',
        'role = "line_management"\naddress = "other@wvft.nhs.test"\nlogin = "gil"',
        'role = "hr"\naddress = "two@wvft.nhs.test"',
    ],
    ids=["the same address", "the same login", "the deputy"],
)
def test_whoever_hears_of_disclosures_manages_no_staff(write: Write, other: str) -> None:
    [said] = refusal(write(guardians(other)))
    assert ": recipients.1.role: " in said
    assert "may hear of protected disclosures" in said


def test_nobody_with_a_daily_digest_is_a_doubt(write: Write) -> None:
    row = '[[recipients]]\naddress = "a@b.test"\nrole = "comms_director"\n'
    assert any("nobody gets the daily digest" in line for line in warnings(load(write(HEAD + row))))
    daily = load(write(HEAD + row + 'edition = "daily"\n'))
    assert not any("nobody gets the daily digest" in line for line in warnings(daily))


def test_a_guardian_in_communications_and_a_missing_deputy_are_doubts(write: Write) -> None:
    told = warnings(load(write(guardians('role = "comms"\naddress = "two@wvft.nhs.test"'))))
    assert any("somebody outside communications" in line for line in told)
    assert not any("nobody stands in" in line for line in told)
    alone = HEAD + '[[recipients]]\naddress = "dpo@wvft.nhs.test"\nrole = "information"\n'
    assert any("nobody stands in for them" in line for line in warnings(load(write(alone))))
