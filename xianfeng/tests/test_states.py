"""What states mean is said once: on their class."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin import ModelAdmin, site
from django.contrib.admin.utils import label_for_field
from django.db.models import Choices
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from flags.models import AssessmentRun
from members.models import ImportBatch, Member, Merge, MobileChange, Registration, RosterChange
from notices.models import Delivery
from reports.models import Export
from tasks.models import Call, Claim, Target, Task, Verification
from wishes.models import Wish
from xianfeng.lib.states import TONES, StateIn, States, states
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.access import ACCESS
from xianfeng.tests.tables.admin import PAGES
from xianfeng.tests.test_access import client_of

# Choices that say what somebody is or asks for, not how far something has come.
NO_STATES = {
    "Category", "Channel", "Format", "Kind", "OrganizationKind", "Presence", "Role", "Source", "Way",
}  # fmt: skip
OURS = ("xianfeng", "notices", "members", "flags", "wishes", "tasks", "reports")


def choices_of_fields() -> Iterator[tuple[Any, type[Choices]]]:
    """Each of our models with the choices that stand on it."""
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OURS:
            for value in vars(model).values():
                if isinstance(value, type) and issubclass(value, Choices):
                    yield model, value


def state_classes() -> list[type[States]]:
    return [one for _model, one in choices_of_fields() if issubclass(one, States)]


def sets_of(one: type[States]) -> dict[str, frozenset[str]]:
    return {name: value for name, value in vars(one).items() if isinstance(value, frozenset)}


def test_every_state_class_has_a_tone_for_each_state() -> None:
    plain = {
        f"{model._meta.label}.{one.__name__}"
        for model, one in choices_of_fields()
        if not issubclass(one, States) and one.__name__ not in NO_STATES
    }
    assert plain == set()
    assert {one.__qualname__ for one in state_classes()} >= {
        "Task.State",
        "Claim.State",
        "Claim.Presence",
        "Verification.Grade",
        "Wish.State",
        "Registration.State",
        "Merge.State",
        "MobileChange.State",
        "RosterChange.State",
        "Member.State",
        "ImportBatch.State",
        "ImportRow.Outcome",
        "AssessmentRun.State",
        "Assessment.Result",
        "Delivery.State",
        "Export.State",
        "FlagEntry.Kind",
    }
    assert all(state.tone in TONES for one in state_classes() for state in one)


def test_every_tone_has_its_colour() -> None:
    """Neutral is how a state looks without one."""
    sheets = "".join(path.read_text() for path in (Path(settings.BASE_DIR) / "static/css").rglob("*.css"))
    assert [tone for tone in sorted(TONES - {"neutral"}) if f".state-{tone}" not in sheets] == []


def test_a_state_without_a_tone_is_an_error() -> None:
    with pytest.raises(ValueError, match="Unknown tone"):

        class Toneless(States):
            OPEN = "open", _("开放")


def test_every_set_holds_states_of_its_own_class() -> None:
    found = [(one, name, members) for one in state_classes() for name, members in sets_of(one).items()]
    assert len(found) >= 20
    assert [
        (one, name) for one, name, members in found if not members or not members <= set(one.values)
    ] == []
    assert [(one, name) for one, name, _members in found if name in one.names] == []


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        (Claim.State, [Claim.State.HOLDS_PLACE, {"waiting"}, Claim.State.LEFT, {"freed"}]),
        (
            Claim.State,
            [Claim.State.OPEN, Claim.State.PENDING, Claim.State.DECIDED, Claim.State.LEFT, {"freed"}],
        ),
        (Verification.Grade, [Verification.Grade.AWARDED, {"denied", "no_show"}]),
        (Task.State, [Task.State.CHANGEABLE, {"in_review", "settled", "cancelled"}]),
        (Call.State, [Call.State.SAID_YES, Call.State.NOT_COMING]),
        (Target.State, [Target.State.ASKED, {"withdrawn"}]),
        (Task.State, [Task.State.CANCELLABLE, {"settled", "cancelled"}]),
        (Task.State, [Task.State.UNSEEN, Task.State.ENTERABLE, {"cancelled"}]),
        (
            Registration.State,
            [Registration.State.OPEN, Registration.State.TAKEN_IN, {"returned", "withdrawn"}],
        ),
        (MobileChange.State, [MobileChange.State.OPEN, {"done", "refused"}]),
        (RosterChange.State, [RosterChange.State.STANDS, {"refused", "undone"}]),
        (Merge.State, [Merge.State.STANDS, {"undone"}]),
        (Member.State, [Member.State.ON_ROSTER, {"departed", "merged"}]),
        (Member.State, [Member.State.UNREGISTERED, {"registered", "departed", "merged"}]),
        (
            ImportBatch.State,
            [ImportBatch.State.WORKING, ImportBatch.State.PREVIEW, {"discarded", "failed"}],
        ),
        (AssessmentRun.State, [AssessmentRun.State.OPEN, AssessmentRun.State.PUBLIC]),
        (Wish.State, [Wish.State.UNPUBLISHED, Wish.State.ENDED, {"published", "closed", "merged"}]),
        (Wish.State, [Wish.State.OPEN, Wish.State.ENDED, {"closed", "merged"}]),
        (Delivery.State, [Delivery.State.UNREACHED, {"pending", "sent", "told", "dropped"}]),
        (Export.State, [Export.State.IN_MAKING, {"ready", "failed", "expired"}]),
    ],
)
def test_sets_that_part_a_class_leave_no_state_out(whole: type[States], parts: list[set[str]]) -> None:
    assert set().union(*parts) == set(whole.values)
    assert sum(len(part) for part in parts) == len(whole.values)


def test_sets_compare_with_members_and_with_what_the_database_gives() -> None:
    assert Claim.State.CLAIMED in Claim.State.OPEN and "claimed" in Claim.State.OPEN
    assert "withdrawn" not in Claim.State.HOLDS_PLACE


def test_a_predicate_asks_the_row_and_is_itself_on_the_class() -> None:
    assert Claim(state="claimed").is_open and not Claim(state="freed").is_open
    assert Claim(presence="absent").was_absent and not Claim().was_absent
    assert isinstance(Claim.is_open, StateIn) and Claim.is_open.states == Claim.State.OPEN


def test_a_set_is_no_member() -> None:
    class Light(States):
        RED = "red", "danger", _("红")
        GREEN = "green", "success", _("绿")

        GO = states(GREEN)

    assert frozenset({"green"}) == Light.GO
    assert Light.names == ["RED", "GREEN"]
    assert [(value, str(word)) for value, word in Light.choices] == [("red", "红"), ("green", "绿")]
    assert Light("green").tone == "success" and str(Light.GREEN.label) == "绿"


# --- Literals ----------------------------------------------------------------------------------

STORED = ("state", "presence", "grade", "result", "outcome", "presence_method", "kind", "source_kind")
TAG = re.compile(r"{%.*?%}", re.DOTALL)
COMPARISON = re.compile(rf"\b(?:{'|'.join(STORED)})\s*(?:==|!=|in\b)\s*[\"']")


def test_no_template_compares_a_state_with_a_literal() -> None:
    """It asks the row (`claim.is_open`), or draws it with `{% state claim %}`."""
    root = Path(settings.BASE_DIR) / "templates"
    found = [
        f"{path.relative_to(root)}: {tag}"
        for path in root.rglob("*.html")
        for tag in TAG.findall(path.read_text(encoding="utf-8"))
        if COMPARISON.search(tag)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("tag", "is_found"),
    [
        ('{% if claim.state == "verified" %}', True),
        ("{% if run.state != 'draft' and x %}", True),
        ('{% elif a or claim.presence == "present" %}', True),
        ('{% if desk.organization.kind == "unit" %}', True),
        ("{% if line.source_kind != 'claim' %}", True),
        ("{% if estate == other %}", False),
        ("{% if claim.is_open %}", False),
        ('{% state claim "presence" %}', False),
    ],
)
def test_such_a_comparison_is_seen(tag: str, is_found: bool) -> None:
    assert bool(COMPARISON.search(tag)) is is_found


def literals_compared(source: str) -> Iterator[str]:
    """Comparisons of such an attribute with a text, or with texts in brackets."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            asks = any(isinstance(side, ast.Attribute) and side.attr in STORED for side in sides)
            if asks and any(map(has_text, sides)):
                yield ast.unparse(node)


