"""Above so many entered places on one task a second person decides."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("flags", "0009_keep_what_was_changed_in_the_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="late_entries_alone",
            field=models.PositiveSmallIntegerField(default=5, verbose_name="补记可自行认定人数"),
        ),
    ]
