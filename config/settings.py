"""Settings of both ways to run, embedded and full: one file, and the environment decides."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config.environment import BASE_DIR, DATA_DIR, broker, caches, databases, env, env_minutes, mailer

DATA_DIR.mkdir(parents=True, exist_ok=True)

# Who runs it --------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
# The sample province, its accounts and the Midtrans simulator exist only where this is on.
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str(
    "SECRET_KEY", default="" if not (DEMO or DEBUG) else "only-for-the-demonstration-never-for-production-use"
)
SITE_NAME = env.str("SITE_NAME", default="Lapau Sumbar: wisata dan produk UMKM")
# What English pages say; a name of one's own stays as it is where no English one is given.
SITE_NAME_EN = env.str(
    "SITE_NAME_EN",
    default="Lapau Sumbar: travel and local products" if SITE_NAME.startswith("Lapau Sumbar:") else SITE_NAME,
)
# All sites lie under one domain, so that sign-in, cart and checkout go on from region to region.
SITE_DOMAIN = env.str("SITE_DOMAIN", default="lapau.localhost")
SITE_SCHEME = env.str("SITE_SCHEME", default="http")
SITE_PORT = env.int("SITE_PORT", default=8000)
SITE_ORIGIN = f"{SITE_SCHEME}://{SITE_DOMAIN}" + ("" if SITE_PORT in (80, 443) else f":{SITE_PORT}")

ALLOWED_HOSTS = ["*"]  # the middleware below sends every unknown name to the province's own
CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN, SITE_ORIGIN.replace("://", "://*.")]
SESSION_COOKIE_DOMAIN = CSRF_COOKIE_DOMAIN = SITE_DOMAIN
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_SCHEME == "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 31_536_000 if SITE_SCHEME == "https" else 0
# Every region's site lies under the domain and is served by the same proxy.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL_REDIRECT = SITE_SCHEME == "https"
# Midtrans follows no redirect that turns a POST into a GET; a notification by http is answered too.
SECURE_REDIRECT_EXEMPT = [r"^payments/", r"^payouts/"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview frames the page on its own host

# The house, top room first ------------------------------------------------------------------------------------------
LAPAU_APPS = [
    *(["demo"] if DEMO else []),
    "frontend.parts",
    "frontend.storefront",
    "frontend.checkout",
    "frontend.account",
    "frontend.seller",
    "frontend.gate",
    "frontend.api",
    "frontend.office",
    "frontend.emails",
    "search",
    "cms.workflows",
    "cms.pages",
    "cms.media",
    "cms.branding",
    "cms.tenancy",
    "marketplace.sales",
    "marketplace.payouts",
    "marketplace.reviews",
    "marketplace.payments",
    "marketplace.tickets",
    "marketplace.orders",
    "marketplace.carts",
    "marketplace.shipping",
    "marketplace.promotions",
    "marketplace.inventory",
    "marketplace.catalog",
    "marketplace.shops",
    "marketplace.ledger",
    "tourism.visits",
    "tourism.hazards",
    "tourism.trips",
    "tourism.events",
    "tourism.destinations",
    "tourism.regions",
    "foundation.audit",
    "foundation.outbox",
    "foundation.accounts",
]
INSTALLED_APPS = [
    *(app for app in LAPAU_APPS if (BASE_DIR / app.replace(".", "/") / "apps.py").exists()),
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_vite",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",  # Wagtail's own search of the admin, where the database is PostgreSQL
]
MIDDLEWARE = [
    "config.middleware.HealthMiddleware",
    "config.middleware.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "config.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.middleware.AdminLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "foundation.accounts.middleware.BuyerMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "frontend.parts.context.site",
            ],
        },
    }
]
FORM_RENDERER = "frontend.parts.renderer.PartsRenderer"
INSTALLED_APPS.append("django.forms")

# Data ---------------------------------------------------------------------------------------------------------------
DATABASES = databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = caches()
# How long pages of the public are kept that no change outdates. A single embedded process keeps none: its worker could
# not tell it of changes.
KEPT_PAGE_SECONDS = env.float("KEPT_PAGE_SECONDS", default=10 if env.str("REDIS_URL", default="") else 0)
SEARCH_URL = env.str("ELASTICSEARCH_URL", default="")
SEARCH_ENGINE = "elasticsearch" if SEARCH_URL else "embedded"
SEARCH_INDEX = env.str("SEARCH_INDEX", default="lapau")
SEARCH_FOLDER = DATA_DIR / "index"
# Of one address; enough for any page, too little to copy the whole province in an hour.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)

MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
# Documents of sellers and buyers are never served by address alone.
PRIVATE_MEDIA_ROOT = DATA_DIR / "private"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))  # an image brings its own
STATIC_URL = "/static/"
STATICFILES_DIRS = [("bundle", BASE_DIR / "frontend" / "assets" / "dist")]
S3_BUCKET = env.str("S3_BUCKET", default="")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": S3_BUCKET, "endpoint_url": env.str("S3_ENDPOINT", default=None)},
    }
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_PRIVATE_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT", default=None),
            "querystring_auth": True,
        },
    }
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": PRIVATE_MEDIA_ROOT}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Vite's chunks carry their hash in their name and fetch each other by it: those are kept for good too.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/bundle/assets/.+-[\w-]{8}\.\w+$|\.[0-9a-f]{12}\.\w+$"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "static_url_prefix": "bundle",
        "manifest_path": BASE_DIR / "frontend" / "assets" / "dist" / "manifest.json",
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o644

# Languages, time ----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
FORMAT_MODULE_PATH = "config.formats"
LOCALE_PATHS = [
    BASE_DIR / layer / "locale" for layer in ("frontend", "search", "cms", "marketplace", "tourism", "foundation")
]
# The address alone decides the language: no cookie, no Accept-Language.
LANGUAGE_COOKIE_NAME = "unused-language"

# People -------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
]
ACCOUNT_ADAPTER = "foundation.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone", "email"}
ACCOUNT_SIGNUP_FIELDS = ["phone*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
# Without it allauth writes the host before every subject.
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account:home"
ACCOUNT_FORMS = {
    "login": "frontend.account.forms.LoginForm",
    "signup": "frontend.account.forms.SignupForm",
    "reset_password": "frontend.account.forms.ResetPasswordForm",
    "add_email": "frontend.account.forms.AddEmailForm",
    "change_password": "frontend.account.forms.ChangePasswordForm",
}
# Passkeys would need inline scripts, which the strict content policy refuses.
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_ENGINE = "foundation.sessions"

# Editors ------------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = SITE_NAME
WAGTAIL_I18N_ENABLED = True
WAGTAILADMIN_BASE_URL = SITE_ORIGIN
WAGTAILADMIN_PERMITTED_LANGUAGES = [("id-id", "Bahasa Indonesia"), ("en", "English")]
WAGTAILIMAGES_IMAGE_MODEL = "media.Image"
WAGTAILDOCS_DOCUMENT_MODEL = "media.Document"
WAGTAILIMAGES_EXTENSIONS = ["avif", "jpg", "jpeg", "png", "webp", "heic"]
# Drawings and photographs alike look the same at these, and a first view stays under 100 kB.
WAGTAILIMAGES_AVIF_QUALITY = 48
WAGTAILIMAGES_WEBP_QUALITY = 72
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 12 * 1024 * 1024
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# The office has no door of its own: people sign in, and renew their password, where everybody does.
WAGTAIL_PASSWORD_RESET_ENABLED = False
# Facts are published from the Indonesian page; every language shows the tourism row.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = True

# Work in the background: wake-ups ----------------------------------------------------------------------------------
_broker = broker()
CELERY_BROKER_URL = _broker["url"]
CELERY_BROKER_TRANSPORT_OPTIONS = _broker["options"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = env.bool("TASKS_EAGER", default=False)
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
# Web processes that commit one order after the other wake the worker so often at most; 0: at every commit.
OUTBOX_WAKE_SECONDS = env.float("OUTBOX_WAKE_SECONDS", default=0.0)
# How far the worker steps back for web processes on the same machine (0 to 19). On SQLite, which has one writer, not at all.
WORKER_NICENESS = env.int("WORKER_NICENESS", default=10 if env.str("DATABASE_URL", default="") else 0)
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")
CELERY_BEAT_SCHEDULE = {
    "deliver-outbox": {"task": "foundation.outbox.tasks.deliver", "schedule": timedelta(seconds=10)},
    "forget-delivered": {
        "task": "foundation.outbox.tasks.forget_delivered",
        "schedule": crontab(hour="2", minute="30"),
    },
    "release-lapsed-holds": {
        "task": "marketplace.inventory.tasks.release_lapsed_holds",
        "schedule": timedelta(minutes=1),
    },
    "lapse-unpaid-orders": {"task": "marketplace.sales.tasks.lapse_unpaid_orders", "schedule": timedelta(minutes=1)},
    "poll-payments": {"task": "marketplace.payments.tasks.poll_payments", "schedule": timedelta(minutes=1)},
    "run-closings": {"task": "marketplace.sales.tasks.run_closings", "schedule": timedelta(minutes=1)},
    "send-waiting-refunds": {
        "task": "marketplace.payments.tasks.send_waiting_refunds",
        "schedule": timedelta(minutes=5),
    },
    "recheck-paid": {"task": "marketplace.payments.tasks.recheck_paid", "schedule": crontab(hour="0", minute="30")},
    "erase-old-accounts": {
        "task": "marketplace.payments.tasks.erase_old_accounts",
        "schedule": crontab(hour="1", minute="45"),
    },
    "publish-due-pages": {"task": "cms.pages.tasks.publish_due_pages", "schedule": timedelta(minutes=1)},
    "render-waiting-pictures": {
        "task": "marketplace.catalog.tasks.render_waiting_pictures",
        "schedule": timedelta(minutes=1),
    },
    "open-new-slots": {
        "task": "marketplace.inventory.tasks.open_new_slots",
        "schedule": crontab(hour="2", minute="10"),
    },
    "receive-silent": {"task": "marketplace.sales.tasks.receive_silent", "schedule": crontab(hour="1", minute="20")},
    "erase-contacts": {"task": "marketplace.sales.tasks.erase_contacts", "schedule": crontab(hour="1", minute="55")},
    "erase-old-notifications": {
        "task": "marketplace.payments.tasks.erase_old_notifications",
        "schedule": crontab(hour="1", minute="40"),
    },
    "close-periods": {"task": "marketplace.payouts.tasks.close_periods", "schedule": crontab(hour="1", minute="50")},
    "estimate-gateway-fees": {
        "task": "marketplace.payouts.tasks.estimate_gateway_fees",
        "schedule": crontab(hour="1", minute="30"),
    },
    "poll-payouts": {"task": "marketplace.payouts.tasks.poll_payouts", "schedule": timedelta(minutes=5)},
    "audit": {"task": "foundation.audit.tasks.audit", "schedule": crontab(hour="3", minute="0")},
    "flush-search": {"task": "search.tasks.flush", "schedule": timedelta(seconds=15)},
    "verify-search": {"task": "search.tasks.verify", "schedule": crontab(hour="3", minute="30")},
    "erase-old-search-counts": {
        "task": "search.tasks.erase_old_counts",
        "schedule": crontab(hour="1", minute="50"),
    },
    "tell-of-closures": {"task": "tourism.destinations.tasks.tell_of_closures", "schedule": timedelta(minutes=1)},
    "make-missing-renditions": {"task": "cms.media.tasks.make_missing_renditions", "schedule": timedelta(minutes=1)},
    "hand-over-translations": {"task": "cms.pages.tasks.hand_over_translations", "schedule": timedelta(minutes=10)},
    "rebuild-admin-indexes": {
        "task": "cms.pages.tasks.rebuild_admin_indexes",
        "schedule": crontab(hour="4", minute="0"),
    },
}

# Money --------------------------------------------------------------------------------------------------------------
# Keys by merchant account code: {"operator": {"merchant_id": ..., "server_key": ..., "client_key": ...}}; read by MerchantAccount alone.
MERCHANT_KEYS: dict[str, dict[str, str]] = env.json(
    "MERCHANT_KEYS",
    default={
        "operator": {
            "merchant_id": "G000000000",
            "server_key": "SB-Mid-server-lapau-demo",
            "client_key": "SB-Mid-client-lapau-demo",
        }
    }
    if DEMO
    else {},
)
MIDTRANS_CORE_URL = env.str(
    "MIDTRANS_CORE_URL", default=f"http://127.0.0.1:{SITE_PORT + 1}" if DEMO else "https://api.sandbox.midtrans.com"
)
MIDTRANS_SNAP_URL = env.str(
    "MIDTRANS_SNAP_URL",
    default=f"http://127.0.0.1:{SITE_PORT + 1}/snap/v1" if DEMO else "https://app.sandbox.midtrans.com/snap/v1",
)
MIDTRANS_PAGE_ORIGINS = env.list(
    "MIDTRANS_PAGE_ORIGINS",
    default=[f"http://127.0.0.1:{SITE_PORT + 1}", f"http://{SITE_DOMAIN}:{SITE_PORT + 1}"]
    if DEMO
    else ["https://app.midtrans.com", "https://app.sandbox.midtrans.com"],
)
# Midtrans Payouts (Iris), another product with keys of its own; by merchant account code: {"operator": {"creator_key": ..., "approver_key": ..., "merchant_key": ...}}.
IRIS_KEYS: dict[str, dict[str, str]] = env.json(
    "IRIS_KEYS",
    default={
        "operator": {
            "creator_key": "IRIS-creator-lapau-demo",
            "approver_key": "IRIS-approver-lapau-demo",
            "merchant_key": "IRIS-merchant-lapau-demo",
        }
    }
    if DEMO
    else {},
)
IRIS_URL = env.str(
    "IRIS_URL",
    default=f"http://127.0.0.1:{SITE_PORT + 1}/iris/api/v1" if DEMO else "https://app.sandbox.midtrans.com/iris/api/v1",
)
# How many days after an order was placed its buyer's name, numbers and addresses stay, once it is over: of one that was
# paid, and of one that never was. From each day on the newest row holds; what they follow is written in docs/decisions/0024.
CONTACT_KEPT: list[dict[str, Any]] = env.json(
    "CONTACT_KEPT", default=[{"from": "2026-01-01", "paid_days": 1826, "unpaid_days": 90}]
)
PAYMENT_WINDOW = env_minutes("PAYMENT_WINDOW_MINUTES", default=60)
# After the window Midtrans may still report a payment for a while; holds outlast it by this much.
PAYMENT_GRACE = env_minutes("PAYMENT_GRACE_MINUTES", default=15)
# How long a buyer has to choose another date, or to say where money is to go, before it goes by itself or is asked again.
DATE_CHANGE_WINDOW = timedelta(hours=env.int("DATE_CHANGE_WINDOW_HOURS", default=72))
# A place marked closed refunds its visitors after this, unless a person decides sooner.
CLOSURE_PATIENCE = timedelta(hours=env.int("CLOSURE_PATIENCE_HOURS", default=12))
# How long a regional treasury has to give deposited retribusi back.
TREASURY_REFUND_DAYS = env.int("TREASURY_REFUND_DAYS", default=14)
# Ed25519 seed of ticket signatures, 32 bytes in hex; older public keys stay valid at the gates until rotated out.
TICKET_SIGNING_KEY = env.str("TICKET_SIGNING_KEY", default="11" * 32 if DEMO or DEBUG else "")

# Messages -----------------------------------------------------------------------------------------------------------
# An address of an SMTP server, "smtp://user:password@host:587" (smtps:// for TLS from the start); without one, mails are files.
MAILERS = {"default": mailer(DATA_DIR / "mail")}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="lapau@contoh.invalid")

# The number under which the platform is registered (PSE), shown in the footer once there is one.
PSE_NUMBER = env.str("PSE_NUMBER", default="")
# Map tiles: none unless the province names a provider; the boundaries are our own.
MAP_TILES_URL = env.str("MAP_TILES_URL", default="")

# What a browser may load on public pages; the Wagtail admin has its own looser policy, by path (see the middleware).
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [
        CSP.SELF,
        "data:",
        "blob:",
        *([MAP_TILES_URL.split("{")[0]] if MAP_TILES_URL else []),
        *env.list("CSP_IMAGE_HOSTS", default=[]),
    ],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    # Browsers check the redirect that answers a form too: paying leaves for Midtrans' own page.
    "form-action": [CSP.SELF, f"{SITE_SCHEME}://*.{SITE_DOMAIN}:{SITE_PORT}", SITE_ORIGIN, *MIDTRANS_PAGE_ORIGINS],
}
ADMIN_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "frame-ancestors": [CSP.SELF],
    "frame-src": [CSP.SELF, f"{SITE_SCHEME}://*.{SITE_DOMAIN}:{SITE_PORT}", SITE_ORIGIN],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "elastic_transport": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = [
    "security.W019",  # Wagtail's preview frames the page on its own host
    "security.W021",  # whether a province's domain goes on the browsers' preload list is not ours to say
]
