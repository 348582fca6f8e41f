"""Who asks, and whether their desk may."""

from typing import TYPE_CHECKING, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from members.models import User

PAGE_SIZE = 30


def user_of(request: HttpRequest) -> "User":
    """The log-in middleware lets nobody else in."""
    return cast("User", request.user)


def require(request: HttpRequest, capability: str) -> None:
    """Raises PermissionDenied where the present desk does not hold the capability."""
    desk = user_of(request).desk
    if not desk or not desk.can(capability):
        raise PermissionDenied(_("您当前的任职没有这项权限。如需办理，请切换组织或联系上级。"))
