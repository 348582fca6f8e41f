"""Teams of a community: founded, confirmed, joined, led, handed over, left, dissolved."""

import datetime as dt
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from members.leaving import carrying, recording
from members.merging import merging
from members.models import Member, Team, TeamEvent, TeamRole
from members.teams import clock, founding, joining
from members.teams.rules import acts_for
from members.teams.tests.teams import NEXT_YEAR, WORDS, come, make_team, proposed, role_of, user_of
from notices.models import Notice
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_member

DAY = dt.timedelta(days=1)


def refused(act: partial[object]) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def told(member: Member) -> list[str]:
    return list(Notice.objects.filter(recipient=member.user, kind="team").values_list("subject", flat=True))


# --- Founding -----------------------------------------------------------------------------------


def test_a_member_proposes_and_the_community_confirms(cast: Cast) -> None:
    team = proposed(cast)
    assert team.is_proposed and role_of(team, cast.li).is_leader
    assert Notice.objects.filter(recipient=cast.secretary, subject__contains="青锋帮帮团").exists()
    founding.confirm(team, by=cast.secretary)
    assert team.is_active and told(cast.li) == ["服务队已确认：青锋帮帮团"]
    events = TeamEvent.objects.filter(team=team).values_list("from_state", "to_state")
    assert list(events) == [("", "proposed"), ("proposed", "active")]


def test_returned_with_a_reason_the_name_is_free_again(cast: Cast) -> None:
    team = proposed(cast)
    founding.give_back(team, reason="与睦邻社重复", by=cast.secretary)
    assert not team.stands and not role_of(team, cast.li).is_live
    assert Notice.objects.get(recipient=cast.li.user, kind="team").body.startswith("原因：与睦邻社重复")
    proposed(cast)


def test_two_teams_of_one_name_are_refused_in_a_community_and_not_beyond(cast: Cast) -> None:
    proposed(cast)
    assert refused(partial(proposed, cast)) == "name_taken"
    elsewhere = founding.propose(cast.zhao, until=today() + NEXT_YEAR, by=user_of(cast.zhao), **WORDS)  # type: ignore[arg-type]
    assert elsewhere.community == cast.other_community


@pytest.mark.parametrize("days", [0, -1, 6 * 366])
def test_a_term_has_a_near_end(cast: Cast, days: int) -> None:
    until = today() + dt.timedelta(days=days)
    act = partial(founding.propose, cast.li, until=until, by=user_of(cast.li), **WORDS)  # type: ignore[arg-type]
    assert refused(act) == "term_wrong"


def test_a_number_in_the_purpose_is_refused(cast: Cast) -> None:
    words = {**WORDS, "purpose": "有事打 13812345678"}
    act = partial(founding.propose, cast.li, until=today() + NEXT_YEAR, by=user_of(cast.li), **words)  # type: ignore[arg-type]
    assert refused(act) == "personal_data"


def test_nobody_confirms_the_own_proposal_nor_another_community(cast: Cast) -> None:
    team = proposed(cast)
    Team.objects.update(founded_by=cast.secretary)
    team.refresh_from_db()
    assert refused(partial(founding.confirm, team, by=cast.secretary)) == "own_proposal"
    for user in (cast.other_secretary, cast.city_officer, user_of(cast.wang)):
        with pytest.raises(PermissionDenied):
            founding.confirm(team, by=user)


def test_whom_the_community_asks_to_lead_leads_only_with_a_yes(cast: Cast) -> None:
    team = founding.found(
        cast.community,
        leader=cast.wang,
        until=today() + NEXT_YEAR,
        by=cast.clerk,
        **WORDS,  # type: ignore[arg-type]
    )
    role = role_of(team, cast.wang)
    assert role.is_invited and not acts_for(user_of(cast.wang), team)
    with pytest.raises(PermissionDenied):
        joining.answer(role, yes=True, by=cast.clerk)
    joining.answer(role, yes=True, by=user_of(cast.wang))
    assert acts_for(user_of(cast.wang), team)


def test_the_community_founds_for_its_own_people_alone(cast: Cast) -> None:
    act = partial(
        founding.found,
        cast.community,
        leader=cast.zhao,
        until=today() + NEXT_YEAR,
        by=cast.clerk,
        **WORDS,  # type: ignore[arg-type]
    )
    assert refused(act) == "not_here"


# --- In and out ---------------------------------------------------------------------------------


def test_by_request_the_leader_agrees(cast: Cast) -> None:
    team = make_team(cast)
    role = joining.ask(team, cast.wang, by=user_of(cast.wang))
    assert "王秀英 申请加入青锋帮帮团" in told(cast.li)
    with pytest.raises(PermissionDenied):
        joining.answer(role, yes=True, by=user_of(cast.wang))
    joining.answer(role, yes=True, by=user_of(cast.li))
    assert role_of(team, cast.wang).is_serving and told(cast.wang) == ["您已加入青锋帮帮团"]


