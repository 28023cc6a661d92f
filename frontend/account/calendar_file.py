"""Tickets as calendar entries: one per place and time, however many people go."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.translation import ngettext
from icalendar import Calendar, Event

from frontend.account.ticket_pages import TicketPage


def of_tickets(tickets: Sequence[TicketPage], *, url: str, domain: str, now: datetime) -> bytes:
    """A calendar file of the visits; the same visit keeps its identifier, so adding it twice changes nothing."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{domain}//tickets//")
    calendar.add("version", "2.0")
    visits: dict[tuple[int, datetime], list[TicketPage]] = {}
    for ticket in tickets:
        visits.setdefault((ticket.view.listing_id, ticket.view.starts_at), []).append(ticket)
    for (listing_id, starts_at), group in visits.items():
        view = group[0].view
        entry = Event()
        entry.add("uid", f"{view.order_code}-{listing_id}-{starts_at.astimezone(UTC):%Y%m%dT%H%M}@{domain}")
        entry.add("dtstamp", now)
        entry.add("summary", view.title)
        if view.is_all_day:
            entry.add("dtstart", view.day)
        else:
            entry.add("dtstart", starts_at.astimezone(UTC))
            entry.add("dtend", view.ends_at.astimezone(UTC))
        if location := ", ".join(filter(None, [view.place_name, view.address, view.region_name])):
            entry.add("location", location)
        count = ngettext("%(count)d ticket", "%(count)d tickets", len(group)) % {"count": len(group)}
        entry.add("description", f"{count}\n{url}")
        entry.add("url", url)
        calendar.add_component(entry)
    text: bytes = calendar.to_ical()
    return text
