"""What Midtrans Payouts calls."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplace.payouts import services
from marketplace.payouts.services.sending import MOST_BYTES

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def iris_notification(request: HttpRequest) -> HttpResponse:
    """Keep the notification and answer at once; a worker does the looking."""
    raw = request.read(MOST_BYTES + 1)
    signature = request.headers.get("Iris-Signature", "")
    try:
        answer = services.record_iris_notification(raw=raw, signature=signature, now=timezone.now())
    except DatabaseError:
        logger.exception("A notification of Midtrans Payouts could not be kept")
        return HttpResponse(status=503)
    return HttpResponse(status=answer.status)
