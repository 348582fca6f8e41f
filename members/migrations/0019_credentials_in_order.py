"""What lies there already: proven addresses stay, others wait; staff get their days; secrets are encrypted."""

import datetime as dt

from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Lower
from django.utils import timezone

from xianfeng.lib.crypto import DecryptionError, decrypt, encrypt

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def sort_addresses(apps, schema_editor):
    """Whoever has a password set it by the link that was sent to the address; anybody else only wrote one down.

    An address of several accounts stays with the one that logged in last.
    """
    User = apps.get_model("members", "User")
    with_one = User.objects.exclude(email="")
    unproven = with_one.filter(models.Q(password="") | models.Q(password__startswith="!"))  # noqa: S106
    unproven.update(unconfirmed_email=models.F("email"), email="")
    taken = set()
    newest_first = models.F("last_login").desc(nulls_last=True)
    for pk, email in with_one.order_by(newest_first, "pk").values_list("pk", "email"):
        if email.lower() in taken:
            User.objects.filter(pk=pk).update(unconfirmed_email=email, email="")
        taken.add(email.lower())
    # Unconfirmed copies that the log-in library made by itself; it looks people up by them.
    apps.get_model("account", "EmailAddress").objects.all().delete()


def put_addresses_back(apps, schema_editor):
    User = apps.get_model("members", "User")
    waiting = User.objects.filter(email="").exclude(unconfirmed_email="")
    waiting.update(email=models.F("unconfirmed_email"))


def give_days(apps, schema_editor):
    """Staff that worked without a second factor until now have time to set it up."""
    day = timezone.now().astimezone(SHANGHAI).date() + dt.timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
    staff = models.Q(is_staff=True) | models.Q(is_superuser=True)
    apps.get_model("members", "User").objects.filter(staff).update(second_factor_by=day)


def encrypt_secrets(apps, schema_editor):
    rewrite(apps, lambda text: text if is_encrypted(text) else encrypt(text))


def decrypt_secrets(apps, schema_editor):
    rewrite(apps, lambda text: decrypt(text) if is_encrypted(text) else text)


def is_encrypted(text):
    try:
        decrypt(text)
    except DecryptionError:
        return False
    return True


def rewrite(apps, change):
    for row in apps.get_model("mfa", "Authenticator").objects.all():
        for name in ("secret", "seed"):
            if name in row.data:
                row.data[name] = change(row.data[name])
        if "migrated_codes" in row.data:
            row.data["migrated_codes"] = [change(code) for code in row.data["migrated_codes"]]
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0018_credentials"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunPython(sort_addresses, put_addresses_back),
        migrations.RunPython(give_days, migrations.RunPython.noop),
        migrations.RunPython(encrypt_secrets, decrypt_secrets),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="confirmed_email_is_one_account_s",
                violation_error_message="这个邮箱已是另一个账号的邮箱，请换一个。",
            ),
        ),
    ]
