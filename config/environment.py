"""The environment, read once and typed: everything that differs between a laptop and production."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
# Everything a running Lapau writes: SQLite, media, index, mail, broker. One folder, ignored by git.
DATA_DIR = Path(env.str("LAPAU_DATA", default=str(BASE_DIR / "var")))


def env_minutes(name: str, *, default: int) -> timedelta:
    """Read a whole number of minutes."""
    return timedelta(minutes=env.int(name, default=default))


def databases() -> dict[str, Any]:
    """PostgreSQL where DATABASE_URL says so, else one SQLite file whose writers queue instead of failing."""
    url = env.str("DATABASE_URL", default="")
    if url:
        database = environ.Env.db_url_config(url)
        return {
            "default": {
                **database,
                "CONN_MAX_AGE": 600,
                "CONN_HEALTH_CHECKS": True,
                "DISABLE_SERVER_SIDE_CURSORS": False,
                # Of ``foundation.compiled``: all else is sent as text. Off for a pooler that knows no prepared statements.
                "OPTIONS": {
                    "prepare_threshold": 2 if env.bool("PREPARED_STATEMENTS", default=True) else None,
                    **database.get("OPTIONS", {}),
                },
            }
        }
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "lapau.sqlite3",
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                # A transaction that will write takes the lock at its start: a later upgrade would fail, not wait.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
            },
            "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
        }
    }


def caches() -> dict[str, Any]:
    """Redis where REDIS_URL says so; a single embedded process needs none."""
    url = env.str("REDIS_URL", default="")
    if url:
        # A cache that is slower than that is worse than none.
        patience = {"socket_connect_timeout": 0.5, "socket_timeout": 1}
        return {"default": {"BACKEND": "config.caches.ForgetfulRedisCache", "LOCATION": url, "OPTIONS": patience}}
    return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def mailer(folder: Path) -> dict[str, Any]:
    """An SMTP server where MAIL_URL names one, else files in a folder."""
    url = urlsplit(env.str("MAIL_URL", default=""))
    if not url.hostname:
        return {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": str(folder)}}
    with_tls = {"smtps": {"use_ssl": True}, "smtp": {"use_tls": url.username is not None}}[url.scheme]
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": url.hostname,
            "port": url.port or (465 if url.scheme == "smtps" else 587),
            "username": unquote(url.username or ""),
            "password": unquote(url.password or ""),
            "timeout": 10,
            **with_tls,
        },
    }


def broker() -> dict[str, Any]:
    """Celery's broker: Redis, or folders of the data directory."""
    url = env.str("REDIS_URL", default="")
    if url:
        return {
            "url": url,
            "options": {"socket_connect_timeout": 2, "socket_timeout": 5, "visibility_timeout": 600},
        }
    folder = DATA_DIR / "broker"
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "url": "folders://localhost/",
        "options": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
        },
    }