def test_by_invitation_the_member_agrees_or_does_not(cast: Cast) -> None:
    team = make_team(cast)
    role = joining.invite(team, cast.wang, by=user_of(cast.li))
    joining.answer(role, yes=False, by=user_of(cast.wang))
    assert not role_of(team, cast.wang).is_live and "王秀英 没有加入青锋帮帮团" in told(cast.li)
    assert come(team, cast.wang, cast).is_serving


def test_nobody_is_in_a_team_twice_or_from_elsewhere(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    assert refused(partial(joining.ask, team, cast.wang, by=user_of(cast.wang))) == "in_team_already"
    assert refused(partial(joining.invite, team, cast.zhao, by=user_of(cast.li))) == "not_here"


def test_a_plain_member_invites_nobody_and_parts_with_nobody(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    by = user_of(cast.wang)
    other = make_member("周平", "13900000055", cast.unit, cast.estate)
    for act in (
        partial(joining.invite, team, other, by=by),
        partial(joining.part, role_of(team, cast.li), reason="不合", by=by),
        partial(joining.give_role, role_of(team, cast.wang), "leader", by=by, until=today() + NEXT_YEAR),
        partial(founding.dissolve, team, reason="不办了", by=by),
        partial(founding.change, team, purpose="别的", skills="", by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_anybody_leaves_at_any_time_but_a_leader_hands_over_first(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    assert refused(partial(joining.leave, role_of(team, cast.li), by=user_of(cast.li))) == "leader_stays"
    joining.leave(role_of(team, cast.wang), by=user_of(cast.wang))
    joining.leave(role_of(team, cast.li), by=user_of(cast.li))
    assert not team.roles.serving().exists()
    assert Notice.objects.filter(recipient=cast.secretary, subject="青锋帮帮团：队长李建国已离队").exists()


def test_who_is_parted_with_reads_why(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    joining.part(role_of(team, cast.wang), reason="久未参加", by=user_of(cast.li))
    assert Notice.objects.filter(recipient=cast.wang.user, body__contains="久未参加").exists()


# --- Leading ------------------------------------------------------------------------------------


def test_the_lead_is_handed_over_with_dates_on_both_sides(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    joining.give_role(role_of(team, cast.wang), "leader", by=user_of(cast.li), until=today() + NEXT_YEAR)
    rows = team.roles.order_by("pk").values_list("member__name", "role", "state", "until")
    assert list(rows) == [
        ("李建国", "leader", "ended", today()),
        ("王秀英", "member", "ended", today()),
        ("李建国", "member", "serving", None),
        ("王秀英", "leader", "serving", today() + NEXT_YEAR),
    ]
    assert acts_for(user_of(cast.wang), team) and not acts_for(user_of(cast.li), team)


def test_a_deputy_stands_in_and_gives_no_role(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    joining.give_role(role_of(team, cast.wang), "deputy", by=user_of(cast.li), until=today() + NEXT_YEAR)
    other = make_member("周平", "13900000055", cast.unit, cast.estate)
    joining.invite(team, other, by=user_of(cast.wang))
    with pytest.raises(PermissionDenied):
        joining.give_role(
            role_of(team, cast.wang), "leader", by=user_of(cast.wang), until=today() + NEXT_YEAR
        )


def test_a_term_that_is_over_leads_no_more_until_it_is_renewed(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    TeamRole.objects.filter(member=cast.li).update(until=today() - DAY)
    assert not acts_for(user_of(cast.li), team)
    joining.give_role(role_of(team, cast.li), "leader", by=cast.secretary, until=today() + NEXT_YEAR)
    assert acts_for(user_of(cast.li), team)


def test_whose_term_is_over_may_leave_without_handing_over(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    TeamRole.objects.filter(member=cast.li).update(until=today() - DAY)
    joining.leave(role_of(team, cast.li), by=user_of(cast.li))
    assert not role_of(team, cast.li).is_live


def test_thirty_days_before_the_end_of_a_term_both_sides_are_reminded_once(cast: Cast) -> None:
    make_team(cast)
    clock.run(today() + NEXT_YEAR - 31 * DAY)
    assert "您在青锋帮帮团的任期快到了" not in told(cast.li)
    for back in (30, 29):
        clock.run(today() + NEXT_YEAR - back * DAY)
    assert told(cast.li).count("您在青锋帮帮团的任期快到了") == 1
    clock.run(today() + NEXT_YEAR + DAY)
    notices = Notice.objects.filter(recipient=cast.secretary).order_by("pk")
    subjects = notices.values_list("subject", flat=True)
    assert [one for one in subjects if "任期" in one] == [
        "青锋帮帮团：队长李建国的任期快到了", "青锋帮帮团：队长李建国的任期已满",
    ]  # fmt: skip


def test_who_moves_away_leads_no_more_at_once_and_is_out_by_morning(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    Member.objects.filter(pk=cast.li.pk).update(community=cast.other_community, estate=cast.other_estate)
    assert not acts_for(user_of(cast.li), team)
    assert clock.run() == 1 and clock.run() == 0
    assert not role_of(team, cast.li).is_live and role_of(team, cast.wang).is_serving
    assert Notice.objects.filter(recipient=cast.secretary, subject__contains="队长李建国已离队").exists()


def test_who_leaves_the_roster_is_out_of_the_team(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    recording.leave(cast.li, kind="retired", day=today() - DAY, by=cast.unit_clerk)
    carrying.carry_due()
    assert not role_of(team, cast.li).is_live and role_of(team, cast.wang).is_serving


def test_of_two_records_in_one_team_one_role_goes_on(cast: Cast) -> None:
    double = make_member("李建国", "13900000021", cast.unit, cast.estate)
    team = make_team(cast)
    come(team, double, cast)
    done = merging.merge(cast.li, double, reason="本人确认", by=cast.city_officer)
    assert [role.role for role in team.roles.live()] == ["leader"]
    assert team.roles.filter(member=cast.li).count() == 2
    merging.undo(done, reason="弄错了", by=cast.city_officer)
    assert team.roles.filter(member=double).count() == 1


def test_a_dissolved_team_ends_all_roles_and_tells_everybody(cast: Cast) -> None:
    team = make_team(cast, cast.wang)
    founding.dissolve(team, reason="人手不足", by=cast.secretary)
    assert not team.roles.live().exists()
    assert "服务队已解散：青锋帮帮团" in told(cast.li) and "服务队已解散：青锋帮帮团" in told(cast.wang)
    assert refused(partial(joining.ask, team, cast.wang, by=user_of(cast.wang))) == "not_active"


# --- The pages ----------------------------------------------------------------------------------


def test_from_the_phone_to_the_desk_and_back(client: Client, cast: Cast) -> None:
    client.force_login(user_of(cast.li))
    until = (today() + NEXT_YEAR).isoformat()
    client.post(reverse("members:team_propose"), {**WORDS, "until": until})
    team = Team.objects.get()
    client.force_login(cast.secretary)
    assert "青锋帮帮团" in client.get(reverse("members:teams"), {"tab": "proposed"}).content.decode()
    client.post(reverse("members:team", args=[team.pk]), {"decision": "confirm"})
    client.force_login(user_of(cast.li))
    page, url = reverse("members:my_team", args=[team.pk]), reverse("members:my_teams")
    assert "王秀英" in client.get(page, {"q": "王"}).content.decode()
    client.post(page, {"decision": "invite", "member": cast.wang.pk})
    client.force_login(user_of(cast.wang))
    assert "已邀请" in client.get(url).content.decode()
    client.post(page, {"decision": "admit", "held": role_of(team, cast.wang).pk})
    assert "离队" in client.get(page).content.decode()
    client.force_login(user_of(cast.li))
    edit = client.post(reverse("members:team_edit", args=[team.pk]), {"purpose": "修水电", "skills": ""})
    assert edit.status_code == 302 and "修水电" in client.get(page).content.decode()
    role = {"decision": "role", "held": role_of(team, cast.wang).pk, "role": "leader"}
    assert "任期到哪天" in client.post(page, role, follow=True).content.decode()
    client.post(page, {**role, "until": until})
    assert role_of(team, cast.wang).is_leader


def test_another_community_sees_nothing_of_it(client: Client, cast: Cast) -> None:
    team = make_team(cast)
    client.force_login(user_of(cast.zhao))
    assert client.get(reverse("members:my_team", args=[team.pk])).status_code == 404
    client.force_login(cast.other_secretary)
    assert client.get(reverse("members:team", args=[team.pk])).status_code == 404
    client.force_login(cast.city_officer)
    assert client.get(reverse("members:team", args=[team.pk])).status_code == 200
    assert client.post(reverse("members:team", args=[team.pk]), {"decision": "dissolve"}).status_code == 403


def test_the_community_founds_at_its_desk(client: Client, cast: Cast) -> None:
    client.force_login(cast.secretary)
    terms = {**WORDS, "leader": cast.wang.pk, "until": (today() + NEXT_YEAR).isoformat()}
    page = client.post(reverse("members:team_found"), terms, follow=True)
    assert "等队长本人同意" in page.content.decode() and role_of(Team.objects.get(), cast.wang).is_invited
