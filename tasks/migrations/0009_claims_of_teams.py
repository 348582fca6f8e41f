"""A place may be asked for by the leader of a team."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0023_teams"),
        ("tasks", "0008_waiting_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="team",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="members.team",
                verbose_name="服务队",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("team__isnull", False)), fields=["team"], name="claim_of_team"
            ),
        ),
    ]
