"""Every setting of the platform, from the environment; see .env.example for the list.

Without any variable the platform runs in full on this machine: SQLite and an embedded Valkey
under var/. Production (ENVIRONMENT=production) sets its own, and xianfeng/checks.py refuses to
start on a dangerous one.
"""

from datetime import date
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.machine import envfile
from xianfeng.lib.machine.embedded import socket_path
from xianfeng.lib.machine.keys import development_key
from xianfeng.lib.machine.private import keep_private

django_stubs_ext.monkeypatch()  # lets classes like ModelForm[Policy] name their model

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# Of an installed machine, or what `make run` generated on its first run; the real environment wins over it.
ENV_FILE = envfile.chosen(default=Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))) / ".env")
if ENV_FILE:
    env.read_env(ENV_FILE)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
keep_private(VAR_DIR)

# --- Safety -------------------------------------------------------------------------------------

ENVIRONMENT = env.str("ENVIRONMENT", default="local")  # local | test | production
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
INSECURE_SECRET_KEY = "insecure-change-me"  # noqa: S105  (refused by xianfeng/checks.py)
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT = env.int("PORT", default=8000)  # where `manage.py run` serves
SITE_URL: str = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")

# Encrypts contact data, addresses and private briefs. The first key writes, all of them read.
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[])
if not FIELD_ENCRYPTION_KEYS and not IS_PRODUCTION:
    FIELD_ENCRYPTION_KEYS = [development_key(SECRET_KEY)]

# Cookies, HSTS and the redirect to https. Off only where the portal is reached by plain http
# on one machine; production without it is refused.
SECURE = env.bool("SECURE", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# A browser takes a cookie of such a name from this host alone, by https, and sends it nowhere else.
COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
TEXT_SIZE_COOKIE = f"{COOKIE_PREFIX}text"  # large or standard, on residents' and members' pages
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "xianfeng.lib.crypto.sessions.SealedSerializer"
MESSAGE_STORAGE = "xianfeng.lib.crypto.messages.SealedStorage"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^(healthz|livez|metrics)$"]  # probes ask the process itself, by plain http
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600 if SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whose rate limits count: behind a proxy every visitor would else share the proxy's own address.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_PROXY else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Pages use none of the device's senses; a camera is the phone's own that scans a poster. Named are those
# that browsers know: of any other they complain on every page.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
        "geolocation", "gyroscope", "hid", "idle-detection",
        "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment", "serial",
        "usb", "xr-spatial-tracking",
    )
}  # fmt: skip
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# --- Applications -------------------------------------------------------------------------------

FIRST_PARTY_APPS = ["reports", "tasks", "wishes", "flags", "members", "notices"]
INSTALLED_APPS = [
    # Ours first: their templates and commands win over a library's of the same name.
    "xianfeng",
    *FIRST_PARTY_APPS,
    "members.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "import_export",
]
MIDDLEWARE = [
    "xianfeng.operations.seeing.measuring.Measure",
    "django.middleware.security.SecurityMiddleware",
    "xianfeng.middleware.CompressPages",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xianfeng.middleware.KeepOutOfCaches",
    "xianfeng.middleware.AnswerProbes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "xianfeng.middleware.RefuseUnfit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.lasting.EndOld",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "members.access.DeskMiddleware",
    "members.journal.Journal",
    "members.access.LogInFirst",
]
ROOT_URLCONF = "xianfeng.urls"
WSGI_APPLICATION = "xianfeng.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"ui": "xianfeng.ui.tags", "charts": "xianfeng.ui.charts"},
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database -----------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
SQLITE_PRAGMAS = (
    # WAL lets readers go on while one writes. recursive_triggers closes INSERT OR REPLACE as a
    # way around the delete triggers of the append-only ledgers.
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA recursive_triggers=ON;"
    "PRAGMA mmap_size=134217728;"
)


