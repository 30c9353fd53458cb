"""Every setting, read from the environment; see .env.example."""

import json
from pathlib import Path
from typing import Any, Final

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from notifications.configuration import *  # noqa: F403
from statuspage.api import framework
from statuspage.env import ConfigurationError, Env, database_from_url
from statuspage.incidents.configuration import *  # noqa: F403
from statuspage.operations.configuration import *  # noqa: F403
from statuspage.regulator.configuration import *  # noqa: F403
from statuspage.staff.configuration import *  # noqa: F403

BASE_DIR: Final = Path(__file__).resolve().parent.parent
env: Final = Env()

# DEBUG=true is for development and the demonstration: demo secrets and plain HTTP will do. Readers
# get the same error pages as in production; ERROR_DETAILS=true shows Django's own instead.
DEVELOPMENT = env.flag("DEBUG", False)
DEBUG = DEVELOPMENT and env.flag("ERROR_DETAILS", False)
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".data"))).resolve()


def _secret(name: str, demo: str) -> str:
    """A secret: required in production, where the demonstration's value is refused as well."""
    value = env.text(name, demo if DEVELOPMENT else "")
    if not value:
        raise ConfigurationError(name, "is required when DEBUG is off")
    if value == demo and not DEVELOPMENT:
        raise ConfigurationError(name, "still has the demonstration's value")
    return value


def _engine_url(name: str) -> str:
    """The engine's URL from the environment, else that of the embedded engine `up` started."""
    value = env.text(name, "")
    running = DATA_DIR / "engines.json"
    if not value and running.exists():
        value = json.loads(running.read_text(encoding="utf-8")).get(name.lower(), "")
    if not value:
        raise ConfigurationError(name, "is not set, and no embedded engine runs (`make run`)")
    return value


SECRET_KEY = _secret("SECRET_KEY", "demo-secret-key-never-in-production-0123456789abcdef")
ALLOWED_HOSTS = env.items(
    "ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]") if DEVELOPMENT else ()
)
if not ALLOWED_HOSTS:
    raise ConfigurationError("ALLOWED_HOSTS", "is required when DEBUG is off")
PORT = env.integer("PORT", 8000, minimum=1)
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}" if DEVELOPMENT else "").rstrip("/")
if not SITE_URL.startswith(("https://", "http://")):
    raise ConfigurationError("SITE_URL", "is required: the public address, such as https://…")

INSTALLED_APPS = [
    "statuspage.console.admin_app.ReferenceDataConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "statuspage.apps.WiringConfig",
    "statuspage.operations",
    "statuspage.staff",
    "statuspage.statements",
    "statuspage.components",
    "statuspage.incidents",
    "statuspage.monitors",
    "statuspage.postmortems",
    "statuspage.regulator",
    "statuspage.settlement",
    "statuspage.pages",
    "statuspage.api",
    "statuspage.console",
    "notifications.subscribers",
    "notifications.delivery",
    "notifications.verification",
    "notifications.escalation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "statuspage.staff.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "statuspage.operations.logs.RequestId",
    "statuspage.pages.elder.ElderMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "statuspage.staff.middleware.AuditMiddleware",
    "statuspage.staff.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "statuspage.urls"
WSGI_APPLICATION = "statuspage.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "statuspage.pages.context.operator",
            ],
        },
    }
]

