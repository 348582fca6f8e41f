"""Applications as tests need them: who applies, from where, with what."""

from typing import Any

from members.models import Registration, User
from members.registration.registering import Application, account_for, submit
from xianfeng.testing.cast import Cast


def application(cast: Cast, **changes: Any) -> Application:
    """孙丽 of 市教育局, as the roster knows her, applies to 青锋社区/青锋花苑."""
    values: dict[str, Any] = {
        "name": "孙丽", "mobile": "13800000004", "unit": cast.unit, "community": cast.community,
        "estate": cast.estate, "address": "3幢501", "skills": "、理发、", "free_times": "、周六上午、",
    }  # fmt: skip
    return Application(**values | changes)


def applied(cast: Cast, **changes: Any) -> Registration:
    wanted = application(cast, **changes)
    return submit(wanted, by=account_for(wanted.mobile, wanted.name))


def stranger(cast: Cast, **changes: Any) -> Registration:
    """周新 is on nobody's roster."""
    return applied(cast, name="周新", mobile="13900000009", **changes)


def own_user(registration: Registration) -> User:
    return User.objects.get(pk=registration.user_id)
