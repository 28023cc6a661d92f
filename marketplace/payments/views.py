"""What Midtrans calls."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplace.payments import services
from marketplace.payments.services.notifications import MOST_BYTES

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def midtrans_notification(request: HttpRequest) -> HttpResponse:
    """Keep the notification and answer at once; a worker does the looking.

    The answer decides how often Midtrans tries again: 503 four times, so that trouble with our database loses nothing.
    """
    # One byte more than is allowed is enough to know; the rest of a huge body is never read.
    raw = request.read(MOST_BYTES + 1)
    try:
        answer = services.record_notification(raw=raw, now=timezone.now())
    except DatabaseError:
        logger.exception("A notification could not be kept")
        return HttpResponse(status=503)
    return HttpResponse(status=answer.status)
