"""Desk pages: the musters, the whistle, the live head-count with its names, the roll call, the end."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from tasks.models import Claim, Muster
from tasks.mustering import figures, mustering, rules
from tasks.mustering.forms import ChangeForm, MusterForm, ThanksForm
from tasks.presence.marking import mark_presence
from tasks.rights import demand, in_charge, may_mark_presence, may_verify
from xianfeng.lib.ids import id_of
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, page_of, posted, submit, valid


def fetch(request: StaffRequest, pk: int) -> Muster:
    related = ("task__publisher__parent", "task__item", "called_by", "stood_down_by")
    musters = Muster.objects.visible_to(request.user).select_related(*related)
    return get_object_or_404(musters, pk=pk)


@require_safe
@desk_required("tasks.see")
def list_(request: StaffRequest) -> HttpResponse:
    """Those that go on first; drills are a tab of their own, and count with nothing else."""
    seen, now = Muster.objects.visible_to(request.user), timezone.now()
    rows = {
        "on": (_("进行中"), seen.going_on(now)),
        "over": (_("已结束"), seen.over(now).filter(is_drill=False)),
        "drills": (_("演练"), seen.over(now).filter(is_drill=True)),
    }
    faces = ((key, word, found.count()) for key, (word, found) in rows.items())
    tabs = tabs_of(request, faces, default="on")
    found = rows[tabs.chosen.key][1].select_related("task__publisher", "called_by")
    page = page_of(request, found.order_by("-called_at", "-pk"), total=tabs.chosen.count)
    return render(request, "tasks/mustering/list.html", {"tabs": tabs, "page": page})


@desk_required("muster.call")
def new(request: StaffRequest) -> HttpResponse:
    publisher = request.desk.organization
    form = MusterForm(posted(request), publisher=publisher, initial={"organiser_name": str(request.user)})
    muster = submit(form, lambda: mustering.call(by=request.user, publisher=publisher, **form.values()))
    if muster:
        messages.success(request, _("已吹哨，通知正在发给 %(count)d 人。") % {"count": muster.calls.count()})
        return redirect("tasks:muster", muster.pk)
    return render(request, "tasks/mustering/form.html", {"form": form})


def head_count(request: StaffRequest, muster: Muster) -> dict[str, Any]:
    rows, address = figures.rows_of(muster, request.user), reverse("tasks:muster", args=[muster.pk])
    return {
        "muster": muster,
        "task": muster.task,
        "rows": rows,
        "stats": [
            (word, count, f"{address}?of={of}#people")
            for (of, count), word in zip(figures.total(rows).items(), figures.WORDS.values(), strict=True)
        ],
        "words": figures.WORDS.values(),
        "walked_in": figures.walked_in(muster, request.user),
    }


@require_safe
@desk_required("tasks.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """The head-count while it goes on, the report afterwards; `?of=` opens the names behind a figure."""
    muster = fetch(request, pk)
    of = request.GET.get("of", "")
    context = {
        **head_count(request, muster),
        **actions_on(request, muster),
        "of": figures.WORDS.get(of, ""),
        "page": people_page(request, muster, of) if of in figures.WORDS else None,
        "curve": figures.curve(muster, request.user),
        "history": history_of(muster),
    }
    return render(request, "tasks/mustering/detail.html", context)


def history_of(muster: Muster) -> list[dict[str, Any]]:
    """Its task's lines in the words of a muster; that it was a draft for a moment says nothing."""
    events = muster.task.events.exclude(from_state="").select_related("by").order_by("-id")
    off = muster.task.State.CANCELLED
    return [
        {
            "title": _("撤销误报") if event.to_state == off else event.note,
            "note": event.note if event.to_state == off else "",
            "at": event.at,
            "by": event.by,
        }
        for event in events
    ]


def people_page(request: StaffRequest, muster: Muster, of: str) -> Any:
    found = figures.behind(muster, request.user, of, id_of(request.GET.get("community", "")))
    return page_of(request, found.select_related("member__unit", "community").order_by("answered_at", "pk"))


