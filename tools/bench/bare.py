"""The portal as gunicorn serves it, with the bench's own address beside the real ones."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xianfeng.settings")
settings.ROOT_URLCONF = "tools.bench.bare_urls"
application = get_wsgi_application()
