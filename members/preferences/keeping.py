"""Every change of a person's lists; nobody else sees them, so there is no history."""

from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

from django.db import transaction
from django.http import Http404, QueryDict
from django.urls import resolve
from django.utils.translation import gettext as _

from members.models import ListPreference, User
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import Refusal

MOST_FILTERS, LONGEST_NAME, LONGEST_QUERY = 20, 20, 1000
MOST_COLUMNS, LONGEST_LABEL = 30, 40


class NotKept(Refusal):
    code, field = "not_kept", "name"


def page_of_address(address: str) -> str:
    """The name of the list at this address. Raises Http404 where there is none, or one of a single thing."""
    match = resolve(parts_of(address).path)
    if match.kwargs or not match.route.startswith("desk/"):
        raise Http404("Not a list.")
    return match.view_name


def parts_of(address: str) -> SplitResult:
    """Raises Http404 for what is no address at all."""
    try:
        return urlsplit(address)
    except ValueError as error:
        raise Http404("No address.") from error


def keep_filter(address: str, name: str, *, by: User) -> ListPreference:
    """What the list is narrowed to, under a name; the same name again is written over. Raises NotKept."""
    query, name = query_of(address), name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise NotKept(_("请给这组筛选起个名字，最多 %(most)d 个字。") % {"most": LONGEST_NAME})
    if not query or len(query) > LONGEST_QUERY:
        raise NotKept(_("现在没有筛选条件，或条件太多，没有保存。"))
    if any(personal_data.find(value) for _key, values in QueryDict(query).lists() for value in values):
        raise NotKept(_("筛选里有手机号一类的号码，不能保存。请去掉号码再存。"))

    def keep(row: ListPreference) -> None:
        others = [one for one in row.filters if one["name"] != name]
        if len(others) >= MOST_FILTERS:
            raise NotKept(_("一个列表最多保存 %(most)d 组筛选，请先删去不用的。") % {"most": MOST_FILTERS})
        row.filters = [*others, {"name": name, "query": query}]

    return change(page_of_address(address), keep, by=by)


def drop_filter(address: str, name: str, *, by: User) -> None:
    def drop(row: ListPreference) -> None:
        row.filters = [one for one in row.filters if one["name"] != name]

    change(page_of_address(address), drop, by=by)


def choose_columns(address: str, labels: Iterable[str], shown: Iterable[str], *, by: User) -> None:
    """Of the columns on offer, those not `shown` are put away."""
    kept = set(shown)

    def choose(row: ListPreference) -> None:
        away = (label[:LONGEST_LABEL] for label in labels if label not in kept)
        row.hidden = list(away)[:MOST_COLUMNS]

    change(page_of_address(address), choose, by=by)


def query_of(address: str) -> str:
    """What narrows and orders the list; its page of results does not."""
    query = QueryDict(parts_of(address).query, mutable=True)
    query.pop("page", None)
    empty = [key for key, values in query.lists() if not any(values)]
    for key in empty:
        del query[key]
    return query.urlencode()


@transaction.atomic
def change(page: str, edit: Callable[[ListPreference], None], *, by: User) -> ListPreference:
    """Two windows of one person write one after the other."""
    ListPreference.objects.get_or_create(user=by, page=page)
    row = ListPreference.objects.select_for_update().get(user=by, page=page)
    edit(row)
    row.save()
    return row
