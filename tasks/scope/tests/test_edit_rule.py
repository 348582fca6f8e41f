"""The city keeps the rules, and none is saved that fails its own examples."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tasks.models import ScopeRule
from tasks.scope.editing import (
    CodeTaken,
    HitsCounterexamples,
    MissesExamples,
    WordsUnreadable,
    save_rule,
)
from tasks.scope.matching import Matcher
from tasks.tests.desk import at_desk
from tasks.tests.reviews import make_rule, published
from xianfeng.lib.refusal import Refusal
from xianfeng.testing.cast import Cast

RULES, NEW = reverse("tasks:scope_rules"), reverse("tasks:scope_rule_new")


def written(**changes: Any) -> Any:
    values = {
        "code": "X-1", "name": "擦窗户", "basis": "只是个例子", "words": "擦 + 窗户", "exceptions": "",
        "finds": "擦社区的窗户", "passes": "扫楼道", "action": "warn", "is_active": True,
    }  # fmt: skip
    return values | changes


def test_a_fresh_city_has_rules_that_pass_their_own_examples(db: None) -> None:
    rules = list(ScopeRule.objects.active())
    assert len(rules) >= 10
    for rule in rules:
        matcher = Matcher.of(rule.words, rule.exceptions)
        assert [title for title in rule.finds.splitlines() if not matcher.hit(title)] == []
        assert [title for title in rule.passes.splitlines() if matcher.hit(title)] == []


def test_a_rule_is_added_and_changed(cast: Cast) -> None:
    rule = save_rule(None, by=cast.city_officer, **written())
    save_rule(rule, by=cast.city_officer, **written(action="review"))
    assert ScopeRule.objects.get(code="X-1").action == "review"


@pytest.mark.parametrize(
    ("changes", "refusal", "says"),
    [
        ({"finds": "擦社区的窗户\n擦地"}, MissesExamples, "擦地"),
        ({"passes": "扫楼道\n擦老人家的窗户"}, HitsCounterexamples, "擦老人家的窗户（擦…窗户）"),
        ({"words": "擦 +"}, WordsUnreadable, "擦 [+]"),
        ({"exceptions": "+"}, WordsUnreadable, "[+]"),
        ({"code": "R-1"}, CodeTaken, "R-1"),
    ],
)
def test_a_rule_that_is_none_is_not_saved(
    cast: Cast, changes: dict[str, str], refusal: type[Refusal], says: str
) -> None:
    make_rule()
    with pytest.raises(refusal, match=says):
        save_rule(None, by=cast.city_officer, **written(**changes))
    assert not ScopeRule.objects.filter(code="X-1").exists()


def test_only_the_city_keeps_rules(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        save_rule(None, by=cast.secretary, **written())


def test_the_form_says_which_example_fails_and_keeps_what_was_written(cast: Cast) -> None:
    page = at_desk(cast.city_officer).post(NEW, written(finds="擦地"))
    assert "擦地" in page.context["form"].errors["finds"][0]
    assert "擦 + 窗户" in page.content.decode()


def test_a_rule_is_tried_on_what_was_published_without_being_saved(cast: Cast) -> None:
    published(cast, title="擦活动室的窗户")
    published(cast, title="扫楼道")
    page = at_desk(cast.city_officer).post(NEW, written(step="try"))
    trial = page.context["trial"]
    assert (trial.tasks, [(task.title, hit) for task, hit in trial.found], trial.share) == (
        2, [("擦活动室的窗户", "擦…窗户")], 50.0,
    )  # fmt: skip
    assert not ScopeRule.objects.filter(code="X-1").exists()


def test_anybody_at_a_desk_tries_a_title(cast: Cast) -> None:
    client = at_desk(cast.clerk)
    page = client.get(RULES, {"title": "替社区录入表格"})
    assert any(one.stops for one in page.context["found"])
    assert "没有规则认出它" in client.get(RULES, {"title": "周末清洁楼道"}).content.decode()


def test_a_rule_that_is_switched_off_finds_nothing(cast: Cast) -> None:
    make_rule(is_active=False)
    page = at_desk(cast.clerk).get(RULES, {"title": "量尺子去"})
    assert page.context["found"] == []
