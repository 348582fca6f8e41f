"""What strangers send: characters no page expects, and addresses behind a proxy."""

import gzip

import pytest
from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from xianfeng.lib.crypto import decrypt
from xianfeng.lib.crypto.messages import SealedStorage
from xianfeng.testing.cast import Cast
from xianfeng.tests.test_settings import in_fresh_process


@pytest.mark.parametrize("path", ["/w/track/%00/", "/w/%00/", "/join/%00/", "/accounts/login/?next=%00"])
def test_a_nul_in_an_address_is_a_bad_request_for_anybody(client: Client, db: None, path: str):
    assert client.get(path).status_code == 400


def test_a_nul_in_a_search_or_a_form_is_a_bad_request(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    assert client.get(reverse("reports:search"), {"q": "李\x00"}).status_code == 400
    reveal = reverse("members:reveal", args=[cast.li.pk])
    assert client.post(reveal, {"reason": "核实情况\x00"}).status_code == 400
    assert not cast.li.reveals.exists()


def test_an_id_beyond_every_database_is_not_found(client: Client, cast: Cast):
    assert cast.li.user
    client.force_login(cast.li.user)
    for name in ("offer", "my_claim"):
        assert client.get(reverse(f"tasks:{name}", args=[2**63])).status_code == 404
    for name in ("claim", "withdraw"):
        assert client.post(reverse(f"tasks:{name}", args=[10**30])).status_code == 404
    assert client.post(reverse("tasks:claim", args=[2**63 - 1])).status_code == 404


@pytest.mark.parametrize("pk", ["²", "9" * 30, "-1", "x"])
def test_ticked_boxes_that_are_no_ids_are_passed_over(client: Client, cast: Cast, pk: str):
    client.force_login(cast.secretary)
    assert client.post(reverse("members:confirm_many"), {"pk": pk}).status_code == 302
    assert client.post(reverse("notices:handle"), {"pk": pk, "action": "told"}).status_code == 302
    counts = {"list": "unregistered", "unit": pk}
    assert client.get(reverse("members:reconciliation"), counts).status_code == 200


def test_a_bad_request_carries_the_security_headers(client: Client, db: None):
    answer = client.get("/w/%00/")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_behind_a_trusted_proxy_each_visitor_counts_alone(settings):
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.7")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert get_adapter(request).get_client_ip(request) == "127.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert get_adapter(request).get_client_ip(request) == "203.0.113.7"


@pytest.mark.parametrize(("trust", "count"), [("true", "1"), ("false", "0")])
def test_the_proxy_is_trusted_only_where_the_settings_say_so(tmp_path, trust: str, count: str):
    shown = in_fresh_process("print(s.ALLAUTH_TRUSTED_PROXY_COUNT)", VAR_DIR=str(tmp_path), TRUST_PROXY=trust)
    assert shown == count


# --- Bodies and methods -------------------------------------------------------------------------


class Unread:
    """A body of which nobody may read a byte."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def offered(client: Client, path: str, size: int):
    """The answer to a form of this many bytes with a file in it, none of which has been sent yet."""
    return client.generic(
        "POST", path, CONTENT_TYPE="multipart/form-data; boundary=x", CONTENT_LENGTH=str(size),
        **{"wsgi.input": Unread()},
    )  # fmt: skip


def test_a_file_is_refused_before_it_is_read_where_none_is_asked_for(client: Client, cast: Cast):
    import_new = reverse("members:import_new")
    for who in (None, cast.auditor, cast.city_officer):
        if who:
            client.force_login(who)
        for path in (reverse("account_login"), reverse("reports:search"), import_new):
            if who == cast.city_officer and path == import_new:
                continue
            answer = offered(client, path, 6 * 2**20)
            assert answer.status_code == 413
    assert "不超过 20 MB" in offered(client, import_new, 100 * 2**20).content.decode()


def test_whoever_imports_may_send_a_file_and_a_little_too_much(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    for page in ("members:import_new", "admin:members_importbatch_add"):
        for megabytes in (6, 24):
            with pytest.raises(AssertionError, match="the body was read"):
                offered(client, reverse(page), megabytes * 2**20)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_pages_are_read_and_sent_and_nothing_else(client: Client, cast: Cast, method: str):
    client.force_login(cast.secretary)
    for path in ("/", reverse("reports:desk_home"), reverse("admin:index"), reverse("account_login")):
        answer = client.generic(method, path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_a_nul_in_a_cookie_is_a_bad_request(client: Client, cast: Cast, name: str):
    answer = client.get(reverse("account_login"), headers={"cookie": f'{name}="a\\000b"'})
    assert answer.status_code == 400


def test_a_row_that_no_field_names_is_a_bad_request_in_the_admin(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    page = reverse("admin:members_member_change", args=[cast.li.pk])
    assert client.get(page).status_code == 200
    assert client.get(page, {"_to_field": ""}).status_code == 400


# --- Headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/w/%00/", "/nowhere", "/accounts/login/", "/static/css/tokens.css"])
def test_every_answer_may_be_framed_by_nobody_and_uses_no_sensor(client: Client, db: None, path: str):
    answer = client.get(path)
    assert answer["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_no_page_is_kept_and_a_log_out_clears_what_was(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    for name in ("reports:desk_home", "reports:search", "admin:index", "account_change_password"):
        assert "no-store" in client.get(reverse(name))["Cache-Control"], name
    assert not client.get(reverse("account_logout")).has_header("Clear-Site-Data")
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == '"cache", "storage"'


def test_static_files_are_served_before_that(settings):
    names = [name.rsplit(".", 1)[1] for name in settings.MIDDLEWARE]
    assert names.index("WhiteNoiseMiddleware") < names.index("KeepOutOfCaches")


def test_the_cookie_of_messages_is_no_text_and_a_made_up_one_says_nothing(client: Client, cast: Cast):
    request = client.get(reverse("account_login")).wsgi_request
    storage = SealedStorage(request)
    storage.add(messages.SUCCESS, "已为李明登记豁免")
    storage.update(answer := HttpResponse())
    token = answer.cookies["messages"].value
    assert "李明" not in token and "\\u" not in token and decrypt(token).startswith("[")
    assert answer.cookies["messages"]["httponly"]
    for cookie, said in ((token, ["已为李明登记豁免"]), (token[:-8] + "AAAAAAA=", []), ("W10:made:up", [])):
        request.COOKIES["messages"] = cookie
        assert [str(message) for message in SealedStorage(request)] == said


def test_pages_are_compressed_for_who_takes_it_and_files_are_not(client: Client, cast: Cast):
    takes = {"Accept-Encoding": "gzip, br"}
    page = client.get("/accounts/login/", headers=takes)
    assert page["Content-Encoding"] == "gzip" and "Accept-Encoding" in page["Vary"]
    assert "工作人员登录" in gzip.decompress(page.content).decode()
    assert "Content-Encoding" not in client.get("/accounts/login/").headers
    client.force_login(cast.unit_clerk)
    for url in ("/healthz", "/desk/imports/template/"):
        answer = client.get(url, headers=takes)
        assert (answer.status_code, answer.get("Content-Encoding")) == (200, None)


def test_the_size_of_a_page_tells_little_of_it(client: Client, db: None):
    """BREACH measures: the same page has another length each time."""
    sizes = {
        len(client.get("/accounts/login/", headers={"Accept-Encoding": "gzip"}).content) for _time in range(8)
    }
    assert len(sizes) > 4
