"""Who is told what, event by event: the real step is taken, and this is who hears of it and how.

An event's `take` is a walk: it prepares whatever it takes and yields once, just before the step that counts.
`told` says who gets which kind of message by which channel, and nobody else does. What comes after the step
repeats it, as a second click, a job that runs twice or a sweep would: that tells nobody again.
"""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile

from flags import ledger
from flags.assessment import assessing
from flags.assessment import jobs as assessment_jobs
from flags.models import AssessmentRun
from flags.publicity import jobs as publicity_jobs
from flags.publicity.taking_back import take_back_publicity
from members.accounts import addresses, second_factor
from members.importing import batches
from members.importing import jobs as import_jobs
from members.importing.roster.columns import MOBILE, NAME, POSITION, UNIT
from members.importing.tests.rosters import ZHOU, save_roster
from members.leaving import recording as roster
from members.models import ImportBatch, Member, User
from members.numbers import changing
from members.organizations import tree
from members.people import exempting, keeping
from members.registration import registering
from members.tests.applicants import applied, stranger
from tasks.claiming.claiming import withdraw
from tasks.models import Claim, Task
from tasks.publishing import publishing
from tasks.tests.desk import make_item, terms
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from tasks.verifying import verifying
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.verifying import Decision
from wishes.handling import handling
from wishes.merging import merging
from wishes.models import Wish
from wishes.reopening import reopening
from wishes.stating.stating import enter, submit
from xianfeng.lib.times import today
from xianfeng.operations.backups import messages as backups
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import award_of
from xianfeng.tests.tables import (  # noqa: F401
    told_invitations,
    told_musters,
    told_scope,
    told_series,
)
from xianfeng.tests.tables.events import EVENTS, Stage, again, event

RESIDENT = "提出心愿的居民"
BRIEF = {"contact_name": "钱奶奶", "contact_mobile": "13700000009"}


# --- Wishes -------------------------------------------------------------------------------------


def stated(cast: Cast) -> Wish:
    return submit(organization=cast.estate, need="想请人上门理发", **BRIEF, key="k")


@event("居民提出心愿", "wish_new", "wish_step", mail="高小区", text=RESIDENT)
def wish_is_stated(stage: Stage) -> Iterator[None]:
    yield
    for _time in range(2):
        stated(stage.cast)


@event("工作人员代居民填报", "wish_new", "wish_step", text=RESIDENT)
def wish_is_entered(stage: Stage) -> Iterator[None]:
    yield
    for _time in range(2):
        enter(
            organization=stage.cast.estate, need="想请人理发", source="visit", by=stage.cast.clerk,
            key="k", **BRIEF,
        )  # fmt: skip


@event("受理心愿", "wish_new", "wish_step", text=RESIDENT)
def wish_is_accepted(stage: Stage) -> Iterator[None]:
    wish = stated(stage.cast)
    yield
    for _time in range(2):
        again(partial(handling.accept, wish, by=stage.cast.clerk))


@event("不受理心愿", "wish_new", "wish_step", text=RESIDENT)
def wish_is_declined(stage: Stage) -> Iterator[None]:
    wish = stated(stage.cast)
    yield
    for _time in range(2):
        again(partial(handling.decline, wish, reason="属于物业维修", by=stage.cast.clerk))


def second(cast: Cast) -> Wish:
    return submit(organization=cast.estate, need="老人想理发", **BRIEF | {"contact_mobile": "13700000008"})


@event("心愿合并", "wish_new", "wish_step", "wish_reopened", text=RESIDENT)
def wish_is_merged(stage: Stage) -> Iterator[None]:
    kept, gone = stated(stage.cast), second(stage.cast)
    yield
    for _time in range(2):
        again(partial(merging.merge, kept, gone, by=stage.cast.clerk))


