"""`monitor policy import`: an invented policy, as text, Word and PDF, and quoting from it."""

from __future__ import annotations

import json
import stat
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF
from typer.testing import CliRunner, Result

from monitor import documents
from monitor.cli import app
from monitor.config import Organisation, PolicySettings, RuleSettings
from monitor.errors import DocumentError, StoreError
from rules import pack
from tests.rules.test_wording import DOCUMENT, KIND, LOGO, locator

Run = Callable[..., Result]
SETTINGS = """\
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"

[[recipients]]
address = "press@wvft.nhs.test"
role = "comms"

[policy]
packs = ["CDD", "WVX"]
folder = "packs"
"""
PACK = """\
key: WVX
body: Wearside Vale NHS Foundation Trust
succeeded_by: null
title: Social media policy
reference: null
version: "1"
effective: null
review_due: null
owner_role: comms
roles: {{comms: Press office}}
clauses:
  - id: WVX-1
    section: "1"
    paraphrase: Be kind.
    category: bullying
    observability: H
    locator: {{words: {0.words}, sha256: "{0.sha256}"}}
  - id: WVX-2
    section: "2"
    paraphrase: Ask before using the logo.
    category: logo-misuse
    observability: P
    locator: {{words: {1.words}, sha256: "{1.sha256}"}}
"""
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    (tmp_path / "monitor.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "wvx.yaml").write_text(PACK.format(locator(KIND), locator(LOGO)), encoding="utf-8")
    (tmp_path / "policy.txt").write_text(DOCUMENT, encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(app, [*arguments])


def test_an_imported_policy_is_quoted_from_then_on(run: Run) -> None:
    assert KIND not in run("policy", "show", "WVX-1").stdout
    result = run("policy", "import", "policy.txt", "--policy", "wvx")
    assert result.stdout.startswith("2 of 2 clauses of WVX found in policy.txt")
    assert f"In the policy's own words: {KIND}" in run("policy", "show", "WVX-1").stdout
    assert json.loads(run("policy", "show", "WVX-2", "--json").stdout)["wording"] == LOGO
    rows = json.loads(run("policy", "list", "--json").stdout)["policies"]
    assert [row["policy"] for row in rows if row["document"]] == ["WVX"]


def test_a_rule_is_explained_in_the_policys_own_words(run: Run, tmp_path: Path) -> None:
    own = (Path(str(pack.files("rules"))) / "packs" / "DRG-001.yaml").read_text(encoding="utf-8")
    (tmp_path / "rules").mkdir()
    text = own.replace("clauses: [CDD-4.4.3-1,", "clauses: [WVX-1, CDD-4.4.3-1,", 1)
    (tmp_path / "rules" / "DRG-001.yaml").write_text(text, encoding="utf-8")
    settings = tmp_path / "monitor.toml"
    settings.write_text(SETTINGS + '[rules]\nfolder = "rules"\n', encoding="utf-8")
    run("policy", "import", "policy.txt", "--policy", "WVX")
    assert f"In the policy's own words: {KIND}" in run("rules", "explain", "DRG-001").stdout


def test_a_clause_that_is_gone_or_reworded_is_reported_and_paraphrased(run: Run, tmp_path: Path) -> None:
    (tmp_path / "policy.txt").write_text(DOCUMENT.replace("canteen", "corridor"), encoding="utf-8")
    text = run("policy", "import", "policy.txt", "--policy", "WVX").stdout
    assert "1 of 2 clauses" in text
    assert "\n1\t1\t0\tthe whole section is gone or reworded\n" in text
    assert "\n2\t1\t1\t\n" in text
    assert "Its wording was not found in the imported document." in run("policy", "show", "WVX-1").stdout


def test_a_clause_that_stands_twice_is_reported_and_not_quoted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "policy.txt").write_text(DOCUMENT + KIND, encoding="utf-8")
    assert "WVX-1 found 2 times" in run("policy", "import", "policy.txt", "--policy", "WVX").stdout
    assert KIND not in run("policy", "show", "WVX-1").stdout


def test_a_passage_marked_by_hand_is_quoted_until_the_clause_changes(run: Run, tmp_path: Path) -> None:
    reworded = KIND.replace("canteen", "corridor")
    (tmp_path / "policy.txt").write_text(DOCUMENT.replace("canteen", "corridor"), encoding="utf-8")
    run("policy", "import", "policy.txt", "--policy", "WVX")
    marked = run("policy", "mark", "wvx-1", "--words", reworded.replace(" ", "\n"), "--by", "J. Bell")
    assert marked.exit_code == 0, marked.stderr
    assert f"In the policy's own words: {reworded}" in run("policy", "show", "WVX-1").stdout
    (tmp_path / "packs" / "wvx.yaml").write_text(PACK.format(locator(LOGO), locator(LOGO)), encoding="utf-8")
    assert reworded not in run("policy", "show", "WVX-1").stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("words that nobody wrote", "do not stand in it"),
        ("the", "times: give more of them"),
        ("", "do not stand"),
    ],
)
def test_a_mark_must_point_at_one_passage(run: Run, words: str, complaint: str) -> None:
    run("policy", "import", "policy.txt", "--policy", "WVX")
    result = run("policy", "mark", "WVX-1", "--words", words)
    assert result.exit_code == 1
    assert complaint in result.stderr


def test_a_mark_needs_an_imported_document(run: Run) -> None:
    result = run("policy", "mark", "WVX-1", "--words", "be kind")
    assert result.exit_code == 1
    assert "monitor policy import FILE --policy WVX" in result.stderr


