"""What the tree and its posts refuse."""

from xianfeng.lib.refusal import Refusal


class NotGrantable(Refusal):
    code = "not_grantable"


class NotMovable(Refusal):
    code = "not_movable"
