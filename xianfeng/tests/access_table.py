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
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flags import ledger
from flags.assessment import assessing
from flags.ledger import Award
from flags.models import Assessment, AssessmentRun, FlagEntry
from members.merging import merging
from members.models import ImportBatch, Member
from members.numbers import changing
from members.people.exempting import exempt
from members.registration.registering import submit as apply
from members.tests.applicants import application
from notices.models import Notice
from notices.outbox import Message, send
from reports.models import Export
from tasks.models import Claim
from tasks.tests.desk import ended_task, make_item
from tasks.tests.offers import make_offer, take
from tasks.verifying.verifying import Decision, verify
from wishes.models import Wish
from wishes.stating.stating import submit
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

ROLES = ("anonymous", "city", "street", "community", "estate", "unit", "auditor", "member", "sysadmin")
Answers = dict[str, int]


def nothing(cast: Cast) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Access:
    """Expected answers of one URL; `kwargs` makes what its path names, `data` the POST's body."""

    get: Answers | None = None
    post: Answers | None = None
    kwargs: Callable[[Cast], dict[str, Any]] = nothing
    data: Callable[[Cast], dict[str, Any]] = nothing
    query: str = ""


def everyone(status: int = 200) -> Answers:
    return dict.fromkeys(ROLES, status)


def only(*roles: str, status: int = 200, otherwise: int = 403, anonymous: int = 302) -> Answers:
    """`status` for `roles`, `otherwise` for the rest, `anonymous` for who is not logged in."""
    if unknown := set(roles) - set(ROLES):
        raise ValueError(f"Unknown roles: {unknown}")
    return {role: status if role in roles else otherwise for role in ROLES} | {
        "anonymous": status if "anonymous" in roles else anonymous
    }


def logged_in(status: int = 200) -> Answers:
    return only(*ROLES[1:], status=status)


def a_stated_wish(cast: Cast) -> Wish:
    return submit(
        organization=cast.estate, need="想请人上门理发", contact_name="钱奶奶", contact_mobile="13700000009"
    )


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
    # wishes: residents without an account
    "wishes:ask": Access(
        get=everyone(), post=everyone(), kwargs=lambda cast: {"public_code": cast.estate.public_code}
    ),
    "wishes:asked": Access(get=everyone(), kwargs=lambda cast: {"code": a_stated_wish(cast).code}),
    "wishes:track": Access(get=everyone(), post=everyone()),
    "wishes:tracked": Access(get=everyone(), kwargs=lambda cast: {"code": a_stated_wish(cast).code}),
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
    "flags:run": Access(post=only("city", status=302)),
    "flags:publicise": Access(post=only("city", status=302), kwargs=a_run),
    "flags:settle": Access(post=only("city", status=302), kwargs=a_run),
    "flags:policy": Access(
        get=only(*SEE_RESULTS),
        post=only("city"),  # an empty form comes back with its errors
        kwargs=lambda cast: {"year": today().year},
    ),
    "flags:my_flags": Access(get=only("member")),
}

# The desk's addresses of tasks, on a task that 青锋花苑 published: its community verifies it.
SEE_TASKS = ("city", "street", "community", "estate", "auditor")


def an_ended_task(cast: Cast) -> dict[str, Any]:
    return {"pk": ended_task(cast, cast.li, publisher=cast.estate).pk}


def an_open_task(cast: Cast) -> dict[str, Any]:
    return {"pk": make_offer(cast, publisher=cast.estate, audience=[cast.estate]).pk}


def a_draft(cast: Cast) -> dict[str, Any]:
    return {"pk": make_offer(cast, publisher=cast.estate, audience=[cast.estate], state="draft").pk}


def a_verification(cast: Cast) -> dict[str, Any]:
    task = ended_task(cast, cast.li, publisher=cast.estate)
    no_show = Decision(task.claims.get().pk, "no_show")
    return {"pk": verify(task, [no_show], by=cast.clerk)[0].pk}


def a_wish(cast: Cast) -> dict[str, Any]:
    return {"wish_pk": Wish.objects.create(organization=cast.estate, need="楼道灯不亮").pk}


