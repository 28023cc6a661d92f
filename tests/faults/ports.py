"""Where everything will be: decided first, since the settings must know it before anything of ours is imported."""

import os
from dataclasses import dataclass
from pathlib import Path

from demo.supervisor import free_ports

DATABASE = "lapau_faults"


@dataclass(frozen=True)
class Ports:
    """A loopback port for each part; Midtrans has the one after the site's."""

    site: int
    simulator: int
    postgresql: int
    redis: int
    elasticsearch: int
    transport: int


def settle(folder: Path, *, full: bool) -> Ports:
    """Choose the ports, tell the settings, and set Django up."""
    import django

    ports = Ports(*free_ports(6))
    (folder / "data").mkdir()
    folder.chmod(0o755)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO": "1",
        "SITE_PORT": str(ports.site),
        "LAPAU_DATA": str(folder / "data"),
        "SEARCH_INDEX": "lapau-faults",
    }
    if full:
        os.environ |= {
            "DATABASE_URL": f"postgres://lapau@127.0.0.1:{ports.postgresql}/{DATABASE}",
            "REDIS_URL": f"redis://127.0.0.1:{ports.redis}/0",
            "ELASTICSEARCH_URL": f"http://127.0.0.1:{ports.elasticsearch}",
        }
    else:
        for name in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"):
            os.environ.pop(name, None)
    django.setup()
    return ports
