"""Who gets which answer at which address: the whole table, as data.

Every URL name of the platform stands here (test_access.py fails for one that does not), with the
status each role gets by GET and by POST. A method left out is closed: nobody gets an answer
other than 403, 404 or 405 (or the way to the log-in). To add an address, add a line::

    "tasks:publish": Access(
        get=only("city", "community", "estate"),
        post=only("city", "community", "estate", status=302),
        kwargs=lambda cast: {"pk": a_draft(cast).pk},
        data=lambda cast: {"idempotency_key": "1"},
    ),

`only` gives `status` to the roles named, 403 to the others and 302 (to the log-in) to anonymous.
Give `otherwise=404` where the object lies outside the scope of the others, or write a dict.
"""

import datetime as dt
from typing import Any

from django.urls import reverse

from flags import ledger
from flags.assessment import assessing
from flags.ledger import Award
from flags.models import Assessment, AssessmentRun, FlagEntry
from notices.models import Notice
from notices.outbox import Message, send
from reports.models import Export
from tasks.claiming.claiming import withdraw
from tasks.claiming.waiting.waiting import join
from tasks.models import Claim
from tasks.recording.recording import enter
from tasks.tests.desk import ended_task, make_item
from tasks.tests.offers import make_offer, take, user_of
from tasks.tests.reviews import make_rule, waiting_task
from tasks.tests.targets import a_target
from tasks.verifying.verifying import Decision, verify
from wishes.handling.handling import decline
from wishes.merging.merging import merge
from wishes.models import Wish
from wishes.stating.stating import submit
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.access_balance import BALANCE
from xianfeng.tests.tables.access_members import MEMBERS, SEE_PEOPLE, SEE_TEAMS, a_team
from xianfeng.tests.tables.access_musters import MUSTERS
from xianfeng.tests.tables.access_series import SERIES
from xianfeng.tests.tables.answers import Access, Answers, everyone, logged_in, only


def a_stated_wish(cast: Cast) -> Wish:
    return submit(
        organization=cast.estate, need="想请人上门理发", contact_name="钱奶奶", contact_mobile="13700000009"
    )


def a_declined_wish(cast: Cast) -> Wish:
    return decline(a_stated_wish(cast), reason="属于物业维修", responsible="物业", by=cast.clerk)


def two_wishes(cast: Cast) -> dict[str, Any]:
    return {"pk": a_stated_wish(cast).pk, "other": a_stated_wish(cast).pk}


def a_merged_wish(cast: Cast) -> dict[str, Any]:
    return {"pk": merge(a_stated_wish(cast), a_stated_wish(cast), by=cast.clerk).pk}


def a_notice_to_the_secretary(cast: Cast) -> Notice:
    return send(Message(cast.secretary, "test", "access", "标题", "正文"))


def a_flag(cast: Cast) -> FlagEntry:
    """One flag that 青锋社区 lit for 李建国."""
    award = Award(
        member=cast.li,
        flags=1,
        minutes=60,
        service_date=dt.date(2026, 3, 5),
        category="activity",
        organization=cast.community,
        source_kind="claim",
        source_id=1,
        source_label="清洁家园",
        verifier=cast.secretary,
        key="access",
    )
    return ledger.award([award], by=cast.secretary)[0]


def a_result(cast: Cast) -> Assessment:
    return Assessment.objects.get(run=assessing.forecast(today().year), member=cast.li)


def a_settled_result(cast: Cast) -> dict[str, Any]:
    row = a_result(cast)
    AssessmentRun.objects.filter(pk=row.run_id).update(is_official=True, state="settled")
    return {"pk": row.pk}


def a_run(cast: Cast) -> dict[str, Any]:
    return {"pk": a_result(cast).run_id}


# Everybody at a desk that sees flags, and at one that sees results.
SEE_FLAGS = ("city", "street", "community", "estate", "unit", "auditor")
SEE_RESULTS = ("city", "street", "community", "unit", "auditor")


