"""The date of a test run: today's, or the one that TEST_AT names (ISO 8601, with its distance from UTC)."""

import datetime as dt
import os

import time_machine

MOMENT = os.environ.get("TEST_AT")
_standing: list[time_machine.travel] = []


def go_to_test_date() -> None:
    """It is that moment, and time goes on from there. Each test begins at it: none runs past its midnight."""
    if not MOMENT:
        return
    while _standing:
        _standing.pop().stop()
    _standing.append(time_machine.travel(dt.datetime.fromisoformat(MOMENT), tick=True))
    _standing[-1].start()


def clock_for_a_process() -> dict[str, str]:
    """For the environment of a process that a test starts: it is as late there as here."""
    return {"TEST_AT": dt.datetime.now(dt.UTC).isoformat()} if MOMENT else {}
