from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0017_forget_file_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="rights_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="second_factor_by",
            field=models.DateField(editable=False, null=True, verbose_name="两步验证期限"),
        ),
        migrations.AddField(
            model_name="user",
            name="unconfirmed_email",
            field=models.EmailField(blank=True, editable=False, max_length=254, verbose_name="待确认的邮箱"),
        ),
    ]
