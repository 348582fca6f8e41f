from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FlagsConfig(AppConfig):
    name = "flags"
    verbose_name = _("红旗与考核")

    def ready(self) -> None:
        from flags.calendar import entering  # its models are not there before
        from xianfeng.lib import workdays

        workdays.entered_by(entering.entered)