def test_a_finding_quotes_the_imported_words(run: Run, tmp_path: Path) -> None:
    own = (Path(str(pack.files("rules"))) / "packs" / "DRG-001.yaml").read_text(encoding="utf-8")
    (tmp_path / "rules").mkdir()
    text = own.replace("clauses: [CDD-4.4.3-1,", "clauses: [WVX-1, CDD-4.4.3-1,", 1)
    (tmp_path / "rules" / "DRG-001.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "monitor.toml").write_text(SETTINGS + '[rules]\nfolder = "rules"\n', encoding="utf-8")
    run("policy", "import", "policy.txt", "--policy", "WVX")
    rules = pack.load(
        Organisation(name="Wearside Vale NHS Foundation Trust", short="WVFT"),
        PolicySettings(packs=("CDD", "WVX"), folder=tmp_path / "packs"),
        RuleSettings(folder=tmp_path / "rules"),
        wordings=documents.wordings(tmp_path / "state"),
    )
    assert rules.clauses["WVX-1"].said == f"\u201c{KIND}\u201d"


def test_another_policys_document_is_refused_and_nothing_is_kept(run: Run, tmp_path: Path) -> None:
    result = run("policy", "import", "policy.txt", "--policy", "CDD")
    assert result.exit_code == 1
    assert "no clause of CDD stands in it" in result.stderr
    assert not (tmp_path / "state" / "policies").exists()


def test_only_its_owner_may_read_what_is_kept(run: Run, tmp_path: Path) -> None:
    run("policy", "import", "policy.txt", "--policy", "WVX")
    kept = tmp_path / "state" / "policies" / "WVX.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text(encoding="utf-8"))["document"] == "policy.txt"


def test_words_that_the_pack_no_longer_means_are_not_quoted(run: Run, tmp_path: Path) -> None:
    run("policy", "import", "policy.txt", "--policy", "WVX")
    settings = PolicySettings(packs=("WVX",), folder=tmp_path / "packs")
    organisation = Organisation(name="Wearside Vale NHS Foundation Trust", short="WVFT")
    wordings = documents.wordings(tmp_path / "state")
    assert (
        pack.load(organisation, settings, RuleSettings(), wordings=wordings).clauses["WVX-1"].wording == KIND
    )
    (tmp_path / "packs" / "wvx.yaml").write_text(PACK.format(locator(LOGO), locator(LOGO)), encoding="utf-8")
    assert (
        pack.load(organisation, settings, RuleSettings(), wordings=wordings).clauses["WVX-1"].wording is None
    )


def test_a_damaged_copy_says_to_import_again(run: Run, tmp_path: Path) -> None:
    run("policy", "import", "policy.txt", "--policy", "WVX")
    (tmp_path / "state" / "policies" / "WVX.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="monitor policy import"):
        documents.kept(tmp_path / "state")


def docx(file: Path, paragraphs: list[str]) -> Path:
    body = "".join(
        f"<w:p><w:r><w:t>{text[:9]}</w:t></w:r><w:r><w:t>{text[9:]}</w:t></w:r></w:p>" for text in paragraphs
    )
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return file


class Paper(FPDF):
    """A policy on paper: every page with a header and a footer, a word cut at many a line's end."""

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.cell(text="Wearside Vale: social media policy, staff in confidence")
        self.ln(12)

    def footer(self) -> None:
        self.set_y(-15)
        self.cell(text=f"Version 1, page {self.page_no()} of 5")


def pdf(file: Path, text: str) -> Path:
    paper = Paper(format=(105, 148))
    paper.add_page()
    paper.set_font("Helvetica", size=12)
    paper.multi_cell(w=0, text=text.replace("\u2019", "'"))
    paper.output(str(file))
    return file


def test_a_word_document_is_imported(run: Run, tmp_path: Path) -> None:
    docx(tmp_path / "policy.docx", DOCUMENT.splitlines())
    assert run("policy", "import", "policy.docx", "--policy", "WVX").stdout.startswith("2 of 2")


def test_a_pdf_of_several_pages_is_imported(run: Run, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the extra `documents` is not installed")
    filling = "\n\n".join(
        f"{n} Nothing else\n" + "This paragraph only fills the page. " * 12 for n in range(9)
    )
    pages = f"{filling}\n\n{KIND}\n\n{filling}"
    for shift in range(12):  # wherever the page ends: before, in or after the clause
        pdf(tmp_path / "policy.pdf", "One more line.\n" * shift + pages)
        found = run("policy", "import", "policy.pdf", "--policy", "WVX").stdout
        assert found.startswith("1 of 2"), f"shifted by {shift} lines"
    assert len(pypdf.PdfReader(tmp_path / "policy.pdf").pages) > 4


def test_without_the_extra_a_pdf_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(DocumentError, match=r"trustwatch\[documents\]"):
        documents.read(pdf(tmp_path / "policy.pdf", KIND))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_is_read_whatever_saved_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "policy.txt").write_bytes(LOGO.encode(encoding))
    assert documents.read(tmp_path / "policy.txt") == LOGO


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("policy.odt", b"PK", "save it as .txt, .docx, .pdf first"),
        ("policy.docx", b"not a package", "not a readable .docx"),
        ("policy.txt", b" \n", "no text in it"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DocumentError, match=reason):
        documents.read(tmp_path / name)


def test_a_document_that_expands_endlessly_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    with zipfile.ZipFile(tmp_path / "policy.docx", "w") as package:
        package.writestr("word/document.xml", bomb)
    with pytest.raises(DocumentError, match="EntitiesForbidden"):
        documents.read(tmp_path / "policy.docx")


def test_a_document_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"gone\.txt: cannot be read"):
        documents.read(tmp_path / "gone.txt")
