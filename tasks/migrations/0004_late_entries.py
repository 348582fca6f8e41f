"""Places and tasks that staff enter for service past."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def mark(apps, schema_editor):
    """What was published after its start is a record of service past."""
    tasks = apps.get_model("tasks", "Task").objects.using(schema_editor.connection.alias)
    tasks.filter(published_at__gte=models.F("starts_at")).update(is_late_entry=True)


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0003_bound_hours"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="entered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="补记人",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="witness",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="证明人"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="is_late_entry",
            field=models.BooleanField(default=False, editable=False, verbose_name="补记"),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entered_by", None), models.Q(("witness", ""), _negated=True), _connector="OR"
                ),
                name="claim_entered_with_a_witness",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_late_entry", True),
                    ("published_at", None),
                    ("published_at__lt", models.F("starts_at")),
                    _connector="OR",
                ),
                name="task_published_before_its_start",
            ),
        ),
    ]
