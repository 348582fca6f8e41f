"""The first hours of sign-up may be for those whose year still lacks flags."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("flags", "0014_word_things_alike"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="priority_hours",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="红旗不够的优先接单（小时）"
            ),
        ),
    ]
