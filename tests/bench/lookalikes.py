"""Accounts scored against a register of fifty, as `monitor check --accounts` scores them. Never asserted."""

from __future__ import annotations

import csv
import time
from datetime import UTC, datetime
from pathlib import Path

from monitor.cli.given_accounts import parsed
from monitor.config import Alias, Organisation
from monitor.types import Account
from rules.examples import ORGANISATION
from rules.lookalikes import Index, resembles
from tests.bench.figure import Figure

ACCOUNTS, ENTRIES = 10_000, 50
_LABELLED = Path(__file__).parents[1] / "rules" / "accounts" / "development.csv"


def run() -> list[Figure]:
    """Seconds for 10,000 accounts, one in ten like the labelled ones."""
    index, accounts = Index(_registered()), _accounts()
    now = datetime.now(UTC)
    began = time.process_time()
    for account in accounts:
        resembles(account, index, now)
    spent = time.process_time() - began
    return [Figure(f"{ACCOUNTS:,} accounts against a register of {ENTRIES}", spent, "s", "< 10")]


def _registered() -> Organisation:
    """The organisation of the examples with fifty handles and aliases."""
    handles = tuple(f"@WVFT_{number}" for number in range(ENTRIES // 2))
    aliases = tuple(Alias(text=f"Wearside Vale Clinic {number}") for number in range(ENTRIES // 2))
    return ORGANISATION.model_copy(update={"handles": handles, "aliases": aliases})


def _accounts() -> list[Account]:
    """All different: labelled ones, and ten times as many of anybody."""
    now = datetime.now(UTC)
    with _LABELLED.open(encoding="utf-8", newline="") as table:
        labelled = [parsed(row).account(now) for row in csv.DictReader(table)]
    return [_variant(labelled[n % len(labelled)], n) for n in range(ACCOUNTS)]


def _variant(account: Account, number: int) -> Account:
    if number % 10:
        return Account(
            platform="", handle=f"reader{number}", display_name=f"Kim {number}", bio="Tea and trains"
        )
    return Account(
        platform="",
        handle=f"{account.handle}{number}",
        display_name=account.display_name,
        bio=account.bio,
        url=account.url,
    )