ACCESS: dict[str, Access] = {
    "healthz": Access(get=everyone()),
    "livez": Access(get=everyone()),
    "text_size": Access(post=everyone(302), data=lambda cast: {"size": "large"}),
    "operations:metrics": Access(get=everyone()),  # to this machine, as which the tests come
    "undo": Access(post=logged_in(302)),
    "members:keep_filters": Access(
        post=only("city", "street", "community", "estate", "unit", "auditor", status=302),
        data=lambda cast: {"address": f"{reverse('members:list')}?q=li", "name": "李"},
    ),
    "members:keep_columns": Access(
        post=only("city", "street", "community", "estate", "unit", "auditor", status=204),
        data=lambda cast: {"address": reverse("members:list"), "label": "单位"},
    ),
    "operations:state": Access(get=only("sysadmin")),
    # wishes: residents without an account
    "wishes:ask": Access(
        get=everyone(), post=everyone(302), kwargs=lambda cast: {"public_code": cast.estate.public_code}
    ),
    "wishes:ask_contact": Access(  # without a need the way begins with it
        get=everyone(302), post=everyone(302), kwargs=lambda cast: {"public_code": cast.estate.public_code}
    ),
    "wishes:asked": Access(get=everyone(), kwargs=lambda cast: {"code": a_stated_wish(cast).code}),
    "wishes:track": Access(get=everyone(), post=everyone()),
    "wishes:tracked": Access(get=everyone(), kwargs=lambda cast: {"code": a_stated_wish(cast).code}),
    "wishes:ask_again": Access(
        get=everyone(),
        post=everyone(302),
        kwargs=lambda cast: {"code": a_declined_wish(cast).code},
        data=lambda cast: {"reason": "物业说不归他们管"},
    ),
    # wishes: the desk
    "wishes:list": Access(get=only("city", "street", "community", "estate", "auditor")),
    "wishes:enter": Access(get=only("community", "estate"), post=only("community", "estate")),
    "wishes:detail": Access(
        get=only("city", "street", "community", "estate", "auditor"),
        kwargs=lambda cast: {"pk": a_stated_wish(cast).pk},
    ),
    "wishes:accept": Access(
        post=only("community", "estate", status=302), kwargs=lambda cast: {"pk": a_stated_wish(cast).pk}
    ),
    "wishes:decline": Access(
        post=only("community", "estate", status=302), kwargs=lambda cast: {"pk": a_stated_wish(cast).pk}
    ),
    "wishes:take_up_again": Access(
        post=only("community", "estate", status=302), kwargs=lambda cast: {"pk": a_declined_wish(cast).pk}
    ),
    "wishes:merge_with": Access(
        get=only("community", "estate"), kwargs=lambda cast: {"pk": a_stated_wish(cast).pk}
    ),
    "wishes:merge": Access(
        get=only("community", "estate"), post=only("community", "estate", status=302), kwargs=two_wishes
    ),
    "wishes:part": Access(post=only("community", "estate", status=302), kwargs=a_merged_wish),
    "wishes:brief": Access(
        post=only("community", "estate", status=302), kwargs=lambda cast: {"pk": a_stated_wish(cast).pk}
    ),
    # notices
    "notices:inbox": Access(get=logged_in()),
    "notices:read": Access(
        post=only("community", status=302, otherwise=404),
        kwargs=lambda cast: {"pk": a_notice_to_the_secretary(cast).pk},
    ),
    "notices:read_all": Access(post=logged_in(302)),
    "notices:unreached": Access(get=only("city", "community", "unit", "auditor")),
    "notices:handle": Access(
        post=only("city", "community", "unit", status=302), data=lambda cast: {"action": "told"}
    ),
    # flags
    "flags:ledger": Access(get=only(*SEE_FLAGS)),
    "flags:entry": Access(get=only(*SEE_FLAGS), kwargs=lambda cast: {"seq": a_flag(cast).seq}),
    "flags:behind": Access(get=only(*SEE_FLAGS)),
    "flags:remind": Access(post=only("city", "community", "unit", status=302)),
    "flags:assessments": Access(get=only(*SEE_RESULTS)),
    "flags:assessment": Access(get=only(*SEE_RESULTS), kwargs=a_run),
    "flags:progress": Access(get=only(*SEE_RESULTS), kwargs=a_run),
    "flags:result": Access(get=only(*SEE_RESULTS), kwargs=lambda cast: {"pk": a_result(cast).pk}),
    "flags:adjust": Access(get=only("city"), post=only("city"), kwargs=a_settled_result),
    "flags:start": Access(get=only("city"), kwargs=lambda cast: {"year": today().year - 1}),
    "flags:run": Access(post=only("city", status=302)),
    "flags:publicise": Access(post=only("city", status=302), kwargs=a_run),
    "flags:take_back_publicity": Access(post=only("city", status=302), kwargs=a_run),
    "flags:settle": Access(post=only("city", status=302), kwargs=a_run),
    "flags:policy": Access(
        get=only(*SEE_RESULTS),
        post=only("city"),  # an empty form comes back with its errors
        kwargs=lambda cast: {"year": today().year},
    ),
    "flags:policy_preview": Access(
        post=only("city"),  # an empty form comes back with its errors
        kwargs=lambda cast: {"year": today().year},
    ),
    "flags:workdays": Access(
        get=only(*SEE_RESULTS),
        post=only("city"),  # an empty form comes back with its errors
        kwargs=lambda cast: {"year": today().year},
    ),
    "flags:take_back_days": Access(post=only("city", status=302)),
    "flags:my_flags": Access(get=only("member")),
}

