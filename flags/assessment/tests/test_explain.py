"""A result's explanation agrees with its figures, also when the roster has changed since."""

import datetime as dt

from flags.assessment import assessing
from flags.assessment.explaining import explain
from flags.models import Assessment
from flags.policy.policies import change, policy_for
from members.models import Member


def explained(member: Member, run) -> str:
    rows = Assessment.objects.select_related("run", "member")
    return "".join(explain(rows.get(run=run, member=member)))


def test_who_became_a_leader_later_is_explained_as_checked(cast):
    change(policy_for(2026), by=cast.city_officer, reason="部务会决定", min_flags_leader=8)
    Member.objects.filter(pk=cast.wang.pk).update(is_leader=True)
    run = assessing.forecast(2026)
    assert "领导干部最低要求：8 面红旗" in explained(cast.wang, run)
    Member.objects.filter(pk=cast.li.pk).update(is_leader=True)
    Member.objects.filter(pk=cast.wang.pk).update(is_leader=False)
    assert "全年最低要求：5 面红旗" in explained(cast.li, run)
    assert "领导干部最低要求：8 面红旗" in explained(cast.wang, run)


def test_dates_entered_after_the_check_explain_nothing(cast):
    run = assessing.forecast(2026)
    Member.objects.filter(pk=cast.li.pk).update(joined_on=dt.date(2026, 7, 20))
    assert "新进" not in explained(cast.li, run)
    assert "2026年7月20日 新进" in explained(cast.li, assessing.forecast(2026))
