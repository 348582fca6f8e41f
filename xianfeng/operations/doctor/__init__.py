"""What a city forgets: each thing looked at, told in Chinese, with the command that mends it."""

from xianfeng.operations.doctor.running import examine

__all__ = ["examine"]
