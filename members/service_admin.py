"""The admin for the three tiers: scope, rights, forms, services and refusals of the portal's pages."""

import copy
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import FETCH_PEERS, BooleanField, ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from members.access import STAFF_LOG_IN, StaffRequest, is_staff_by_code
from members.capabilities import KEEPS
from members.models import User
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.ui.views import each_row, posted, submit

AS_WORD: dict[str | None, str] = {"1": "true", "0": "false"}  # yes and no, as the portal's filters write them


class ScopedSite(admin.AdminSite):
    """The admin is open to whoever holds an appointment today, and to system administrators."""

    site_header = site_title = _("先锋微家 管理后台")
    index_title = _("管理后台")

    def has_permission(self, request: HttpRequest) -> bool:
        user = cast(User, request.user)
        return bool(user.is_active and (user.is_superuser or getattr(user, "desk", None)))

    @method_decorator([never_cache, login_not_required])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The portal's is the only log-in: Django's form counts no guesses and asks for no second factor."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied(
                STAFF_LOG_IN if is_staff_by_code(request.user) else _("您现在没有任职，不能进入管理后台。")
            )
        target = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect_to_login(target, settings.LOGIN_URL)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """As `login`: the portal's page counts guesses, and tells the owner."""
        return redirect("account_change_password")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only what keeps to the portal's scope: those of libraries know no desk and show secrets."""
        if admin_class is not None and issubclass(admin_class, ServiceAdmin):
            super().register(model_or_iterable, admin_class, **options)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("原因"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明原因，相关的人会看到。")},
    )


