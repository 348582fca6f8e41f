"""The yearly check at ten times the city: does it grow with the data, and no faster?"""

from flags.models import FlagEntry
from members.models import Member
from tools.bench import Figure
from tools.bench.assessing import LINEAR, RATIO, TIMES, floor, forecast, interleaved, multiply
from xianfeng.lib.times import today


def measure() -> list[Figure]:
    """Needs the model city at city scale, and spoils it: run it last."""
    year = today().year
    once, _least, _ratio = interleaved(lambda: forecast(year), lambda: floor(year))
    multiply()
    taken, _least, ratio = interleaved(lambda: forecast(year), lambda: floor(year))
    return [
        Figure("assessment tenfold: members", Member.objects.count(), ""),
        Figure("assessment tenfold: lines", FlagEntry.objects.count(), ""),
        Figure("assessment tenfold: one pass", taken, "s"),
        Figure("assessment tenfold ÷ raw floor", ratio, "×", RATIO),
        Figure("assessment tenfold ÷ ten times once", taken / once / TIMES, "×", LINEAR),
    ]
