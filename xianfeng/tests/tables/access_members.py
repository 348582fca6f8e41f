"""The part of the access table about people and organisations; `access.py` says how it is read."""

import datetime as dt
from typing import Any

from members.accounts.addresses import ask, token_of
from members.leaving import recording
from members.merging import merging
from members.models import ImportBatch, Member, Organization, Team, User
from members.numbers import changing
from members.organizations.elevating import appoint
from members.people.exempting import exempt
from members.registration.registering import submit as apply
from members.teams.tests.teams import make_team
from members.tests.applicants import application
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_organization
from xianfeng.tests.tables.answers import Access, Answers, everyone, logged_in, only

MEMBERS: dict[str, Access] = {}

# Imports: the city and units, each inside its own branch; here on a batch of the city's.
IMPORTERS = ("city", "unit")


def a_batch(cast: Cast) -> dict[str, Any]:
    batch = ImportBatch.objects.create(
        kind=ImportBatch.Kind.ROSTER,
        organization=cast.city,
        uploaded_by=cast.city_officer,
        state=ImportBatch.State.PREVIEWED,
        counts={"new": 1, "changed": 0, "unchanged": 0, "rejected": 0},
    )
    return {"pk": batch.pk}


def the_city(status: int) -> Answers:
    """A unit may import, but the city's batch lies outside its branch."""
    return {**only("city", status=status), "unit": 404}


MEMBERS |= {
    "members:imports": Access(get=only(*IMPORTERS)),
    "members:import_new": Access(get=only(*IMPORTERS), post=only(*IMPORTERS)),
    "members:import_template": Access(get=only(*IMPORTERS)),
    "members:import": Access(get=the_city(200), kwargs=a_batch),
    "members:import_progress": Access(get=the_city(200), kwargs=a_batch),
    "members:import_rejected": Access(get=the_city(200), kwargs=a_batch),
    "members:import_decide": Access(post=the_city(302), kwargs=a_batch),
    "members:import_repair": Access(post=the_city(302), kwargs=a_batch),
    "members:import_columns": Access(get=the_city(302), post=the_city(302), kwargs=a_batch),
    "members:import_confirm": Access(post=the_city(302), kwargs=a_batch),
    "members:import_undo": Access(post=the_city(302), kwargs=a_batch),
    "members:import_discard": Access(post=the_city(302), kwargs=a_batch),
}

# --- members: people, registration, organisations ------------------------------------------------

SEE_PEOPLE = ("city", "street", "community", "estate", "unit", "auditor")
SEE_REGISTRATIONS = ("city", "street", "community", "unit", "auditor")
MERGERS = ("city", "community", "unit")
SEE_TREE = ("city", "street", "community", "auditor")
DESKS = ("city", "street", "community", "estate", "unit", "auditor", "sysadmin")


def li(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.li.pk}


def an_application(cast: Cast) -> dict[str, Any]:
    """李建国 applies again to his own community: staff see it, he may withdraw it."""
    wanted = application(cast, name=cast.li.name, mobile=cast.li.mobile)
    assert cast.li.user
    return {"pk": apply(wanted, by=cast.li.user).pk}


def an_exemption(cast: Cast) -> dict[str, Any]:
    first = today().replace(month=1, day=1)
    leave = {"kind": "sick", "starts_on": first, "ends_on": first + dt.timedelta(days=30)}
    return {"pk": exempt(cast.li, **leave, reason="住院", by=cast.secretary).pk}


def an_elevation(cast: Cast) -> dict[str, Any]:
    """Somebody new is to become a clerk of the city: its clerk asks, its secretary is the second person."""
    user = User.objects.create(username="proposed", name="新同志")
    return {"pk": appoint(user=user, organization=cast.city, role="clerk", by=cast.city_colleague).pk}


def a_link(cast: Cast) -> dict[str, Any]:
    """To the address that 李建国 named."""
    assert cast.li.user
    return {"token": token_of(ask(cast.li.user, "li@example.cn"))}


def a_place(cast: Cast) -> dict[str, Any]:
    return {"public_code": cast.community.public_code}


def the_community(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.community.pk}


UNPROVEN = everyone(302)  # back to the first step of the walk
REASON = {"reason": "核实上门时间"}

