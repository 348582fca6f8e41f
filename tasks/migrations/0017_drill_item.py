"""The catalogue's entry for a drill; the real thing is 应急救援支援 (OTH-01). The city edits both."""

from django.db import migrations


def fill(apps, schema_editor):
    items = apps.get_model("tasks", "ServiceItem").objects.using(schema_editor.connection.alias)
    values = {
        "name": "应急演练", "category": "other", "min_flags": 1, "max_flags": 1, "default_minutes": 120,
        "is_volunteering": True,
    }  # fmt: skip
    items.get_or_create(code="OTH-03", defaults=values)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0016_musters")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