@event("取消心愿合并", "wish_new", "wish_step", "wish_reopened", text=RESIDENT)
def wish_is_parted(stage: Stage) -> Iterator[None]:
    gone = merging.merge(stated(stage.cast), second(stage.cast), by=stage.cast.clerk)
    yield
    for _time in range(2):
        again(partial(merging.part, gone, reason="不是一件事", by=stage.cast.clerk))


@event("居民再次提出", "wish_new", "wish_step", "wish_reopened", mail="高小区", text=RESIDENT)
def wish_is_asked_for_again(stage: Stage) -> Iterator[None]:
    wish = handling.decline(stated(stage.cast), reason="属于物业维修", by=stage.cast.clerk)
    yield
    for _time in range(2):
        again(partial(reopening.ask_again, wish, reason="物业说不归他们管"))


@event("社区恢复办理", "wish_new", "wish_step", "wish_reopened", mail="高小区", text=RESIDENT)
def wish_is_taken_up_again(stage: Stage) -> Iterator[None]:
    wish = handling.decline(stated(stage.cast), reason="属于物业维修", by=stage.cast.clerk)
    yield
    for _time in range(2):
        again(partial(reopening.take_up_again, wish, reason="已与物业协调", by=stage.cast.clerk))


def published(cast: Cast) -> Task:
    wish = Wish.objects.filter(need="想请人上门理发").first() or stated(cast)
    item = make_item(category="wish") if not Task.objects.exists() else Task.objects.latest("pk").item
    given = terms(title="上门理发", kind=Task.Kind.WISH)
    return publishing.publish_wish(
        wish, by=cast.clerk, publisher=cast.community, item=item, audience=[cast.community], key="t", **given
    )


@event("受理并发布心愿", "wish_new", "wish_step", text=RESIDENT)
def wish_is_published(stage: Stage) -> Iterator[None]:
    stated(stage.cast)
    yield
    for _time in range(2):
        again(partial(published, stage.cast))


@event("心愿有人接单", "wish_step", "late_claim", text=RESIDENT)
def wish_is_claimed(stage: Stage) -> Iterator[None]:
    task = published(stage.cast)
    yield
    for member in (stage.cast.li, stage.cast.li, stage.cast.wang):
        again(partial(take, task, member))


@event("心愿服务改时间", "wish_step", "task_changed", mail="李建国", text=RESIDENT)
def wish_is_rescheduled(stage: Stage) -> Iterator[None]:
    task = published(stage.cast)
    take(task, stage.cast.li)
    times: dict[str, Any] = {"starts_at": task.starts_at + HOUR, "ends_at": task.ends_at + HOUR}
    yield
    for _time in range(2):
        again(partial(publishing.edit, task, by=stage.cast.clerk, **times))


@event("接心愿的人都退出", "wish_step", "late_withdrawal", text=RESIDENT)
def wish_is_left(stage: Stage) -> Iterator[None]:
    place = take(published(stage.cast), stage.cast.li)
    yield
    for _time in range(2):
        again(partial(withdraw, place, by=user_of(stage.cast.li)))


@event("心愿的任务取消", "wish_step", "task_cancelled", mail="李建国", text=RESIDENT)
def wish_is_called_off(stage: Stage) -> Iterator[None]:
    task = published(stage.cast)
    take(task, stage.cast.li)
    yield
    for _time in range(2):
        again(partial(publishing.cancel, task, reason="下大雨", by=stage.cast.clerk))


@event("心愿办结", "wish_step", "flag_lit", mail="李建国", text=RESIDENT)
def wish_is_fulfilled(stage: Stage) -> Iterator[None]:
    task = published(stage.cast)
    place = take(task, stage.cast.li)
    Claim.objects.update(presence=Claim.Presence.PRESENT)
    stage.set_clock(task.ends_at + HOUR)
    decision = Decision(place.pk, grade="good", minutes=60, flags=1)
    yield
    for _time in range(2):
        again(partial(verifying.verify, task, [decision], by=stage.cast.clerk))


