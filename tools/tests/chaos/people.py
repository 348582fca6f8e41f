"""People who do not give up: each does one thing until it is done, whatever breaks meanwhile."""

import http.client
import random
import re
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.conf import settings

from tools.tests.chaos.parts import HOST
from tools.tests.chaos.stage import Stage

TOKEN = "c" * 32
TIMEOUT = 30.0  # seconds after which a person presses the button again
FORM = "application/x-www-form-urlencoded"


class Answer:
    def __init__(self, status: int, location: str, text: str) -> None:
        self.status, self.location, self.text = status, location, text


@dataclass
class Browser:
    """One session; 0 is the status of an answer that did not come."""

    port: int
    session: str

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": TOKEN, **fields})
        return self.ask("POST", path, body.encode(), FORM)

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        border = uuid.uuid4().hex
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in {"csrfmiddlewaretoken": TOKEN, **fields}.items()
        ]
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = b"".join([*parts, head.encode(), content, f"\r\n--{border}--\r\n".encode()])
        return self.ask("POST", path, body, f"multipart/form-data; boundary={border}")

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        connection = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT)
        try:
            headers = {"Cookie": cookie} | ({"Content-Type": kind} if kind else {})
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return Answer(answer.status, answer.getheader("Location") or "", text)
        except (OSError, http.client.HTTPException):
            return Answer(0, "", "")
        finally:
            connection.close()


class Fields(HTMLParser):
    """Names and values of a page's inputs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("input", "select", "textarea") and (name := given.get("name")):
            self.found.setdefault(name, given.get("value") or "")


def everybody_was_there(page: str) -> dict[str, str]:
    """The screen of a task filled in; empty where nobody waits for a decision."""
    fields = Fields(page).found
    rows = [name.removesuffix("claim_id") for name in fields if name.endswith("-claim_id")]
    if not rows:
        return {}
    filled = {f"{row}presence": "present" for row in rows} | {f"{row}grade": "good" for row in rows}
    kept = {name: value for name, value in fields.items() if name not in ("csrfmiddlewaretoken", "sheet")}
    return kept | filled | {"action": "verify"}


@dataclass
class Crowd:
    """Everybody at work, and what came of it."""

    port: int
    stage: Stage
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    claimed: set[tuple[int, int]] = field(default_factory=set)
    imported: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> list[threading.Thread]:
        acts: list[Callable[[], None]] = [*[self.claim] * 3, self.verify, self.import_, self.assess]
        threads = [threading.Thread(target=self.keep_at, args=(act,), daemon=True) for act in acts]
        for thread in threads:
            thread.start()
        return threads

    def keep_at(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # told at the end; the others go on
            self.broken.append(f"{act.__name__}: {error!r}")

    def until_answered(
        self, what: str, ask: Callable[[], Answer], good: tuple[int, ...] = (302,)
    ) -> Answer | None:
        """Press the button until the page says how it went; None where time is up before."""
        while not self.stop.is_set():
            answer = ask()
            with self.lock:
                self.answers[what, answer.status] += 1
            if answer.status in good:
                return answer
            if answer.status not in (0, 502, 503):
                self.broken.append(f"{what} answered {answer.status}")
            time.sleep(0.3)
        return None

    def claim(self) -> None:
        rng = random.Random(self.seed + threading.get_ident())
        while not self.stop.is_set():
            (member, session), task = rng.choice(self.stage.members), rng.choice(self.stage.offers)
            browser = Browser(self.port, session)
            if self.until_answered("claim", lambda b=browser, t=task: b.post(f"/me/tasks/{t}/claim/")):
                with self.lock:
                    self.claimed.add((member, task))
                    self.done["claim"] += 1

    def verify(self) -> None:
        for task in self.stage.ended:
            while self.verify_some(f"/desk/tasks/{task}/verify/"):
                self.done["verify"] += 1

    def verify_some(self, path: str) -> bool:
        """Whether there was somebody to decide about, and time for it."""
        browser = Browser(self.port, self.stage.desks["clerk"])
        page = self.until_answered("verify page", lambda: browser.get(path), good=(200,))
        if page is None or not (fields := everybody_was_there(page.text)):
            return False
        return bool(self.until_answered("verify", lambda: browser.post(path, **fields), good=(200, 302)))

    def import_(self) -> None:
        browser = Browser(self.port, self.stage.desks["city_officer"])
        number = 0
        while not self.stop.is_set():
            number += 1
            mobile = f"188{self.seed % 1000:03}{number:05}"
            # One row: the last file that named a person decides, so each names another one.
            name = "周" + "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in str(number))
            csv = f"姓名,手机号,单位\n{name},{mobile},市教育局\n".encode()
            sent = self.until_answered(
                "upload", lambda c=csv: browser.upload("/desk/imports/new/", "名册.csv", c, kind="roster"),
                good=(302,),
            )  # fmt: skip
            if sent and self.until_confirmed(browser, sent.location):
                with self.lock:
                    self.imported.append(mobile)
                    self.done["import"] += 1

    def until_confirmed(self, browser: Browser, path: str) -> bool:
        for page in self.pages("import page", browser, path):
            if "已导入" in page:
                return True
            if f"{path}confirm/" in page:
                self.until_answered("confirm", lambda: browser.post(f"{path}confirm/"))
        return False

    def pages(self, what: str, browser: Browser, path: str) -> Iterator[str]:
        while page := self.until_answered(what, lambda: browser.get(path), good=(200,)):
            yield page.text
            time.sleep(1)

    def assess(self) -> None:
        browser = Browser(self.port, self.stage.desks["city_officer"])
        year = re.search(r"\d{4}", time.strftime("%Y"))
        assert year
        while not self.stop.is_set():
            if self.until_answered("assess", lambda: browser.post("/desk/assessments/run/", year=year[0])):
                self.done["assess"] += 1
            self.stop.wait(5)
