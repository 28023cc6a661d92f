"""The nightly audit."""

import logging

from celery import shared_task

from foundation.audit import services

logger = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def audit(**_: object) -> None:
    """Run every check and log what is at fault; running it twice changes nothing."""
    for verdict in services.run():
        for finding in verdict.findings:
            logger.error("Audit line %d, %s: %s: %s", verdict.line, verdict.name, finding.row, finding.fault)
