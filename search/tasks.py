"""Background work of the search."""

import logging

from celery import shared_task
from django.utils import timezone

from search import indexer, services
from search.engines.contract import EngineDown

logger = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def flush(**_: object) -> None:
    """Send what waits. Beat runs it every few seconds, so an engine that was away gets all it missed; repeats change nothing."""
    try:
        indexer.flush(now=timezone.now())
        indexer.heal(now=timezone.now())
    except EngineDown as down:
        logger.warning("The search engine does not answer (%s); changes wait in their rows.", down)


@shared_task(acks_late=True, ignore_result=True)
def verify(**_: object) -> None:
    """Compare index and database, put right what differs, and say so loudly: it should find nothing. Beat runs it every night."""
    try:
        indexer.reconcile(now=timezone.now())
    except EngineDown as down:
        logger.warning("The search could not be verified: %s", down)


@shared_task(acks_late=True, ignore_result=True)
def erase_old_counts(**_: object) -> None:
    """Erase what is no longer counted of old questions. Beat runs it every night; running it twice changes nothing more."""
    services.erase_old_counts(now=timezone.now())
