"""Forms of the portal inside the admin: the same fields, the same service, the same refusals."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Appointment, User
from members.scoped_admin import ReadOnlyScopedAdmin
from xianfeng.lib.refusal import Refusal


class ServiceAdmin(ReadOnlyScopedAdmin):
    """Rows that come into being through a service: `service_form` asks, `serve` does it."""

    # Value of the pressed button's `step`, and what stands on it; the first is the main one.
    steps: ClassVar[tuple[tuple[str, str | Promise], ...]] = (("", _("保存")),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def service_form(self, request: HttpRequest) -> BaseForm:
        raise NotImplementedError

    def serve(self, request: HttpRequest, form: Any) -> str:
        """Call the service; what to tell afterwards. May raise a Refusal."""
        raise NotImplementedError

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        title = _("增加%(name)s") % {"name": self.opts.verbose_name}
        return self.form_page(request, self.service_form(request), self.serve, title=title)

    def form_page(
        self, request: HttpRequest, form: BaseForm, serve: Callable[[HttpRequest, Any], str], *, title: str
    ) -> HttpResponse:
        """The form, again with what is wrong; after the service the list with what happened."""
        if request.method == "POST" and form.is_valid():
            try:
                messages.success(request, serve(request, form))
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                return HttpResponseRedirect(self.list_url())
        context = {
            **self.admin_site.each_context(request), "title": title, "form": form, "opts": self.opts,
            "steps": self.steps, "list_url": self.list_url(),
        }  # fmt: skip
        return TemplateResponse(request, "admin/service_form.html", context)

    def list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def desk_of(request: HttpRequest) -> tuple[User, Appointment]:
    """Who acts, and under which appointment. Raises PermissionDenied without one."""
    user = cast(User, request.user)
    if user.desk is None:
        raise PermissionDenied
    return user, user.desk
