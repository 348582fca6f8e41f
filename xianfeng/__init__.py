"""先锋微家: the project package (settings, root URLs, Celery, checks and pure helpers)."""

from xianfeng.celery import app as celery_app

__all__ = ["celery_app"]
