"""Nothing forgotten: every message the platform sends is declared in the `messages.py` of its errand."""

import ast
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client
from django.urls import NoReverseMatch, reverse

from notices import kinds
from notices.kinds import Kind
from notices.models import Notice
from notices.outbox import Message, Wording, send, send_many, table
from xianfeng.lib import rooms
from xianfeng.testing.cast import Cast

ERRANDS = [module for module in rooms.load("messages") if hasattr(module, "KINDS")]
WORDINGS = [
    pytest.param(module, wording, id=f"{module.__name__}.{name}")
    for module in ERRANDS
    for name, wording in vars(module).items()
    if isinstance(wording, Wording)
]


def test_the_list_is_what_the_errands_declare_each_once():
    declared = [kind for module in ERRANDS for kind in module.KINDS]
    assert len(declared) >= 16
    assert {kind.name: kind for kind in declared} == {
        name: kind for name, kind in kinds.ALL.items() if name != "test"
    }
    assert len({kind.name for kind in declared}) == len(declared)
    assert len({str(kind.label) for kind in declared}) == len(declared)


@pytest.mark.parametrize("module", ERRANDS, ids=lambda module: module.__name__)
def test_each_kind_of_an_errand_is_in_its_list_and_said_in_some_words(module: ModuleType):
    named = {value for value in vars(module).values() if isinstance(value, Kind)}
    worded = {value.kind for value in vars(module).values() if isinstance(value, Wording)}
    assert set(module.KINDS) == named == worded


@pytest.mark.parametrize(("module", "wording"), WORDINGS)
def test_a_wording_has_a_text_a_key_of_its_own_and_a_page_that_exists(module: ModuleType, wording: Wording):
    assert bool(wording.body) != bool(wording.template)
    assert "%(" in wording.key
    Notice._meta.get_field("kind").run_validators(wording.kind.name)
    assert str(wording.kind.told)
    if wording.template:
        get_template(wording.template)
    if wording.link:
        assert path_of(wording.link)


TABLE = rooms.ROOT / "docs" / "谁收到什么.md"


def test_the_page_of_who_is_told_what_names_every_wording():
    """Where it fails: put `notices.outbox.table.markdown()` in place of the table."""
    page = TABLE.read_text()
    rows = [line for line in page.splitlines(keepends=True) if line.startswith("| ")]
    assert "".join(rows) == table.markdown()
    assert len(rows) >= 30


def path_of(link: str) -> str:
    try:
        return reverse(link)
    except NoReverseMatch:
        return reverse(link, args=[1])


def test_only_the_declared_wordings_make_messages():
    made = []
    for app in settings.FIRST_PARTY_APPS:
        for path in (rooms.ROOT / app).rglob("*.py"):
            if "tests" not in path.parts and makes_messages(path):
                made.append(path.relative_to(rooms.ROOT).as_posix())
    assert made == ["notices/outbox/wording.py"]


def makes_messages(path: Path) -> bool:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "id", getattr(call.func, "attr", "")) for call in calls}
    return "Message" in names


def test_what_nobody_declared_is_not_sent(cast: Cast):
    with pytest.raises(kinds.UndeclaredKind):
        send(Message(cast.clerk, "gossip", "k", "标题", "正文"))
    declared = Message(cast.clerk, "test", "k1", "标题", "正文")
    with pytest.raises(kinds.UndeclaredKind):
        send_many([declared, Message(cast.clerk, "gossip", "k2", "标题", "正文")])
    assert not Notice.objects.exists()


def test_a_name_is_declared_once():
    before = dict(kinds.ALL)
    with pytest.raises(ValueError, match="twice"):
        kinds.declare(Kind("test", "又一个", told="谁"))
    assert before == kinds.ALL


def test_a_fact_that_is_missing_is_noticed(cast: Cast):
    wording = Wording(kinds.ALL["test"], key="test:%(task)s:%(user)s", subject="%(title)s", body="正文")
    message = wording.to(cast.clerk, task=7, title="巡河")
    assert (message.key, message.subject) == (f"test:7:{cast.clerk.pk}", "巡河")
    with pytest.raises(KeyError):
        wording.to(cast.clerk, task=7)


def test_the_inbox_names_a_kind_in_chinese_and_an_old_one_as_it_is_stored(client: Client, cast: Cast):
    send(Message(cast.clerk, "test", "k1", "标题", "正文"))
    send(Message(cast.clerk, "test", "k2", "标题", "正文"))
    Notice.objects.filter(key="k2").update(kind="of_old")
    client.force_login(cast.clerk)
    page = client.get(reverse("notices:inbox")).content.decode()
    assert "测试 · <time" in page
    assert "of_old · <time" in page
