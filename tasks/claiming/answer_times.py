"""How long an offered place is kept: the nearer the start, the shorter, and never with its end at night."""

import datetime as dt

from xianfeng.lib.times import SHANGHAI, at, local_date

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# More than so long before the last moment to come in → the place is kept so long.
ANSWER_TIMES = ((72 * HOUR, 24 * HOUR), (24 * HOUR, 6 * HOUR), (6 * HOUR, HOUR))
# Nearer than that an offer would waste the place: it is open to whoever comes first.
TOO_NEAR = ANSWER_TIMES[-1][0]
# An offer that would end at night ends in the morning; nobody has to be awake for it.
NIGHT_FROM, NIGHT_TO, MORNING = 22, 7, 8


def answer_by(last_entry: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """Until when an offer made now stands; None where it is too near the last moment to come in."""
    for more_than, kept in ANSWER_TIMES:
        if last_entry - now > more_than:
            # The night gives no longer than leaves the place of use to others.
            return min(after_the_night(now + kept), max(now + kept, last_entry - TOO_NEAR))
    return None


def after_the_night(moment: dt.datetime) -> dt.datetime:
    local = moment.astimezone(SHANGHAI)
    if NIGHT_TO <= local.hour < NIGHT_FROM:
        return moment
    morning = at(local_date(moment), MORNING)
    return morning if local.hour < NIGHT_TO else morning + DAY