@event("办结后撤销认定", "wish_step", "claim_reversed", mail="李建国")
def wish_is_fulfilled_otherwise(stage: Stage) -> Iterator[None]:
    walk = wish_is_fulfilled(stage)
    next(walk)
    list(walk)
    place = Claim.objects.get()
    yield
    for _time in range(2):
        verification = place.verifications.latest("pk")
        again(partial(reverse_verification, verification, reason="时长有误", by=stage.cast.secretary))
    Claim.objects.update(presence=Claim.Presence.PRESENT)
    decision = Decision(place.pk, grade="good", minutes=30, flags=1)
    again(partial(verifying.verify, Task.objects.get(), [decision], by=stage.cast.clerk))


# --- Claims near the start ----------------------------------------------------------------------


@event("临近开始接单", "late_claim", mail="陈书记 林社工")
def claim_is_late(stage: Stage) -> Iterator[None]:
    task = make_offer(stage.cast, starts_in=5 * HOUR)
    noon = (task.starts_at - 3 * HOUR).replace(minute=0)
    yield
    for member in (stage.cast.li, stage.cast.li, stage.cast.wang):
        again(partial(take, task, member, noon))


@event("临近开始退出", "late_withdrawal", mail="陈书记 林社工")
def withdrawal_is_late(stage: Stage) -> Iterator[None]:
    place = take(make_offer(stage.cast, starts_in=5 * HOUR), stage.cast.li)
    yield
    for _time in range(2):
        again(partial(withdraw, place, by=user_of(stage.cast.li), reason="孩子发烧"))


# --- People of a unit ---------------------------------------------------------------------------


@event("社区确认报到，名册上原来没有", "registration", "unit_news", mail="周新", portal="谢单位")
def member_is_added_by_a_community(stage: Stage) -> Iterator[None]:
    registration = stranger(stage.cast)
    yield
    for _time in range(2):
        again(partial(registering.confirm, registration, by=stage.cast.secretary))


@event("社区确认报到，原在名册上", "registration", "unit_news", mail="孙丽", portal="谢单位")
def member_is_taken_in_by_a_community(stage: Stage) -> Iterator[None]:
    registration = applied(stage.cast)
    yield
    for _time in range(2):
        again(partial(registering.confirm, registration, by=stage.cast.secretary))


@event("转到另一个社区", "registration", "unit_news", mail="周新 陈书记 林社工", portal="谢单位")
def member_is_taken_over_by_a_community(stage: Stage) -> Iterator[None]:
    cast = stage.cast
    registering.confirm(stranger(cast), by=cast.secretary)
    registration = stranger(cast, community=cast.other_community, estate=cast.other_estate)
    yield
    for _time in range(2):
        again(partial(registering.confirm, registration, by=cast.other_secretary))


@event("名册上写的是另一个社区", "registration", "unit_news", mail="孙丽 陈书记 林社工", portal="谢单位")
def member_is_found_elsewhere(stage: Stage) -> Iterator[None]:
    cast = stage.cast
    registration = applied(cast, community=cast.other_community, estate=cast.other_estate)
    yield
    for _time in range(2):
        again(partial(registering.confirm, registration, by=cast.other_secretary))


@event("社区更正手机号", "number", mail="李建国 谢单位 林社工")
def number_is_corrected_by_a_community(stage: Stage) -> Iterator[None]:
    yield
    for _time in range(2):
        again(
            partial(
                changing.correct, stage.cast.li, "13900000001", reason="本人来电", by=stage.cast.secretary
            )
        )


@event("社区登记豁免", "exemption", mail="李建国 谢单位 林社工")
def leave_is_granted_by_a_community(stage: Stage) -> Iterator[None]:
    dates = {"starts_on": today(), "ends_on": today() + 40 * DAY}
    yield
    for _time in range(2):
        again(
            partial(
                exempting.exempt, stage.cast.li, kind="sick", reason="住院", by=stage.cast.secretary, **dates
            )
        )


