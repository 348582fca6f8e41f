"""The catalogue a city starts with; it edits its own afterwards."""

from django.db import migrations

# code, name, category, flags from, to, default minutes, counts as volunteering
ITEMS = (
    ("ACT-01", "文明交通劝导", "activity", 1, 1, 120, True),
    ("ACT-02", "环境卫生整治", "activity", 1, 2, 120, True),
    ("ACT-03", "垃圾分类宣传", "activity", 1, 1, 120, True),
    ("ACT-04", "反诈与安全宣传", "activity", 1, 1, 120, True),
    ("ACT-05", "夜间平安巡逻", "activity", 1, 2, 120, True),
    ("ACT-06", "文体活动服务", "activity", 1, 1, 120, True),
    ("ACT-07", "主题党日联办", "activity", 1, 1, 120, False),
    ("WIS-01", "困难家庭帮扶", "wish", 1, 2, 90, True),
    ("WIS-02", "小修小补", "wish", 1, 1, 60, True),
    ("WIS-03", "陪护就医代办", "wish", 1, 2, 180, True),
    ("WIS-04", "助学辅导", "wish", 1, 1, 90, True),
    ("WIS-05", "物资捐助", "wish", 1, 1, 30, False),
    ("STE-01", "楼道红管家值守", "steward", 1, 2, 120, True),
    ("STE-02", "公共空间认领养护", "steward", 1, 2, 120, True),
    ("TEA-01", "理发义诊服务队", "team", 1, 2, 180, True),
    ("TEA-02", "法律与政策咨询", "team", 1, 2, 120, True),
    ("TEA-03", "邻里纠纷调解", "team", 1, 2, 90, True),
    ("TEA-04", "电脑手机使用帮教", "team", 1, 1, 90, True),
    ("SUG-01", "采纳的治理建议", "suggestion", 1, 3, 0, False),
    ("OTH-01", "应急救援支援", "other", 1, 3, 240, True),
    ("OTH-02", "无偿献血", "other", 1, 2, 60, False),
)
FIELDS = ("code", "name", "category", "min_flags", "max_flags", "default_minutes", "is_volunteering")


def fill(apps, schema_editor):
    ServiceItem = apps.get_model("tasks", "ServiceItem")
    rows = [ServiceItem(**dict(zip(FIELDS, item, strict=True))) for item in ITEMS]
    ServiceItem.objects.using(schema_editor.connection.alias).bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
