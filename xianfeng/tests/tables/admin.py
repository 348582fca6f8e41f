"""Who gets which answer in the admin: one line a model, written from DOMAIN 3 and the capability words.

`Page` says who sees a model's list, rows and history, who adds and who changes, and to whom each action
is offered; everybody else at a desk gets 403. Nobody deletes. Members are sent to the log-in. A model or
an action that is registered and does not stand here fails test_access.py.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from flags.calendar import entering
from flags.models import AssessmentRun
from flags.policy import policies
from members.models import ContactReveal, Elevation, Exemption, ImportBatch, Member, Registration
from notices.models import Delivery, Notice
from tasks.models import Claim, Task, Verification
from tasks.tests.desk import ended_task, make_item
from tasks.tests.reviews import make_rule
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.access import (
    SEE_FLAGS,
    SEE_RESULTS,
    SEE_TASKS,
    a_draft,
    a_flag,
    a_notice_to_the_secretary,
    a_result,
    a_stated_wish,
    a_verification,
)
from xianfeng.tests.tables.access_members import (
    IMPORTERS,
    SEE_PEOPLE,
    SEE_REGISTRATIONS,
    SEE_TREE,
    an_application,
    an_elevation,
    an_exemption,
)
from xianfeng.tests.tables.answers import ROLES, Access, Answers, only

STAFF = tuple(role for role in ROLES if role not in ("anonymous", "member"))
SEE_WISHES = ("city", "street", "community", "estate", "auditor")
SEE_DELIVERIES = ("city", "community", "unit", "auditor")
PUBLISHERS = ("city", "community", "estate")


def staff(*roles: str, status: int = 200, otherwise: int = 403) -> Answers:
    """The admin asks who has no desk to log in, members included."""
    return {**only(*roles, status=status, otherwise=otherwise), "member": 302}


@dataclass(frozen=True)
class Page:
    """One model: `row` makes one that everybody in `sees` may see."""

    sees: tuple[str, ...]
    row: Callable[[Cast], Model]
    adds: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def addresses(self, model: str) -> Iterator[tuple[str, Access]]:
        """Every URL name of the model, with its answers; an empty form comes back with its errors."""

        def one(cast: Cast) -> dict[str, Any]:
            return {"object_id": self.row(cast).pk}

        seen, nobody = staff(*self.sees), staff()
        yield f"admin:{model}_changelist", Access(get=seen, post=seen)
        yield f"admin:{model}_add", Access(get=staff(*self.adds), post=staff(*self.adds))
        yield f"admin:{model}_change", Access(get=seen, post=staff(*self.changes), kwargs=one)
        yield f"admin:{model}_delete", Access(get=nobody, post=nobody, kwargs=one)
        yield f"admin:{model}_history", Access(get=seen, post=seen, kwargs=one)


def the_draft(cast: Cast) -> Model:
    return Task.objects.get(**a_draft(cast))


def the_decision(cast: Cast) -> Model:
    return Verification.objects.get(**a_verification(cast))


def the_application(cast: Cast) -> Model:
    return Registration.objects.get(**an_application(cast))


def the_leave(cast: Cast) -> Model:
    return Exemption.objects.get(**an_exemption(cast))


def the_elevation(cast: Cast) -> Model:
    return Elevation.objects.get(**an_elevation(cast))


def a_run_of_all(cast: Cast) -> Model:
    return AssessmentRun.objects.get(pk=a_result(cast).run_id)


def a_policy(cast: Cast) -> Model:
    return policies.change(
        policies.policy_for(today().year), by=cast.city_officer, reason="部务会决定", min_flags=5
    )


def a_swap(cast: Cast) -> Model:
    day = dt.date(today().year + 1, 10, 9)
    return entering.enter(day, day, works=True, note="国庆节调休", by=cast.city_officer)


def a_claim(cast: Cast) -> Model:
    return Claim.objects.get(task=ended_task(cast, cast.li, publisher=cast.estate))


def a_look(cast: Cast) -> Model:
    return ContactReveal.objects.create(
        member=cast.li, viewer=cast.secretary, organization=cast.community, field="mobile", reason="核实"
    )


def a_batch_of_the_unit(cast: Cast) -> Model:
    return ImportBatch.objects.create(
        kind=ImportBatch.Kind.ROSTER,
        organization=cast.unit,
        uploaded_by=cast.unit_clerk,
        state=ImportBatch.State.PREVIEWED,
        counts={},
    )


def a_delivery(cast: Cast) -> Model:
    """To 李建国, whom his unit and his community may look after."""
    notice = a_notice_to_the_secretary(cast)
    Notice.objects.filter(pk=notice.pk).update(recipient=cast.li.user)
    return Delivery.objects.get(notice=notice)


PAGES: dict[str, Page] = {
    # City and system administrators keep the tree, its names and its posts; accounts are the latter's.
    "members_organization": Page(
        (*SEE_TREE, "sysadmin"), lambda cast: cast.community, changes=("city", "sysadmin")
    ),
    "members_appointment": Page(
        (*SEE_TREE, "sysadmin"), lambda cast: cast.clerk.appointments.get(), adds=("city", "sysadmin"),
        actions={"end_beside_others": ("city", "sysadmin")},
    ),
    "members_user": Page(
        ("city", "sysadmin"), lambda cast: cast.clerk, adds=("sysadmin",), changes=("sysadmin",),
        actions=dict.fromkeys(
            (
                "send_password_link", "switch_off_second_factor", "ask_for_administration",
                "end_administration", "part", "end_sessions",
            ),
            ("sysadmin",),
        ),
    ),
    "members_elevation": Page(
        ("city", "sysadmin"), the_elevation,
        actions=dict.fromkeys(("confirm", "refuse", "withdraw"), ("city", "sysadmin")),
    ),
    "members_member": Page(SEE_PEOPLE, lambda cast: cast.li, changes=("city",)),
    "members_registration": Page(
        SEE_REGISTRATIONS, the_application, actions={"confirm": ("community",), "return_": ("community",)}
    ),
    "members_exemption": Page(SEE_PEOPLE, the_leave),
    "members_contactreveal": Page(SEE_PEOPLE, a_look),
    "members_importbatch": Page(
        IMPORTERS, a_batch_of_the_unit, adds=IMPORTERS,
        actions={"confirm": IMPORTERS, "undo": IMPORTERS, "discard": IMPORTERS},
    ),
    "notices_delivery": Page(SEE_DELIVERIES, a_delivery),
    # The bank: the city alone sets rules and settles years; nobody writes a line.
    "flags_flagentry": Page(SEE_FLAGS, a_flag),
    "flags_dayrule": Page(SEE_RESULTS, a_swap, adds=("city",)),
    "flags_policy": Page(SEE_RESULTS, a_policy, changes=("city",)),
    "flags_assessmentrun": Page(
        SEE_RESULTS, a_run_of_all, adds=("city",),
        actions={"publicise": ("city",), "settle": ("city",), "take_back_publicity": ("city",)},
    ),
    "flags_assessment": Page(SEE_RESULTS, a_result),
    # Communities and estates handle wishes; a street follows up, the city looks on.
    "wishes_wish": Page(
        SEE_WISHES, a_stated_wish, adds=("community", "estate"),
        actions=dict.fromkeys(("accept", "decline", "take_up_again"), ("community", "estate")),
    ),
    # The city keeps the catalogue. Of a draft only its publisher's desk changes anything: here the estate's.
    "tasks_serviceitem": Page(SEE_TASKS, lambda cast: make_item(), adds=("city",), changes=("city",)),
    "tasks_scoperule": Page(SEE_TASKS, lambda cast: make_rule(), adds=("city",), changes=("city",)),
    "tasks_task": Page(
        SEE_TASKS, the_draft, adds=PUBLISHERS, changes=("estate",),
        actions={"publish": PUBLISHERS, "cancel": PUBLISHERS},
    ),
    # An estate confirms presence and proposes; its community and the city take decisions back.
    "tasks_claim": Page(
        SEE_TASKS, a_claim, actions={"mark_present": PUBLISHERS, "mark_absent": PUBLISHERS}
    ),
    "tasks_verification": Page(
        SEE_TASKS, the_decision, actions={"reverse_verification": ("city", "community")}
    ),
}  # fmt: skip


def li_as_content(cast: Cast) -> dict[str, Any]:
    return {"content_type_id": ContentType.objects.get_for_model(Member).pk, "object_id": cast.li.pk}


EVERY_DESK, NO_METHOD = staff(*STAFF), staff(otherwise=405)
ADMIN: dict[str, Access] = {
    "admin:index": Access(get=EVERY_DESK, post=EVERY_DESK),
    "admin:app_list": Access(get=EVERY_DESK, post=EVERY_DESK, kwargs=lambda cast: {"app_label": "members"}),
    # Whoever is in is sent on; a member has no business there.
    "admin:login": Access(
        get={**staff(*STAFF, status=302), "member": 403}, post={**staff(*STAFF, status=302), "member": 403}
    ),
    "admin:logout": Access(get=NO_METHOD, post=staff(*STAFF, status=302)),
    "admin:password_change": Access(get=staff(*STAFF, status=302), post=staff(*STAFF, status=302)),
    "admin:password_change_done": Access(get=EVERY_DESK, post=NO_METHOD),
    "admin:jsi18n": Access(get=EVERY_DESK, post=NO_METHOD),
    # A member's unit is chosen from the tree, by whoever may see the tree.
    "admin:autocomplete": Access(
        get=staff(*SEE_TREE, "sysadmin"), post=NO_METHOD,
        query="?app_label=members&model_name=member&field_name=unit",
    ),
    "admin:view_on_site": Access(
        get=staff(otherwise=404), post=staff(otherwise=404), kwargs=li_as_content  # no row has such a page
    ),
    **{name: access for model, page in PAGES.items() for name, access in page.addresses(model)},
}  # fmt: skip