ACCESS |= {
    "tasks:list": Access(get=only(*SEE_TASKS)),
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
    "tasks:reverse": Access(post=only("city", "community", status=302), kwargs=a_verification),
    "tasks:items": Access(get=only(*SEE_TASKS)),
    "tasks:item_new": Access(get=only("city"), post=only("city")),
    "tasks:item": Access(get=only("city"), post=only("city"), kwargs=lambda cast: {"pk": make_item().pk}),
}

# Addresses of libraries, by pattern, and why one line is enough for all of them.
LIBRARY: dict[str, str] = {
    "admin:unnamed *": "old addresses that lead on, and the admin's 404; its pages are in admin_table.py",
    "account_*": "allauth's own log-in pages, tested there; ours are in members/tests",
    "mfa_*": "allauth's second factor, about the user's own devices only",
    "usersessions_*": "allauth's list of the user's own sessions",
}


# Imports: the city and units, each inside its own branch; here on a batch of the city's.
IMPORTERS = ("city", "unit")


def a_batch(cast: Cast) -> dict[str, Any]:
    batch = ImportBatch.objects.create(
        kind=ImportBatch.Kind.ROSTER,
        organization=cast.city,
        uploaded_by=cast.city_officer,
        filename="名册.xlsx",
        state=ImportBatch.State.PREVIEWED,
        counts={"new": 1, "changed": 0, "unchanged": 0, "rejected": 0},
    )
    return {"pk": batch.pk}


def the_city(status: int) -> Answers:
    """A unit may import, but the city's batch lies outside its branch."""
    return {**only("city", status=status), "unit": 404}


ACCESS |= {
    "members:imports": Access(get=only(*IMPORTERS)),
    "members:import_new": Access(get=only(*IMPORTERS), post=only(*IMPORTERS)),
    "members:import_template": Access(get=only(*IMPORTERS)),
    "members:import": Access(get=the_city(200), kwargs=a_batch),
    "members:import_progress": Access(get=the_city(200), kwargs=a_batch),
    "members:import_rejected": Access(get=the_city(200), kwargs=a_batch),
    "members:import_decide": Access(post=the_city(302), kwargs=a_batch),
    "members:import_confirm": Access(post=the_city(302), kwargs=a_batch),
    "members:import_undo": Access(post=the_city(302), kwargs=a_batch),
    "members:import_discard": Access(post=the_city(302), kwargs=a_batch),
}

# --- members: people, registration, organisations ------------------------------------------------

SEE_PEOPLE = ("city", "street", "community", "estate", "unit", "auditor")
SEE_REGISTRATIONS = ("city", "street", "community", "unit", "auditor")
SEE_TREE = ("city", "street", "community", "auditor")


def li(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.li.pk}


def an_application(cast: Cast) -> dict[str, Any]:
    """李建国 applies again to his own community: staff see it, he may withdraw it."""
    wanted = application(cast, name=cast.li.name, mobile=cast.li.mobile)
    assert cast.li.user
    return {"pk": apply(wanted, by=cast.li.user).pk}