def database(url: str) -> dict[str, Any]:
    """Connection settings for `url`, with what each engine needs to be safe under load."""
    config: dict[str, Any] = dict(env.db_url_config(url))
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # Deferred transactions fail at once when two of them want to write; IMMEDIATE ones queue.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_PRAGMAS,
        }
        # A file, as in real use: a shared in-memory database ignores the time-out between threads.
        config["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    else:
        config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
        config["CONN_HEALTH_CHECKS"] = True
        config.setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    return config


DATABASES = {"default": database(DATABASE_URL)}
IS_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"

# --- Cache, queue -------------------------------------------------------------------------------

REDIS_URL: str = env.str("REDIS_URL", default="")
IS_EMBEDDED_BROKER = not REDIS_URL
EMBEDDED_SOCKET = socket_path(VAR_DIR)
# The queue in one numbered database, the cache in the next: clearing a cache flushes its database.
redis_address, _separator, redis_number = REDIS_URL.partition("://")[2].partition("/")
REDIS_DB = env.int("REDIS_DB", default=int(redis_number or 0))
if IS_EMBEDDED_BROKER:
    broker_url = f"redis+socket://{EMBEDDED_SOCKET}?virtual_host={REDIS_DB}"
    cache_url = f"unix://{EMBEDDED_SOCKET}?db={REDIS_DB + 1}"
    BROKER_SERVER_URL = f"unix://{EMBEDDED_SOCKET}?db={REDIS_DB}"  # broker_url for who asks Redis itself
else:
    redis_scheme = REDIS_URL.partition("://")[0]
    broker_url = f"{redis_scheme}://{redis_address}/{REDIS_DB}"
    cache_url = f"{redis_scheme}://{redis_address}/{REDIS_DB + 1}"
    BROKER_SERVER_URL = broker_url
CACHE_URL: str = env.str("CACHE_URL", default=cache_url)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "xianfeng.lib.broker.steady.SteadyCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "xianfeng",
        "VERSION": 2,  # the first was written with pickle
        # One that hangs costs one request so long, then each process goes on with its own for a while.
        "OPTIONS": {
            "socket_connect_timeout": 0.4,
            "socket_timeout": 0.4,
            "serializer": "xianfeng.lib.broker.plain.PlainSerializer",
        },
    }
}

CELERY_BROKER_URL = broker_url
CELERY_TIMEZONE = "Asia/Shanghai"
# Jobs leave their outcome in the domain's own rows (imports, runs, exports), so there is no result store.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 25 * 60
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the hard limit of a job, or a running one is handed out a second time.
    "visibility_timeout": 35 * 60,
    # A job of a killed worker comes back within seconds of its timeout, not minutes.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    # A worker whose connection died without a word notices. It waits a second at most for the next job.
    "socket_timeout": 30,
    "socket_keepalive": True,
    "global_keyprefix": "xianfeng:",
}
# Who hands out a job has a page to answer, and waits no longer for the broker (xianfeng/celery.py).
BROKER_WRITE_TIMEOUT = 0.45  # seconds
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# --- Accounts -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "members.accounts.passwords.NoWordsOfOurs"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "members.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "phone"}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 5 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PHONE_VERIFICATION_ENABLED = False  # registration proved the mobile already
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,500/d/ip,1/m/key,5/h/key,10/d/key",
    "login_failed": "",  # members/accounts/guessing.py: per account and address, so that nobody is locked out
}
ALLAUTH_USER_CODE_FORMAT = {"length": 6, "numeric": True, "dashed": False}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # allauth's own table of addresses stays empty: User.email is the one
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nothing is sent to an address that nobody has confirmed
ACCOUNT_FORMS = {
    "reset_password": "members.accounts.forms.ForgottenForm",
    "request_login_code": "members.accounts.forms.AskCodeForm",
    "confirm_login_code": "members.accounts.forms.LogInCodeForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "members.accounts.addresses.LinkToken"  # noqa: S105
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False  # shared office machines: the session ends with the browser
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "members.accounts.forms.SecondFactorForm",
    "reauthenticate": "members.accounts.forms.SecondFactorAgainForm",
}
MFA_TOTP_ISSUER = "先锋微家"
MFA_ADAPTER = "members.accounts.adapter.SecretsAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are ours to confirm (members/accounts/addresses.py)
# Who may open contact data, the city, streets and administrators must have a second factor; from this day on
# everybody with a post. Each account has so many days for it, from its post or from that day.
SECOND_FACTOR_FOR_ALL_FROM = env.get_value(
    "SECOND_FACTOR_FOR_ALL_FROM", cast=lambda day: date.fromisoformat(day) if day else None, default=None
)
SECOND_FACTOR_GRACE_DAYS = env.int("SECOND_FACTOR_GRACE_DAYS", default=14)
# Log-ins are listed either way; tracking each page view would add a write to every read.
USERSESSIONS_TRACK_ACTIVITY = False

