"""Why a backup, a restore or a drill could not be done."""

import errno
import logging
import os
import pwd
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error as DatabaseFailed
from django.utils.translation import gettext as _

from xianfeng.lib.refusal import Refusal

log = logging.getLogger(__name__)
FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class Fault(Refusal):
    """The message is for the operator: what is wrong, and what to do now."""

    code = "backup_fault"


class Busy(Fault):
    """Another one is at it: nothing failed, so nobody is told."""

    code = "busy"


def typed(words: str) -> str:
    """How an operator calls a command of ours on this machine."""
    return f"{'xianfeng-manage' if settings.IS_PRODUCTION else 'manage.py'} {words}"


def service_user() -> str:
    """Whom the platform runs as; its commands do, too."""
    return pwd.getpwuid(os.geteuid()).pw_name


def absolute_path_needed() -> str:
    """On an installed machine a path of whoever stands elsewhere is looked for in the program's folder."""
    return _("xianfeng-manage 先进入程序目录再执行，请写绝对路径。") if settings.IS_PRODUCTION else ""


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the file system, the database and a slip of ours raise into a Fault."""
    try:
        yield
    except Fault:
        raise
    except OSError as error:
        raise of_files(error) from error
    except (DatabaseFailed, sqlite3.Error) as error:
        text = _("数据库没有完成操作：%(error)s。请确认数据库在运行、连接设置正确，再执行一次。")
        raise Fault(text % {"error": str(error).strip()}, "database") from error
    except Exception as error:
        log.exception("Nobody thought of this.")
        text = _("意外的错误：%(error)s。详情在日志里，请交给开发人员。")
        raise Fault(text % {"error": error}, "unexpected") from error


def of_files(error: OSError) -> Fault:
    facts = {"path": error.filename or "", "error": error.strerror or str(error)}
    if error.errno in FULL:
        return Fault(
            _("磁盘已满，写不完：%(path)s。请腾出空间或换一个目录，再执行一次。") % facts, "no_space"
        )
    if error.errno in FORBIDDEN:
        text = _(
            "没有权限读写 %(path)s。请以平台的服务用户执行，并让它拥有这个目录，例如："
            "install -d -m 700 -o xianfeng -g xianfeng 目录"
        )
        return Fault(text % facts, "not_writable")
    return Fault(_("读写文件出错：%(error)s %(path)s。请检查磁盘后再执行一次。") % facts, "files")
