"""A worked example of an organisation: the trust whose policy is the default pack, by its public names."""

from __future__ import annotations

from monitor.config import Alias, Organisation

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
    ),
    handles=("@CDDFTNHS",),
    domains=("cddft.nhs.uk",),
    places=("Durham", "Darlington", "Bishop Auckland", "Chester-le-Street", "Consett", "Shotley Bridge"),
    negative_context=(
        *("Durham Bulls", "Durham NC", "North Carolina", "New Hampshire", "Ontario", "Oshawa", "Duke"),
        *("Notre Dame", "quarterback", "NASCAR", "raceway", "Los Angeles", "LA County"),
        *("Department of Mental Health", "humbug", "card game", "coast guard"),
        *("cricket", "rugby", "football", "cathedral", "University of"),
    ),
    aliases=(
        Alias(text="Durham A&E", tier=2, weight=0.55),
        Alias(text="Darlington A&E", tier=2, weight=0.6),
        Alias(text="Darlington Hospital", tier=2, weight=0.55),
        Alias(text="Durham Hospital", tier=2, weight=0.5),
        Alias(text="UHND", tier=2, weight=0.55),
        Alias(text="County Durham NHS", tier=2, weight=0.5),
        Alias(text="Dryburn", tier=2, weight=0.5),
        Alias(text="Bishop General", tier=2, weight=0.45),
        Alias(text="Darlington Memorial", tier=2, weight=0.4),
        Alias(text="Darlington Mem", tier=2, weight=0.4),
        Alias(text="Durham and Darlington", tier=2, weight=0.35),
        Alias(text="DMH", tier=2, weight=0.3, case=True),
        Alias(text="North Durham", tier=2, weight=0.25),
        Alias(text="BAH", tier=2, weight=0.05, case=True),
    ),
)
"""Used by `monitor check` where no settings file says whose posts are meant."""