DATABASES = {"default": database_from_url(_engine_url("DATABASE_URL"))}
REDIS_URL = _engine_url("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "staff.Staff"
LOGIN_URL = "/console/login/"
LOGIN_REDIRECT_URL = "/console/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Fernet keys by commas, newest first: they seal the secrets of authenticator apps.
STAFF_SECRET_KEYS = _secret("STAFF_SECRET_KEYS", "ZGVtby1zdGFmZi1zZWNyZXQta2V5LW5vdC1pbi1wcm8=")
# Whether approvers and administrators must have a second factor. The demonstration lets them in
# with the password alone, so that a newcomer can look around.
STAFF_SECOND_FACTOR = env.text("STAFF_SECOND_FACTOR", "optional" if DEVELOPMENT else "required")
if STAFF_SECOND_FACTOR not in ("optional", "required"):
    raise ConfigurationError("STAFF_SECOND_FACTOR", "must be required or optional")
if STAFF_SECOND_FACTOR == "optional" and not DEVELOPMENT:
    raise ConfigurationError("STAFF_SECOND_FACTOR", "must be required when DEBUG is off")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # shown to readers; the database stores UTC

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT

# -- Security headers -------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_PATH = "/"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "statuspage.pages.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "statuspage.console.bounded.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# How many reverse proxies in front add to X-Forwarded-For; 0 trusts the peer address only.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)

# -- Celery; the rest stands in statuspage/operations/configuration.py ---------------------------
CELERY_BROKER_URL = BROKER_URL or REDIS_URL  # noqa: F405

# -- The operator -----------------------------------------------------------------------------
OPERATOR_NAME = {
    "zh-hans": env.text("OPERATOR_NAME", "演示支付"),
    "en": env.text("OPERATOR_NAME_EN", "DemoPay"),
}
# Drafts that nobody touches are deleted after so many days.
DRAFTS_KEEP_DAYS = env.integer("DRAFTS_KEEP_DAYS", 14, minimum=1)
OPERATOR_HOTLINE = env.text("OPERATOR_HOTLINE", "400-000-0000" if DEVELOPMENT else "")

# -- The log ----------------------------------------------------------------------------------
# 32 bytes in base64; several by commas sign side by side while one is replaced by the next.
LOG_SIGNING_KEY = _secret("LOG_SIGNING_KEY", "ZGVtby1sb2cta2V5LW5ldmVyLWluLXByb2R1Y3Rpb24=")
# The name of the log for all time: the address below which it is served, without https://.
LOG_ORIGIN = env.text("LOG_ORIGIN", f"{SITE_URL.partition('://')[2]}/log")

# -- Monitors ---------------------------------------------------------------------------------
# What a monitor watches and no longer reports is forgotten after so many days.
SIGNALS_KEEP_DAYS = env.integer("SIGNALS_KEEP_DAYS", 90, minimum=1)

# -- Subscribers ------------------------------------------------------------------------------
# "id:base64 of 32 bytes", newest first; the first encrypts, all of them decrypt.
ADDRESS_KEYS = _secret("ADDRESS_KEYS", "demo:ZGVtby1hZGRyZXNzLWtleS0zMi1ieXRlcy1sb25nISE=")
ADDRESS_INDEX_KEY = _secret("ADDRESS_INDEX_KEY", "demo-blind-index-key-never-in-production")
DEFAULT_REGION = env.text("DEFAULT_REGION", "CN")
# The largest file of subscribers that the console takes.
IMPORT_MAX_MB = env.integer("IMPORT_MAX_MB", 200, minimum=1)
SIGNUP_CODE_SECONDS = env.integer("SIGNUP_CODE_SECONDS", 600, minimum=60)
SIGNUP_CODE_TRIES = env.integer("SIGNUP_CODE_TRIES", 10, minimum=1)
SIGNUP_PER_NUMBER_HOUR = env.integer("SIGNUP_PER_NUMBER_HOUR", 10, minimum=1)
SIGNUP_PER_IP_HOUR = env.integer("SIGNUP_PER_IP_HOUR", 60, minimum=1)
SIGNUP_PER_PREFIX_HOUR = env.integer("SIGNUP_PER_PREFIX_HOUR", 300, minimum=1)

# -- Settlement -------------------------------------------------------------------------------
# How long ahead merchants are told; with less, a reason is asked for and shown (domain.md, duties).
FEE_NOTICE_DAYS = env.integer("FEE_NOTICE_DAYS", 30)
MAINTENANCE_NOTICE_WORKDAYS = env.integer("MAINTENANCE_NOTICE_WORKDAYS", 5)
# Kinds of notice, by commas, that a second person approves; an empty value asks for nobody's.
FOUR_EYES_KINDS = env.names(
    "FOUR_EYES_KINDS",
    "delay,recovery,settlement_rule,holiday_schedule,fee_change,fee_waiver,compensation"
    ",yearly_disclosure",
)
# Kinds of statement that go out at once, and that a second person reads within so many days.
REVIEWED_KINDS = env.names("REVIEWED_KINDS", "incident.opened,incident.updated,incident.backfilled")
REVIEW_WITHIN_DAYS = env.integer("REVIEW_WITHIN_DAYS", 14, minimum=1)
# A backlog is told whenever so much more of it has arrived, and nothing of fewer than so many.
BACKLOG_STEP_PERCENT = env.integer("BACKLOG_STEP_PERCENT", 10, minimum=1)
BACKLOG_FEWEST = env.integer("BACKLOG_FEWEST", 5, minimum=2)
# Affected transactions: the key of their hashes, the largest file, how long they are kept, and how
# often one network address, and one merchant, may be asked about.
TRANSACTION_KEY = _secret("TRANSACTION_KEY", "demo-transaction-key-never-in-production")
TRANSACTIONS_MAX_MB = env.integer("TRANSACTIONS_MAX_MB", 200, minimum=1)
TRANSACTIONS_KEEP_DAYS = env.integer("TRANSACTIONS_KEEP_DAYS", 400, minimum=1)
TRANSACTIONS_PER_IP_MINUTE = env.integer("TRANSACTIONS_PER_IP_MINUTE", 10, minimum=1)
TRANSACTIONS_PER_MERCHANT_MINUTE = env.integer("TRANSACTIONS_PER_MERCHANT_MINUTE", 10, minimum=1)
# How many questions about the arrival of money one address may ask in a minute.
ARRIVAL_PER_IP_MINUTE = env.integer("ARRIVAL_PER_IP_MINUTE", 120, minimum=1)
# How many searches of the history.
SEARCH_PER_IP_MINUTE = env.integer("SEARCH_PER_IP_MINUTE", 60, minimum=1)

REST_FRAMEWORK = framework.REST_FRAMEWORK
SPECTACULAR_SETTINGS = framework.SPECTACULAR_SETTINGS

# -- Pages ------------------------------------------------------------------------------------
# How long whoever publishes waits for the answer until the page shows the statement.
PAGES_WAIT_SECONDS = env.number("PAGES_WAIT_SECONDS", 1.0)
