"""The link by which an account's owner sets the first password, or another."""

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

from members.models import User


def invite(request: HttpRequest, user: User) -> None:
    """It goes to the person, never to who appointed them or keeps the account."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)
