"""The gate before a staff account."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from monitor.authorisation import permit
from monitor.config import Authorisation, Organisation, Settings, SourceSettings
from monitor.errors import SourceRefused
from tests.core.world import NOW

ROW = Authorisation(
    person="S-014",
    notice_version="3",
    notice_date=date(2026, 9, 1),
    lawful_basis="public task",
    dpia_reference="DPIA-7",
    starts=date(2026, 10, 1),
    expires=date(2026, 11, 21),
)
BLOG = SourceSettings(name="blog", kind="rss", authorisation="S-014")


def settings(*rows: Authorisation) -> Settings:
    sources = (BLOG,) if rows else ()
    return Settings(
        organisation=Organisation(name="WVFT", short="WVFT"), authorisations=rows, sources=sources
    )


def test_a_live_row_lets_its_account_be_read() -> None:
    assert permit(settings(ROW), BLOG, NOW) == ROW


def test_a_source_that_is_nobodys_account_needs_no_row() -> None:
    assert permit(settings(), SourceSettings(name="news", kind="rss"), NOW) is None


@pytest.mark.parametrize("at", [NOW + timedelta(days=1), datetime(2026, 9, 30, tzinfo=NOW.tzinfo)])
def test_outside_its_days_a_row_refuses(at: datetime) -> None:
    with pytest.raises(SourceRefused, match="S-014"):
        permit(settings(ROW), BLOG, at)


def test_no_row_no_reading() -> None:
    with pytest.raises(SourceRefused, match="no live authorisation"):
        permit(settings(), BLOG, NOW)