def an_exemption(cast: Cast) -> dict[str, Any]:
    leave = {"kind": "sick", "starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 2, 1)}
    return {"pk": exempt(cast.li, **leave, reason="住院", by=cast.secretary).pk}


def a_place(cast: Cast) -> dict[str, Any]:
    return {"public_code": cast.community.public_code}


def the_community(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.community.pk}


UNPROVEN = everyone(302)  # back to the first step of the walk
REASON = {"reason": "核实上门时间"}

ACCESS |= {
    "members:home": Access(get=everyone(302)),
    "members:switch": Access(
        post=only("community", status=302, otherwise=404),
        data=lambda cast: {"desk": cast.secretary.appointments.get().pk},
    ),
    "members:dev_messages": Access(get=everyone(404)),
    "members:search": Access(get=only(*SEE_PEOPLE)),
    "members:list": Access(get=only(*SEE_PEOPLE)),
    "members:detail": Access(get=only(*SEE_PEOPLE), kwargs=li),
    "members:reveal": Access(
        post=only("city", "community", "unit", status=302), kwargs=li, data=lambda cast: REASON
    ),
    "members:exempt": Access(post=only("city", "community", "unit", status=302), kwargs=li),
    "members:withdraw_exemption": Access(
        post=only("city", "community", "unit", status=302), kwargs=an_exemption
    ),
    "members:reveals": Access(get=only(*SEE_PEOPLE)),
    "members:registrations": Access(get=only(*SEE_REGISTRATIONS)),
    "members:confirm_many": Access(post=only("community", status=302)),
    "members:registration": Access(
        get=only(*SEE_REGISTRATIONS), post=only("community", status=302), kwargs=an_application
    ),
    "members:registration_reveal": Access(
        post=only("city", "community", "unit", status=302), kwargs=an_application, data=lambda cast: REASON
    ),
    "members:reconciliation": Access(get=only(*SEE_REGISTRATIONS)),
    "members:join": Access(get=everyone(), post=everyone(), kwargs=a_place),
    "members:join_code": Access(get=UNPROVEN, post=UNPROVEN, kwargs=a_place),
    "members:join_resend": Access(post=UNPROVEN, kwargs=a_place),
    "members:join_home": Access(get=UNPROVEN, post=UNPROVEN, kwargs=a_place),
    "members:join_service": Access(get=UNPROVEN, post=UNPROVEN, kwargs=a_place),
    "members:join_promise": Access(get=UNPROVEN, post=UNPROVEN, kwargs=a_place),
    "members:join_done": Access(get=UNPROVEN, kwargs=a_place),
    "members:organizations": Access(get=only(*SEE_TREE)),
    "members:organization": Access(get=only(*SEE_TREE), kwargs=the_community),
    "members:organization_edit": Access(post=only("city", status=302), kwargs=the_community),
    "members:poster": Access(get=only(*SEE_TREE, "estate"), kwargs=lambda cast: {"pk": cast.estate.pk}),
    "members:appointments": Access(get=only("city"), post=only("city")),
    "members:end_appointment": Access(
        post=only("city", status=302), kwargs=lambda cast: {"pk": cast.clerk.appointments.get().pk}
    ),
    "members:profile": Access(get=logged_in()),
    "members:profile_edit": Access(get=only("member"), post=only("member", status=302)),
    "members:profile_correct": Access(get=only("member"), post=only("member")),
    "members:looked_up": Access(get=logged_in()),
    "members:withdraw_registration": Access(
        post=only("member", status=302, otherwise=404), kwargs=an_application
    ),
}

# --- members: changes of mobile ----------------------------------------------------------------------


def a_lost_number(cast: Cast) -> dict[str, Any]:
    """李建国 cannot get at his old number any more."""
    asked = changing.ask(name="李建国", unit=cast.unit, old=cast.li.mobile, mobile="13900000021")
    assert asked
    return {"pk": asked.pk}


ACCESS |= {
    "members:numbers": Access(get=only(*SEE_REGISTRATIONS)),
    "members:number": Access(
        get=only(*SEE_REGISTRATIONS),
        post=only("city", "community", "unit", status=302),
        kwargs=a_lost_number,
        data=lambda cast: {"decision": "confirm"},
    ),
    "members:number_reveal": Access(
        post=only("city", "community", "unit", status=302), kwargs=a_lost_number, data=lambda cast: REASON
    ),
    "members:number_correct": Access(
        get=only("city", "community", "unit"),
        post=only("city", "community", "unit", status=302),
        kwargs=li,
        data=lambda cast: {"mobile": "13900000022", "reason": "本人当面出示"},
    ),
    "members:my_number": Access(get=only("member"), post=only("member")),
    # Without a number on its way: back to the first step.
    "members:my_number_code": Access(get=only("member", status=302), post=only("member", status=302)),
    "members:number_object": Access(post=only("member", status=302), kwargs=a_lost_number),
    "members:lost_number": Access(get=everyone(), post=everyone()),
    "members:lost_number_code": Access(get=UNPROVEN, post=UNPROVEN),
    "members:lost_number_done": Access(get=everyone()),
}

# --- members: two records of one person ---------------------------------------------------------------


def two_records(cast: Cast) -> dict[str, Any]:
    unit = {"unit": cast.unit, "community": cast.community, "name": "李建国"}
    double, _new = Member.objects.get_or_create(mobile="13900000031", defaults=unit)
    return {"pk": cast.li.pk, "other": double.pk}


def a_merge(cast: Cast) -> dict[str, Any]:
    double = Member.objects.get(pk=two_records(cast)["other"])
    return {"pk": merging.merge(cast.li, double, reason="本人确认", by=cast.secretary).pk}


MERGERS = ("city", "community", "unit")

ACCESS |= {
    "members:merge_with": Access(get=only(*MERGERS), kwargs=li),
    "members:merge_compare": Access(get=only(*MERGERS), post=only(*MERGERS), kwargs=two_records),
    "members:merge": Access(get=only(*MERGERS), kwargs=a_merge),
    "members:merge_undo": Access(
        post=only(*MERGERS, status=302), kwargs=a_merge, data=lambda cast: {"reason": "弄错了"}
    ),
}

# --- tasks: the member's phone ---------------------------------------------------------------------


def an_offer(cast: Cast) -> dict[str, Any]:
    return {"pk": make_offer(cast).pk}


def a_place_taken(cast: Cast) -> Claim:
    """李建国 holds the place of a wish, whose brief he may open."""
    return take(make_offer(cast, wish=a_stated_wish(cast)), cast.li)


def own_claim(cast: Cast) -> dict[str, Any]:
    return {"pk": a_place_taken(cast).pk}


ACCESS |= {
    "tasks:browse": Access(get=only("member")),
    "tasks:offer": Access(get=only("member"), kwargs=an_offer),
    "tasks:claim": Access(post=only("member", status=302), kwargs=an_offer),
    "tasks:my_claims": Access(get=only("member")),
    "tasks:my_claim": Access(get=only("member"), kwargs=own_claim),
    "tasks:withdraw": Access(post=only("member", status=302), kwargs=own_claim),
    "tasks:open_brief": Access(post=only("member"), kwargs=own_claim),
}

# --- reports: first screens ------------------------------------------------------------------------

ACCESS |= {
    "reports:desk_home": Access(get=only(*SEE_PEOPLE)),
    "reports:waiting": Access(get=only(*SEE_PEOPLE)),
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
    "reports:export_new": Access(
        get=only(*SEE_PEOPLE), post=only(*SEE_PEOPLE), kwargs=lambda cast: {"name": "members"}
    ),
    "reports:export": Access(get=its_maker(), kwargs=an_export),
    "reports:export_progress": Access(get=its_maker(), kwargs=an_export),
    "reports:export_file": Access(post=its_maker(302), kwargs=an_export),
}

# Objects of everybody, by pattern: why a desk or a member elsewhere gets the same answer as one here.
SHARED: dict[str, str] = {
    "members:join": "a community's registration, open to the public",
    "members:join_code": "a community's registration, open to the public",
    "members:join_done": "a community's registration, open to the public",
    "members:join_home": "a community's registration, open to the public",
    "members:join_promise": "a community's registration, open to the public",
    "members:join_resend": "a community's registration, open to the public",
    "members:join_service": "a community's registration, open to the public",
    "reports:export_new": "the name of a list, which every desk has; its rows are scoped",
    "wishes:ask": "a community's wishes, open to the public",
    "wishes:asked": "whoever has the code of a wish may follow it",
    "wishes:tracked": "whoever has the code of a wish may follow it",
    "flags:assessment": "one run a year for all; its results are scoped",
    "flags:progress": "one run a year for all; shows no person",
    "flags:policy": "one policy a year for all",
    "admin:flags_policy_*": "one policy a year for all",
    "admin:flags_assessmentrun_*": "one run a year for all; its results are scoped",
    "admin:tasks_serviceitem_*": "one catalogue for all",
    "admin:app_list": "whatever of an app the desk sees",
}
