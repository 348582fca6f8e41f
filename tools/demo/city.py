"""The people: organisations and roster through the import services, then staff and registrations."""

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from members.importing.organizations import apply_organizations, plan_organizations
from members.importing.roster.applying import apply_roster
from members.importing.roster.planning import plan_roster
from members.models import Appointment, Member, Organization, Registration, RegistrationEvent, User
from xianfeng.lib.times import today

from .clock import at

DATA = Path(__file__).parent / "data"
PASSWORD = "xianfeng-2026"
# Whoever looks at the model city has no authenticator for its people: they have a year to get one.
SECOND_FACTOR_DAYS = dt.timedelta(days=365)
UNUSABLE = "!"  # Django's mark of a password nobody can type
BATCH = 2_000
Kind, Role = Organization.Kind, Appointment.Role
FREE_TIMES = ("工作日晚上", "周末上午", "周末下午", "周末全天", "")


def import_organizations() -> None:
    apply_organizations(plan_organizations(DATA / "organizations.csv"))


def import_roster(communities: Sequence[Organization] | None) -> None:
    """Take the model roster, or only the people living in some communities."""
    plan = plan_roster(DATA / "roster.xlsx")
    if communities is not None:
        kept = {community.pk for community in communities}
        plan.rows = [row for row in plan.rows if row.fields.get("community_id") in kept]
    apply_roster(plan, None)


def username_of(organization: Organization) -> str:
    return "city" if organization.kind == Kind.CITY else organization.code.lower()


def staff_name(rng: random.Random, organization: Organization) -> str:
    surname = rng.choice("陈林黄周吴徐孙胡朱高何郭马罗梁宋郑谢韩唐")
    return surname + rng.choice(
        ("建平", "海燕", "志强", "丽华", "国庆", "晓东", "春梅", "永康", "雪芬", "立新")
    )


def appoint_staff(rng: random.Random) -> None:
    """One account for every organisation, plus an auditor, a second city officer and the administrator."""
    # One hash for all: hashing 240 times would take half a minute, and the password is printed anyway.
    password = make_password(PASSWORD)
    organizations = list(Organization.objects.all())
    users = [
        User(
            username=username_of(org),
            name=staff_name(rng, org),
            is_staff=True,
            password=password,
            email=f"{username_of(org)}@example.test",
        )
        for org in organizations
    ]
    User.objects.bulk_create(users, batch_size=BATCH)
    posts = [
        Appointment(user=user, organization=org, role=role_in(org), starts_on=dt.date(2024, 1, 1))
        for user, org in zip(users, organizations, strict=True)
    ]
    Appointment.objects.bulk_create(posts + extra_posts(organizations, users, password), batch_size=BATCH)
    User.objects.create(
        username="admin", name="系统管理员", is_staff=True, is_superuser=True, password=password
    )
    User.objects.filter(is_staff=True).update(second_factor_by=today() + SECOND_FACTOR_DAYS)


def role_in(organization: Organization) -> str:
    return Role.SECRETARY if organization.kind in (Kind.COMMUNITY, Kind.CITY) else Role.CLERK


def extra_posts(organizations: list[Organization], users: list[User], password: str) -> list[Appointment]:
    """A secretary who also leads an estate branch, a second officer for the city, and an auditor."""
    by_code = {org.code: (org, user) for org, user in zip(organizations, users, strict=True)}
    community, secretary = by_code["C01"]
    city = next(org for org in organizations if org.kind == Kind.CITY)
    second = User.objects.create(username="city2", name="汪思远", is_staff=True, password=password)
    auditor = User.objects.create(username="c01-audit", name="何监督", is_staff=True, password=password)
    start = dt.date(2024, 1, 1)
    return [
        Appointment(user=secretary, organization=by_code["C01E1"][0], role=Role.SECRETARY, starts_on=start),
        Appointment(user=second, organization=city, role=Role.CLERK, starts_on=start),
        Appointment(user=auditor, organization=community, role=Role.AUDITOR, starts_on=start),
    ]


def long_since(member: Member, start: dt.date) -> dt.date | None:
    """An entry day before the city's first year; of one in twenty nobody wrote it down."""
    return start - dt.timedelta(days=30 + 97 * member.pk % 4_000) if member.pk % 20 else None


