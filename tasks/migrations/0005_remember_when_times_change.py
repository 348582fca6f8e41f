"""When another time was last set for a published task."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0004_late_entries"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="moved_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="改时间于"),
        ),
    ]
