"""Walk the journeys and keep the pictures. See `tools.shots`."""

import argparse
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import django
from playwright.sync_api import sync_playwright

from tools import shots

from . import changes, journeys
from .walk import Walk

OUT = Path(__file__).resolve().parent.parent.parent / "docs" / "img"
JOURNEYS: tuple[Callable[[Walk], None], ...] = (
    journeys.city_imports,
    journeys.city_keeps,
    journeys.city_exports,
    journeys.posters,
    journeys.member_joins,
    journeys.community_confirms,
    journeys.resident_asks,
    journeys.community_publishes,
    journeys.member_claims,
    journeys.member_looks_back,
    journeys.community_verifies,
    journeys.estate_and_unit,
    changes.city_answers,
    changes.community_joins_records,
    changes.community_corrects_number,
    changes.community_joins_wishes,
    changes.community_enters_afterwards,
    changes.unit_enters_leaving,
    journeys.administrator,
)


def demo_mobile() -> str:
    """The mobile that `make run` prints for a member, from the same database (VAR_DIR, DATABASE_URL)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xianfeng.settings")
    django.setup()
    from tools.demo import logins

    return next(login for role, login, _password in logins() if role == "在职党员")


def chromium() -> str | None:
    """The system's Chromium, or None for the one Playwright downloads."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def main() -> None:
    parser = argparse.ArgumentParser(description=shots.__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--base", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--from", dest="first", choices=[each.__name__ for each in JOURNEYS], help="go on here"
    )
    options = parser.parse_args()
    if urlsplit(options.base).hostname not in ("127.0.0.1", "localhost"):
        raise SystemExit("The journeys write; they run on a demo portal on this machine only.")
    options.out.mkdir(parents=True, exist_ok=True)
    member = demo_mobile()  # before Playwright's event loop, which Django refuses
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
        environment: dict[str, str | float | bool] = {**os.environ, "LANGUAGE": "zh_CN"}
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments, env=environment)
        walk = Walk(browser, options.base, options.out, member)
        names = [journey.__name__ for journey in JOURNEYS]
        for journey in JOURNEYS[names.index(options.first) if options.first else 0 :]:
            journey(walk)


if __name__ == "__main__":
    main()