def register_members(rng: random.Random, start: dt.date) -> None:
    """Most members have reported to their community; some wait for its answer, some never came."""
    roster = Member.objects.select_related("community", "estate", "unit").order_by("pk")
    registering, pending = split(rng, roster)
    secretaries = secretary_of_communities()
    accounts = open_accounts(rng, [*registering, *pending])
    for member, user in zip([*registering, *pending], accounts, strict=True):
        member.user = user
        member.free_times = rng.choice(FREE_TIMES)
    for member in registering:
        member.state = Member.State.REGISTERED
        member.registered_at = registration_moment(rng, start)
        # Who reported since the first year began is now and then new in town.
        is_new = member.registered_at.date() >= start and rng.random() < 0.15
        member.joined_on = member.registered_at.date() if is_new else long_since(member, start)
    for member in pending:
        member.state, member.joined_on = Member.State.PENDING, long_since(member, start)
    fields = ["user", "free_times", "state", "registered_at", "joined_on"]
    Member.objects.bulk_update([*registering, *pending], fields, batch_size=500)
    record_registrations(registering, secretaries)
    record_registrations(pending, {})


def split(rng: random.Random, roster: QuerySet[Member]) -> tuple[list[Member], list[Member]]:
    registering, pending = [], []
    for member in roster.exclude(community=None).exclude(estate=None):
        luck = rng.random()
        if luck < 0.88:
            registering.append(member)
        elif luck < 0.89:
            pending.append(member)
    return registering, pending


def secretary_of_communities() -> dict[int, User]:
    posts = Appointment.objects.filter(organization__kind=Kind.COMMUNITY, role=Role.SECRETARY)
    return {post.organization_id: post.user for post in posts.select_related("user")}


def registration_moment(rng: random.Random, start: dt.date) -> dt.datetime:
    """Seven in ten had registered before the first year began."""
    if rng.random() < 0.7:
        return at(start - dt.timedelta(days=rng.randint(20, 400)), rng.randint(9, 17))
    length = max((today() - start).days - 30, 1)
    return at(start + dt.timedelta(days=int(length * rng.random() ** 2)), rng.randint(9, 17))


def open_accounts(rng: random.Random, members: Iterable[Member]) -> list[User]:
    """Accounts without a password: members log in by mobile and code. One in five gave no e-mail."""
    users = [
        User(
            username=f"member-{member.pk}",
            name=member.name,
            mobile=member.mobile,
            password=UNUSABLE,
            email=f"m{member.pk}@example.test" if rng.random() < 0.8 else "",
        )
        for member in members
    ]
    return User.objects.bulk_create(users, batch_size=BATCH)


def record_registrations(members: Sequence[Member], secretaries: dict[int, User]) -> None:
    """The applications behind the members' state, confirmed where there is a secretary."""
    State = Registration.State
    state = State.CONFIRMED if secretaries else State.SUBMITTED
    registrations = []
    for member in members:
        confirmed = member.registered_at
        submitted = confirmed - dt.timedelta(days=1) if confirmed else at(today() - dt.timedelta(days=2), 20)
        registrations.append(
            Registration(
                user=member.user,
                member=member,
                name=member.name,
                mobile=member.mobile,
                unit=member.unit,
                community=member.community,
                estate=member.estate,
                skills=member.skills,
                intentions=member.intentions,
                free_times=member.free_times,
                promised_at=submitted,
                submitted_at=submitted,
                state=state,
                decided_at=confirmed,
                decided_by=secretaries.get(member.community_id or 0),
            )
        )
    Registration.objects.bulk_create(registrations, batch_size=BATCH)
    events = [event for registration in registrations for event in registration_events(registration)]
    RegistrationEvent.objects.bulk_create(events, batch_size=BATCH)


def registration_events(registration: Registration) -> list[RegistrationEvent]:
    State = Registration.State
    events = [
        RegistrationEvent(
            registration=registration,
            at=registration.submitted_at,
            by=registration.user,
            to_state=State.SUBMITTED,
        )
    ]
    if registration.decided_at:
        events.append(
            RegistrationEvent(
                registration=registration,
                at=registration.decided_at,
                by=registration.decided_by,
                from_state=State.SUBMITTED,
                to_state=State.CONFIRMED,
            )
        )
    return events


def logins() -> list[tuple[str, str, str]]:
    """Role, login and password (or how to log in) of one demo account each, for the first screen."""
    wanted = (
        ("市委组织部", "city"), ("街道", "s1"), ("社区书记（青锋社区）", "c01"), ("社区监督员", "c01-audit"),
        ("小区党支部（青锋花苑）", "c01e1"), ("单位工作人员", "u001"), ("系统管理员", "admin"),
    )  # fmt: skip
    present = set(
        User.objects.filter(username__in=[name for _role, name in wanted]).values_list("username", flat=True)
    )
    rows = [(role, name, PASSWORD) for role, name in wanted if name in present]
    member = Member.objects.registered().filter(community__code="C01").order_by("pk").first()
    if member and present:
        rows.append(("在职党员", member.mobile, "手机号 + 短信验证码（验证码显示在 /dev/messages/ 和终端）"))
    return rows
