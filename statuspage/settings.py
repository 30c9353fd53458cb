"""Django's settings: the variables of statuspage/configuration.py, and what follows from them."""

from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from statuspage.api import framework
from statuspage.configuration import AREAS, EngineSettings, SiteSettings
from statuspage.lib.database_url import database_from_url
from statuspage.lib.env import Configuration
from statuspage.lib.paths import PACKAGE, RESOURCES
from statuspage.lib.redis_client import redis_options
from statuspage.operations.configuration import BEAT_SCHEDULE, QUEUES, OperationsSettings
from statuspage.operations.logs import logging_by
from statuspage.regulator.configuration import RegulatorSettings
from statuspage.statements.configuration import PublicLogSettings

BASE_DIR = PACKAGE.parent

# Every variable is a setting of the same name and of the type of its field, except those that only
# serve to compute the settings below (`exclude=True`).
configuration = Configuration(AREAS)
globals().update(configuration.exposed())
site = configuration.of(SiteSettings)
engines = configuration.of(EngineSettings)
operations = configuration.of(OperationsSettings)

# Readers get the same error pages in development as in production.
DEVELOPMENT = site.DEBUG
DEBUG = DEVELOPMENT and site.ERROR_DETAILS
OPERATOR_NAME = {"zh-hans": site.OPERATOR_NAME, "en": site.OPERATOR_NAME_EN}
# The name of the log, which never changes: the URL below which it is served, without https://.
LOG_ORIGIN = (
    configuration.of(PublicLogSettings).LOG_ORIGIN or f"{site.SITE_URL.partition('://')[2]}/log"
)
regulator = configuration.of(RegulatorSettings)
REGULATOR_THRESHOLDS = regulator.thresholds("REGULATOR")
REGULATOR_NETWORK_THRESHOLDS = regulator.thresholds("REGULATOR_NETWORK")
REGULATOR_LEAK_THRESHOLDS = regulator.thresholds("REGULATOR_LEAK")
EMAIL_TIMEOUT = 15
EMAIL_BACKEND = "notifications.channels.smtp.Backend"

INSTALLED_APPS = [
    "statuspage.console.admin_app.ReferenceDataConfig",
    # Before Django's: its createsuperuser and changepassword are no way around two persons.
    "statuspage.staff",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "statuspage.apps.WiringConfig",
    "statuspage.operations",
    "statuspage.statements",
    "statuspage.components",
    "statuspage.calendar",
    "statuspage.notices",
    "statuspage.incidents",
    "statuspage.monitors",
    "statuspage.postmortems",
    "statuspage.regulator",
    "statuspage.settlement",
    "statuspage.approvals",
    "statuspage.pages",
    "statuspage.api",
    "statuspage.console",
    "notifications.subscribers",
    "notifications.templates",
    "notifications.delivery",
    "notifications.verification",
    "notifications.escalation",
    "notifications.carrier_words",
    "notifications.inbox",
    "notifications.watch",
]

MIDDLEWARE = [
    # Static files, redirects to HTTPS and errors carry these headers too: they come first.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "statuspage.staff.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "statuspage.operations.logs.RequestId",
    "statuspage.pages.large_text.LargeTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "statuspage.pages.server.busy.BusyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "statuspage.staff.middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "statuspage.staff.middleware.SessionMiddleware",
    "statuspage.staff.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "statuspage.staff.body_allowance.BodyAllowanceMiddleware",
]

ROOT_URLCONF = "statuspage.urls"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RESOURCES / "templates"],
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

DATABASES = {"default": database_from_url(engines.DATABASE_URL)}
# Of the commands that migrate and restore; see statuspage/lib/postgres/owner.py.
DATABASE_OWNER = (
    database_from_url(engines.DATABASE_OWNER_URL) if engines.DATABASE_OWNER_URL else None
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": engines.REDIS_URL,
        "OPTIONS": redis_options(),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "staff.Staff"
AUTHENTICATION_BACKENDS = ["statuspage.staff.backend.StaffBackend"]
LOGIN_URL = "/console/login/"
LOGIN_REDIRECT_URL = "/console/"
PASSWORD_HASHERS = [
    "statuspage.staff.password_checks.BoundedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# -- Signing in, by django-allauth ------------------------------------------------------------
ACCOUNT_ADAPTER = "statuspage.staff.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_TIMEOUT = 300  # seconds for the second factor
ACCOUNT_REAUTHENTICATION_TIMEOUT = 0  # ours decides: statuspage/staff/recency.py
# Ours count instead, in one step and also while Redis is away: statuspage/staff/attempts.py.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "statuspage.staff.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODE_DIGITS = 12
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up, and no address is a name to sign in with
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # ours is stricter: statuspage/staff/passkeys.py
MFA_RATE_LIMITS = False
SOCIALACCOUNT_ADAPTER = "statuspage.staff.sso.SocialAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [RESOURCES / "locale"]
TIME_ZONE = "Asia/Shanghai"  # shown to readers; the database stores UTC

STATIC_URL = "/static/"
STATIC_ROOT = engines.STATIC_ROOT or engines.DATA_DIR / "static"
STATICFILES_DIRS = [RESOURCES / "static"]
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
# X-Frame-Options, nosniff, same-origin referrers and openers are Django's defaults.
HTTPS = site.SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# Without a proxy of ours in front, the header is a stranger's.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if site.TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# With this prefix a browser takes a cookie from no subdomain, and never over plain HTTP.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_SECURE = HTTPS
MESSAGE_COOKIE_NAME = "__Host-messages" if HTTPS else "messages"
MESSAGE_STORAGE = "statuspage.lib.flash_storage.Storage"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "django_language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
KNOWN_BROWSER_COOKIE = "__Secure-known" if HTTPS else "known"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "statuspage.pages.http.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "statuspage.console.bounded.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# -- Celery: it only wakes workers, PostgreSQL holds the state --------------------------------
CELERY_BROKER_URL = operations.BROKER_URL or engines.REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Workers retry the broker without limit; processes that send a task do not wait for it.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A Redis that answers with an error, such as a replica that takes no writes, ends no worker either.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0} | (
    {"confirm_publish": True, "read_timeout": 10, "write_timeout": 5}
    if operations.on_rabbitmq
    else {"socket_connect_timeout": 2, "socket_timeout": 5, "socket_keepalive": True}
)
# Replicated queues on RabbitMQ: no task is lost when one node dies.
CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum" if operations.on_rabbitmq else "classic"
CELERY_TASK_QUEUES = [
    Queue(name, queue_arguments={"x-queue-type": CELERY_TASK_DEFAULT_QUEUE_TYPE}) for name in QUEUES
]
CELERY_TASK_ROUTES = ("notifications.delivery.routing.route",)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULER = "statuspage.operations.beat:Beat"

LOGGING = logging_by(operations.LOG_FORMAT, operations.LOG_LEVEL)
REST_FRAMEWORK = framework.REST_FRAMEWORK
SPECTACULAR_SETTINGS = framework.SPECTACULAR_SETTINGS

# The function that counts a statement's recipients by channel; pages may not import it.
RECIPIENT_COUNTS = "notifications.delivery.broadcasts.told_of"
# The function that names who gets subscribers' addresses; the privacy notice may not import it.
PRIVACY_RECIPIENTS = "notifications.subscribers.recipients.recipients"
# The messages to somebody's addresses, for a copy of their data; subscribers may not import it.
MESSAGES_TO = "notifications.delivery.copies.messages_to"
# What somebody wrote to us, for the same.
TEXTS_FROM = "notifications.inbox.services.texts_from"
