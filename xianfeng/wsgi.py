"""The WSGI application that gunicorn serves. It refuses to start on a dangerous setting."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xianfeng.settings")

application = get_wsgi_application()

from xianfeng.checks import dangers  # noqa: E402

if found := dangers():
    sys.exit(found)