def service_action(
    text: Any, service: Callable[..., object], form: type[forms.Form] = forms.Form, **fixed: str
) -> Any:
    """An action that calls `service(row, by=…, **fixed)` for each ticked row.

    What else the service takes, `form` asks for on a page of its own.
    """

    @admin.action(description=text, permissions=["act"])
    def act(page: ServiceAdmin, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        asked = form(request.POST if form.base_fields.keys() <= request.POST.keys() else None)
        if not asked.is_valid():
            return page.form_page(request, asked, text, steps=[("", text)], rows=rows, action=act.__name__)
        values = {**fixed, **asked.cleaned_data, "by": request.user}
        if done := each_row(request, rows, lambda row: service(row, **values)):
            messages.success(request, _("已办理 %(count)d 项。") % {"count": done})
        return None

    act.__name__ = "_".join([service.__name__, *fixed.values()])
    return act


@cache
def in_words(name: str, label: str) -> Callable[[Any], str]:
    """A column that says what a foreign key names, without the link that Django makes of it."""

    @admin.display(description=label)
    def words(row: Any) -> str:
        return str(getattr(row, name))

    words.__name__ = name
    return words


class ServiceAdmin(admin.ModelAdmin):
    """Read only, but for what the services `adds` and `changes` write, each asked for by a form.

    `sees` and `does` are words of `members/capabilities.py`; nothing is ever deleted here.
    """

    sees: ClassVar[str]
    does: ClassVar[str] = ""
    adds: ClassVar[Any] = None
    changes: ClassVar[Any] = None
    asks: ClassVar[Any] = None  # the portal's form, of a request and the row, if any; else the model's
    portal: ClassVar[Any] = None  # which page goes on with a row, for a user: text, URL name, key
    tells_events: ClassVar[bool] = False  # on the page of a row
    export: ClassVar[str] = ""  # the one of reports' exports that carries this list
    # Of each button the value of `step`, its label, and what is said afterwards; the main one first.
    steps: ClassVar[Any] = (("", _("保存"), _("“{row}”已保存。")),)
    fields: ClassVar[Any] = None  # of these two Django takes functions of a row; its stubs do not know
    readonly_fields: ClassVar[Any] = ()
    list_per_page = 50
    show_full_result_count = False
    change_list_template = "admin/service_list.html"
    change_form_template = "admin/service_form.html"

    def allows(self, request: HttpRequest, capability: str) -> bool:
        user = cast(User, request.user)
        if user.is_superuser:
            return capability in KEEPS
        return bool(capability and user.desk and user.desk.can(capability))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.sees)

    has_module_permission = has_view_permission

    def has_act_permission(self, request: HttpRequest) -> bool:
        """For `@admin.action(permissions=["act"])`: actions that change state."""
        return self.allows(request, self.does)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(type(self).adds) and self.allows(request, self.does)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(type(self).changes) and self.allows(request, self.does)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def visible(self, request: HttpRequest, model: Any) -> QuerySet[Any]:
        """The rows of the desk; a system administrator sees every row of what is theirs to keep."""
        is_keeper = cast(User, request.user).is_superuser
        return model.objects.all() if is_keeper else model.objects.visible_to(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What a model calls private is not even read; what rows name is, once for all of them."""
        rows = self.visible(request, self.model).fetch_mode(FETCH_PEERS)
        order: Any = self.get_ordering(request) or self.opts.ordering
        return rows.defer(*getattr(self.model, "PRIVATE", ())).order_by(*order)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.without_dead_links(request, obj, super().get_fields(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.without_dead_links(request, obj, super().get_readonly_fields(request, obj))

    def without_dead_links(self, request: HttpRequest, row: Any, names: Any) -> list[Any]:
        """What is only shown and names a row of another page that this user may not open: its words alone."""
        if row is None:
            return list(names)
        writes = self.has_change_permission(request, row)
        written = {*names} - {*self.readonly_fields} if writes else set()
        labels = {one.name: str(one.verbose_name) for one in self.opts.fields if isinstance(one, ForeignKey)}
        shown = [name for name in names if name in labels and name not in written]
        dead = {name for name in shown if not self.leads_somewhere(request, getattr(row, name))}
        return [in_words(name, labels[name]) if name in dead else name for name in names]

    def leads_somewhere(self, request: HttpRequest, target: Any) -> bool:
        """Whether the page that Django would link to answers this user; without one it makes no link."""
        pages: Any = self.admin_site._registry
        page = pages.get(type(target))
        if page is None:
            return True
        found = page.has_view_permission(request) and page.visible(request, type(target))
        return bool(found and found.filter(pk=target.pk).exists())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rows = self.visible(request, db_field.remote_field.model)
        return super().formfield_for_foreignkey(db_field, request, queryset=rows, **kwargs)

    def get_object(self, request: HttpRequest, *which: Any) -> Any:
        """Without the right 403, outside the scope 404 (DOMAIN 3)."""
        if "" in which:
            raise BadRequest("A row named by no field.")
        if not self.has_view_permission(request):
            raise PermissionDenied
        if row := super().get_object(request, *which):
            return row
        raise Http404

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what is offered as a filter: `?mobile__startswith=138` would undo the masks."""
        filters = [name if isinstance(name, str) else name[0] for name in self.get_list_filter(request)]
        return any(f"{lookup}__".startswith(f"{name}__") for name in [*filters, self.date_hierarchy])

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """What is named, and each column that has few answers."""
        few = {one.name for one in self.opts.fields if one.choices or isinstance(one, BooleanField)}
        return [*self.list_filter, *(name for name in self.list_display if name in few)]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        extra = {"export_query": self.export_query(request), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def export_query(self, request: HttpRequest) -> str:
        """What the list is narrowed to, as the portal's filters say it: `state__exact` is their `state`.

        The page of the export names those that it takes, and how many rows that leaves.
        """
        get, narrowing = request.GET.get, self.get_list_filter(request)
        asked = {"q": get("q")}
        for column in (one for one in self.opts.fields if one.name in narrowing):
            value = get(f"{column.name}__exact") or get(column.name)
            asked[column.name] = AS_WORD.get(value, value) if isinstance(column, BooleanField) else value
        return urlencode({name: value for name, value in asked.items() if value})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns, and the way into the portal: what it does is not done here a second time."""

        @admin.display(description=_("工作台"))
        def portal(row: Any) -> str:
            text, name, pk = self.portal(row, request.user)
            return format_html('<a href="{}">{}</a>', reverse(name, args=[pk]), text)

        return [*self.list_display, *([portal] if self.portal else [])]

    def service_form(self, request: StaffRequest, row: Any) -> Any:
        """The portal's form, or one of the model's columns; `row` is None for a new one."""
        if asks := type(self).asks:
            return asks(request, row) if row else asks(request)
        return self.get_form(request, row)(posted(request), instance=copy.copy(row))

    def serve(self, form: Any, row: Any, by: User) -> Model:
        """Call the service with a valid form; returns what was written. May raise a Refusal."""
        values = form.values() if hasattr(form, "values") else form.cleaned_data
        if row is None:
            return type(self).adds(**values, by=by)
        return type(self).changes(row, **values, by=by) if form.has_changed() else row

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *page: Any) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if object_id else None
        writes = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        if not writes:
            return super().changeform_view(request, object_id, *page)
        form = self.service_form(cast(StaffRequest, request), row)
        by, log = cast(User, request.user), self.log_change if row else self.log_addition
        if request.method == "POST" and (written := submit(form, lambda: self.serve(form, row, by))):
            log(request, written, self.construct_change_message(request, form, [], row is None))
            told = {step: text for step, _label, text in self.steps}
            text = told.get(form.data.get("step"), self.steps[0][2])
            messages.success(request, str(text).format(row=written))
            return self.response_post_save_change(request, written)
        title = row or _("增加%(name)s") % {"name": self.opts.verbose_name}
        return self.form_page(request, form, title, row, steps=self.steps)

    def form_page(
        self, request: HttpRequest, form: Any, title: object, row: Any = None, **extra: Any
    ) -> HttpResponse:
        """A form with the look of Django's own; of a model's columns some are only shown."""
        is_own = isinstance(form, forms.ModelForm)
        fields: Any = self.get_fields(request, row) if is_own else [*form.fields]
        shown = self.get_readonly_fields(request, row) if is_own else ()
        page = AdminForm(form, [(None, {"fields": fields})], {}, shown, model_admin=self)
        context = {
            **self.admin_site.each_context(request), "title": title, "original": title, "opts": self.opts,
            "adminform": page, "errors": form.errors, "media": self.media + page.media, "change": row,
            "has_view_permission": True, "has_file_field": form.is_multipart(), **extra,
        }  # fmt: skip
        return TemplateResponse(request, self.change_form_template, context)