def has_text(side: ast.expr) -> bool:
    inside = side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side]
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in inside)


def test_no_code_compares_a_state_with_a_literal() -> None:
    """It names the member, or asks the row; tests say what is stored."""
    root = Path(settings.BASE_DIR)
    found = [
        f"{path.relative_to(root)}: {text}"
        for app in (*settings.FIRST_PARTY_APPS, "tools")
        for path in (root / app).rglob("*.py")
        if not {"tests", "migrations"} & {*path.parts}
        for text in literals_compared(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('desk.organization.kind == "unit"', True),
        ('"unit" != organization.kind', True),
        ('claim.state in ("claimed", "verified")', True),
        ("claim.state in {Claim.State.CLAIMED}", False),
        ('kind == "postgres"', False),
        ('claim.title == "state"', False),
    ],
)
def test_such_a_comparison_in_code_is_seen(source: str, is_found: bool) -> None:
    assert bool([*literals_compared(source)]) is is_found


# --- What a reader gets to see -------------------------------------------------------------------

TELLING = {
    "flags:assessment": "city",
    "members:import": "city",
    "members:merge": "community",
    "members:number": "community",
    "members:registration": "community",
    "tasks:detail": "community",
    "tasks:my_claim": "member",
    "wishes:detail": "community",
}


def stored_words(client: Client, path: str) -> set[str]:
    """The stored names of states that a reader of the page gets to see."""
    page = client.get(path)
    assert page.status_code == 200
    shown = strip_tags(re.sub(r"<(script|style).*?</\1>", "", page.content.decode(), flags=re.DOTALL))
    stored = {state.value for one in state_classes() for state in one}
    return stored & set(re.findall(r"[a-z_]+", shown))


@pytest.mark.parametrize("model", sorted(PAGES))
def test_the_admin_says_states_in_words(model: str, cast: Cast) -> None:
    row, client = PAGES[model].row(cast), client_of(cast, PAGES[model].sees[0])
    assert stored_words(client, reverse(f"admin:{model}_changelist")) == set()
    assert stored_words(client, reverse(f"admin:{model}_change", args=[row.pk])) == set()


@pytest.mark.parametrize("name", sorted(TELLING))
def test_the_portal_tells_a_history_in_words(name: str, cast: Cast) -> None:
    path = reverse(name, kwargs=ACCESS[name].kwargs(cast))
    assert stored_words(client_of(cast, TELLING[name]), path) == set()


def test_every_column_and_field_of_the_admin_has_a_name_in_chinese() -> None:
    def label(model_admin: ModelAdmin[Any], name: Any) -> str:
        return str(label_for_field(name, model_admin.model, model_admin))

    english = {
        f"{one.model.__name__}.{name}"
        for one in site._registry.values()
        for name in {*one.list_display, *(one.fields or ()), *one.readonly_fields}
        if not re.search("[\u4e00-\u9fff]", label(one, name))
    }
    assert english == set()
