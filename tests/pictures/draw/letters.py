"""What is written on paper, boards, wristbands, labels and screens: sheets and their lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from PIL import Image, ImageDraw

from tests.pictures.draw import marks, people
from tests.pictures.draw.fonts import Font, Typesetter

_CLINICS = ("cardiology", "respiratory", "fracture", "diabetes", "eye", "memory", "pain")
_OPERATIONS = (
    "Left knee",
    "Hernia repair",
    "Cataract right",
    "Hip pinning",
    "Gall bladder",
    "Tonsils",
    "Carpal tunnel",
)


@dataclass
class Sheet:
    """A picture under the pen, and what was written so far."""

    image: Image.Image
    lines: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    def write(
        self, at: tuple[float, float], text: str, font: Font, ink: str | tuple[int, int, int] = "black"
    ) -> None:
        """Put one line down."""
        ImageDraw.Draw(self.image).text(at, text, fill=ink, font=font)
        self.lines.append(text)

    def number(self, person: people.Person) -> str:
        """The person's NHS number, noted as written."""
        self.numbers.append(person.nhs_number)
        return person.nhs_number


def letter(rng: Random, type_: Typesetter) -> Sheet:
    """A clinic letter on A4 at 150 dots an inch."""
    sheet, who = Sheet(Image.new("RGB", (1240, 1754), "white")), people.person(rng)
    face, clinic = type_.any(28, rng), rng.choice(_CLINICS)
    block = [
        marks.FULL, "Private and confidential", who.name, who.street, who.postcode, "",
        f"NHS number: {sheet.number(who)}", f"Hospital number: {who.hospital_number}",
        f"Date of birth: {who.born}", "",
        f"Dear {who.name},", "", f"Thank you for coming to the {clinic} clinic last week. Your tests",
        "were much as we had hoped, and no change of treatment is needed now.",
        "Please see your own doctor before the end of the month, and bring this",
        "letter with you. We will write again when the next results are ready.", "", "Yours sincerely", "",
        f"Dr {people.person(rng).name}", f"Consultant, {clinic} clinic",
    ]  # fmt: skip
    for row, text in enumerate(block):
        if text:
            sheet.write((130, 150 + row * 52), text, face)
    return sheet


def theatre_list(rng: Random, type_: Typesetter) -> Sheet:
    """A day's operations as a printed table."""
    sheet, face = Sheet(Image.new("RGB", (1600, 1000), "white")), type_.any(27, rng)
    pen = ImageDraw.Draw(sheet.image)
    sheet.write((50, 40), "Theatre 3 list", type_.any(40, rng))
    columns = (50, 250, 620, 950, 1180)
    for x, head in zip(columns, ("Time", "Name", "NHS number", "Born", "Operation"), strict=True):
        sheet.write((x, 120), head, face)
    for row in range(rng.randint(5, 9)):
        who, y = people.person(rng), 190 + row * 78
        pen.line((40, y - 16, 1560, y - 16), fill="grey", width=2)
        cells = (
            f"{8 + row}:{rng.choice('0134')}5",
            who.name,
            sheet.number(who),
            who.born,
            rng.choice(_OPERATIONS),
        )
        for x, text in zip(columns, cells, strict=True):
            sheet.write((x, y), text, face)
    return sheet


def whiteboard(rng: Random, type_: Typesetter) -> Sheet:
    """A ward's board: bed, name, number, in coloured pens."""
    sheet = Sheet(Image.new("RGB", (1500, 1050), (244, 246, 247)))
    face, pen = type_.any(44, rng), ImageDraw.Draw(sheet.image)
    pen.rectangle((0, 0, 1499, 1049), outline=(150, 150, 155), width=18)
    sheet.write((60, 50), f"Ward {rng.randint(2, 19)}", type_.any(64, rng), (20, 60, 160))
    for row in range(rng.randint(5, 8)):
        who, y = people.person(rng), 170 + row * 104
        ink = rng.choice([(20, 60, 160), (150, 20, 30), (20, 20, 20), (10, 110, 60)])
        pen.line((50, y - 18, 1450, y - 18), fill=(190, 195, 200), width=3)
        for x, text in ((70, f"Bed {row + 1}"), (260, who.name), (860, sheet.number(who))):
            sheet.write((x, y), text, face, ink)
    return sheet


