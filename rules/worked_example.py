"""A worked example of an organisation: the trust whose policy is the default pack, by its public names."""

from __future__ import annotations

from monitor.config import Alias, Organisation

_FIRE = ("Fire and Rescue", "Fire Service", "Fire Authority")
_NEIGHBOURS = (
    "Esk and Wear Valleys",
    "TEWV",
    "South Tees",
    "North Tees",
    "trust fund",
    "academy",
    "wildlife",
)
_REMEMBERED = tuple(
    f"memorial {what}" for what in ("service", "fund", "garden", "park", "hall", "cup", "walk")
)

CDDFT = Organisation(
    name="County Durham and Darlington NHS Foundation Trust",
    short="CDDFT",
    ods_code="RXP",
    hospitals=(
        "Darlington Memorial Hospital",
        "University Hospital of North Durham",
        "Bishop Auckland Hospital",
        "Bishop Auckland General Hospital",
        "Shotley Bridge Community Hospital",
        "Chester-le-Street Community Hospital",
        "Sedgefield Community Hospital",
        "Weardale Community Hospital",
    ),
    handles=("@CDDFTNHS",),
    domains=("cddft.nhs.uk",),
    places=("Durham", "Darlington", "Bishop Auckland", "Chester-le-Street", "Consett", "Shotley Bridge"),
    negative_context=(
        "Durham NC, North Carolina, Durham Bulls, Duke, Raleigh",
        "New Hampshire, Ontario, Oshawa, Durham Region",
        "Notre Dame, quarterback, touchdown, Fighting Irish",
        "NASCAR, raceway, speedway, South Carolina, McLeod",
        "Los Angeles, LA County, Department of Mental Health",
        "humbug, Scrooge",
        "card game, trading card, deck",
        "coast guard, housing allowance",
        "FC, football club, football league, rugby, cricket",
        "Durham University, University of Durham",
    ),
    aliases=(
        Alias(text="North Durham University Hospital", tier=2, weight=0.8),
        Alias(text="University Hospital Durham", tier=2, weight=0.6),
        Alias(text="Darlington A&E", tier=2, weight=0.6),
        Alias(text="A&E at Darlington", tier=2, weight=0.6),
        Alias(text="North Durham Hospital", tier=2, weight=0.6),
        Alias(text="Durham University Hospital", tier=2, weight=0.6),
        Alias(text="Durham A&E", tier=2, weight=0.55),
        Alias(text="A&E at Durham", tier=2, weight=0.55),
        Alias(text="Darlington Hospital", tier=2, weight=0.55),
        Alias(text="Darlo Hospital", tier=2, weight=0.55),
        Alias(text="UHND", tier=2, weight=0.55),
        Alias(text="Durham Hospital", tier=2, weight=0.5),
        Alias(text="County Durham NHS", tier=2, weight=0.5),
        Alias(text="Hospital in Durham", tier=2, weight=0.45),
        Alias(text="Hospital in Darlington", tier=2, weight=0.45),
        Alias(text="Darlo Memorial", tier=2, weight=0.5),
        Alias(text="Dryburn", tier=2, weight=0.5),
        Alias(text="Bishop General", tier=2, weight=0.45),
        Alias(text="Richardson Hospital", tier=2, weight=0.45),
        Alias(text="County Durham and Darlington", tier=2, weight=0.45, unless=_FIRE),
        Alias(text="Darlington Memorial", tier=2, weight=0.4, unless=_REMEMBERED),
        Alias(text="Durham and Darlington", tier=2, weight=0.35, unless=_FIRE),
        Alias(text="Memorial Hospital", tier=2, weight=0.35),
        Alias(text="Durham Hospitals", tier=2, weight=0.5),
        Alias(text="Bishop Auckland Hospitals", tier=2, weight=0.5),
        Alias(text="DMH", tier=2, weight=0.3, case=True),
        Alias(text="North Durham", tier=2, weight=0.25),
        Alias(text="BAH", tier=2, weight=0.05, case=True),
        Alias(text="the trust", tier=3, weight=0.1, unless=_NEIGHBOURS),
        Alias(text="the CCG", tier=3, weight=0.05),
    ),
)
"""Used by `monitor check` where no settings file says whose posts are meant."""
