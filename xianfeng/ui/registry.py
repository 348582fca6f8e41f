"""The one library that every room of tags registers with: `{% load ui %}`."""

from django import template

register = template.Library()
