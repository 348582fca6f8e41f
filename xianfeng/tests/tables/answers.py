"""How a line of the access table is written: an answer for every role, by GET and by POST."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xianfeng.testing.cast import Cast

ROLES = ("anonymous", "city", "street", "community", "estate", "unit", "auditor", "member", "sysadmin")
Answers = dict[str, int]


def nothing(cast: Cast) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Access:
    """Expected answers of one URL; `kwargs` makes what its path names, `data` the POST's body."""

    get: Answers | None = None
    post: Answers | None = None
    kwargs: Callable[[Cast], dict[str, Any]] = nothing
    data: Callable[[Cast], dict[str, Any]] = nothing
    query: str = ""


def everyone(status: int = 200) -> Answers:
    return dict.fromkeys(ROLES, status)


def only(*roles: str, status: int = 200, otherwise: int = 403, anonymous: int = 302) -> Answers:
    """`status` for `roles`, `otherwise` for the rest, `anonymous` for who is not logged in."""
    if unknown := set(roles) - set(ROLES):
        raise ValueError(f"Unknown roles: {unknown}")
    return {role: status if role in roles else otherwise for role in ROLES} | {
        "anonymous": status if "anonymous" in roles else anonymous
    }


def logged_in(status: int = 200) -> Answers:
    return only(*ROLES[1:], status=status)