def actions_on(request: StaffRequest, muster: Muster) -> dict[str, Any]:
    """Which buttons the page shows; each service asks the same rules again."""
    task, user, now = muster.task, request.user, timezone.now()
    runs, has_begun = rules.may_run(user, task), now > task.starts_at
    is_open = muster.stood_down_at is None and task.is_published
    hours = round((task.ends_at - task.starts_at) / rules.HOUR) or 1
    return {
        "can_change": runs and muster.goes_on,
        "can_call_off": runs and muster.goes_on,
        "can_stand_down": runs and is_open and has_begun,
        "can_mark": task.is_published and has_begun and may_mark_presence(user, task),
        "can_verify": task.is_published and task.is_over and may_verify(user, task),
        "change_form": ChangeForm(initial={"capacity": task.capacity, "hours": hours}),
        "thanks_form": ThanksForm(),
        "sees_members": request.desk.can("members.see"),
    }


@require_safe
@desk_required("tasks.see")
def live(request: StaffRequest, pk: int) -> HttpResponse:
    """The figures again, for the page that asks every few seconds; it asks no more once all is over."""
    return render(request, "tasks/mustering/_count.html", head_count(request, fetch(request, pk)))


@require_POST
@desk_required("muster.call")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    muster, form = fetch(request, pk), ChangeForm(request.POST)
    demand(rules.may_run(request.user, muster.task))
    if attempt(request, lambda: mustering.change(muster, by=request.user, **valid(form))):
        messages.success(request, _("已改，备勤的按先后递补。"))
    return redirect("tasks:muster", pk)


@require_POST
@desk_required("muster.call")
def call_off(request: StaffRequest, pk: int) -> HttpResponse:
    muster, reason = fetch(request, pk), request.POST.get("reason", "")
    if attempt(request, lambda: mustering.call_off(muster, reason=reason, by=request.user)):
        messages.success(request, _("已撤销，被集结的人都会收到“误报，不用前往”。"))
    return redirect("tasks:muster", pk)


@require_POST
@desk_required("muster.call")
def stand_down(request: StaffRequest, pk: int) -> HttpResponse:
    muster, form = fetch(request, pk), ThanksForm(request.POST)
    demand(rules.may_run(request.user, muster.task))
    if attempt(request, lambda: mustering.stand_down(muster, by=request.user, **valid(form))):
        messages.success(request, _("已解除，致谢已发出。下一步：认定到场党员的服务。"))
    return redirect("tasks:muster", pk)


# --- Roll call ----------------------------------------------------------------------------------


@require_safe
@desk_required("presence.mark")
def roll_call(request: StaffRequest, pk: int) -> HttpResponse:
    """Who said yes, one button each, for a phone in the hand of whoever leads on the spot."""
    muster = fetch(request, pk)
    demand(may_mark_presence(request.user, muster.task))
    claims = in_charge(request.user, muster.task).open().select_related("member__unit")
    there = Claim.Presence.PRESENT
    context = {
        "muster": muster,
        "task": muster.task,
        "claims": page_of(request, claims.order_by("member__pinyin", "pk")),
        "there": claims.filter(presence=there).count(),
        "has_begun": timezone.now() >= muster.task.starts_at,
    }
    return render(request, "tasks/mustering/roll_call.html", context)


@require_POST
@desk_required("presence.mark")
def mark(request: StaffRequest, pk: int) -> HttpResponse:
    """One person, by POST `claim`; `there` = 1 came, 0 takes that back. Others' marks stay as they are."""
    muster, claim = fetch(request, pk), id_of(request.POST.get("claim", ""))
    presence = Claim.Presence.PRESENT if request.POST.get("there") == "1" else Claim.Presence.UNKNOWN
    marks = {claim: presence.value} if claim else {}
    attempt(request, lambda: mark_presence(muster.task, marks, by=request.user))
    back = redirect("tasks:roll_call", pk)
    page = id_of(request.POST.get("page", "")) or 1
    back["Location"] += f"?page={page}#c{claim}"
    return back
