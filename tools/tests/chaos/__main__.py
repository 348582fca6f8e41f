"""`python -m tools.tests.chaos --times 60 --minutes 5 --seed 7`."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    given = arguments()
    folder = Path(tempfile.mkdtemp(prefix="xf-chaos-"))  # short: sockets lie in it
    try:
        return play(given, folder)
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=60, help="kills and freezes")
    parser.add_argument("--minutes", type=float, default=5, help="over which they are spread")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--outages", action="store_true", help="one broken part at a time, act by act")
    parser.add_argument("--reload", type=int, default=0, help="so many requests under reloads instead")
    parser.add_argument("--keep", action="store_true", help="leave the folder with its logs")
    return parser.parse_args()


def play(given: argparse.Namespace, folder: Path) -> int:
    print(f"seed {given.seed}, {folder}", flush=True)
    from tools.tests.chaos.house import House

    house = House(folder, may_be_full=given.outages)
    try:
        house.open()
        if given.outages:
            return house.compare()
        if given.reload:
            return house.reload(given.reload)
        return house.endure(given.times, given.minutes * 60, random.Random(given.seed), given.seed)
    finally:
        house.close()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
