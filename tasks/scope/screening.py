"""What speaks against a task before it goes out: a rule of the city's, its flags, or its item."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from tasks.models import ScopeRule, Screening, ServiceItem, Task
from tasks.scope.learning import Example, Judge, shipped
from tasks.scope.matching import matcher_of
from xianfeng.lib.refusal import Refusal

Action, Outcome = ScopeRule.Action, Screening.Outcome
SHORTEST_REASON = 4  # characters
HINT = "hint"  # asks for no reason


class ScopeWarned(Refusal):
    code, field = "scope_warned", "insist"


@dataclass(frozen=True)
class Finding:
    """`key` names what was found, so that what went out once is not stopped again for the same."""

    key: str
    action: str
    text: str

    @property
    def stops(self) -> bool:
        return self.action == Action.REVIEW

    @property
    def is_hint(self) -> bool:
        return self.action == HINT


def findings(task: Task) -> list[Finding]:
    """Of the task as it stands. One query."""
    return [*of_words(task.title, task.text), *of_item(task.item, task.flags)]


def of_words(title: str, text: str) -> list[Finding]:
    """What a task is stands in its title; what only its text says is worth a warning. One query."""
    return of_rules(list(ScopeRule.objects.active()), title, text)


def while_written(title: str, text: str) -> list[Finding]:
    """The same, and what a title is merely like, for who still writes it. One query."""
    rules = list(ScopeRule.objects.active())
    return of_rules(rules, title, text) or list(of_likeness(rules, title))


def of_rules(rules: Iterable[ScopeRule], title: str, text: str) -> list[Finding]:
    return [one for rule in rules for one in of_rule(rule, title, text)]


def of_rule(rule: ScopeRule, title: str, text: str) -> Iterator[Finding]:
    matcher = matcher_of(rule.words, rule.exceptions)
    if hit := matcher.hit(title):
        yield Finding(f"{rule.code}:{hit}", rule.action, said_of(rule, hit))
    elif hit := matcher.hit(text):
        yield Finding(f"{rule.code}:{hit}", Action.WARN, said_of(rule, hit))


def of_likeness(rules: Collection[ScopeRule], title: str) -> Iterator[Finding]:
    """A title that no rule finds, but that is like what one is about: said, and no more."""
    taught = tuple((rule.code, rule.words, rule.exceptions, rule.finds, rule.passes) for rule in rules)
    if example := judge_of(taught).like(title):
        [rule] = (rule for rule in rules if rule.code == example.rule)
        text = _("与“%(example)s”一类的说法相近，像是“%(rule)s”，请再看一眼。%(basis)s")
        said = {"example": example.title, "rule": rule.name, "basis": rule.basis}
        yield Finding(f"{rule.code}:like:{title}", HINT, text % said)


@lru_cache(maxsize=4)
def judge_of(taught: tuple[tuple[str, str, str, str, str], ...]) -> Judge:
    """Learned anew after a rule was changed. Of what came with the platform, only what a rule in force finds
    is outside: where the city drops a rule, its kind is no longer warned of.
    """
    own = (
        Example(title, code)
        for rule, _words, _exceptions, finds, passes in taught
        for code, titles in ((rule, finds), ("", passes))
        for title in titles.splitlines()
    )
    came = (
        Example(title) if is_service else Example(title, code)
        for title, is_service in shipped()
        if (code := "" if is_service else found_by(taught, title)) or is_service
    )
    return Judge.learn([*came, *own])


def found_by(taught: Iterable[tuple[str, str, str, str, str]], title: str) -> str:
    """The code of the first rule that finds a title; "" where none does."""
    codes = (code for code, words, exceptions, *_rest in taught if matcher_of(words, exceptions).hit(title))
    return next(codes, "")


def said_of(rule: ScopeRule, hit: str) -> str:
    return _("“%(hit)s”像是“%(rule)s”。%(basis)s") % {"hit": hit, "rule": rule.name, "basis": rule.basis}


def of_item(item: ServiceItem, flags: int) -> Iterator[Finding]:
    if item.needs_review:
        text = _("服务事项“%(item)s”的任务，发布前都由市里审核。") % {"item": item}
        yield Finding(f"item:{item.code}", Action.REVIEW, text)
    if flags > item.max_flags:
        text = _("红旗 %(flags)d 面，超过“%(item)s”的上限 %(most)d 面。")
        figures = {"flags": flags, "item": item, "most": item.max_flags}
        yield Finding(f"flags:{item.code}:{flags}", Action.REVIEW, text % figures)


def stops(found: Iterable[Finding]) -> bool:
    return any(one.stops for one in found)


def fresh(task: Task, found: Iterable[Finding]) -> list[Finding]:
    """Without what this very task, or the one that it is a part of, has gone out with already."""
    asked = [pk for pk in (task.pk, task.parent_id) if pk]
    went = Screening.objects.filter(task__in=asked, outcome__in=Outcome.WENT_OUT).values_list(
        "keys", flat=True
    )
    known = {key for keys in went for key in keys}
    return [one for one in found if one.key not in known]


def in_words(found: Iterable[Finding]) -> str:
    return "\n".join(one.text for one in found)


def check_insisted(found: Collection[Finding], insist: str) -> str:
    """Who publishes despite a warning says why: it stays with the task, and the city reads it."""
    if found and len(insist.strip()) < SHORTEST_REASON:
        raise ScopeWarned(
            _(
                "%(findings)s 不属于志愿服务的请不要发布；确实属于的，请写明理由（至少 %(least)d 个字），"
                "市里会看到。"
            )
            % {"findings": in_words(found), "least": SHORTEST_REASON}
        )
    return insist.strip()
