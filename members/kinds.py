"""The kinds of organisations and of posts: words that rights and models both build on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganizationKind(models.TextChoices):
    CITY = "city", _("市委组织部")
    STREET = "street", _("街道")
    COMMUNITY = "community", _("社区")
    ESTATE = "estate", _("小区")
    UNIT = "unit", _("单位")
    PARTNER = "partner", _("共建单位")


class Role(models.TextChoices):
    SECRETARY = "secretary", _("书记")
    CLERK = "clerk", _("工作人员")
    AUDITOR = "auditor", _("监督员")
