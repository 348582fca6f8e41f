"""Nobody serves longer than a task lasts, and what spans more than 12 hours is a session a day."""

import datetime
import django.db.models.expressions
from django.db import migrations, models


DAY = datetime.timedelta(days=1)
LONGEST = datetime.timedelta(hours=12)


def fill(apps, schema_editor):
    """Long tasks of before become one session for each day they span; what is still too long is cut."""
    tasks = apps.get_model("tasks", "Task").objects.using(schema_editor.connection.alias)
    for task in tasks.only("starts_at", "ends_at", "minutes", "sessions").iterator():
        span = task.ends_at - task.starts_at
        task.sessions = min(span // DAY + 1, 31) if span > LONGEST else 1
        if span == (task.sessions - 1) * DAY:
            task.sessions -= 1
        length = min(span - (task.sessions - 1) * DAY, LONGEST)
        task.ends_at = task.starts_at + (task.sessions - 1) * DAY + length
        task.minutes = min(task.minutes, int(length.total_seconds()) // 60 * task.sessions)
        task.save(update_fields=["ends_at", "minutes", "sessions"])


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0002_service_items"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="task",
            name="task_times_in_order",
        ),
        migrations.AddField(
            model_name="task",
            name="sessions",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="天数"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "ends_at__gt",
                        models.ExpressionWrapper(
                            django.db.models.expressions.CombinedExpression(
                                models.F("starts_at"),
                                "+",
                                models.ExpressionWrapper(
                                    django.db.models.expressions.CombinedExpression(
                                        models.ExpressionWrapper(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("sessions"), "-", models.Value(1)
                                            ),
                                            output_field=models.IntegerField(),
                                        ),
                                        "*",
                                        models.Value(datetime.timedelta(days=1)),
                                    ),
                                    output_field=models.DurationField(),
                                ),
                            ),
                            output_field=models.DateTimeField(),
                        ),
                    )
                ),
                name="task_times_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "ends_at__lte",
                        models.ExpressionWrapper(
                            django.db.models.expressions.CombinedExpression(
                                models.ExpressionWrapper(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("starts_at"),
                                        "+",
                                        models.ExpressionWrapper(
                                            django.db.models.expressions.CombinedExpression(
                                                models.ExpressionWrapper(
                                                    django.db.models.expressions.CombinedExpression(
                                                        models.F("sessions"), "-", models.Value(1)
                                                    ),
                                                    output_field=models.IntegerField(),
                                                ),
                                                "*",
                                                models.Value(datetime.timedelta(days=1)),
                                            ),
                                            output_field=models.DurationField(),
                                        ),
                                    ),
                                    output_field=models.DateTimeField(),
                                ),
                                "+",
                                models.Value(datetime.timedelta(seconds=43200)),
                            ),
                            output_field=models.DateTimeField(),
                        ),
                    ),
                    ("sessions__gte", 1),
                    ("sessions__lte", 31),
                ),
                name="task_sessions_bounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "minutes__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("sessions"), "*", models.Value(720)
                        ),
                    ),
                    models.Q(
                        ("sessions__gt", 1),
                        (
                            "ends_at__gte",
                            models.ExpressionWrapper(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_at"),
                                    "+",
                                    models.ExpressionWrapper(
                                        django.db.models.expressions.CombinedExpression(
                                            models.ExpressionWrapper(
                                                models.F("minutes"), output_field=models.IntegerField()
                                            ),
                                            "*",
                                            models.Value(datetime.timedelta(seconds=60)),
                                        ),
                                        output_field=models.DurationField(),
                                    ),
                                ),
                                output_field=models.DateTimeField(),
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                name="task_minutes_in_span",
            ),
        ),
    ]