# --- Messages to people -------------------------------------------------------------------------

EMAIL_URL: str = env.str("EMAIL_URL", default="consolemail://")


def mailer(url: str) -> dict[str, Any]:
    """A MAILERS entry for an address like ``smtp+tls://user:password@host:587``."""
    config = env.email_url_config(url)
    backend = config["EMAIL_BACKEND"]
    if backend != "django.core.mail.backends.smtp.EmailBackend":
        return {"BACKEND": backend}
    options = {
        "host": config.get("EMAIL_HOST") or "127.0.0.1",
        "port": config.get("EMAIL_PORT") or 25,
        "username": config.get("EMAIL_HOST_USER") or "",
        "password": config.get("EMAIL_HOST_PASSWORD") or "",
        "use_tls": bool(config.get("EMAIL_USE_TLS")),
        "use_ssl": bool(config.get("EMAIL_USE_SSL")),
        "timeout": 20,
    }
    return {"BACKEND": backend, "OPTIONS": options}


MAILERS = {"default": mailer(EMAIL_URL)}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="先锋微家 <noreply@localhost>")
# "console" prints one-time codes to the log; otherwise the dotted path of a class (notices/channels/sms.py).
SMS_BACKEND: str = env.str("SMS_BACKEND", default="console")

# --- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FIRST_DAY_OF_WEEK = 1

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# An image has its own, and so has a release beside others: the list of hashed names goes with the code.
OF_RELEASE = BASE_DIR / "staticfiles"
STATIC_ROOT = Path(
    env.str("STATIC_ROOT", default=str(OF_RELEASE if OF_RELEASE.is_dir() else VAR_DIR / "static"))
)
# The pictures of the manuals go with their pages (reports/help).
sources: list[tuple[str, Path]] = [("", BASE_DIR / "static"), ("manual", BASE_DIR / "docs" / "img")]
STATICFILES_DIRS = [source for source in sources if source[1].is_dir()]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
# No MEDIA_URL: uploads are private and leave only through views that check who asks.
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "xianfeng.lib.web.static.PublicStaticFiles"
        if not DEBUG and ENVIRONMENT != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Public keys (age1…) that backups are encrypted for; none: they are plain. Private keys lie elsewhere.
BACKUP_RECIPIENTS: list[str] = env.list("BACKUP_RECIPIENTS", default=[])
# The folder of pg_dump and pg_restore, where those of the system are older than the server.
PG_BIN: str = env.str("PG_BIN", default="")

# --- Libraries ----------------------------------------------------------------------------------

IMPORT_EXPORT_SKIP_ADMIN_LOG = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

# Who reads /metrics from another machine shows this token; without one, only this machine may.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# --- Logging (English, to stderr) ---------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if IS_PRODUCTION else "line")  # line | json
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "xianfeng.lib.machine.lines.OneLine",
            "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        },
        "json": {"()": "xianfeng.lib.machine.lines.OneObject", "datefmt": "%Y-%m-%dT%H:%M:%S%z"},
    },
    "filters": {"traced": {"()": "xianfeng.lib.machine.lines.Traced"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["traced"]},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Its own handlers would print each line twice and mail it to nobody.
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "fontTools": {"level": "WARNING"},
        "fpdf": {"level": "WARNING"},
    },
}
