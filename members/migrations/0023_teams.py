"""Teams of a community: their leaders, members and terms."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0022_word_things_alike"),
    ]

    operations = [
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("helpers", "帮帮团"), ("neighbours", "睦邻社"), ("other", "其他")],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                ("purpose", models.CharField(max_length=300, verbose_name="做什么")),
                ("skills", models.CharField(blank=True, max_length=200, verbose_name="特长")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待社区确认"),
                            ("active", "活动中"),
                            ("returned", "已退回"),
                            ("dissolved", "已解散"),
                        ],
                        default="proposed",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "founded_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="发起时间"
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teams",
                        to="members.organization",
                        verbose_name="社区",
                    ),
                ),
                (
                    "founded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发起人",
                    ),
                ),
            ],
            options={
                "verbose_name": "服务队",
                "verbose_name_plural": "服务队",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="TeamEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("from_state", models.CharField(blank=True, max_length=12)),
                ("to_state", models.CharField(max_length=12)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="members.team"
                    ),
                ),
            ],
            options={
                "verbose_name": "服务队记录",
                "verbose_name_plural": "服务队记录",
                "ordering": ["id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TeamRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("leader", "队长"), ("deputy", "副队长"), ("member", "队员")],
                        default="member",
                        max_length=8,
                        verbose_name="角色",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "申请加入"),
                            ("invited", "已邀请"),
                            ("serving", "在队"),
                            ("refused", "没有加入"),
                            ("ended", "已结束"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("since", models.DateField(blank=True, null=True, verbose_name="从")),
                ("until", models.DateField(blank=True, null=True, verbose_name="到")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="team_roles",
                        to="members.member",
                        verbose_name="党员",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="members.team",
                        verbose_name="服务队",
                    ),
                ),
            ],
            options={
                "verbose_name": "服务队成员",
                "verbose_name_plural": "服务队成员",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="TeamRoleEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("from_state", models.CharField(blank=True, max_length=12)),
                ("to_state", models.CharField(max_length=12)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="members.teamrole",
                    ),
                ),
            ],
            options={
                "verbose_name": "服务队成员记录",
                "verbose_name_plural": "服务队成员记录",
                "ordering": ["id"],
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "active"])),
                fields=("community", "name"),
                name="team_one_of_a_name_in_a_community",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamrole",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "invited", "serving"])),
                fields=("team", "member"),
                name="team_role_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamrole",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", "leader"), ("state", "serving")),
                fields=("team",),
                name="team_has_one_leader",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "serving"), _negated=True),
                    ("role", "member"),
                    ("until__isnull", False),
                    _connector="OR",
                ),
                name="team_role_leads_for_a_term",
            ),
        ),
    ]