def wristband(rng: Random, type_: Typesetter) -> Sheet:
    """A printed band."""
    sheet, who = Sheet(Image.new("RGB", (1200, 300), (250, 250, 252))), people.person(rng)
    face = type_.any(46, rng)
    sheet.write((60, 40), who.name.upper(), face)
    sheet.write((60, 120), f"Born {who.born}", face)
    sheet.write((60, 200), f"NHS No {sheet.number(who)}", face)
    sheet.write((800, 200), who.hospital_number, face)
    return sheet


def label(rng: Random, type_: Typesetter) -> Sheet:
    """A specimen label, its number below its caption."""
    sheet, who = Sheet(Image.new("RGB", (700, 420), "white")), people.person(rng)
    face, small = type_.any(38, rng), type_.any(26, rng)
    rows = (
        (40, who.name, face),
        (110, "NHS number", small),
        (150, sheet.number(who), face),
        (230, "Date of birth", small),
    )
    for y, text, size in rows:
        sheet.write((40, y), text, size)
    sheet.write((40, 270), who.born, face)
    sheet.write((40, 350), f"Sample {rng.randint(1000, 9999)}   {who.postcode}", small)
    return sheet


def screen(rng: Random, type_: Typesetter) -> Sheet:
    """A record system: caption and value side by side, light on dark or dark on light."""
    dark = rng.random() < 0.5
    sheet = Sheet(Image.new("RGB", (1280, 800), (24, 34, 48) if dark else (238, 241, 244)))
    who, ink = people.person(rng), "white" if dark else "black"
    face = type_.any(26, rng)
    ImageDraw.Draw(sheet.image).rectangle((0, 0, 1280, 60), fill=(0, 94, 184))
    sheet.write((24, 14), "Patient record", face, "white")
    rows = {
        "Name": who.name, "NHS number": sheet.number(who), "Born": who.born,
        "Address": f"{who.street}, {who.postcode}", "Clinic": rng.choice(_CLINICS),
        "Plan": "review in six weeks, bloods before",
    }  # fmt: skip
    for row, (caption, value) in enumerate(rows.items()):
        sheet.write((40, 110 + row * 70), caption, face, "grey")
        sheet.write((330, 110 + row * 70), value, face, ink)
    return sheet


def post(rng: Random, type_: Typesetter) -> Sheet:
    """A screenshot of somebody's post that holds a number."""
    sheet, who = Sheet(Image.new("RGB", (1080, 620), "white")), people.person(rng)
    bold, face = type_.any(38, rng), type_.any(34, rng)
    name = people.person(rng).name
    ImageDraw.Draw(sheet.image).ellipse((40, 40, 130, 130), fill=(120, 140, 160))
    sheet.write((160, 44), name, bold)
    sheet.write((160, 92), f"@{name.split()[1].lower()}{rng.randint(10, 99)}", face, "grey")
    said = (
        f"Still waiting to hear from the {rng.choice(_CLINICS)} clinic.",
        f"They told me to quote {sheet.number(who)} and then",
        "the line went dead again. Third time this week,",
        "is anybody from the hospital reading this?",
    )
    for row, text in enumerate(said):
        sheet.write((60, 180 + row * 62), text, face)
    sheet.write(
        (60, 470), f"{rng.randint(1, 12)}:{rng.randint(10, 59)} · {rng.randint(2, 90)} replies", face, "grey"
    )
    return sheet


SHEETS: Mapping[str, Callable[[Random, Typesetter], Sheet]] = {
    "letter": letter,
    "theatre_list": theatre_list,
    "whiteboard": whiteboard,
    "wristband": wristband,
    "label": label,
    "screen": screen,
    "post": post,
}
"""By name, as the labels call them."""
