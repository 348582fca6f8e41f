"""The names that files were uploaded under often say whom they are about: they are kept nowhere any more."""

import re

from django.db import migrations

# As `members/importing/messages.py` wrote it until now.
QUOTED = re.compile("(导入了|撤销了|您导入的)“[^”]*”")


def forget_names(apps, schema_editor):
    """Those in the history of a batch stood in the line of its upload; messages quoted them."""
    apps.get_model("members", "ImportEvent").objects.filter(from_state="").update(note="")
    notices = apps.get_model("notices", "Notice").objects.filter(kind="roster_import")
    for notice in notices.only("subject", "body").iterator():
        subject, body = (QUOTED.sub(r"\1一份名册", text) for text in (notice.subject, notice.body))
        if (subject, body) != (notice.subject, notice.body):
            notice.subject, notice.body = subject, body
            notice.save(update_fields=["subject", "body"])


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0016_seal_numbers_and_imports"),
        ("notices", "0004_to_people_without_an_account"),
    ]

    operations = [
        migrations.RunPython(forget_names, migrations.RunPython.noop),
        migrations.RemoveField("importbatch", "filename"),
    ]
