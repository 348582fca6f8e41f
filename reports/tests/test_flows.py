"""The page 数据怎么走 is true: each errand is walked through, and what it ran through is what is named."""

import datetime as dt
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse

from flags.assessment import jobs as assessment_jobs
from flags.models import Assessment, AssessmentRun, FlagEntry
from members.importing import jobs as import_jobs
from members.importing.tests.rosters import MOBILE, NAME, ZHOU, save_roster
from members.models import ImportBatch, Member
from notices.models import Notice
from tasks.models import Claim
from tasks.presence.tests.test_presence import rows
from tasks.tests.desk import at_desk, ended_task
from tasks.tests.offers import make_offer, user_of
from wishes.models import Wish
from xianfeng.lib import workdays
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs" / "数据怎么走.md"
MOST = {"接单": 3, "认定": 9, "导入名册": 12, "年度考核": 6}

# What the page counts: files in folders of errands.
APPS = {"reports", "tasks", "wishes", "flags", "members"}
NO_ERRAND = {"models", "migrations", "management", "templatetags", "tests"}
# What was handed down may run in a file further on.
HANDED_DOWN = {"<genexpr>", "<lambda>"}

HEADING = re.compile(r"## (\S+):(\d+) 个文件")
STEP = re.compile(r"\d+\. `([^`]+)`:")
NAMED_PATH = re.compile(r"`([\w/]+\.\w+)`")


# --- The page -----------------------------------------------------------------------------------


