from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class XianfengConfig(AppConfig):
    name = "xianfeng"
    verbose_name = _("先锋微家")

    def ready(self) -> None:
        from xianfeng import checks  # noqa: F401  (registers the system checks)
        from xianfeng.lib import rooms

        rooms.load("messages")  # each errand puts its kinds of messages on the list
