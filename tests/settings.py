"""The product's settings, with everything that is written kept apart from every other run and worker.

Which way to run is decided as always, by the environment: without URLs embedded, with them full.
"""

import atexit
import os
import re
import shutil
import tempfile

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
# One number per worker, for what is numbered: Redis' databases.
_number = int(_worker.removeprefix("gw")) + 1 if _worker.startswith("gw") else 0
_folder = tempfile.mkdtemp(prefix=f"lapau-tests-{_worker}-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

os.environ["LAPAU_DATA"] = _folder
os.environ["DEMO"] = "1"
os.environ["SITE_PORT"] = "8000"
os.environ["TASKS_EAGER"] = "1"
# Playwright's loop stays open for the whole run once a journey has begun; Django then refuses its database to every
# later test of that worker, although none of them is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ["SEARCH_INDEX"] = f"lapau-test-{_worker}-{os.getpid()}"
if "REDIS_URL" in os.environ:
    os.environ["REDIS_URL"] = re.sub(r"/\d*$", "", os.environ["REDIS_URL"]) + f"/{_number}"

from config.settings import *  # noqa: E402, F403
from config.settings import STATIC_ROOT, STORAGES  # noqa: E402

# Hashing made for defence is the slowest thing in a test that only signs somebody in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Templates ask for static files that no test has collected.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
# WhiteNoise warns of a folder that is not there.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Pages are asked for right after rows were written that no event tells of.
KEPT_PAGE_SECONDS = 0
