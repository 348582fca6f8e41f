"""Building blocks of the pages: `{% load ui %}`. The living list with examples is /styleguide/."""

from . import amounts, filters, forms, furniture, marks, navigation, states, tables, tabs
from .registry import register

__all__ = [
    "amounts",
    "filters",
    "forms",
    "furniture",
    "marks",
    "navigation",
    "register",
    "states",
    "tables",
    "tabs",
]
