"""Publishing and expiring pages whose time has come, and rebuilding the admin's indexes."""

from datetime import datetime

from django.core.management import call_command
from django.db import transaction
from wagtail.models import Page, Revision


def publish_due(*, now: datetime) -> int:
    """Publish scheduled pages and expire those past their time, each in its own transaction; returns how many."""
    done = 0
    for pk in (
        Revision.objects.page_revisions()
        .filter(approved_go_live_at__lte=now)
        .order_by("approved_go_live_at", "pk")
        .values_list("pk", flat=True)
    ):
        done += publish_one(pk, now=now)
    for pk in Page.objects.filter(live=True, expire_at__lt=now).order_by("pk").values_list("pk", flat=True):
        done += expire_one(pk, now=now)
    return done


@transaction.atomic
def publish_one(revision_id: int, *, now: datetime) -> bool:
    """Publish one scheduled revision, unless another worker did so meanwhile."""
    revision = (
        Revision.objects.select_for_update(skip_locked=True)
        .filter(pk=revision_id, approved_go_live_at__lte=now)
        .first()
    )
    if revision is None:
        return False
    revision.publish(log_action="wagtail.publish.scheduled")
    return True


@transaction.atomic
def expire_one(page_id: int, *, now: datetime) -> bool:
    """Unpublish one page past its time, unless another worker did so meanwhile."""
    page = Page.objects.select_for_update(skip_locked=True).filter(pk=page_id, live=True, expire_at__lt=now).first()
    if page is None:
        return False
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return True


def rebuild_admin_indexes() -> None:
    """Rebuild Wagtail's reference index and the admin's search index."""
    call_command("rebuild_references_index", verbosity=0)
    call_command("update_index", verbosity=0)
