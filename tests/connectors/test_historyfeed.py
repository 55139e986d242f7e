"""A page's history feed, Atom and RSS, in the markup of MediaWiki 1.39."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import pytest

from connectors.parts.wiki.historyfeed import FeedEdit, edits
from connectors.parts.wiki.rest import comparison as of_rest
from monitor.errors import SourceChanged
from monitor.types import Hunk

SIDE = (
    "color: #202122; font-size: 88%; border-style: solid; border-width: 1px 1px 1px 4px; border-color: {};"
    " vertical-align: top; white-space: pre-wrap;"
)
KEPT, GONE, COME = "#eaecf0", "#ffe49c", "#a3d3ff"
PAGE = "https://wiki.test/w/index.php?title=Wearside_Vale_NHS_Foundation_Trust"


def _cell(markup, colour, mark=""):
    marked = f' data-marker="{mark}"' if mark else ""
    return (
        f'<td class="diff-marker"{marked}></td>\n  '
        f'<td style="{SIDE.format(colour)}">{f"<div>{markup}</div>" if markup else "<br />"}</td>\n'
    )


EMPTY = '<td colspan="2" class="diff-empty diff-side-{}"></td>\n'


def kept(text):
    return f"<tr>\n{_cell(text, KEPT)}{_cell(text, KEPT)}</tr>"


def came(text):
    return f"<tr>\n{EMPTY.format('deleted')}{_cell(text, COME, '+')}</tr>"


def went(text):
    return f"<tr>\n{_cell(text, GONE, '−')}{EMPTY.format('added')}</tr>"


def changed(old, new):
    return f"<tr>\n{_cell(old, GONE, '−')}{_cell(new, COME, '+')}</tr>"


def lines(old, new):
    cell = '<td colspan="2" class="diff-lineno">{}</td>'
    return f"<tr>{cell.format(old)}{cell.format(new)}</tr>"


def table(*rows):
    title = '<td colspan="2" style="text-align: center;">{}</td>'
    return (
        '<table style="background-color: #fff;" data-mw="interface"><col class="diff-marker" />'
        f'<tr class="diff-title" lang="en">{title.format("← Older revision")}'
        f"{title.format('Revision as of 09:30')}</tr>{''.join(rows)}</table>"
    )


NO_DIFFERENCE = (
    '<table><tr class="diff-title"><td colspan="1">← Older revision</td><td colspan="1">Revision as of 09:30'
    '</td></tr><tr><td colspan="2" class="diff-notice"><div class="mw-diff-empty">(No difference)</div></td>'
    "</tr></table>"
)


def atom(*entries):
    """Entries are (revision, title, user, comment's markup, what follows it)."""
    body = "".join(
        f"<entry><id>{escape(PAGE)}&amp;diff={number}&amp;oldid=prev</id><title>{escape(title)}</title>"
        f'<link rel="alternate" type="text/html" href="{escape(PAGE)}&amp;diff={number}&amp;oldid=prev"/>'
        f"<updated>2026-11-21T09:{number}:22Z</updated>"
        f'<summary type="html">{escape(f"<p>{comment}</p>{more}")}</summary>'
        f"<author><name>{escape(user)}</name></author></entry>"
        for number, title, user, comment, more in entries
    )
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f"<title>Wearside Vale NHS Foundation Trust - Revision history</title>{body}</feed>"
    ).encode()


def rss(number, title, user, comment, more):
    link = f"{escape(PAGE)}&amp;diff={number}&amp;oldid=prev"
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Revision history</title><item><title>{escape(title)}</title><link>{link}</link>"
        f'<guid isPermaLink="false">{link}</guid>'
        f"<description>{escape(f'<p>{comment}</p>{more}')}</description>"
        f"<pubDate>Sat, 21 Nov 2026 09:{number}:22 GMT</pubDate><dc:creator>{escape(user)}</dc:creator>"
        "</item></channel></rss>"
    ).encode()


def hunks(*rows, comment="tidy"):
    (edit,) = edits(atom((24, f"Ann: {comment}", "Ann", comment, table(*rows))))
    return edit.comparison.hunks


def test_an_entry_says_who_edited_when_and_why():
    first, second = edits(
        atom(
            (25, "Ann: a <b> & c", "Ann", "a &lt;b&gt; &amp; c", NO_DIFFERENCE),
            (24, "Ben: page made", "Ben", "page made", "<p><b>New page</b></p><div>Text.</div>"),
        )
    )
    assert (first.revid, first.parentid, first.user, first.comment) == (25, 24, "Ann", "a <b> & c")
    assert first.title == "Wearside Vale NHS Foundation Trust"
    assert first.timestamp == datetime(2026, 11, 21, 9, 25, 22, tzinfo=UTC)
    assert first.comparison.hunks == ()
    assert (second.revid, second.parentid, second.comparison) == (24, None, None)


def test_a_changed_word_stands_in_its_line_as_people_read_it():
    assert hunks(
        lines("Line 1,204:", "Line 1,206:"),
        kept("== Care =="),
        changed(
            'It is <del style="font-weight: bold;">&amp;amp; good</del>, &lt;b&gt;🏥&lt;/b&gt;.',
            'It is <ins style="font-weight: bold;">&amp;amp; poor</ins>, &lt;b&gt;🏥&lt;/b&gt;.',
        ),
    ) == (
        Hunk(old="good", new="poor", section="Care", before="It is &amp; ", after=", <b>🏥</b>.", line=1207),
    )


