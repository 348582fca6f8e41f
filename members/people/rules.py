"""What keeping the roster refuses."""

from xianfeng.lib.refusal import Refusal


class DatesWrong(Refusal):
    code = "dates_wrong"