@event("长期豁免不同意", "exemption", mail="陈书记 林社工")
def long_leave_is_not_agreed(stage: Stage) -> Iterator[None]:
    cast = stage.cast
    dates = {"starts_on": today(), "ends_on": today() + 240 * DAY}
    exemption = exempting.exempt(cast.li, kind="sick", reason="住院", by=cast.secretary, **dates)
    yield
    for _time in range(2):
        again(partial(exempting.withdraw_exemption, exemption, by=cast.unit_clerk))


@event("新增入册撤销", "roster_change", mail="谢单位")
def entry_is_taken_back(stage: Stage) -> Iterator[None]:
    cast = stage.cast
    change = roster.join(name="周新", mobile="13900000055", day=today(), unit=cast.unit, by=cast.city_officer)
    yield
    for _time in range(2):
        again(partial(roster.take_back, change, reason="弄错了", by=cast.city_officer))


@event("市委组织部更正名册", "entry_corrected", mail="谢单位 陈书记 林社工")
def entry_is_corrected(stage: Stage) -> Iterator[None]:
    cast = stage.cast
    yield
    for _time in range(2):
        again(partial(keeping.correct_entry, cast.sun, by=cast.city_officer, position="科长"))


@event("单位更正名册", "entry_corrected", mail="陈书记 林社工")
def entry_is_corrected_by_the_unit(stage: Stage) -> Iterator[None]:
    yield
    for _time in range(2):
        again(partial(keeping.correct_entry, stage.cast.li, by=stage.cast.unit_clerk, position="科长"))


def send_list(stage: Stage, by: User) -> ImportBatch:
    cast = stage.cast
    rows = (
        ZHOU,
        {NAME: cast.zhao.name, MOBILE: cast.zhao.mobile, UNIT: cast.unit.name, POSITION: "科长"},
        {NAME: cast.wang.name, MOBILE: cast.wang.mobile, UNIT: cast.unit.name},
    )
    content = save_roster(stage.folder / "sent.xlsx", *rows).read_bytes()
    batch = batches.upload("roster", SimpleUploadedFile("名册.xlsx", content), by=by)
    batches.check(batch.pk)
    batch.refresh_from_db()
    return batch


def carry_out(batch: ImportBatch) -> None:
    """What a worker does, twice."""
    for _time in range(2):
        import_jobs.write_import(batch.pk)
        import_jobs.take_back_import(batch.pk)
        import_jobs.tell_of_import(batch.pk)
        import_jobs.tell_changes_of_import(batch.pk)
        import_jobs.tell_of_imports()


@event("导入名册", "roster_import", "roster_change", mail="谢单位 韩单位 陈书记 林社工 罗书记 王秀英")
def roster_is_imported(stage: Stage) -> Iterator[None]:
    batch = send_list(stage, stage.cast.city_officer)
    yield
    batches.confirm(batch, by=stage.cast.city_officer)
    carry_out(batch)


@event("撤销导入", "roster_import", "roster_change", mail="谢单位 韩单位 陈书记 林社工 罗书记 王秀英")
def import_is_taken_back(stage: Stage) -> Iterator[None]:
    batch = send_list(stage, stage.cast.city_officer)
    batches.confirm(batch, by=stage.cast.city_officer)
    carry_out(batch)
    batch.refresh_from_db()
    yield
    batches.undo(batch, reason="传错了", by=stage.cast.city_officer)
    carry_out(batch)


# --- Moves --------------------------------------------------------------------------------------


@event("单位之间调动", "roster_change", mail="李建国 谢单位 韩单位 陈书记 林社工")
def member_moves_to_another_unit(stage: Stage) -> Iterator[None]:
    cast = stage.cast
    yield
    for _time in range(2):
        member = Member.objects.get(pk=cast.li.pk)
        again(partial(roster.transfer, member, to_unit=cast.other_unit, day=today(), by=cast.city_officer))


@event("小区划转", "estate_moved", mail="李建国 谢单位 高小区 陈书记 林社工 罗书记")
def estate_moves(stage: Stage) -> Iterator[None]:
    cast = stage.cast
    yield
    for _time in range(2):
        cast.estate.refresh_from_db()
        again(partial(tree.move_branch, cast.estate, parent=cast.other_community, by=cast.city_officer))


