"""A place that is given back is offered to the next in line."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0007_word_things_alike"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="offered_until",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="确认截止"),
        ),
        migrations.AddField(
            model_name="claim",
            name="waiting_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="候补时间"),
        ),
        migrations.AlterField(
            model_name="claim",
            name="state",
            field=models.CharField(
                choices=[
                    ("claimed", "已接单"),
                    ("waiting", "候补中"),
                    ("offered", "待确认"),
                    ("withdrawn", "已退出"),
                    ("declined", "未接受"),
                    ("expired", "候补结束"),
                    ("freed", "任务取消"),
                    ("verified", "已亮旗"),
                    ("denied", "不予认定"),
                    ("no_show", "未到场"),
                ],
                default="claimed",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["task", "waiting_since", "id"],
                name="claim_in_line",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("state", "offered")), fields=["offered_until"], name="claim_offers_out"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waiting"), _negated=True),
                    ("waiting_since__isnull", False),
                    _connector="OR",
                ),
                name="claim_waits_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "offered"), _negated=True),
                    ("offered_until__isnull", False),
                    _connector="OR",
                ),
                name="claim_offered_until",
            ),
        ),
    ]
