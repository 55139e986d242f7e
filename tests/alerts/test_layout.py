"""An organisation's own templates: used where they work, never in the way of a digest where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from alerts import layout
from alerts.digest import compose
from alerts.rendering import render, tried
from monitor.errors import ConfigError
from monitor.types import Message
from tests.alerts import factory, reading


@pytest.fixture(autouse=True)
def every_level() -> None:
    """A command that was tried before in this process may have asked for errors only."""
    structlog.reset_defaults()


BROKEN = {
    "syntax": ("item.html.j2", "<p>\n{% if item.url %}\n", "item.html.j2:2: Unexpected end of template"),
    "tag": (
        "digest_due.txt.j2",
        "{% endlessly %}",
        "digest_due.txt.j2:1: Encountered unknown tag",
    ),
    "name": (
        "item.txt.j2",
        "one\n{{ item.exceprt }}",
        "item.txt.j2:2: 'monitor.types.digests.Item object' has no",
    ),
    "nothing": ("item_line.html.j2", "{{ ittem.title }}", "item_line.html.j2:1: 'ittem' is undefined"),
    "exception": ("item.html.j2", "\n\n{{ 1 / 0 }}", "item.html.j2:3: ZeroDivisionError"),
    "filter": ("item.html.j2", "{{ item.title | shrten }}", "item.html.j2:1: No filter named 'shrten'"),
    "include": ("item.html.j2", "{% include 'gone.html.j2' %}", "there is no template 'gone.html.j2'"),
    "itself": ("item.html.j2", "{% include 'item.html.j2' %}", "includes itself without end"),
    "loop": (
        "item.html.j2",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "item.html.j2:1: takes more than 0.5 s",
    ),
    "flood": ("item.txt.j2", "{% for a in range(2200) %}{{ 'x' * 999 }}{% endfor %}", "writes more than"),
    "secrets": (
        "item.txt.j2",
        "{{ item.__class__.__init__.__globals__ }}",
        "is unsafe",
    ),
    "change": ("item.txt.j2", "{{ briefing.items.append(1) }}", "item.txt.j2:1: 'tuple object' has no"),
    "first line": (
        "digest_frame.html.j2",
        "<html><body>{% block body %}{% endblock %}</body></html>",
        "lacks",
    ),
    "empty": ("digest.txt.j2", "", "the text part lacks 'Two things need a decision today"),
    "coverage": ("digest_problems.html.j2", "", "the HTML part lacks 'Bluesky search'"),
    "script": ("item.html.j2", "<script>x()</script>", "the HTML part has <script>"),
    "pixel": ("item.html.j2", "<img alt='' src='https://elsewhere.test/p.png'>", "has src= at <img>"),
    "handler": ("item.html.j2", "<p onclick='x()'>x</p>", "has onclick= at <p>"),
    "link": ("item.html.j2", "<a href='javascript:x()'>x</a>", "has href= at <a>"),
    "bytes": ("item.html.j2", b"\xff\xfe<p>", "UnicodeDecodeError"),
    "large": (
        "item.html.j2",
        "{{ 'w' * 900 }} " * 100,
        "more than 100,000",
    ),
    "mistyped": ("digets.html.j2", "", "digets.html.j2: no template is called that"),
}


def mail(folder: Path | None) -> Message:
    brief = factory.audited(factory.busy())
    return render(compose(brief), message_id="<a@wvft.nhs.test>", list_id="comms", folder=folder)


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_template_never_stops_a_digest_and_is_named_in_it(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, content, said = BROKEN[case]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    if case == "loop":
        monkeypatch.setattr(layout, "SECONDS", 0.5)
    with capture_logs() as logs:
        message = mail(tmp_path)
    [entry] = logs
    assert (entry["event"], entry["log_level"]) == ("own templates not used", "warning")
    assert said in entry["error"]
    assert str(tmp_path) in entry["error"]
    shown, told = reading.page(message.html), reading.plain(message.text)
    assert shown.words == told.words
    assert "Your own layout was not used" in message.html
    # But for the block that says so, it is the mail that everybody else gets.
    assert set(reading.page(mail(None).html).words) <= set(shown.words)
    with pytest.raises(ConfigError):
        tried(tmp_path)


def test_what_is_wrong_is_the_first_block_with_the_command_that_looks_again(tmp_path: Path) -> None:
    (tmp_path / "item.txt.j2").write_text("{{ nobody }}")
    text = mail(tmp_path).text
    at = text.index("YOUR OWN LAYOUT WAS NOT USED")
    assert at < text.index("NOT READ")
    assert f"{tmp_path}/item.txt.j2:1:" in " ".join(text.split())
    assert "monitor templates check" in " ".join(text[at:].split())


def test_a_folder_that_is_not_there_is_said_and_not_passed_over(tmp_path: Path) -> None:
    with capture_logs():
        assert "no such folder" in " ".join(mail(tmp_path / "gone").text.split())


def test_an_own_template_is_used_for_its_part_and_the_shipped_ones_for_the_rest(tmp_path: Path) -> None:
    (tmp_path / "item.html.j2").write_text("<tr><td>OURS {{ item.number }} {{ item.excerpt }}</td></tr>")
    message = mail(tmp_path)
    assert "OURS 214" in message.html
    assert message.text == mail(None).text
    assert tried(tmp_path) == ["item.html.j2"]


def test_an_own_template_cannot_let_markup_of_strangers_through(tmp_path: Path) -> None:
    (tmp_path / "item.html.j2").write_text("<tr><td>{{ item.excerpt | safe }}</td></tr>")
    hostile = factory.briefing(items=(factory.item(excerpt="<script>alert(1)</script>"),))
    with capture_logs() as logs:
        message = render(compose(hostile), message_id="<a@b.test>", list_id="c", folder=tmp_path)
    assert "<script>" not in message.html
    assert "the HTML part has <script>" in logs[0]["error"]


def test_a_corrected_template_is_used_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "item.txt.j2"
    file.write_text("{{ nobody }}")
    with capture_logs():
        assert "OURS" not in mail(tmp_path).text
    file.write_text("OURS {{ item.number }}\n")
    assert "OURS 214" in mail(tmp_path).text


def test_copies_of_all_shipped_templates_give_the_same_mail(tmp_path: Path) -> None:
    for name in layout.shipped():
        (tmp_path / name).write_bytes((Path(layout.__file__).parent / "templates" / name).read_bytes())
    assert mail(tmp_path) == mail(None)
    assert tried(tmp_path) == layout.shipped()
