"""Invented people, with numbers that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_FIRST = (
    "Ada", "Bram", "Cerys", "Dilip", "Esme", "Farid", "Greta", "Hugh", "Imani", "Joss", "Keir", "Lena",
    "Mabel", "Nuno", "Orla", "Piet", "Ruby", "Stan",
)  # fmt: skip
_LAST = (
    "Abernale", "Brockhurst", "Cattermoor", "Dunthorne", "Eastleek", "Fernhollow", "Garrowby",
    "Hathersby", "Inglestone", "Kettlewell", "Larkmere", "Mossgrave", "Netherby", "Oxenholt",
    "Pennister", "Quarmley", "Ravensett", "Stonegale", "Thackersby", "Wintergill",
)  # fmt: skip
_STREETS = ["Mill Lane", "Church Row", "Station Approach", "Quarry Bank", "Harbour View", "Chapel Street"]
_WEIGHTS = range(10, 1, -1)


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist."""

    name: str
    nhs_number: str
    """As printed, 3-3-4."""
    born: str
    street: str
    postcode: str
    hospital_number: str


def person(rng: Random) -> Person:
    """Another one."""
    born = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(1930, 2015)}"
    return Person(
        name=f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
        nhs_number=nhs_number(rng),
        born=born,
        street=f"{rng.randint(1, 99)} {rng.choice(_STREETS)}",
        postcode=f"ZZ99 {rng.randint(1, 9)}{rng.choice('ABDEFGHJLN')}{rng.choice('PQRSTUWXYZ')}",
        hospital_number=f"WV{rng.randint(100000, 999999)}",
    )


def nhs_number(rng: Random) -> str:
    """A number of the range for tests, 999 and seven digits more, the last its check digit (modulus 11)."""
    while True:
        digits = f"999{rng.randint(0, 999_999):06}"
        total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
        check = (11 - total % 11) % 11
        if check < 10:
            return f"{digits[:3]} {digits[3:6]} {digits[6:]}{check}"
