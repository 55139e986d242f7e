"""`monitor templates`: a layout of one's own, from the copy to the mail."""

from __future__ import annotations

from alerts import layout
from tests.cli.installation import Installation


def lay_out(installation: Installation) -> None:
    file = installation.folder / "monitor.toml"
    file.write_text(f'{file.read_text("utf-8")}\n[digest]\ntemplates = "layout"\n', "utf-8")


def test_copies_are_written_once_and_are_used_as_they_are(installation: Installation) -> None:
    first = installation.run("templates", "copy", "layout")
    assert first.stdout.split() == layout.shipped()
    (installation.folder / "layout" / "item.txt.j2").write_text("OURS {{ item.number }}\n")
    assert installation.run("templates", "copy", "layout").stdout == ""
    assert (installation.folder / "layout" / "item.txt.j2").read_text() == "OURS {{ item.number }}\n"
    lay_out(installation)
    done = installation.run("templates", "check")
    assert done.exit_code == 0
    assert f"{len(layout.shipped())} templates of your own" in done.output


def test_a_broken_template_is_refused_with_its_line_and_the_digest_comes_all_the_same(
    installation: Installation,
) -> None:
    (installation.folder / "layout").mkdir()
    (installation.folder / "layout" / "digest_frame.txt.j2").write_text("one\n{{ tow }}\n")
    lay_out(installation)
    for command in (("templates", "check"), ("config", "check", "--offline")):
        done = installation.run(*command)
        assert done.exit_code == 78
        assert "digest_frame.txt.j2:2" in " ".join(done.output.split())
    shown = installation.run("digest", "--for", "comms")
    assert shown.exit_code == 0
    assert "YOUR OWN LAYOUT WAS NOT USED" in shown.output
    assert "You get this as comms" in shown.output


def test_what_is_still_open_says_which_question_of_the_process_comes_next(installation: Installation) -> None:
    installation.rule("OWN-901", "turbine")
    installation.store(*installation.posts("turbine"))
    assert "Next:" not in installation.run("digest", "--for", "comms").output
    assert "1 sent" in installation.run("digest", "--send", "--for", "comms").output
    shown = " ".join(installation.run("digest", "--for", "comms").output.split())
    assert "STILL OPEN (1)" in shown
    assert "Next: What was decided about the post?" in shown
