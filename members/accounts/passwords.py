"""What a password may not be made of: words that anybody who knows this portal tries first."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import User

# Listed in docs/安全/安全设计.md as well; test_passwords.py holds the two together.
WORDS = (
    "xianfeng", "weijia", "xfwj", "hongqi", "dangyuan", "zuzhibu", "shequ", "xinyuan",
    "先锋", "微家", "红旗", "党员", "组织部", "社区", "心愿", "admin", "password", "mima",
)  # fmt: skip


class NoWordsOfOurs:
    """For ``AUTH_PASSWORD_VALIDATORS``. Any kind of sign may be used, and none has to be."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError for one of the words, and for one's own mobile."""
        typed = password.casefold()
        mobile = getattr(user, "mobile", "") or ""
        if any(word in typed for word in WORDS) or (mobile and mobile in typed):
            raise ValidationError(self.get_help_text(), code="password_of_our_words")

    def get_help_text(self) -> str:
        return _("密码不要包含平台、组织的名称或拼音（如“xianfeng”“红旗”），也不要包含自己的手机号。")
