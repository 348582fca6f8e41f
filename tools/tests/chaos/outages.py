"""One part away or broken at a time: what each of twelve acts answers, how fast, and whether it is lost."""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.tests.chaos.disks import filled, small_disk
from tools.tests.chaos.parts import Part, is_served
from tools.tests.chaos.people import Answer, Browser, Fields, everybody_was_there
from tools.tests.chaos.stage import PASSWORD, Stage

LONGEST = 5.0  # seconds for any answer, whatever is broken
# What a page may answer; of a form that is 302, since 200 would be the form with its errors.
SHOWN = (200, 503)
GOOD = {"登录页": SHOWN, "居民提心愿": SHOWN, "看任务": SHOWN, "工作台": SHOWN, "忘记密码": (302, 200, 503)}


@dataclass
class Acts:
    """Each act is done once in each outage, by or on something that no other one touched."""

    port: int
    stage: Stage
    number: int = 0
    claimed: list[tuple[int, int]] = field(default_factory=list)
    verified: list[int] = field(default_factory=list)
    uploads: int = 0

    def all(self) -> dict[str, Callable[[], Answer]]:
        return {
            "登录页": lambda: self.nobody().get("/accounts/login/"),
            "密码登录": lambda: self.nobody().post(
                "/accounts/login/", login=self.stage.cast.clerk.username, password=PASSWORD
            ),
            "要验证码": lambda: self.nobody().post("/accounts/login/code/", phone=f"139{self.number:08}"),
            "忘记密码": lambda: self.nobody().post(
                "/accounts/password/reset/", email=f"m{self.stage.members[self.number][0]}@example.test"
            ),
            "居民提心愿": lambda: self.nobody().post(
                f"/w/{self.stage.cast.estate.public_code}/", need="楼道灯坏了，想请人修"
            ),
            "看任务": lambda: self.member().get("/me/tasks/"),
            "接单": self.claim,
            "工作台": lambda: self.desk("clerk").get("/desk/"),
            "认定": self.verify,
            "上传名册": self.upload,
            "开始预测": lambda: self.desk("city_officer").post(
                "/desk/assessments/run/", year=time.strftime("%Y")
            ),
            "要导出": self.export,
        }  # fmt: skip

    def nobody(self) -> Browser:
        return Browser(self.port, "")

    def member(self) -> Browser:
        return Browser(self.port, self.stage.members[self.number][1])

    def desk(self, who: str) -> Browser:
        return Browser(self.port, self.stage.desks[who])

    def claim(self) -> Answer:
        member, task = self.stage.members[self.number][0], self.stage.offers[self.number]
        answer = self.member().post(f"/me/tasks/{task}/claim/")
        if answer.status == 302:
            self.claimed.append((member, task))
        return answer

    def verify(self) -> Answer:
        task = self.stage.ended[self.number]
        path = f"/desk/tasks/{task}/verify/"
        page = self.desk("clerk").get(path)
        if page.status != 200:
            return page
        answer = self.desk("clerk").post(path, **everybody_was_there(page.text))
        if answer.status == 302:
            self.verified.append(task)
        return answer

    def export(self) -> Answer:
        desk, path = self.desk("city_officer"), "/desk/exports/new/members/"
        page = desk.get(path)
        if page.status != 200:
            return page
        fields = Fields(page.text).found
        return desk.post(path, columns=fields["columns"], key=fields["key"], format="xlsx")

    def upload(self) -> Answer:
        csv = f"姓名,手机号,单位\n赵甲,189{self.number:08},市教育局\n".encode()
        answer = self.desk("city_officer").upload("/desk/imports/new/", "名册.csv", csv, kind="roster")
        self.uploads += answer.status == 302
        return answer


@dataclass
class Outages:
    port: int
    parts: dict[str, Part]
    mode: Path
    media: Path
    tables: Path  # the disk of the database

    def all(self) -> dict[str, Callable[[], "contextlib.AbstractContextManager[None]"]]:
        return {
            "一切正常": contextlib.nullcontext,
            "队列拒绝": lambda: self.away("broker"),
            "队列冻结": lambda: self.frozen("broker"),
            "队列拒绝,网站刚启动": lambda: self.away("broker", restart=True),
            "队列冻结,网站刚启动": lambda: self.frozen("broker", restart=True),
            "数据库不在": lambda: self.away("database"),
            "上传的磁盘满": self.full_disk,
            "数据库的磁盘满": self.full_database_disk,
            "邮件很慢": lambda: self.mail("slow"),
            "邮件4xx": lambda: self.mail("busy"),
            "邮件5xx": lambda: self.mail("never"),
            "邮件挂断": lambda: self.mail("gone"),
            "邮件不在": lambda: self.away("mail"),
        }

    @contextmanager
    def away(self, name: str, *, restart: bool = False) -> Iterator[None]:
        self.parts[name].kill()
        if restart:
            self.restart_web()
        yield
        self.parts[name].start()

    @contextmanager
    def frozen(self, name: str, *, restart: bool = False) -> Iterator[None]:
        self.parts[name].freeze()
        if restart:
            self.restart_web()
        yield
        self.parts[name].thaw()

    def restart_web(self) -> None:
        """Processes that never saw the broken part in health."""
        web = self.parts["web"]
        web.kill()
        web.start()
        while not is_served(self.port):
            time.sleep(0.2)

    @contextmanager
    def mail(self, word: str) -> Iterator[None]:
        self.mode.write_text(word)
        yield
        self.mode.write_text("")

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        self.media.mkdir(exist_ok=True)
        with small_disk(self.media, "64k"), filled(self.media):
            yield

    @contextmanager
    def full_database_disk(self) -> Iterator[None]:
        """A city with one disk has this one. PostgreSQL may leave; with room again it comes back."""
        with filled(self.tables):
            yield
        if not self.parts["database"].is_alive():
            self.parts["database"].start()


def table(acts: Acts, outages: Outages) -> Iterator[str]:
    """Prints a line an outage; yields what is not as it must be."""
    for outage, broken in outages.all().items():
        cells = []
        with broken():
            for name, act in acts.all().items():
                began = time.monotonic()
                answer = act()
                seconds = time.monotonic() - began
                cells.append(f"{name} {answer.status} {seconds:.1f}s")
                if seconds > LONGEST:
                    yield f"{outage}: {name} took {seconds:.1f} s"
                if answer.status not in GOOD.get(name, (302, 503)):
                    yield f"{outage}: {name} answered {answer.status}"
        acts.number += 1
        print(f"  {outage}: " + ", ".join(cells), flush=True)