def test_lines_that_came_and_went_are_hunks_of_their_own_lines():
    gone, come = hunks(
        lines("Line 4:", "Line 4:"),
        went("== Criticism =="),
        went("Failings."),
        kept(""),
        kept("== See also =="),
        came("* [[Other]]"),
    )
    assert (gone.old, gone.section, gone.line) == ("== Criticism ==\nFailings.\n", "Criticism", 4)
    assert (come.new, come.section, come.line) == ("* [[Other]]\n", "See also", 6)


def test_a_moved_line_is_an_old_and_a_new_hunk_of_equal_words():
    left, right = '<a class="mw-diff-movedpara-{}" href="#m">&#x26AB;</a>', '<a name="m"></a>A long passage.'
    mark = '<td class="diff-marker">{}</td>\n  <td style="x"><div>{}</div></td>'
    gone, come = hunks(
        lines("Line 1:", "Line 1:"),
        f"<tr>{mark.format(left.format('left'), right)}{EMPTY.format('added')}</tr>",
        kept("between"),
        f"<tr>{EMPTY.format('deleted')}{mark.format(left.format('right'), right)}</tr>",
    )
    assert (gone.old, gone.new) == ("A long passage.\n", "") == (come.new, come.old)


def test_the_section_that_was_edited_is_taken_from_the_summary_where_no_heading_is_near():
    rows = (lines("Line 9:", "Line 9:"), kept("Context."), changed("good", "poor"))
    (told,) = hunks(*rows, comment="/* Care */ reworded")
    (untold,) = hunks(*rows)
    assert (told.section, untold.section) == ("Care", None)


def test_a_heading_far_above_is_not_taken_for_that_of_a_later_passage():
    (_, later) = hunks(
        lines("Line 1:", "Line 1:"),
        kept("== Care =="),
        came("Added."),
        lines("Line 90:", "Line 91:"),
        kept("Context."),
        came("Added, too."),
    )
    assert (later.section, later.line) == (None, 92)


def test_a_value_of_an_infobox_is_named_by_its_own_line():
    (hunk,) = hunks(lines("3. sor:", "3. sor:"), changed("| logo = a.svg", "| logo = b.svg"))
    assert (hunk.template, hunk.parameter, hunk.line) == (None, "logo", 3)


def test_what_the_wiki_hides_stays_hidden_though_the_entry_gives_it_away():
    hidden, quiet = edits(
        atom(
            (25, " at 09:25, 21 November 2026", "", "call me on 07700 900123", "<p>Can't load revision</p>"),
            (24, "Ann at 09:24, 21 November 2026", "Ann", "call me on 07700 900123", NO_DIFFERENCE),
        )
    )
    assert (hidden.user, hidden.comment, hidden.comparison) == (None, "", None)
    assert (quiet.user, quiet.comment) == ("Ann", "")


def test_rss_says_the_same_as_atom():
    entry = (24, "Ann: tidy", "Ann", "tidy", table(lines("Line 1:", "Line 1:"), changed("good", "poor")))
    (edit,) = edits(rss(*entry))
    assert edits(atom(entry)) == [edit]
    assert isinstance(edit, FeedEdit)


def test_newer_wikis_that_keep_the_classes_are_read_alike():
    rows = (lines("Line 1:", "Line 1:"), changed("good", "poor"))
    styled = f'<td style="{SIDE.format(GONE)}">', f'<td style="{SIDE.format(COME)}">'
    markup = "".join(rows)
    for style, name in zip(styled, ("deleted", "added"), strict=True):
        assert style in markup
        markup = markup.replace(style, f'<td class="diff-{name}line diff-side-{name}">')
    assert hunks(markup) == hunks(*rows)


def test_the_feed_and_the_rest_interface_agree_on_an_edit():
    answer = {
        "from": {"sections": [{"heading": "== Care ==", "offset": 90}]},
        "to": {"sections": [{"heading": "== Care ==", "offset": 90}]},
        "diff": [
            {"type": 0, "text": "== Care ==", "lineNumber": 6, "offset": {"from": 90, "to": 90}},
            {
                "type": 3,
                "text": "It is goodpoor here.",
                "lineNumber": 7,
                "offset": {"from": 101, "to": 101},
                "highlightRanges": [
                    {"start": 6, "length": 4, "type": 1},
                    {"start": 10, "length": 4, "type": 0},
                ],
            },
        ],
    }
    shown = hunks(
        lines("Line 6:", "Line 6:"), kept("== Care =="), changed("It is good here.", "It is poor here.")
    )
    assert shown == of_rest(answer).hunks


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><title>Wiki</title><p>No such page</p></html>",
        b'{"error": {"code": "nosuchpage"}}',
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed>&x;</feed>',
    ],
)
def test_what_is_no_feed_is_refused(body):
    with pytest.raises(SourceChanged, match="history feed"):
        edits(body)


def test_an_entry_without_a_revision_is_no_edit():
    assert edits(atom((24, "Ann: x", "Ann", "x", "")).replace(b"diff=24", b"diff=cur")) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<table><td>x</td></table>",
        "<table><tr><td class='diff-marker'></td></tr></table>",
        "<table><tr><td class='diff-lineno'>Line 1:</td></tr><tr><td class='diff-marker'></td></table>",
        "<table><tr><td class='diff-lineno'></td><td class='diff-lineno'>x</td></tr>",
        "<td class='diff-marker'></td><td>x</td>",
        "<table" * 1000,
    ],
)
def test_an_odd_table_has_no_hunks(markup):
    (edit,) = edits(atom((24, "Ann: x", "Ann", "x", markup)))
    assert edit.comparison is None or edit.comparison.hunks == ()
