"""The terms as text: what docs/保存期限.md says."""

from django.utils.translation import gettext as _

from xianfeng.lib.database.retention import stays, terms


def markdown() -> str:
    """Both tables of docs/保存期限.md: what goes, and what stays."""
    goes = [[str(term.label), term.kept, str(term.does), str(term.why)] for term in terms()]
    remains = [[str(stay.label), str(stay.why)] for stay in stays()]
    first = as_table([_("什么"), _("保留到"), _("到期怎样"), _("为什么")], goes)
    return first + "\n" + as_table([_("一直保留的"), _("为什么")], remains)


def as_table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