MEMBERS |= {
    "members:home": Access(get=everyone(302)),
    # To the page of the code, or of the number; whoever is in goes on to their own.
    "members:code_again": Access(
        get=everyone(302), post=everyone(302), data=lambda cast: {"phone": "13900000009"}
    ),
    "members:code_other_number": Access(get=everyone(302), post={**everyone(302), "anonymous": 200}),
    "members:switch": Access(
        post=only("community", status=302, otherwise=404),
        data=lambda cast: {"desk": cast.secretary.appointments.get().pk},
    ),
    # A test has no gateway either; that production shows none stands in members/accounts/tests.
    "members:dev_messages": Access(get=everyone()),
    # An empty form comes back; who could have a password proves first that it is them.
    "members:email": Access(get=logged_in(), post={**logged_in(), "member": 302, "sysadmin": 302}),
    # Whoever reads the mail may not be logged in where they open it.
    "members:confirm_email": Access(get=everyone(), post=everyone(302), kwargs=a_link),
    "members:list": Access(get=only(*SEE_PEOPLE)),
    "members:detail": Access(get=only(*SEE_PEOPLE), kwargs=li),
    "members:reveal": Access(
        post=only("city", "community", "unit", status=302), kwargs=li, data=lambda cast: REASON
    ),
    "members:exempt": Access(post=only("city", "community", "unit", status=302), kwargs=li),
    "members:waiting_exemptions": Access(get=only(*MERGERS)),
    "members:confirm_exemption": Access(post=only(*MERGERS, status=302), kwargs=an_exemption),
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
    "members:organization_phone": Access(post=only("city", "community", status=302), kwargs=the_community),
    # Without a parent chosen, back to choosing one.
    "members:organization_move": Access(get=only("city", status=302), kwargs=the_community),
    "members:poster": Access(get=only(*SEE_TREE, "estate"), kwargs=lambda cast: {"pk": cast.estate.pk}),
    "members:appointments": Access(get=only("city"), post=only("city")),
    # Of system administrators each is led to the admin.
    "members:elevation": Access(
        get={**only("city"), "sysadmin": 302},
        post=only("city", "sysadmin", status=302),
        kwargs=an_elevation,
        data=lambda cast: {"decision": "confirm"},
    ),
    "members:end_appointment": Access(
        get=only("city"),
        post=only("city", status=302),
        kwargs=lambda cast: {"pk": cast.clerk.appointments.get().pk},
    ),
    "members:namesakes": Access(get=only("city"), post=only("city", otherwise=403, status=404)),
    "members:own_record": Access(get=only(*DESKS), post=only(*DESKS)),
    "members:own_record_code": Access(get=only(*DESKS, status=302), post=only(*DESKS, status=302)),
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
    asked = changing.ask(name=cast.li.name, unit=cast.unit, old=cast.li.mobile, mobile="13900000021")
    assert asked
    return {"pk": asked.pk}


MEMBERS |= {
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

# --- members: entering, leaving, moving between units ------------------------------------------------


def a_transfer(cast: Cast) -> dict[str, Any]:
    """李建国 is to move from 市教育局, which waits for 市水利局."""
    if waiting := cast.li.roster_changes.first():
        return {"pk": waiting.pk}
    third = make_organization("TU3", Organization.Kind.UNIT, "市水利局", cast.city)
    change = recording.transfer(cast.li, to_unit=third, day=today(), by=cast.unit_clerk)
    return {"pk": change.pk}


def somebody_who_left(cast: Cast) -> dict[str, Any]:
    """周离 of 市教育局, who lives in 青锋社区."""
    known = {"name": "周离", "unit": cast.unit, "community": cast.community}
    gone, is_new = Member.objects.get_or_create(mobile="13900000041", defaults=known)
    if is_new:
        recording.leave(gone, kind="left", day=today() - dt.timedelta(days=1), by=cast.unit_clerk)
    return {"pk": gone.pk}


RECORDERS = ("city", "unit")

MEMBERS |= {
    "members:roster_changes": Access(get=only(*SEE_PEOPLE)),
    "members:roster_change": Access(
        get=only(*SEE_PEOPLE),
        post=only(*RECORDERS, status=302),
        kwargs=a_transfer,
        data=lambda cast: {"decision": "take_back", "reason": "不调了"},
    ),
    "members:roster_join": Access(get=only(*RECORDERS), post=only(*RECORDERS)),
    "members:roster_leave": Access(
        get=only(*RECORDERS),
        post=only(*RECORDERS, status=302),
        kwargs=li,
        data=lambda cast: {"kind": "retired", "day": today()},
    ),
    "members:roster_return": Access(
        get=only(*RECORDERS),
        post=only(*RECORDERS, status=302),
        kwargs=somebody_who_left,
        data=lambda cast: {"day": today()},
    ),
    "members:roster_transfer": Access(
        get=only(*RECORDERS),
        post=only(*RECORDERS, status=302),
        kwargs=li,
        data=lambda cast: {"to_unit": cast.other_unit.pk, "day": today()},
    ),
}

# --- members: two records of one person ---------------------------------------------------------------


def two_records(cast: Cast) -> dict[str, Any]:
    unit = {"unit": cast.unit, "community": cast.community, "name": "李建国"}
    double, _new = Member.objects.get_or_create(mobile="13900000031", defaults=unit)
    return {"pk": cast.li.pk, "other": double.pk}


def a_merge(cast: Cast) -> dict[str, Any]:
    double = Member.objects.get(pk=two_records(cast)["other"])
    return {"pk": merging.merge(cast.li, double, reason="本人确认", by=cast.secretary).pk}


MEMBERS |= {
    "members:merge_with": Access(get=only(*MERGERS), kwargs=li),
    "members:merge_compare": Access(get=only(*MERGERS), post=only(*MERGERS), kwargs=two_records),
    "members:merge": Access(get=only(*MERGERS), kwargs=a_merge),
    "members:merge_undo": Access(
        post=only(*MERGERS, status=302), kwargs=a_merge, data=lambda cast: {"reason": "弄错了"}
    ),
}

# --- members: teams -------------------------------------------------------------------------------

SEE_TEAMS = ("city", "street", "community", "auditor")
DISSOLVING = {"decision": "dissolve", "reason": "人手不足"}


def a_team(cast: Cast) -> dict[str, Any]:
    """Of 青锋社区, led by 李建国; a community has one of a name."""
    standing = Team.objects.standing().filter(community=cast.community).first()
    return {"pk": (standing or make_team(cast)).pk}


MEMBERS |= {
    "members:teams": Access(get=only(*SEE_TEAMS)),
    "members:team_found": Access(get=only("community"), post=only("community")),
    "members:team": Access(
        get=only(*SEE_TEAMS), post=only("community", status=302), kwargs=a_team, data=lambda cast: DISSOLVING
    ),
    "members:my_teams": Access(get=only("member")),
    "members:team_propose": Access(get=only("member"), post=only("member")),
    "members:my_team": Access(
        get=only("member"), post=only("member", status=302), kwargs=a_team, data=lambda cast: DISSOLVING
    ),
    "members:team_edit": Access(get=only("member"), post=only("member"), kwargs=a_team),
}