# --- Accounts -----------------------------------------------------------------------------------


@event("管理员关闭两步验证", "account", mail="陈书记 二管理员")
def second_factor_is_switched_off(stage: Stage) -> Iterator[None]:
    User.objects.create(username="admin2", name="二管理员", email="a2@example.test", is_superuser=True)
    TOTP.activate(stage.cast.secretary, "JBSWY3DPEHPK3PXP")
    yield
    for _time in range(2):
        second_factor.switch_off([stage.cast.secretary], by=stage.cast.sysadmin)


@event("换邮箱", "account", mail="李建国")
def address_is_confirmed(stage: Stage) -> Iterator[None]:
    user = addresses.ask(user_of(stage.cast.li), "li@example.cn")
    yield
    for _time in range(2):
        again(partial(addresses.confirm, user))


# --- The yearly check ---------------------------------------------------------------------------

EVERYBODY = "李建国 王秀英 赵伟 谢单位 韩单位 陈书记 林社工 罗书记 吴同事"
JANUARY = dt.datetime(2027, 1, 4, 2, 0, tzinfo=dt.UTC)


def run_jobs() -> None:
    for _time in range(2):
        publicity_jobs.tell_publicity()
        assessment_jobs.tell_results()


def drafted(stage: Stage) -> AssessmentRun:
    stage.set_clock(JANUARY)
    ledger.award([award_of(stage.cast)], by=stage.cast.secretary)
    return assessing.official(2026)


@event("公示", "publicity", mail=EVERYBODY)
def year_is_public(stage: Stage) -> Iterator[None]:
    run = drafted(stage)
    yield
    for _time in range(2):
        again(partial(assessing.publicise, run, typed="2026", by=stage.cast.city_officer))
    run_jobs()


@event("撤回公示", "publicity", "publicity_back", mail=EVERYBODY)
def publicity_is_taken_back(stage: Stage) -> Iterator[None]:
    run = assessing.publicise(drafted(stage), typed="2026", by=stage.cast.city_officer)
    run_jobs()
    yield
    for _time in range(2):
        again(partial(take_back_publicity, run, reason="漏算了补记", by=stage.cast.city_officer))
    run_jobs()


def settled(stage: Stage) -> AssessmentRun:
    run = assessing.publicise(drafted(stage), typed="2026", by=stage.cast.city_officer)
    run_jobs()
    stage.set_clock(JANUARY + 16 * DAY)
    return run


@event("定案", "result", "results", "year_settled", mail=EVERYBODY)
def year_is_settled(stage: Stage) -> Iterator[None]:
    run = settled(stage)
    yield
    for _time in range(2):
        again(partial(assessing.settle, run, by=stage.cast.city_officer))
    run_jobs()


@event("定案后更正", "settled_corrected", mail="李建国 谢单位 陈书记 林社工")
def settled_year_is_corrected(stage: Stage) -> Iterator[None]:
    assessing.settle(settled(stage), by=stage.cast.city_officer)
    yield
    for _time in range(2):
        ledger.adjust(
            stage.cast.li, flags=1, minutes=60, settled_year=2026, organization=stage.cast.community,
            reason="漏记一次", key="adjust:1", by=stage.cast.city_officer,
        )  # fmt: skip


# --- The house ----------------------------------------------------------------------------------


@event("备份没有做成", "backup", mail="周市委 吴同事 系统管理员")
def backup_fails(stage: Stage) -> Iterator[None]:
    yield
    for _time in range(2):
        backups.warn_of_backup("磁盘已满。")


@event("恢复演练通过", "backup", mail="周市委 吴同事 系统管理员")
def drill_holds(stage: Stage) -> Iterator[None]:
    yield
    for _time in range(2):
        backups.tell_of_drill("恢复成功。")


PARAMETERS = [pytest.param(each, id=name) for name, each in EVENTS.items()]
