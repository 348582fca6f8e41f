from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from xianfeng import health


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("报表")

    def ready(self) -> None:
        from reports.retention.running import ran_last_night

        health.MORE["retention"] = ran_last_night
