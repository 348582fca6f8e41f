"""Inputs that forms and filters of all apps share."""

from django import forms
from django.utils.functional import Promise


def day_input() -> forms.DateInput:
    """The browser's own calendar, which takes its value in one format only."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def search_input(placeholder: str | Promise) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": placeholder, "type": "search"})
