"""The organisation's own policy documents: reading one, keeping it, quoting from it.

Packs hold paraphrases only. Verbatim words come from a document that the organisation imported, and are kept
in the state folder, for its owner's eyes.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from defusedxml import DefusedXmlException, ElementTree

from monitor import files
from monitor.errors import DocumentError, StoreError
from rules.wording import Place, Wording

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LARGEST = 50 << 20  # bytes, of a file and of what a .docx unpacks to


def read(file: Path) -> str:
    """The text of a .txt, .docx or .pdf file. Raises DocumentError: what is wrong and what to do."""
    readers = {".txt": _text, ".docx": _docx, ".pdf": _pdf}
    reader = readers.get(file.suffix.casefold())
    if reader is None:
        raise DocumentError(f"{file}: save it as {', '.join(readers)} first")
    try:
        if file.stat().st_size > _LARGEST:
            raise DocumentError(f"{file}: larger than {_LARGEST >> 20} MB, so hardly a policy")
        text = reader(file.read_bytes())
    except DocumentError:
        raise
    except OSError as error:
        raise DocumentError(f"{file}: cannot be read: {error.strerror}") from None
    except Exception as error:  # whatever a broken file makes the readers raise
        raise DocumentError(f"{file}: not a readable {file.suffix}: {type(error).__name__}") from None
    if not text.strip():
        raise DocumentError(f"{file}: no text in it; if it is a scan, import the document that was scanned")
    return text


def keep(state_dir: Path, policy: str, file: Path, text: str, found: Mapping[str, Iterable[Place]]) -> Path:
    """Keep the text with its hash, the moment (UTC) and where the clauses stand in it; the kept file's path.

    The file is replaced in one step and only its owner may read it. Raises StoreError.
    """
    kept = _path(state_dir, policy)
    record = {
        "policy": policy,
        "document": file.name,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "imported": datetime.now(UTC).isoformat(timespec="seconds"),
        "clauses": {key: [asdict(place) for place in places] for key, places in found.items()},
        "marks": {},
        "text": text,
    }
    _write(kept, record)
    return kept


def mark(state_dir: Path, policy: str, clause: str, wording: str, *, instead_of: str, by: str) -> None:
    """Remember that a person found the clause's words in the kept document where its locator did not.

    `instead_of` is the locator's hash: a new version of the pack needs a new look. Raises StoreError.
    """
    file = _path(state_dir, policy)
    record = _record(file)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    marked = {"wording": wording, "instead_of": instead_of, "by": by, "at": moment}
    record["marks"] = {**record.get("marks", {}), clause: marked}
    _write(file, record)


def _write(kept: Path, record: Mapping[str, Any]) -> None:
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(kept, json.dumps(record, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise StoreError(f"{kept}: cannot be written: {error.strerror}") from None


def kept(state_dir: Path) -> dict[str, Any]:
    """policy -> what `keep` kept of it. Raises StoreError for a damaged file."""
    return {file.stem: _record(file) for file in sorted((state_dir / "policies").glob("*.json"))}


def wordings(state_dir: Path) -> dict[str, Wording]:
    """clause id -> its own words: those that stand exactly once in its document, or that a person marked."""
    found: dict[str, Wording] = {}
    for record in kept(state_dir).values():
        once = {key: places[0] for key, places in record["clauses"].items() if len(places) == 1}
        found |= {key: Wording(place["wording"]) for key, place in once.items()}
        for key, marked in record.get("marks", {}).items():
            found[key] = Wording(marked["wording"], marked["instead_of"])
    return found


def _path(state_dir: Path, policy: str) -> Path:
    return state_dir / "policies" / f"{policy}.json"


def _record(file: Path) -> Any:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        _ = record["clauses"], record["imported"], record["document"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "import the document again with `monitor policy import`"
        raise StoreError(f"{file}: cannot be read ({type(error).__name__}): {hint}") from None
    return record


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # how Word saves plain text


def _docx(data: bytes) -> str:
    """The paragraphs, tables too. Headers, footers and deleted words stand elsewhere in the file."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        if package.getinfo("word/document.xml").file_size > _LARGEST:
            raise DefusedXmlException
        root = ElementTree.fromstring(package.read("word/document.xml"))
    for parent in list(root.iter()):
        for copy in parent.findall(_FALLBACK):  # a text box a second time, for older programs
            parent.remove(copy)
    return "\n".join("".join(map(_run, paragraph.iter())) for paragraph in root.iter(f"{_WORD}p"))


def _run(element: Any) -> str:
    if element.tag == f"{_WORD}t":
        return element.text or ""
    return " " if element.tag in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr") else ""


def _pdf(data: bytes) -> str:
    try:
        import pypdf
    except ModuleNotFoundError:
        hint = "pip install 'trustwatch[documents]', or save it as .docx or .txt"
        raise DocumentError(f"to read PDF, one more package is needed: {hint}") from None
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages)
