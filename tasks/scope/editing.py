"""The city's rules about what is no volunteer service; a fresh city starts with a migration's list."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import require
from members.models import User
from tasks.models import ScopeRule
from tasks.rules import check_text
from tasks.scope.matching import Line, Matcher, Unreadable
from xianfeng.lib.refusal import Refusal


class CodeTaken(Refusal):
    code, field = "code_taken", "code"


class WordsUnreadable(Refusal):
    code, field = "words_unreadable", "words"


class MissesExamples(Refusal):
    code, field = "misses_examples", "finds"


class HitsCounterexamples(Refusal):
    code, field = "hits_counterexamples", "passes"


class RuleFields(TypedDict):
    code: str
    name: str
    basis: str
    words: str
    exceptions: str
    finds: str
    passes: str
    action: str
    is_active: bool


@transaction.atomic
def save_rule(rule: ScopeRule | None, *, by: User, **fields: Unpack[RuleFields]) -> ScopeRule:
    """Add a rule (None) or change one; tasks that are out already stay as they are.

    Raises CodeTaken, WordsUnreadable, MissesExamples, HitsCounterexamples, PersonalDataInTask;
    PermissionDenied for anybody but the city.
    """
    require(by, "catalogue.edit")
    for name in ("name", "basis", "finds", "passes"):
        check_text(fields[name], str(ScopeRule._meta.get_field(name).verbose_name), field=name)  # type: ignore[union-attr]
    prove(fields)
    others = ScopeRule.objects.exclude(pk=rule.pk) if rule else ScopeRule.objects.all()
    if others.filter(code=fields["code"]).exists():
        raise CodeTaken(_("编码 %(code)s 已被另一条规则使用，请换一个。") % {"code": fields["code"]})
    saved = rule or ScopeRule()
    for name, value in fields.items():
        setattr(saved, name, value)
    saved.save()
    return saved


def prove(fields: RuleFields) -> Matcher:
    """A rule that misses its own examples, or finds what it says it passes, is no rule yet."""
    matcher = Matcher(read("words", fields["words"]), read("exceptions", fields["exceptions"]))
    if missed := [title for title in titles(fields["finds"]) if not matcher.hit(title)]:
        raise MissesExamples(
            _("有 %(count)d 个应当认出的标题没有认出：%(titles)s。请在“说法”里补上，或去掉这个例子。")
            % {"count": len(missed), "titles": "、".join(missed)}
        )
    found = [f"{title}（{hit}）" for title in titles(fields["passes"]) if (hit := matcher.hit(title))]
    if found:
        raise HitsCounterexamples(
            _("有 %(count)d 个不应认出的标题被认出：%(titles)s。请收窄“说法”，或在“除外”里补上。")
            % {"count": len(found), "titles": "、".join(found)}
        )
    return matcher


def read(field: str, written: str) -> tuple[Line, ...]:
    """Raises WordsUnreadable."""
    try:
        return Matcher.of(written).lines
    except Unreadable as line:
        raise WordsUnreadable(
            _("这一行读不懂：“%(line)s”。加号两边都要有词；单独一个词的，至少两个字。") % {"line": line},
            field=field,
        ) from None


def titles(written: str) -> Iterable[str]:
    return (line.strip() for line in written.splitlines() if line.strip())
