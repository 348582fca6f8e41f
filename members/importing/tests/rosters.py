"""Rosters for tests: the columns, and files made of a few rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from members.importing.roster.columns import (
    COMMUNITY,
    ESTATE,
    HEADERS,
    LEADER,
    MOBILE,
    NAME,
    POSITION,
    SKILLS,
    UNIT,
)
from xianfeng.lib.tests.workbooks import save_workbook

DATA = Path(__file__).with_name("data")
MALFORMED = DATA / "malformed"
MESSY = DATA / "rosters" / "messy_300.xlsx"
MESSY_ANSWER = DATA / "rosters" / "messy_300.json"
MODEL_CITY = Path(settings.BASE_DIR) / "tools" / "demo" / "data"

ZHOU = {
    NAME: "周明",
    MOBILE: "13900000001",
    UNIT: "市教育局",
    POSITION: "科员",
    LEADER: "否",
    COMMUNITY: "青锋社区",
    ESTATE: "青锋花苑",
    SKILLS: "理发、财务",
}


def save_roster(path: Path, *rows: Mapping[str, Any], columns: tuple[str, ...] = HEADERS) -> Path:
    """A workbook with the full header and the given rows."""
    return save_workbook(
        path, {"名册": [columns, *([row.get(column) for column in columns] for row in rows)]}
    )
