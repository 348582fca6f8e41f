"""Whether anybody but this machine reaches the portal."""

from django.conf import settings

LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "::1", "testserver", ".localhost"}


def strangers() -> list[str]:
    """The names in ALLOWED_HOSTS by which other machines ask."""
    return sorted(set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS)
