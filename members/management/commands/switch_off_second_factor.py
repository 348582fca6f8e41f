"""`manage.py switch_off_second_factor 用户名`: the operator helps the only system administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.accounts import second_factor
from members.models import User
from xianfeng.lib.refusal import Refusal


class Command(BaseCommand):
    help = "关闭一个账号的两步验证（只在没有别的系统管理员能办理时）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="丢了验证器的人的用户名")

    def handle(self, *_args: Any, **options: Any) -> None:
        users = User.objects.filter(username=options["username"])
        try:
            count = second_factor.switch_off(users, by=None)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if not count:
            raise CommandError(f"{options['username']} 没有开启两步验证，或没有这个账号。")
        self.stdout.write(f"已关闭{users[0]}的两步验证，{second_factor.RECOVERY.days} 天内须重新开启。")
