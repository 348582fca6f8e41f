"""One city with twenty, and then two hundred, of everything that a list shows."""

import datetime as dt
from itertools import cycle
from typing import Any

from django.utils import timezone

from flags import ledger
from flags.assessment import assessing
from flags.ledger import Award
from flags.models import AssessmentRun, MemberYear
from members.models import (
    Appointment,
    ContactReveal,
    Exemption,
    ImportBatch,
    ImportRow,
    Member,
    MobileChange,
    Organization,
    Registration,
    RosterChange,
    Team,
    TeamRole,
    User,
)
from members.teams.tests.teams import make_team
from notices.models import Delivery, Notice
from notices.outbox import Message, send_many
from notices.outbox.filters import PATIENCE
from reports.models import Export, RetentionRun
from tasks.models import (
    BalanceRow,
    Call,
    Claim,
    Invitation,
    ScopeReport,
    Screening,
    Series,
    ServiceItem,
    Target,
    Task,
    TaskEvent,
)
from tasks.tests.desk import ended_task, hold
from tasks.tests.musters import whistle
from tasks.tests.offers import make_offer
from wishes.models import Wish, WishEvent
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_organization

SMALL, LARGE = 20, 200


class City:
    """Twenty or two hundred of everything that a list shows."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.size = cast, 0
        self.ended = ended_task(cast, title="结束的任务", capacity=LARGE)
        self.asked_to = make_offer(cast, starts_in=dt.timedelta(days=200), title="请人来的任务")
        self.row = BalanceRow.objects.create(
            month=today().replace(day=1), origin=cast.community, host=cast.other_community, places=LARGE,
            reason="缺 9 个", ends_on=today(), made_by=cast.city_officer,
        )  # fmt: skip
        for months in range(1, 6):  # whichever month one looks at has a task to come
            make_offer(cast, starts_in=months * dt.timedelta(days=31), title=f"{months}个月后")
        self.batch = self.import_batch(0)
        self.team, self.offer = make_team(cast), make_offer(cast, title="一起接的任务")
        self.series = self.add_pattern("周五下沉日", today())
        self.whole = make_offer(cast, title="全市任务", publisher=cast.city, audience=[cast.city])
        self.muster = whistle(
            cast, by=cast.city_officer, publisher=cast.city, audience=[cast.city], capacity=LARGE
        )
        self.wish = Wish.objects.create(organization=cast.estate, need="想请人修灯")

    def grow_to(self, size: int) -> None:
        numbers = range(self.size, size)
        self.size = size
        self.add_people(numbers)
        self.add_tree(numbers)
        self.add_tasks(numbers)
        self.add_invitations(numbers)
        self.add_targets(numbers)
        self.add_series(numbers)
        self.add_musters(numbers)
        self.add_wishes(numbers)
        self.add_flags(numbers)
        self.add_messages(numbers)
        self.add_imports(numbers)
        self.add_exports(numbers)
        self.add_nights(numbers)
        self.add_teams(numbers)
        self.run = assessing.forecast(timezone.localdate().year, by=self.cast.city_officer)

    def add_people(self, numbers: range) -> None:
        cast, now = self.cast, timezone.now()
        users = User.objects.bulk_create(
            User(username=f"m{n}", name=f"党员{n}", mobile=f"1390{n:07d}", email=f"m{n}@example.test")
            for n in numbers
        )
        members = Member.objects.bulk_create(
            Member(
                name=user.name,
                mobile=user.mobile,
                unit=cast.unit,
                community=cast.community,
                user=user,
                estate=cast.estate,
                state=Member.State.REGISTERED,
                pinyin=f"dangyuan{user.pk}",
            )
            for user in users
        )
        for state in (Registration.State.SUBMITTED, Registration.State.CONFIRMED):
            Registration.objects.bulk_create(
                Registration(
                    user=user,
                    member=member,
                    name=user.name,
                    mobile=user.mobile or "",
                    unit=cast.other_unit,
                    community=cast.community,
                    estate=cast.estate,
                    promised_at=now,
                    state=state,
                    decided_by=cast.clerk,
                    differences=[["unit", "市教育局", "市税务局"]],
                    on_roster=user.pk % 2 == 0,
                )
                for user, member in zip(users, members, strict=True)
            )
        listed = Member.objects.bulk_create(
            Member(
                name=f"未报到{n // 2}",
                mobile=f"1370{n:07d}",
                unit=cast.unit,
                community=cast.community,
                state=Member.State.LISTED,
                pinyin=f"weibaodao{n}",
            )
            for n in numbers
        )
        MobileChange.objects.bulk_create(
            MobileChange(member=member, old=member.mobile, new=f"1360{n:07d}", way="lost", state=state)
            for n, member in zip(numbers, members, strict=True)
            for state in MobileChange.State
        )
        both_ways = (cast.unit, cast.other_unit), (cast.other_unit, cast.unit)
        RosterChange.objects.bulk_create(
            RosterChange(
                member=member, kind="moved", day=today(), state=state, recorded_by=cast.city_officer,
                from_unit=one, to_unit=other,
            )
            for member, (one, other) in zip(members, cycle(both_ways), strict=False)
            for state in ("asked", "done", "refused")
        )  # fmt: skip
        Exemption.objects.bulk_create(
            Exemption(
                member=member, kind="sick", starts_on=today(), ends_on=today(), reason="病假",
                state="waiting", approved_by=by,
            )
            for member in members
            for by in (cast.city_officer, cast.city_colleague)
        )  # fmt: skip
        MemberYear.objects.bulk_create(
            MemberYear(member=member, year=today().year, flags=9, lines=9) for member in members[::2]
        )
        viewers = [cast.secretary, cast.clerk]
        ContactReveal.objects.bulk_create(
            ContactReveal(
                member=cast.li,
                field="mobile",
                viewer=viewers[n % 2],
                organization=cast.community,
                reason="核实",
            )
            for n in numbers
        )
        marks = {"entered_by": cast.clerk, "witness": "高组长"}
        Claim.objects.bulk_create(Claim(task=self.ended, member=member, **marks) for member in members)
        Task.objects.filter(pk=self.ended.pk).update(places_taken=self.ended.claims.count())
        Exemption.objects.bulk_create(
            Exemption(
                member=cast.li,
                kind="sick",
                reason="住院",
                approved_by=viewers[n % 2],
                starts_on=dt.date(2026, 1, 1),
                ends_on=dt.date(2026, 1, 2),
            )
            for n in numbers
        )
        whole_year = {"starts_on": dt.date(today().year, 1, 1), "ends_on": dt.date(today().year, 12, 31)}
        Exemption.objects.bulk_create(
            Exemption(member=member, kind="sick", reason="住院", approved_by=cast.clerk, **whole_year)
            for member in listed[::2]
        )

    def add_tree(self, numbers: range) -> None:
        cast = self.cast
        for n in numbers:
            make_organization(f"E{n}", Organization.Kind.ESTATE, f"小区{n}", cast.community)
            make_organization(f"U{n}", Organization.Kind.UNIT, f"单位{n}", cast.city)
        Appointment.objects.bulk_create(
            Appointment(user=user, organization=cast.estate, role="clerk", starts_on=dt.date(2026, 1, 1))
            for user in User.objects.filter(username__in=[f"m{n}" for n in numbers])
        )

    def add_tasks(self, numbers: range) -> None:
        """Tasks of every phase, and 李建国's place on some; estates and community publish."""
        cast, day = self.cast, dt.timedelta(days=1)
        for n in numbers:
            publisher = cast.community if n % 2 else cast.estate
            common: dict[str, Any] = {"publisher": publisher, "capacity": 9}
            make_offer(cast, starts_in=(n + 2) * day, title=f"任务{n}", **common)
            for state in ("draft", "cancelled", "settled"):
                make_offer(cast, title=f"{state}{n}", state=state, **common)
            make_offer(cast, starts_in=-dt.timedelta(hours=1), title=f"进行{n}", **common)
            ended_task(cast, ago=(n + 2) * day, title=f"无人{n}", **common)
            ServiceItem.objects.create(code=f"I{n}", name=f"事项{n}", category="activity")
            hold(make_offer(cast, starts_in=(n + 300) * day, title=f"已接{n}", **common), cast.li)
            hold(ended_task(cast, ago=2 * (n + 1) * day, title=f"结束{n}", **common), cast.li)
            verified = make_offer(cast, title=f"认定{n}", **common)
            Claim.objects.create(task=verified, member=cast.li, state="verified")
            self.add_scope(publisher, n)
            TaskEvent.objects.create(
                task=self.ended, by=cast.clerk, from_state="published", to_state="published"
            )

    def add_pattern(self, title: str, last_day: dt.date) -> Series:
        return Series.objects.create(
            publisher=self.cast.community, title=title, frequency="weekly", created_by=self.cast.clerk,
            first_day=last_day - dt.timedelta(weeks=1), last_day=last_day,
        )  # fmt: skip

    def add_series(self, numbers: range) -> None:
        """Dates of one, some of which 李建国 takes; and others that go on or are over."""
        week, day = dt.timedelta(weeks=1), dt.timedelta(days=1)
        for n in numbers:
            of_one: dict[str, Any] = {"series": self.series, "series_day": today() + n * week, "capacity": 9}
            date = make_offer(self.cast, starts_in=(n + 1) * week, title="周五下沉日", **of_one)
            if n % 2:
                hold(date, self.cast.li)
            for title, last in ((f"进行{n}", today() + n * day), (f"结束{n}", today() - (n + 1) * day)):
                other = self.add_pattern(title, last)
                make_offer(self.cast, title=title, state="settled", series=other, series_day=last)

    def add_invitations(self, numbers: range) -> None:
        """People who were asked to one task, places elsewhere, and a plan that leads there."""
        cast, day = self.cast, dt.timedelta(days=1)
        people = cast.community.community_members.exclude(invitations__task=self.asked_to).order_by("pk")
        Invitation.objects.bulk_create(
            Invitation(
                task=self.asked_to, member=member, by=cast.secretary, organization=cast.community,
                answer_by=timezone.now() + day,
            )
            for member in people[: len(numbers) // 2]
        )  # fmt: skip
        for n in numbers:
            there = {"publisher": cast.other_community, "audience": [cast.other_community]}
            make_offer(cast, starts_in=dt.timedelta(minutes=n + 9), title=f"那边{n}", **there)
            BalanceRow.objects.create(
                month=today().replace(day=1), origin=cast.community, host=cast.other_community, places=n + 1,
                state=BalanceRow.State.DROPPED, reason="缺", ends_on=today(), made_by=cast.city_officer,
            )  # fmt: skip

    def add_scope(self, publisher: Organization, n: int) -> None:
        """What the city looks at first, what was published despite a warning, and what members doubt."""
        cast = self.cast
        for state, outcome in (("in_review", "waiting"), ("published", "insisted")):
            task = make_offer(cast, title=f"{outcome}{n}", state=state, publisher=publisher)
            Screening.objects.create(
                task=task,
                keys=[],
                findings="像是填表",
                outcome=outcome,
                asked_by=(cast.secretary, cast.clerk)[n % 2],
                due=today() - dt.timedelta(days=n % 2),
            )
        own = make_offer(cast, title=f"市里{n}", state="in_review", publisher=cast.city)
        Screening.objects.create(
            task=own, keys=[], outcome="waiting", asked_by=cast.city_officer, due=today()
        )
        ScopeReport.objects.create(task=task, member=cast.li, reason="是填表")
        ScopeReport.objects.create(task=task, member=cast.wang)
        Task.objects.filter(pk=task.pk).update(published_at=timezone.now())

    def add_targets(self, numbers: range) -> None:
        """Of one city task: every answer, some late; with a community's own tasks and its people's claims."""
        cast, day = self.cast, dt.timedelta(days=1)
        common: dict[str, Any] = {"task": self.whole, "places": 3, "set_by": cast.city_officer}
        for n in numbers:
            place = make_organization(f"C{n}", Organization.Kind.COMMUNITY, f"社区{n}", cast.street)
            Target.objects.create(organization=place, due=today() - day * (n % 2), **common)
            asked = make_offer(cast, title=f"分解{n}", publisher=cast.city, audience=[cast.city])
            over = ended_task(cast, title=f"过去{n}", publisher=cast.city, audience=[cast.city])
            Target.objects.create(organization=place, due=today(), **common | {"task": over})
            for place_asked in (cast.unit, cast.community):
                Target.objects.create(organization=place_asked, due=today(), **common | {"task": asked})
            make_offer(
                cast,
                title=f"承接{n}",
                publisher=place,
                audience=[place],
                parent=self.whole,
                created_by=cast.clerk,
            )
        units = Organization.objects.filter(code__in=[f"U{n}" for n in numbers])
        for state in ("taken", "declined", "withdrawn"):
            asked = make_offer(cast, title=f"全市{state}", publisher=cast.city, audience=[cast.city])
            Target.objects.bulk_create(
                Target(organization=unit, due=today(), state=state, **common | {"task": asked})
                for unit in units
            )

    def add_musters(self, numbers: range) -> None:
        """Musters and drills that go on and that are over; one with answers of every kind, and places."""
        cast = self.cast
        people = cast.community.community_members.exclude(calls__muster=self.muster).order_by("pk")
        for n, member in enumerate(people[: len(numbers)]):
            state = Call.State.values[n % 4]
            Call.objects.create(
                muster=self.muster, member=member, community=cast.community, state=state,
                answered_at=timezone.now(),
            )  # fmt: skip
            hold(self.muster.task, member, presence="present" if n % 2 else "")
        for n in numbers:
            for is_drill in (False, True):
                muster = whistle(cast, title=f"集结{n}", is_drill=is_drill)
                Task.objects.filter(pk=muster.pk).update(state=("published", "settled")[n % 2])

    def add_wishes(self, numbers: range) -> None:
        cast = self.cast
        places = [cast.estate, cast.second_estate, cast.community]
        Wish.objects.bulk_create(
            Wish(
                organization=places[n % 3], need=f"想请人理发{n}", entered_by=cast.clerk, state=state,
                merged_into=self.wish if state == Wish.State.MERGED else None,
            )
            for n in numbers
            for state in Wish.State.values
        )  # fmt: skip
        WishEvent.objects.bulk_create(
            WishEvent(wish=self.wish, by=cast.clerk, from_state="submitted", to_state="accepted")
            for n in numbers
        )

    def add_flags(self, numbers: range) -> None:
        cast = self.cast
        awards = [
            Award(
                member=cast.li,
                flags=1,
                minutes=60,
                category="activity",
                service_date=dt.date(today().year - n % 2, 1, 1),
                organization=(cast.community, cast.estate)[n % 2],
                source_kind="claim",
                source_id=n,
                source_label=f"任务{n}",
                verifier=(cast.secretary, cast.clerk)[n % 2],
                key=f"claim:{n}",
            )
            for n in numbers
        ]
        ledger.award(awards, by=cast.city_officer)
        AssessmentRun.objects.bulk_create(
            AssessmentRun(
                year=1000 + n,
                is_official=False,
                state="forecast",
                as_of=dt.date(2026, 1, 1),
                started_by=(cast.city_officer, cast.city_colleague)[n % 2],
                finished_at=timezone.now(),
            )
            for n in numbers
        )

    def add_messages(self, numbers: range) -> None:
        """Unreached ones of every kind, and some that wait too long."""
        receivers = [user for user in (self.cast.li.user, self.cast.wang.user) if user]
        states = (*Delivery.State.UNREACHED, Delivery.State.PENDING)
        for state in states:
            send_many(
                Message(receiver, "reminder", f"{receiver.pk}:{n}:{state}", "提醒", "还差几面红旗")
                for n in numbers
                for receiver in receivers
            )
            Delivery.objects.filter(notice__key__endswith=state).update(state=state)
        Notice.objects.update(created_at=timezone.now() - 2 * PATIENCE)

    def add_imports(self, numbers: range) -> None:
        for n in numbers:
            self.import_batch(n + 1)
        ImportRow.objects.bulk_create(
            ImportRow(
                batch=self.batch,
                sheet="名册",
                row=4 * n + place,
                outcome=outcome,
                member=self.cast.li,
                values={"姓名": "李建国", "手机号": "13800000001", "单位": "市教育局"},
            )
            for n in numbers
            for place, outcome in enumerate(ImportRow.Outcome)
        )
        counts = dict.fromkeys(ImportRow.Outcome.values, self.size)
        ImportBatch.objects.filter(pk=self.batch.pk).update(counts=counts)

    def add_exports(self, numbers: range) -> None:
        """Half of them ready, by two people of two organisations."""
        cast = self.cast
        for n in numbers:
            user = (cast.city_officer, cast.secretary)[n % 2]
            desk = user.appointments.get()
            Export.objects.create(
                name="members",
                title="党员名单",
                user=user,
                organization=desk.organization,
                appointment=desk,
                columns=[["member", "姓名"]],
                key=str(n),
                state=("ready", "failed")[n // 2 % 2],
                expires_at=timezone.now() + dt.timedelta(days=7),
            )

    def add_teams(self, numbers: range) -> None:
        """Of every state, 李建国 in each; and one team with everybody, who served together."""
        cast, state = self.cast, TeamRole.State
        teams = Team.objects.bulk_create(
            Team(name=f"{one.label}{n}", kind="helpers", community=cast.community, purpose="修水电",
                 state=one, founded_by=cast.clerk)
            for n in numbers for one in Team.State
        )  # fmt: skip
        TeamRole.objects.bulk_create(
            TeamRole(team=team, member=cast.li, state=state.SERVING) for team in teams[::2]
        )
        people = Member.objects.filter(user__username__in=[f"m{n}" for n in numbers])
        TeamRole.objects.bulk_create(
            TeamRole(team=self.team, member=one, state=(state.SERVING, state.ASKED)[one.pk % 2])
            for one in people
        )
        together = Claim.objects.filter(task__title__in=[f"结束{n}" for n in numbers])
        together.update(team=self.team)

    def add_nights(self, numbers: range) -> None:
        RetentionRun.objects.bulk_create(RetentionRun(started_at=timezone.now()) for _n in numbers)

    def import_batch(self, number: int) -> ImportBatch:
        officers = [self.cast.city_officer, self.cast.city_colleague]
        return ImportBatch.objects.create(
            kind="roster",
            organization=self.cast.city,
            uploaded_by=officers[number % 2],
            state="confirmed",
            counts={"new": 1, "changed": 0, "unchanged": 0, "rejected": 0},
            confirmed_by=officers[number % 2],
            confirmed_at=timezone.now(),
        )
