"""Rules of a running year change with a reason, a history, and after a look at whom it turns."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from flags.assessment import assessing
from flags.models import Assessment, Policy, PolicyChange
from flags.policy.forms import PolicyForm
from flags.policy.policies import change, frozen, policy_for
from flags.previewing.turning import turns_of
from members.models import User
from xianfeng.lib.refusal import ReasonNeeded
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light
from xianfeng.testing.reckoning import reckon_by_hand

PREVIEW, SAVE = (reverse(name, args=[2026]) for name in ("flags:policy_preview", "flags:policy"))


@pytest.fixture(autouse=True)
def october(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2026, 10, 1, 1, 0, tzinfo=dt.UTC))


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def posted(**changes: Any) -> dict[str, Any]:
    stored = {field.name: field.value() for field in PolicyForm(instance=policy_for(2026))}
    return {**stored, "pro_rata": "on", "reason": "", **changes}


@pytest.mark.parametrize(
    "fields",
    [
        {"min_flags": 4},
        {"min_flags": 7},
        {"min_minutes": 300},
        {"min_flags_leader": 9},
        {"places_per_week": 1},
    ],
)
def test_who_turns_is_who_stands_otherwise_by_the_rules_as_meant(
    cast: Cast, light: Light, fields: dict[str, int]
):
    for number, member in enumerate((cast.li, cast.wang, cast.zhao)):
        light(member, flags=4 + number, minutes=120 * number)
    before = reckon_by_hand(2026, frozen(policy_for(2026)))
    after = reckon_by_hand(2026, {**frozen(policy_for(2026)), **fields})
    turns = turns_of(2026, fields)
    assert {turn.member.pk: (turn.before.result, turn.after.result) for turn in turns.people} == {
        pk: (before[pk].result, one.result) for pk, one in after.items() if one.result != before[pk].result
    }
    assert turns.short == sum(turn.after.result == "unqualified" for turn in turns.people)
    assert not Assessment.objects.exists() and policy_for(2026).min_flags == 5


def test_the_page_names_them_and_its_button_confirms(cast: Cast, light: Light) -> None:
    light(cast.li, flags=5, minutes=600)
    assessing.forecast(2026)
    client = at_desk(cast.city_officer)
    answer = client.post(PREVIEW, posted(min_flags=6, reason="部务会决定"))
    page = answer.content.decode()
    assert "5 → 6" in page and "李建国" in page and "王秀英" not in page
    assert answer.context["turns"].short == 1 and policy_for(2026).min_flags == 5
    client.post(SAVE, dict(answer.context["posted"]))
    assert policy_for(2026).min_flags == 6
    row = PolicyChange.objects.get()
    assert (row.by, row.reason, row.changes) == (cast.city_officer, "部务会决定", {"min_flags": [5, 6]})


@pytest.mark.parametrize(
    ("changes", "says"), [({"min_flags": 6}, "写明为什么改"), ({"reason": "试"}, "没有改动")]
)
def test_nothing_is_previewed_without_a_change_and_its_reason(cast: Cast, changes: dict[str, Any], says: str):
    page = at_desk(cast.city_officer).post(PREVIEW, posted(**changes)).content.decode()
    assert says in page and "确认修改" not in page


def test_the_service_asks_for_the_reason_once_the_year_has_begun(cast: Cast) -> None:
    with pytest.raises(ReasonNeeded):
        change(policy_for(2026), by=cast.city_officer, min_flags=6)
    assert not Policy.objects.exists()
    assert change(policy_for(2027), by=cast.city_officer, min_flags=6).min_flags == 6


def test_the_same_again_leaves_no_second_line(cast: Cast) -> None:
    for _time in range(2):
        change(policy_for(2026), by=cast.city_officer, reason="部务会决定", min_flags=6)
    assert PolicyChange.objects.count() == 1


def test_every_reader_of_the_rules_reads_their_history(cast: Cast) -> None:
    change(
        policy_for(2026),
        by=cast.city_officer,
        reason="部务会决定",
        min_flags=6,
        pro_rata=False,
        text="新办法",
    )
    for user in (cast.unit_clerk, cast.secretary, cast.city_officer):
        page = at_desk(user).get(SAVE).content.decode()
        assert "最低红旗数：5 → 6" in page and "：是 → 否" in page and "部务会决定" in page


def test_an_older_form_does_not_undo_a_colleague_s_change(cast: Cast):
    """Neither on the way to the preview nor with its confirmation."""
    client = at_desk(cast.city_officer)
    page = client.get(SAVE)
    data = {field.name: field.value() for field in page.context["form"]} | {"pro_rata": "on"}
    data |= {"min_minutes": 60, "reason": "部务会决定"}
    assert not client.post(PREVIEW, data).context["form"].errors
    change(policy_for(2026), by=cast.city_officer, reason="征求意见后", min_flags=6)
    for url in (PREVIEW, SAVE):
        assert "同事已修改" in str(client.post(url, data).context["form"].errors)
    assert (policy_for(2026).min_flags, policy_for(2026).min_minutes) == (6, 0)
    fresh = {field.name: field.value() for field in client.get(SAVE).context["form"]} | {"pro_rata": "on"}
    assert client.post(SAVE, fresh | {"min_minutes": 60, "reason": "部务会决定"}).status_code == 302
    assert (policy_for(2026).min_flags, policy_for(2026).min_minutes) == (6, 60)
