"""Where a request comes from."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def network_address(request: HttpRequest) -> str:
    """The client's address, behind the number of proxies the settings trust."""
    return str(get_adapter(request).get_client_ip(request))
