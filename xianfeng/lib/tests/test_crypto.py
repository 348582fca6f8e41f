import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.test.utils import isolate_apps

from xianfeng.lib.crypto import DecryptionError, EncryptedTextField, blind_index, decrypt, encrypt
from xianfeng.lib.machine.keys import development_key

ADDRESS = "明州市东城街道1号楼𠮷宅"


def test_a_text_comes_back_and_its_token_shows_nothing_of_it():
    token = encrypt(ADDRESS)
    assert decrypt(token) == ADDRESS
    assert "明州" not in token
    assert token != encrypt(ADDRESS)


def test_an_old_key_still_reads_after_rotation_and_the_new_one_writes(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    token = encrypt(ADDRESS)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert decrypt(token) == ADDRESS
    written_since = encrypt(ADDRESS)
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert decrypt(written_since) == ADDRESS


def test_a_foreign_token_is_refused(settings):
    token = encrypt(ADDRESS)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(DecryptionError):
        decrypt(token)


def test_no_key_is_refused(settings):
    settings.FIELD_ENCRYPTION_KEYS = []
    with pytest.raises(ImproperlyConfigured):
        encrypt(ADDRESS)


def test_blind_index_is_stable_keyed_and_separated_by_purpose(settings):
    first = blind_index("13900000008", purpose="mobile")
    assert first == blind_index("13900000008", purpose="mobile")
    assert first != blind_index("13900000008", purpose="resident")
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    assert first == blind_index("13900000008", purpose="mobile")
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert first != blind_index("13900000008", purpose="mobile")


def test_the_field_stores_ciphertext_and_gives_text_back():
    field = EncryptedTextField()
    stored = field.get_db_prep_value(ADDRESS, connection)
    assert ADDRESS not in stored
    assert field.from_db_value(stored, None, connection) == ADDRESS


@pytest.mark.parametrize("value", ["", None])
def test_nothing_stays_nothing(value):
    field = EncryptedTextField(null=True)
    assert field.get_db_prep_value(value, connection) == value
    assert field.from_db_value(value, None, connection) == value


@isolate_apps()  # else every later test that counts the tables of all models looks for this one
def test_a_comparison_is_refused_rather_than_finding_nothing():
    class Case(models.Model):
        secret = EncryptedTextField()

        class Meta:
            app_label = "xianfeng"
            managed = False

        def __str__(self):
            return "case"

    with pytest.raises(TypeError, match="blind index"):
        Case.objects.filter(secret=ADDRESS)


def test_development_key_is_stable_and_differs_by_secret():
    assert development_key("a") == development_key("a") != development_key("b")
    Fernet(development_key("a"))


def test_a_token_of_the_former_cipher_still_opens(settings):
    token = Fernet(settings.FIELD_ENCRYPTION_KEYS[0].encode()).encrypt(ADDRESS.encode()).decode()
    assert decrypt(token) == ADDRESS


@pytest.mark.parametrize("spoil", [lambda token: token[:-6] + "AAAAAA", lambda _: "2.AAAA", lambda _: "2.#"])
def test_a_spoilt_token_is_refused(spoil):
    with pytest.raises(DecryptionError):
        decrypt(spoil(encrypt(ADDRESS)))
