"""A settled year that is corrected: the person, the unit and the community are told."""

import datetime as dt

import pytest

from flags import ledger
from flags.assessment import assessing
from flags.models import AssessmentRun, FlagEntry
from members.models import Member
from notices.models import Notice
from xianfeng.lib.refusal import ReasonNeeded
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light


@pytest.fixture
def settled(cast: Cast, light: Light, monkeypatch: pytest.MonkeyPatch) -> AssessmentRun:
    light(cast.zhao)
    for day in (4, 20):
        now = dt.datetime(2027, 1, day, 2, 0, tzinfo=dt.UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        if day == 4:
            run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    return assessing.settle(run, by=cast.city_officer)


def correct(cast: Cast, member: Member, by: object = None, reason: str = "漏记一次服务。") -> FlagEntry:
    return ledger.adjust(
        member, flags=1, minutes=60, settled_year=2026, organization=cast.community, reason=reason,
        key="adjust:1", by=by or cast.city_officer,
    )  # type: ignore[arg-type]  # fmt: skip


def told() -> list[str]:
    found = Notice.objects.filter(kind="settled_corrected").values_list("recipient__name", flat=True)
    return sorted(str(name) for name in found)


@pytest.mark.usefixtures("settled")
def test_each_is_told_once(cast: Cast):
    for _time in range(2):
        line = correct(cast, cast.li)
    assert told() == sorted(["李建国", "谢单位", "陈书记", "林社工"])
    own = Notice.objects.get(recipient=cast.li.user)
    assert "红旗 +1 面，时长 +60 分钟。原因：漏记一次服务。更正后" in own.body
    assert Notice.objects.get(recipient=cast.unit_clerk).url.endswith(f"/{line.pk}/")


@pytest.mark.usefixtures("settled")
def test_who_did_it_knows(cast: Cast):
    correct(cast, cast.li, by=cast.secretary)
    assert told() == sorted(["李建国", "谢单位", "林社工"])


@pytest.mark.usefixtures("settled")
def test_the_unit_that_had_them_on_its_list_is_told_too(cast: Cast):
    Member.objects.filter(pk=cast.li.pk).update(unit=cast.other_unit)
    cast.li.refresh_from_db()
    correct(cast, cast.li)
    assert {"谢单位", "韩单位"} <= set(told())


@pytest.mark.usefixtures("settled")
def test_what_is_refused_tells_nobody(cast: Cast):
    with pytest.raises(ReasonNeeded):
        correct(cast, cast.li, reason=" ")
    assert told() == []
