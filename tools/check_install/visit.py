"""What people do on the installed portal: `visit.py login-page|journey|away ROOT HOST [SINKS]`."""

import email
import email.policy
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from browser import Browser, Connection, Page  # type: ignore[import-not-found]

PASSWORD = "xianfeng-2026"  # of the model city
ITS_ADDRESS = "10.0.2.100"  # what slirp4netns gives to a machine
MAIL_WITHIN = 150  # seconds: the outbox is swept every half minute


def certificate(root: Path) -> Path:
    return root / "etc/xianfeng/tls/self-signed.pem"


def wait_for(folder: Path, kind: str, test: Callable[[str], bool], seconds: float) -> str:
    """The text of the first file of that kind that passes. Raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for path in sorted(folder.glob(f"{kind}-*")):
            if test(text := readable(kind, path.read_bytes())):
                return text
        time.sleep(0.5)
    raise AssertionError(
        f"No such {kind} within {seconds} s; {len(list(folder.glob(kind + '-*')))} others came."
    )


def readable(kind: str, content: bytes) -> str:
    if kind != "mail":
        return content.decode()
    message = email.message_from_bytes(content, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    return f"To: {message['To']}\n{message['Subject']}\n{body.get_content() if body else ''}"


def log_in_page(browser: Browser) -> Page:
    page = browser.open("/accounts/login/")
    assert page.status == 200, f"The log-in page answers {page.status}."
    assert "密码" in page.text
    style = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert style, "The log-in page has no style."
    answer = browser.open(style[1])
    assert answer.status == 200, f"{style[1]} answers {answer.status}: static files cannot be read."
    print(f"  log-in page over https: 200, its style {style[1]}: 200")
    return page


def inside_only(browser: Browser) -> None:
    """What only this machine may ask: it may. That others may not is in the configuration itself."""
    page = browser.open("/healthz")
    assert page.status == 200, page.text
    print(f"  /healthz from this machine: {page.text.strip()}")
    for address in ("/media/", "/media/x.png", "/var/media/x", "/static/../env"):
        status = browser.open(address).status
        assert status in {400, 404}, f"{address} answers {status}"
    print("  uploads and files outside of the static ones: 404")


def outside(browser: Browser) -> None:
    """Asked from an address that is not this machine's loopback."""
    Connection.address = ITS_ADDRESS
    assert browser.open("/accounts/login/").status == 200
    for address in ("/healthz", "/livez", "/metrics", "/healthz/"):
        status = browser.open(address).status
        assert status == 403, f"{address} answers {status} to strangers"
    Connection.address = "127.0.0.1"
    print("  /healthz, /livez, /metrics from elsewhere: 403")


def desk(host: str, root: Path) -> None:
    browser = Browser(host, certificate(root))
    page = browser.send(log_in_page(browser), "/login/", login="c01", password=PASSWORD)
    assert page.status == 200, page.status
    assert "/login/" not in page.url, "The password did not open the desk."
    print(f"  a community secretary logged in by password: {page.url}")


def member(host: str, root: Path, sinks: Path, mobile: str) -> Browser:
    browser = Browser(host, certificate(root))
    page = browser.open("/accounts/login/code/")
    page = browser.send(page, "/login/code/", phone=mobile)
    text = wait_for(
        sinks, "text", lambda text: text.startswith(mobile.removeprefix("+86")) or mobile in text, 30
    )
    code = re.search(r"\b(\d{6})\b", text.partition(" ")[2])
    assert code, text
    page = browser.send(page, "/confirm/", code=code[1])
    assert page.status == 200 and "/login/" not in page.url, f"{page.status} {page.url}"
    print(f"  a member logged in by a code that came by SMS: {page.url}")
    return browser


def claim(browser: Browser) -> str:
    """Take the first place that is free. Returns the address of the claim."""
    page = browser.open("/me/tasks/")
    assert page.status == 200, page.status
    for address in dict.fromkeys(re.findall(r'href="(/me/tasks/\d+/)"', page.text)):
        offer = browser.open(address)
        if offer.form("/claim/"):
            done = browser.send(offer, "/claim/")
            mine = browser.open("/me/claims/")
            assert done.status == 200 and "/me/claims/" in mine.text, f"{done.status} {done.url}"
            print(f"  the member claimed {address}: {done.url}")
            return str(done.url)
    raise AssertionError("No task is open to this member.")


def forgotten(host: str, root: Path, sinks: Path) -> None:
    browser = Browser(host, certificate(root))
    page = browser.send(
        browser.open("/accounts/password/reset/"), "/reset/", email="c01@example.test", login="c01"
    )
    assert page.status == 200, page.status
    text = wait_for(sinks, "mail", lambda text: "c01@example.test" in text, MAIL_WITHIN)
    assert f"https://{host}/" in text, text
    print(f"  a mail with a link came by SMTP: {text.splitlines()[1]}")


def journey(root: Path, host: str, sinks: Path) -> None:
    inside_only(Browser(host, certificate(root)))
    outside(Browser(host, certificate(root)))
    desk(host, root)
    mobile = re.search(r"在职党员\t(\+?\d+)", (sinks.parent / "demo.log").read_text())
    assert mobile, "The model city printed no member."
    claim(member(host, root, sinks, mobile[1]))
    forgotten(host, root, sinks)


def away(root: Path, host: str) -> None:
    page = Browser(host, certificate(root)).open("/accounts/login/")
    assert page.status == 503, page.status
    assert "正在维护" in page.text
    assert page.headers["Retry-After"] == "60"
    print("  503, the maintenance page, Retry-After: 60")


if __name__ == "__main__":
    what, root, host = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    if what == "journey":
        journey(root, host, Path(sys.argv[4]))
    elif what == "away":
        away(root, host)
    else:
        log_in_page(Browser(host, certificate(root)))
