"""People who ask for pages without a pause: `load.py ROOT HOST STOP RELEASES`. Leaves with 1 if one fails.

They go on until the file STOP is there and they have asked often enough to mean something.
"""

import collections
import re
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import browser  # type: ignore[import-not-found]
from visit import certificate  # type: ignore[import-not-found]

VISITORS = 6
AT_LEAST = 1000
LOGIN = "/accounts/login/"
STYLE = re.compile(r"/static/css/tokens\.[0-9a-f]{12}\.css")  # the second release has another one


class Load:
    def __init__(self, root: Path, host: str, stop: Path) -> None:
        self.browser_of = lambda: browser.Browser(host, certificate(root))
        self.stop = stop
        self.answered: collections.Counter[str] = collections.Counter()
        self.failed: list[str] = []
        self.styles: collections.Counter[str] = collections.Counter()
        self.longest = 0.0
        self.lock = threading.Lock()

    def over(self) -> bool:
        return self.stop.exists() and self.answered.total() >= AT_LEAST

    def visitor(self) -> None:
        """A page, its style, and the style of the page that was opened first: that one stays open."""
        person, first = self.browser_of(), ""
        while not self.over():
            page = self.ask(person, LOGIN)
            if style := STYLE.search(page):
                first = first or style[0]
                self.styles[style[0]] += 1
                for address in {style[0], first}:
                    self.ask(person, address)

    def ask(self, person: browser.Browser, address: str) -> str:
        began = time.monotonic()
        try:
            page = person.open(address)
            text, outcome = page.text, str(page.status)
        except Exception as error:  # whatever it is, somebody saw no page
            text, outcome = "", repr(error)
        with self.lock:
            self.longest = max(self.longest, time.monotonic() - began)
            if outcome == "200":
                self.answered["style" if "/static/" in address else "page"] += 1
            else:
                self.failed.append(f"{address}: {outcome}")
        return text


def main(root: Path, host: str, stop: Path, releases: int) -> int:
    load = Load(root, host, stop)
    # Whoever waits in the socket waits for a restart.
    browser.TIMEOUT = 90
    threads = [threading.Thread(target=load.visitor) for _ in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"  {load.answered.total()} requests answered {dict(load.answered)}, {len(load.failed)} failed")
    print(f"  the longest took {load.longest:.1f} s; pages by their style: {dict(load.styles)}")
    for line in load.failed[:10]:
        print("  FAILED", line)
    return int(bool(load.failed) or len(load.styles) != releases)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