# The desk's addresses of tasks, on a task that 青锋花苑 published: its community verifies it.
SEE_TASKS = ("city", "street", "community", "estate", "auditor")


def an_ended_task(cast: Cast) -> dict[str, Any]:
    return {"pk": ended_task(cast, cast.li, publisher=cast.estate).pk}


def an_open_task(cast: Cast) -> dict[str, Any]:
    return {"pk": make_offer(cast, publisher=cast.estate, audience=[cast.estate]).pk}


def an_entered_claim(cast: Cast) -> dict[str, Any]:
    task = ended_task(cast, publisher=cast.estate)
    return {"pk": enter(task, [cast.li.pk], witness="高组长", by=cast.clerk)[0].pk}


def a_draft(cast: Cast) -> dict[str, Any]:
    return {"pk": make_offer(cast, publisher=cast.estate, audience=[cast.estate], state="draft").pk}


def a_task_in_review(cast: Cast) -> dict[str, Any]:
    return {"pk": waiting_task(cast, "estate_clerk").pk}


def a_community_target(cast: Cast) -> dict[str, Any]:
    return {"pk": a_target(cast).pk}


def a_broken_down_task(cast: Cast) -> dict[str, Any]:
    return {"pk": a_target(cast).task_id}


def a_scope_rule(cast: Cast) -> dict[str, Any]:
    return {"pk": make_rule().pk}


def a_verification(cast: Cast) -> dict[str, Any]:
    task = ended_task(cast, cast.li, publisher=cast.estate)
    no_show = Decision(task.claims.get().pk, "no_show")
    return {"pk": verify(task, [no_show], by=cast.clerk)[0].pk}


def a_wish(cast: Cast) -> dict[str, Any]:
    return {"wish_pk": Wish.objects.create(organization=cast.estate, need="楼道灯不亮").pk}


ACCESS |= {
    "tasks:list": Access(get=only(*SEE_TASKS)),
    "tasks:fitting": Access(get=only("city", "community", "estate")),
    "tasks:new": Access(get=only("city", "community", "estate"), post=only("city", "community", "estate")),
    "tasks:new_for_wish": Access(
        get=only("community", "estate"), post=only("community", "estate"), kwargs=a_wish
    ),
    "tasks:detail": Access(get=only(*SEE_TASKS), kwargs=an_open_task),
    "tasks:edit": Access(get=only("estate"), post=only("estate"), kwargs=an_open_task),
    "tasks:publish": Access(post=only("estate", status=302), kwargs=a_draft),
    "tasks:cancel": Access(post=only("community", "estate", status=302), kwargs=an_open_task),
    "tasks:presence": Access(
        get=only("community", "estate"), post=only("community", "estate"), kwargs=an_ended_task
    ),
    "tasks:sheet": Access(get=only("community", "estate"), kwargs=an_ended_task),
    "tasks:verify": Access(get=only("community"), post=only("community"), kwargs=an_ended_task),
    "tasks:to_verify": Access(get=only("city", "community")),
    "tasks:verify_many": Access(
        post=only("city", "community", status=302), data=lambda cast: {"pk": an_ended_task(cast)["pk"]}
    ),
    "tasks:records": Access(get=only(*SEE_TASKS)),
    "tasks:record": Access(get=only("city", "community", "estate"), post=only("city", "community", "estate")),
    "tasks:enter": Access(
        get=only("community", "estate"), post=only("community", "estate"), kwargs=an_ended_task
    ),
    "tasks:take_out": Access(post=only("community", "estate", status=302), kwargs=an_entered_claim),
    "tasks:reverse": Access(post=only("city", "community", status=302), kwargs=a_verification),
    "tasks:items": Access(get=only(*SEE_TASKS)),
    "tasks:item_new": Access(get=only("city"), post=only("city")),
    "tasks:item": Access(get=only("city"), post=only("city"), kwargs=lambda cast: {"pk": make_item().pk}),
    "tasks:warning": Access(post=only("city", "community", "estate")),
    "tasks:scope_rules": Access(get=only(*SEE_TASKS)),
    "tasks:scope_rule_new": Access(get=only("city"), post=only("city")),
    "tasks:scope_rule": Access(get=only("city"), post=only("city"), kwargs=a_scope_rule),
    "tasks:scope_share": Access(get=only(*SEE_TASKS)),
    "tasks:reviews": Access(get=only("city")),
    "tasks:approve": Access(post=only("city", status=302), kwargs=a_task_in_review),
    "tasks:send_back": Access(post=only("city", status=302), kwargs=a_task_in_review),
    "tasks:take_back": Access(post=only("estate", status=302), kwargs=a_task_in_review),
    "tasks:breakdown": Access(get=only(*SEE_TASKS), kwargs=a_broken_down_task),
    "tasks:breakdown_live": Access(get=only(*SEE_TASKS), kwargs=a_broken_down_task),
    "tasks:set_targets": Access(get=only("city"), post=only("city"), kwargs=a_broken_down_task),
    "tasks:targets": Access(get=only("city", "street", "community", "unit", "auditor")),
    "tasks:target": Access(
        get=only("city", "street", "community", "auditor") | {"unit": 404}, kwargs=a_community_target
    ),
    "tasks:take_up": Access(
        get=only("community") | {"unit": 404},
        post=only("community") | {"unit": 404},
        kwargs=a_community_target,
    ),
    "tasks:promise": Access(
        post=only("unit", status=302) | {"community": 404},
        kwargs=lambda cast: {"pk": a_target(cast, cast.unit).pk},
        data=lambda cast: {"contact_name": "谢单位", "places": 3},
    ),
    "tasks:decline_target": Access(
        post=only("community", status=302) | {"unit": 404}, kwargs=a_community_target
    ),
    "tasks:reopen_target": Access(
        post=only("community", status=302) | {"unit": 404}, kwargs=a_community_target
    ),
    "tasks:withdraw_target": Access(post=only("city", status=302), kwargs=a_community_target),
    "tasks:decide_scope": Access(post=only("city", status=302), kwargs=an_open_task),
}

