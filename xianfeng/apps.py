from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class XianfengConfig(AppConfig):
    name = "xianfeng"
    verbose_name = _("先锋微家")

    def ready(self) -> None:
        from xianfeng import checks  # noqa: F401  (registers the system checks)
        from xianfeng.lib import rooms
        from xianfeng.lib.machine.private import keep_database_private

        connection_created.connect(keep_database_private)
        rooms.load("messages")  # each errand puts its kinds of messages on the list
