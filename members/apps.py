from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("组织与党员")
    default = True

    def ready(self) -> None:
        from members import journal  # its models are not there before

        journal.listen()


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the portal's own rule of who may enter."""

    default = False
    default_site = "members.service_admin.ScopedSite"