# Addresses of libraries, by pattern, and why one line is enough for all of them.
LIBRARY: dict[str, str] = {
    "admin:unnamed *": "old addresses that lead on, and the admin's 404; its pages are in admin.py",
    "account_*": "allauth's own log-in pages, tested there; ours are in members/tests",
    "mfa_*": "allauth's second factor, about the user's own devices only",
    "usersessions_*": "allauth's list of the user's own sessions",
}


ACCESS |= MEMBERS

# --- tasks: the member's phone ---------------------------------------------------------------------


def an_offer(cast: Cast) -> dict[str, Any]:
    return {"pk": make_offer(cast).pk}


def a_place_taken(cast: Cast) -> Claim:
    """李建国 holds the place of a wish, whose brief he may open."""
    return take(make_offer(cast, wish=a_stated_wish(cast)), cast.li)


def own_claim(cast: Cast) -> dict[str, Any]:
    return {"pk": a_place_taken(cast).pk}


def a_full_offer(cast: Cast) -> dict[str, Any]:
    """王秀英 has the only place."""
    task = make_offer(cast, capacity=1)
    take(task, cast.wang)
    return {"pk": task.pk}


def a_teams_work(cast: Cast) -> dict[str, Any]:
    return {"team_pk": a_team(cast)["pk"]}


def an_offer_to_a_team(cast: Cast) -> dict[str, Any]:
    return {**an_offer(cast), **a_teams_work(cast)}


def own_rank(cast: Cast) -> dict[str, Any]:
    """李建国 waits."""
    return {"pk": join(a_full_offer(cast)["pk"], by=user_of(cast.li)).pk}


def own_offer(cast: Cast) -> dict[str, Any]:
    """The place that 李建国 waited for is kept for him."""
    place = own_rank(cast)
    withdraw(Claim.objects.get(member=cast.wang), by=user_of(cast.wang))
    return place


ACCESS |= {
    "tasks:browse": Access(get=only("member")),
    "tasks:offer": Access(get=only("member"), kwargs=an_offer),
    "tasks:object": Access(post=only("member", status=302), kwargs=an_offer),
    "tasks:take_back_object": Access(post=only("member", status=302), kwargs=an_offer),
    "tasks:claim": Access(post=only("member", status=302), kwargs=an_offer),
    "tasks:my_claims": Access(get=only("member")),
    "tasks:my_claim": Access(get=only("member"), kwargs=own_claim),
    "tasks:withdraw": Access(post=only("member", status=302), kwargs=own_claim),
    "tasks:wait": Access(post=only("member", status=302), kwargs=a_full_offer),
    "tasks:leave_line": Access(post=only("member", status=302), kwargs=own_rank),
    "tasks:team_claim": Access(get=only("member"), post=only("member"), kwargs=an_offer_to_a_team),
    "tasks:my_team_work": Access(get=only("member"), kwargs=a_teams_work),
    "tasks:team_work": Access(get=only(*SEE_TEAMS), kwargs=a_teams_work),
    "tasks:accept": Access(post=only("member", status=302), kwargs=own_offer),
    "tasks:decline": Access(post=only("member", status=302), kwargs=own_offer),
    "tasks:open_brief": Access(post=only("member", status=302), kwargs=own_claim),
}

