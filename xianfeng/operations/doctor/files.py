"""Who may read what: secrets only the platform, static files whoever serves them."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.doctor.findings import Area, Findings, fail, ok, probe, serious, warn

OF_OTHERS = 0o007
MOST_NAMED = 3


@probe(Area.FILES, gettext_lazy("设置文件"))
def env_file() -> Findings:
    path: Path | None = settings.ENV_FILE
    if os.environ.get("ENV_FILE") == "":
        yield ok("env_file", _("设置全部来自环境变量(ENV_FILE 特意为空,如在容器里)"))
        return
    if path is None:
        yield serious("env_file", _("没有设置文件,设置全部来自环境变量"), "deploy/install.sh")
        return
    mode = path.stat().st_mode & 0o777
    shown = {"path": path, "mode": f"{mode:04o}"}
    if mode & OF_OTHERS:
        yield fail("env_file", _("%(path)s 人人可读(%(mode)s)") % shown, f"chmod 640 {path}")
    elif settings.IS_PRODUCTION and os.geteuid() and os.access(path, os.W_OK):
        remedy = f"chown root:xianfeng {path} && chmod 640 {path}"
        yield warn("env_file", _("网站自己能改 %(path)s") % shown, remedy)
    else:
        yield ok("env_file", _("%(path)s 只有该读的人能读(%(mode)s)") % shown)


@probe(Area.FILES, gettext_lazy("服务用户"))
def service_user() -> Findings:
    """As root everything is readable, and what root writes nobody else reads."""
    name = pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0 and settings.IS_PRODUCTION:
        yield warn("service_user", _("正以 root 检查,查不出服务用户读不到什么"), "xianfeng-manage doctor")
    else:
        yield ok("service_user", _("以 %(name)s 的身份检查") % {"name": name})


@probe(Area.FILES, gettext_lazy("数据目录"))
def own_folder() -> Findings:
    var = Path(settings.VAR_DIR)
    if var.stat().st_mode & 0o077:
        yield fail("own_folder", _("%(path)s 别的用户也能进") % {"path": var}, f"chmod 700 {var}")
    elif not os.access(var, os.R_OK | os.W_OK | os.X_OK):
        yield fail("own_folder", _("%(path)s 写不了") % {"path": var}, f"chown -R xianfeng:xianfeng {var}")
    else:
        yield ok("own_folder", _("%(path)s 只有服务用户能进") % {"path": var})


@probe(Area.FILES, gettext_lazy("上传的文件"))
def media() -> Findings:
    folder = Path(settings.MEDIA_ROOT)
    if not folder.exists():
        yield ok("media", _("还没有上传过文件"))
        return
    closed = list(unusable(folder, os.R_OK | os.W_OK))
    if closed:
        yield fail("media", some(_("有上传的文件读写不了"), closed), f"chown -R xianfeng:xianfeng {folder}")
    else:
        yield ok("media", _("上传的文件都能读写"))


@probe(Area.FILES, gettext_lazy("静态文件"))
def static() -> Findings:
    if settings.DEBUG:
        yield ok("static", _("调试时直接用源码里的静态文件"))
        return
    folder, remedy = Path(settings.STATIC_ROOT), "xianfeng-manage collectstatic --noinput"
    if not (folder / "staticfiles.json").exists():
        yield serious("static", _("静态文件还没有收集"), remedy)
        return
    closed = list(unusable(folder, os.R_OK))
    if closed:
        yield fail(
            "static",
            some(_("有静态文件读不到,页面会没有样式"), closed),
            f"rm -rf {folder}/* && {remedy} && systemctl restart xianfeng-web",
        )
    else:
        yield ok("static", _("静态文件都读得到"))


def unusable(folder: Path, how: int) -> Iterator[Path]:
    """What lies under `folder` and may not be used so; a folder needs to be entered as well."""
    for parent, folders, files in os.walk(folder):
        for name in folders:
            path = Path(parent, name)
            if not os.access(path, how | os.X_OK):
                yield path
        yield from (path for name in files if not os.access(path := Path(parent, name), how))


def some(text: str, paths: list[Path]) -> str:
    shown = "、".join(str(path) for path in paths[:MOST_NAMED])
    return _("%(text)s:%(paths)s,共 %(count)d 个") % {"text": text, "paths": shown, "count": len(paths)}
