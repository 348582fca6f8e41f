"""The WSGI application that gunicorn serves. It refuses to start on a dangerous setting."""

import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xianfeng.settings")

application = get_wsgi_application()

from xianfeng.checks import dangers  # noqa: E402

if found := dangers():
    sys.exit(found)

get_resolver().url_patterns  # noqa: B018  (imports every view now, not within the first request)