# --- reports: first screens ------------------------------------------------------------------------

ACCESS |= {
    "reports:desk_home": Access(get=only(*SEE_PEOPLE)),
    "reports:waiting": Access(get=only(*SEE_PEOPLE)),
    "reports:guide": Access(post=only(*SEE_PEOPLE, status=302), data=lambda cast: {"guide": "away"}),
    # Staff are led to their desk; a person without a desk or a roster entry is told what to do.
    "reports:me": Access(get=only("member", "sysadmin", otherwise=302)),
}

# --- reports: exports -------------------------------------------------------------------------------


def an_export(cast: Cast) -> dict[str, Any]:
    """A list that the secretary of 青锋社区 took; nobody but its maker gets at the file."""
    desk = cast.secretary.appointments.get()
    export = Export.objects.create(
        name="members",
        title="党员名单",
        user=cast.secretary,
        organization=desk.organization,
        appointment=desk,
        columns=[["member", "姓名"]],
        key="access",
    )
    return {"pk": export.pk}


def its_maker(status: int = 200) -> Answers:
    """Whoever sits at no desk is turned away before anybody looks for the file."""
    return only("community", status=status, otherwise=404) | {"member": 403, "sysadmin": 403}


ACCESS |= {
    "reports:exports": Access(get=only(*SEE_PEOPLE)),
    "reports:export_log": Access(get=only(*SEE_PEOPLE)),
    "reports:search": Access(get=only("city", "street", "community", "estate", "unit", "auditor")),
    "reports:export_new": Access(
        get=only(*SEE_PEOPLE), post=only(*SEE_PEOPLE), kwargs=lambda cast: {"name": "members"}
    ),
    "reports:export": Access(get=its_maker(), kwargs=an_export),
    "reports:export_progress": Access(get=its_maker(), kwargs=an_export),
    "reports:export_file": Access(post=its_maker(302), kwargs=an_export),
}

ACCESS |= {"reports:retention": Access(get=only("city"))}
ACCESS |= BALANCE | MUSTERS | SERIES

# --- reports: help ----------------------------------------------------------------------------------

ACCESS |= {
    "reports:desk_help": Access(get=only(*SEE_PEOPLE), query="?page=tasks:list"),
    "reports:open_manual": Access(get=everyone(), kwargs=lambda cast: {"name": "resident"}),
    "reports:manual": Access(get=only(*SEE_PEOPLE, "sysadmin"), kwargs=lambda cast: {"name": "community"}),
}

# Objects of everybody, by pattern: why a desk or a member elsewhere gets the same answer as one here.
SHARED: dict[str, str] = {
    "members:confirm_email": "the token, which only went to the address, is the key",
    "members:join": "a community's registration, open to the public",
    "members:join_code": "a community's registration, open to the public",
    "members:join_done": "a community's registration, open to the public",
    "members:join_home": "a community's registration, open to the public",
    "members:join_promise": "a community's registration, open to the public",
    "members:join_resend": "a community's registration, open to the public",
    "members:join_service": "a community's registration, open to the public",
    "reports:manual": "one manual for all who have a desk",
    "reports:open_manual": "a manual for everybody",
    "reports:export_new": "the name of a list, which every desk has; its rows are scoped",
    "wishes:ask": "a community's wishes, open to the public",
    "wishes:ask_contact": "a community's wishes, open to the public",
    "wishes:ask_again": "whoever has the code of a wish may follow it",
    "wishes:asked": "whoever has the code of a wish may follow it",
    "wishes:tracked": "whoever has the code of a wish may follow it",
    "flags:assessment": "one run a year for all; its results are scoped",
    "flags:progress": "one run a year for all; shows no person",
    "flags:policy": "one policy a year for all",
    "flags:start": "one check a year for all",
    "flags:workdays": "one calendar for all",
    "admin:flags_dayrule_*": "one calendar for all",
    "flags:policy_preview": "one policy a year for all; only the city, which sees everybody, changes it",
    "admin:flags_policy_*": "one policy a year for all",
    "admin:flags_assessmentrun_*": "one run a year for all; its results are scoped",
    "admin:tasks_serviceitem_*": "one catalogue for all",
    "admin:tasks_scoperule_*": "one catalogue for all",
    "admin:app_list": "whatever of an app the desk sees",
}
