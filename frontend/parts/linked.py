"""What a page says of itself to machines (schema.org, as JSON-LD), from the values that its template shows anyway.

Each builder reads the context of its page; what is unknown is left out, never guessed.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from html import unescape
from typing import Any

from foundation.clock import WIB
from tourism.events.facts import OccurrenceStatus

type Thing = dict[str, Any]
type Page = Mapping[str, Any]

# A festival of every day would fill the page; those that come first are what people ask for.
MOST_DATES = 6
# No value can end the script element or begin another: inside strings these read the same.
ESCAPES = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&\u2028\u2029"}
STATUSES = {
    OccurrenceStatus.CANCELLED: "EventCancelled",
    OccurrenceStatus.POSTPONED: "EventPostponed",
    OccurrenceStatus.MOVED: "EventRescheduled",
}


def as_json(things: Iterable[Thing]) -> str:
    """Things as the text of a script element that is data: nothing in it can leave the element."""
    text = json.dumps(
        {"@context": "https://schema.org", "@graph": list(things)},
        ensure_ascii=False,
        separators=(",", ":"),
        default=str,
    )
    return text.translate(ESCAPES)


def thing(kind: str, **values: Any) -> Thing:
    """A thing with what is known of it."""
    return {"@type": kind, **{name: value for name, value in values.items() if value not in (None, "", [], {})}}


def breadcrumbs(crumbs: Iterable[Any], title: str, url: Callable[[str], str]) -> Thing | None:
    """The way to a page, the page itself last.

    :param title: the page's title as it is written in HTML.
    :param url: makes an address absolute.
    """
    steps = [
        thing("ListItem", position=number, name=str(crumb.title), item=url(str(crumb.url)))
        for number, crumb in enumerate(crumbs, start=1)
    ]
    if not steps:
        return None
    steps.append(thing("ListItem", position=len(steps) + 1, name=unescape(title)))
    return thing("BreadcrumbList", itemListElement=steps)


def home(page: Page) -> Thing:
    """The first page: the province's is that of the whole site."""
    if page["region"] is None:
        return thing("WebSite", name=page["site_name"], url=page["here"], inLanguage=page["language"])
    province = thing("AdministrativeArea", name=page["home"].province, url=page["home"].province_url)
    return thing(
        "TouristDestination",
        name=page["home"].name,
        description=page.get("tagline"),
        url=page["here"],
        image=page["image_here"],
        containedInPlace=province,
    )


def place(page: Page) -> Thing:
    """A destination."""
    facts, village = page["facts"], page["village"]
    return thing(
        "TouristAttraction",
        name=page["page"].title,
        description=page["summary"],
        url=page["here"],
        image=page["image_here"],
        address=address(page, facts.address or (village.name if village else "")),
        geo=position(facts.latitude, facts.longitude),
        telephone=facts.phone,
    )


def event(page: Page) -> list[Thing]:
    """The coming dates of an event, each an event of its own."""
    row, point = page["event"], next(iter(page["points"]), None)
    where = thing(
        "Place",
        name=page["venue_name"] or page["home"].name,
        address=address(page),
        geo=position(point.latitude, point.longitude) if point else None,
    )
    return [
        thing(
            "Event",
            name=page["title"],
            description=page["summary"],
            url=page["here"],
            image=page["image_here"],
            startDate=moment(date.starts_at),
            endDate=moment(date.ends_at),
            eventStatus=f"https://schema.org/{STATUSES.get(OccurrenceStatus(date.status), 'EventScheduled')}",
            eventAttendanceMode="https://schema.org/OfflineEventAttendanceMode",
            location=where,
            organizer=thing("Organization", name=row.organiser) if row.organiser else None,
        )
        for date in page["dates"][:MOST_DATES]
    ]


def story(page: Page) -> Thing:
    """A story."""
    row = page["page"]
    return thing(
        "Article",
        headline=row.title,
        description=row.intro,
        url=page["here"],
        image=page["image_here"],
        inLanguage=page["language"],
        datePublished=moment(row.first_published_at),
        dateModified=moment(row.last_published_at),
        author=thing("Person", name=row.byline) if row.byline else thing("Organization", name=page["site_name"]),
    )


def trip(page: Page) -> Thing:
    """A trip and its stops in their order."""
    stops = [stop for _day, of_day in page["days"] for stop in of_day]
    items = [
        thing("ListItem", position=number, name=stop["title"], url=stop["url"])
        for number, stop in enumerate(stops, start=1)
    ]
    return thing(
        "TouristTrip",
        name=page["title"],
        description=page["summary"],
        url=page["here"],
        image=page["image_here"],
        itinerary=thing("ItemList", numberOfItems=len(items), itemListElement=items) if items else None,
    )


def listing(page: Page) -> Thing:
    """What is for sale, at today's prices; a ticket is a product too."""
    row, rating = page["listing"], page["rating"]
    stars = (
        thing("AggregateRating", ratingValue=rating.average, reviewCount=rating.count, bestRating=5)
        if rating.count
        else None
    )
    return thing(
        "Product",
        name=row.title,
        description=row.description,
        url=page["here"],
        image=page["image_here"],
        category=row.category,
        offers=offers(page),
        aggregateRating=stars,
    )


def offers(page: Page) -> Thing | None:
    """One price in whole rupiah, or from the lowest to the highest of all variants."""
    row = page["listing"]
    prices = sorted({variant.price for variant in row.variants})
    if not prices:
        return None
    is_there = not row.sold_out and not row.closed_reason
    said = {
        "priceCurrency": "IDR",
        "availability": f"https://schema.org/{'InStock' if is_there else 'OutOfStock'}",
        "url": page["here"],
        "seller": thing("Organization", name=row.shop.name),
    }
    if len(prices) == 1:
        return thing("Offer", price=prices[0], **said)
    return thing("AggregateOffer", lowPrice=prices[0], highPrice=prices[-1], offerCount=len(row.variants), **said)


def shop(page: Page) -> Thing:
    """A seller."""
    row = page["shop"]
    where = thing("PostalAddress", streetAddress=row.address, addressLocality=row.region.name, addressCountry="ID")
    return thing("Store", name=row.name, description=page["story"], url=page["here"], address=where)


def address(page: Page, street: str = "") -> Thing:
    """Where a page's region is."""
    region = page["home"]
    return thing(
        "PostalAddress",
        streetAddress=street,
        addressLocality="" if region.is_province else region.name,
        addressRegion=region.province,
        addressCountry="ID",
    )


def position(latitude: float | None, longitude: float | None) -> Thing | None:
    """A point in degrees."""
    known = latitude is not None and longitude is not None
    return thing("GeoCoordinates", latitude=latitude, longitude=longitude) if known else None


def moment(at: datetime | None) -> str:
    """A moment as people here read it, with its distance to UTC."""
    return at.astimezone(WIB).isoformat(timespec="seconds") if at else ""


BUILDERS: Mapping[str, Callable[[Page], Thing | list[Thing]]] = {
    "event": event,
    "home": home,
    "listing": listing,
    "place": place,
    "shop": shop,
    "story": story,
    "trip": trip,
}
