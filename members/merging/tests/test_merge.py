"""Two records of one person become one, and two again."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from members.merging import merging
from members.merging.rules import CannotMerge
from members.models import Appointment, Member, Merge, Registration, User
from members.numbers import changing
from members.people.exempting import exempt
from members.registration import matching, reconciling, registering
from members.tests.applicants import application, applied
from notices.models import Notice
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, ReasonNeeded
from xianfeng.lib.times import today
from xianfeng.testing.cast import TERM_START, Cast, make_member

WHY = "本人确认"


@pytest.fixture
def double(cast: Cast) -> Member:
    """李建国 a second time: imported again with the number of his new phone."""
    return make_member("李建国", "13900000021", cast.unit, position="科长", community=cast.community)


@pytest.fixture
def registered_double(cast: Cast) -> Member:
    """李建国 a second time, registered in the other community."""
    return make_member("李建国", "13900000021", cast.unit, cast.other_estate)


def fresh(member: Member) -> Member:
    return Member.objects.select_related("user").get(pk=member.pk)


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def snapshot(*members: Member) -> list[tuple[object, ...]]:
    """All that an undone merge must leave as it was."""
    fields = [field.attname for field in Member._meta.concrete_fields]
    rows = Member.objects.filter(pk__in=[member.pk for member in members]).order_by("pk")
    users = User.objects.order_by("pk").values_list("pk", "mobile", "is_active")
    registrations = Registration.objects.order_by("pk").values_list("pk", "user", "member", "state")
    return [*rows.values_list(*fields), *users, *registrations]


# --- Merging ------------------------------------------------------------------------------------


def test_the_other_record_points_to_the_one_that_is_kept(cast: Cast, double: Member):
    done = merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    gone, kept = fresh(double), fresh(cast.li)
    assert (gone.state, gone.merged_into) == (Member.State.MERGED, cast.li)
    assert kept.position == "科长" and kept.user == cast.li.user
    assert (kept.mobile, gone.mobile) == ("13800000001", "13900000021")
    assert (done.kept, done.gone, done.merged_by) == (cast.li, double, cast.clerk)
    assert list(Member.objects.on_roster().filter(name="李建国")) == [cast.li]


def test_the_present_number_is_chosen(cast: Cast, double: Member):
    merging.merge(cast.li, double, takes_number=True, reason=WHY, by=cast.clerk)
    kept, gone = fresh(cast.li), fresh(double)
    assert (kept.mobile, gone.mobile) == ("13900000021", "13800000001")
    assert kept.user and kept.user.mobile == "13900000021"


def test_an_account_goes_to_the_record_that_has_none(cast: Cast, double: Member):
    account = cast.li.user
    merging.merge(double, cast.li, reason=WHY, by=cast.clerk)
    kept = fresh(double)
    assert (kept.user, fresh(cast.li).user) == (account, None)
    assert (kept.state, kept.community, kept.estate) == ("registered", cast.community, cast.estate)


def test_of_two_accounts_the_kept_one_goes_on_with_everything(cast: Cast, registered_double: Member):
    second = registered_double.user
    assert second
    merging.merge(cast.li, registered_double, reason=WHY, by=cast.city_officer)
    second.refresh_from_db()
    assert (second.mobile, second.is_active) == (None, False)
    kept = fresh(cast.li)
    assert (kept.user, kept.community) == (cast.li.user, cast.community)


def test_of_two_confirmed_registrations_the_kept_one_stays(cast: Cast, registered_double: Member):
    for member, place in ((cast.li, cast.community), (registered_double, cast.other_community)):
        assert member.user
        wanted = application(cast, name="李建国", mobile=member.mobile, community=place, estate=None)
        registering.confirm(registering.submit(wanted, by=member.user), by=cast.city_officer)
    merging.merge(cast.li, registered_double, reason=WHY, by=cast.city_officer)
    rows = Registration.objects.filter(member=cast.li).order_by("pk")
    assert [(row.community, row.state) for row in rows] == [
        (cast.community, "confirmed"),
        (cast.other_community, "transferred"),
    ]


def test_exemptions_and_history_go_along(cast: Cast, double: Member):
    day = today()
    exempt(double, kind="sick", starts_on=day, ends_on=day, reason="住院", by=cast.clerk)
    changing.correct(double, "13900000022", reason="来电", by=cast.clerk)
    merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    assert cast.li.exemptions.count() == cast.li.mobile_changes.count() == 1
    assert not double.exemptions.exists()


@pytest.mark.parametrize(
    ("kept", "gone", "after"),
    [
        (dt.date(2026, 5, 1), dt.date(2026, 3, 1), dt.date(2026, 3, 1)),
        (dt.date(2026, 5, 1), None, None),
        (None, dt.date(2026, 3, 1), None),
    ],
)
def test_who_was_there_earlier_was_there_earlier(
    cast: Cast, double: Member, kept: dt.date | None, gone: dt.date | None, after: dt.date | None
):
    Member.objects.filter(pk=cast.li.pk).update(joined_on=kept)
    Member.objects.filter(pk=double.pk).update(joined_on=gone)
    merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    assert fresh(cast.li).joined_on == after


def test_everybody_concerned_is_told_once(cast: Cast, registered_double: Member):
    merging.merge(cast.li, registered_double, reason=WHY, by=cast.clerk)
    told = sorted(Notice.objects.filter(kind="merge").values_list("recipient__username", flat=True))
    assert told == ["member-13800000001", "secretary", "secretary2", "unit"]


# --- The merged record afterwards ----------------------------------------------------------------


def test_an_application_with_the_old_number_finds_the_person(cast: Cast, double: Member):
    merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    found = matching.match(name="李建国", mobile="13900000021", unit=cast.unit)
    assert found.member == cast.li
    assert found.differences == [["mobile", "138****0001", "139****0021"]]


def test_a_member_goes_back_to_a_number_of_the_merged_record(cast: Cast, double: Member):
    merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    changing.change_own(fresh(cast.li), "13900000021", by=cast.li.user)
    assert (fresh(cast.li).mobile, fresh(double).mobile) == ("13900000021", "13800000001")


def test_nothing_is_decided_on_a_merged_record(cast: Cast, double: Member):
    merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    day = today()
    with pytest.raises(NotPossible):
        exempt(fresh(double), kind="sick", starts_on=day, ends_on=day, reason="住院", by=cast.clerk)
    with pytest.raises(NotPossible):
        changing.correct(fresh(double), "13900000022", reason="来电", by=cast.clerk)


# --- Refusals -----------------------------------------------------------------------------------


def test_a_record_is_merged_once(cast: Cast, double: Member):
    merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    with pytest.raises(CannotMerge):
        merging.merge(cast.zhao, double, reason=WHY, by=cast.city_officer)
    with pytest.raises(CannotMerge):
        merging.merge(double, cast.zhao, reason=WHY, by=cast.city_officer)


def test_a_record_is_not_merged_with_itself_or_without_a_reason(cast: Cast, double: Member):
    with pytest.raises(CannotMerge):
        merging.merge(cast.li, cast.li, reason=WHY, by=cast.clerk)
    with pytest.raises(ReasonNeeded):
        merging.merge(cast.li, double, reason=" ", by=cast.clerk)


def test_nobody_merges_their_own_record(cast: Cast, double: Member):
    Member.objects.filter(pk=double.pk).update(user=cast.clerk)
    with pytest.raises(NotPossible):
        merging.merge(cast.li, fresh(double), reason=WHY, by=cast.clerk)


def test_an_account_with_a_post_is_not_given_up(cast: Cast, registered_double: Member):
    Appointment.objects.create(
        user=registered_double.user, organization=cast.estate, role="clerk", starts_on=TERM_START
    )
    with pytest.raises(CannotMerge, match="任职"):
        merging.merge(cast.li, registered_double, reason=WHY, by=cast.city_officer)
    merging.merge(registered_double, cast.li, reason=WHY, by=cast.city_officer)  # the other way round


def test_nor_is_one_whose_post_is_to_come(cast: Cast, registered_double: Member):
    tomorrow = today() + dt.timedelta(days=1)
    Appointment.objects.create(
        user=registered_double.user, organization=cast.estate, role="clerk", starts_on=tomorrow
    )
    with pytest.raises(CannotMerge, match="任职"):
        merging.merge(cast.li, registered_double, reason=WHY, by=cast.city_officer)


# --- Undoing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("takes_number", [False, True])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("second", ["double", "registered_double"])
def test_undone_everything_is_as_before(
    cast: Cast, request: pytest.FixtureRequest, second: str, turned: bool, takes_number: bool
):
    other: Member = request.getfixturevalue(second)
    applied(cast, name="李建国", mobile=other.mobile, unit=cast.unit)
    pair = (other, cast.li) if turned else (cast.li, other)
    before = snapshot(*pair)
    done = merging.merge(*pair, takes_number=takes_number, reason=WHY, by=cast.city_officer)
    assert snapshot(*pair) != before
    merging.undo(done, reason="不是同一人", by=cast.city_officer)
    assert snapshot(*pair) == before
    assert Merge.objects.get().state == Merge.State.UNDONE


def test_undoing_twice_is_refused(cast: Cast, double: Member):
    done = merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    stale = Merge.objects.get(pk=done.pk)
    merging.undo(done, reason="弄错了", by=cast.clerk)
    with pytest.raises(AlreadyDecided):
        merging.undo(stale, reason="弄错了", by=cast.clerk)


def test_after_undoing_the_two_may_be_merged_again(cast: Cast, double: Member):
    merging.undo(merging.merge(cast.li, double, reason=WHY, by=cast.clerk), reason="弄错了", by=cast.clerk)
    merging.merge(cast.li, fresh(double), reason=WHY, by=cast.clerk)
    assert fresh(double).merged_into == cast.li


def test_merges_are_taken_apart_from_the_last(cast: Cast, double: Member):
    third = make_member("李建国", "13900000023", cast.unit)
    first = merging.merge(double, third, reason=WHY, by=cast.clerk)
    last = merging.merge(cast.li, double, reason=WHY, by=cast.clerk)
    with pytest.raises(CannotMerge):
        merging.undo(first, reason="弄错了", by=cast.clerk)
    merging.undo(last, reason="弄错了", by=cast.clerk)
    merging.undo(first, reason="弄错了", by=cast.clerk)
    assert Member.objects.on_roster().filter(name="李建国").count() == 3


# --- Pages --------------------------------------------------------------------------------------


def test_the_unit_finds_doubles_and_merges_them_in_the_portal(cast: Cast, double: Member):
    desk = at_desk(cast.unit_clerk)
    page = desk.get(reverse("members:reconciliation"), {"list": "doubles"})
    assert reconciling.doubles(cast.unit_clerk).count() == 2
    assert reverse("members:merge_with", args=[cast.li.pk]) in page.content.decode()
    page = desk.get(reverse("members:merge_with", args=[cast.li.pk]))
    address = reverse("members:merge_compare", args=[cast.li.pk, double.pk])
    assert address in page.content.decode()
    assert "13800000001" not in desk.get(address).content.decode()  # masked
    answer = desk.post(address, {"number": double.pk, "reason": WHY})
    assert desk.get(answer.url).status_code == 200
    assert fresh(cast.li).mobile == "13900000021"
    assert "已并入" in desk.get(reverse("members:detail", args=[double.pk])).content.decode()
    desk.post(reverse("members:merge_undo", args=[Merge.objects.get().pk]), {"reason": "弄错了"})
    assert fresh(double).is_listed


def test_a_desk_that_sees_only_one_of_them_gets_404(cast: Cast, registered_double: Member):
    address = reverse("members:merge_compare", args=[cast.li.pk, registered_double.pk])
    assert at_desk(cast.clerk).get(address).status_code == 404


def test_the_other_side_opens_what_it_is_told_of_and_may_say_that_it_was_wrong(
    cast: Cast, registered_double: Member
):
    """Its link led to 404: only the kept record's desks saw the merge."""
    done = merging.merge(cast.li, registered_double, reason=WHY, by=cast.city_officer)
    desk, page = at_desk(cast.other_secretary), reverse("members:merge", args=[done.pk])
    kept_page = reverse("members:detail", args=[cast.li.pk])
    gone_page = reverse("members:detail", args=[registered_double.pk])
    for address in (page, gone_page):
        answer = desk.get(address)
        assert answer.status_code == 200 and f'"{kept_page}"' not in answer.content.decode()
    assert f'"{kept_page}"' in at_desk(cast.clerk).get(page).content.decode()
    assert at_desk(cast.estate_clerk).get(page).status_code == 403
    desk.post(reverse("members:merge_undo", args=[done.pk]), {"reason": "弄错了"})
    assert fresh(registered_double).is_registered


def test_an_empty_answer_comes_back_with_its_errors(cast: Cast, double: Member):
    client = at_desk(cast.clerk)
    address = reverse("members:merge_compare", args=[cast.li.pk, double.pk])
    page = client.post(address, {}).content.decode()
    assert "请选择现在用的手机号。" in page and not Merge.objects.exists()