def sections() -> dict[str, tuple[int, list[str], str]]:
    """Of each errand: how many files the heading promises, the files of its steps, and all of its text."""
    parts = re.split(r"^(?=## )", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    headed = [(heading, part) for part in parts if (heading := HEADING.match(part))]
    return {
        heading[1]: (int(heading[2]), re.findall(rf"^{STEP.pattern}", part, re.MULTILINE), part)
        for heading, part in headed
    }


def beside(errand: str) -> set[str]:
    """Files that an errand's section names without counting them."""
    _count, steps, text = sections()[errand]
    return set(NAMED_PATH.findall(text)) - set(steps)


def test_every_path_on_the_page_exists() -> None:
    named = NAMED_PATH.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > sum(MOST.values())
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_no_errand_takes_more_files_than_its_bound() -> None:
    assert list(sections()) == list(MOST)
    for errand, (count, steps, _text) in sections().items():
        assert len(steps) == len(set(steps)) == count <= MOST[errand], errand


# --- A walk -------------------------------------------------------------------------------------


class Walk:
    """The counted files in the order they were first entered, and which of them called which."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.calls: dict[str, set[str]] = {}

    def look(self, frame: FrameType, event: str, _argument: object) -> None:
        file = counted(frame.f_code.co_filename)
        if event != "call" or not file:
            return
        if file not in self.files:
            self.files.append(file)
        caller = self.caller_of(frame)
        if caller and caller != file and frame.f_code.co_name not in HANDED_DOWN:
            self.calls.setdefault(caller, set()).add(file)

    def caller_of(self, frame: FrameType) -> str:
        above = frame.f_back
        while above and not counted(above.f_code.co_filename):
            above = above.f_back
        return counted(above.f_code.co_filename) if above else ""

    @contextmanager
    def watching(self) -> Iterator[None]:
        before = sys.getprofile()
        sys.setprofile(self.look)
        try:
            yield
        finally:
            sys.setprofile(before)


@cache  # asked for each call of every function
def counted(filename: str) -> str:
    """The path in the repository, where it is a file of an errand; else nothing."""
    path = Path(filename)
    if not path.is_relative_to(ROOT):
        return ""
    app, *folders = path.relative_to(ROOT).parts[:-1] or ("",)
    is_errand = app in APPS and folders and NO_ERRAND.isdisjoint(folders) and path.stem != "__init__"
    return path.relative_to(ROOT).as_posix() if is_errand else ""


def goes_back(calls: dict[str, set[str]]) -> list[str]:
    """Files that are called by what they called, near or far."""

    def reached(file: str, seen: set[str]) -> set[str]:
        for callee in calls.get(file, set()) - seen:
            seen |= {callee} | reached(callee, seen | {callee})
        return seen

    return [file for file in calls if file in reached(file, set())]


@pytest.fixture
def walk(db: None) -> Walk:
    workdays.entered()  # a process reads the calendar once
    assert get_resolver().url_patterns  # loads every view first: importing a file is no step through it
    return Walk()


def check(errand: str, walk: Walk) -> None:
    _count, steps, _text = sections()[errand]
    assert walk.files == steps, "\n".join(walk.files)
    assert goes_back(walk.calls) == []


def test_a_walk_sees_errands_only() -> None:
    assert counted(str(ROOT / "tasks/claiming/rules.py")) == "tasks/claiming/rules.py"
    for other in (
        "tasks/models/claim.py",
        "tasks/rights.py",
        "xianfeng/lib/ids.py",
        "flags/ledger/__init__.py",
    ):
        assert (ROOT / other).is_file() and counted(str(ROOT / other)) == ""


def test_a_call_back_is_noticed() -> None:
    calls = {"views": {"act"}, "act": {"rules", "ledger"}, "ledger": {"rules"}}
    assert goes_back(calls) == []
    assert goes_back(calls | {"rules": {"act"}}) == ["act", "ledger", "rules"]


# --- The errands --------------------------------------------------------------------------------


def test_a_claim_takes_the_way_on_the_page(cast: Cast, walk: Walk) -> None:
    client, path = at_desk(user_of(cast.li)), reverse("tasks:claim", args=[make_offer(cast).pk])
    with walk.watching():
        client.post(path)
    assert Claim.objects.count() == 1
    check("接单", walk)


def verify(cast: Cast, walk: Walk, **fields: Any) -> None:
    task = ended_task(cast, cast.li, cast.wang, **fields)
    data = rows(
        *task.claims.order_by("pk"), presence="present", grade="good", minutes="90", flags="1", note=""
    )
    data |= {"form-1-presence": "absent", "form-1-grade": "", "action": "verify"}
    client, path = at_desk(cast.clerk), reverse("tasks:verify", args=[task.pk])
    with walk.watching():
        client.post(path, data)
    assert FlagEntry.objects.count() == 1


def test_a_verification_takes_the_way_on_the_page(cast: Cast, walk: Walk) -> None:
    verify(cast, walk)
    check("认定", walk)


def test_a_wish_takes_it_past_the_files_named_beside(cast: Cast, walk: Walk) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="修灯", state=Wish.State.PUBLISHED)
    verify(cast, walk, wish=wish, kind="wish")
    _count, steps, _text = sections()["认定"]
    assert set(walk.files) - set(steps) == beside("认定")
    assert goes_back(walk.calls) == []


def test_an_import_takes_the_way_on_the_page(cast: Cast, walk: Walk, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    known = {**ZHOU, NAME: cast.li.name, MOBILE: cast.li.mobile}
    content = save_roster(tmp_path / "roster.xlsx", ZHOU, known).read_bytes()
    client, upload = at_desk(cast.city_officer), SimpleUploadedFile("roster.xlsx", content)
    with walk.watching():
        client.post(reverse("members:import_new"), {"kind": "roster", "file": upload})
        batch = ImportBatch.objects.get()
        import_jobs.check_import(batch.pk)
        client.post(reverse("members:import_confirm", args=[batch.pk]))
        import_jobs.write_import(batch.pk)
    assert Member.objects.filter(batch=batch, mobile=ZHOU[MOBILE]).exists()
    check("导入名册", walk)


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Noon of a day of January 2027, when the year 2026 is checked."""

    def go(day: int) -> None:
        now = dt.datetime(2027, 1, day, 4, tzinfo=dt.UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    return go


def test_the_yearly_check_takes_the_way_on_the_page(
    cast: Cast, walk: Walk, light: Light, client: Client, on_day: Callable[[int], None]
) -> None:
    light(cast.li, flags=5)
    for day, step in ((4, "run"), (4, "publicise"), (20, "settle")):
        on_day(day)
        client.force_login(cast.city_officer)
        runs = list(AssessmentRun.objects.values_list("pk", flat=True))
        with walk.watching():
            client.post(
                reverse(f"flags:{step}", args=runs), {"year": "2026", "official": "1", "typed": "2026"}
            )
            if step == "run":
                assessment_jobs.run_assessment(AssessmentRun.objects.get().pk)
    assert AssessmentRun.objects.get().is_settled and Assessment.objects.exists()
    check("年度考核", walk)

    telling = Walk()
    with telling.watching():
        assessment_jobs.tell_results()
    assert Notice.objects.filter(kind="result").exists()
    _count, steps, _text = sections()["年度考核"]
    assert set(telling.files) - set(steps) == beside("年度考核")
    assert goes_back(telling.calls) == []
