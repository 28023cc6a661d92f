"""Text, pictures, quotes and cards. Cards and pictures are looked up by the page in bulk; blocks run no queries.

The page hands ``block_pictures`` (by image key), ``block_places`` (by page key) and ``block_listings`` (by slug) to
its template, and each block takes its own from there.
"""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

PLAIN = ["bold", "italic", "link"]
RICH = ["h2", "h3", "bold", "italic", "link", "ol", "ul"]


class PictureBlock(blocks.StructBlock):
    """One picture with a caption."""

    image = ImageChooserBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "pages/blocks/picture.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The picture that the page looked up."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        image = value.get("image")
        context["picture"] = (parent_context or {}).get("block_pictures", {}).get(image.pk) if image else None
        return context


class GalleryBlock(blocks.StructBlock):
    """Several pictures side by side."""

    images = blocks.ListBlock(ImageChooserBlock(label=_("picture")), label=_("pictures"), min_num=2, max_num=12)
    caption = blocks.CharBlock(label=_("caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "pages/blocks/gallery.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The pictures that the page looked up."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        known = (parent_context or {}).get("block_pictures", {})
        context["pictures"] = [known[image.pk] for image in value.get("images", []) if image and image.pk in known]
        return context


class QuoteBlock(blocks.StructBlock):
    """What somebody said."""

    text = blocks.TextBlock(label=_("quote"), max_length=400)
    who = blocks.CharBlock(label=_("who said it"), required=False, max_length=120)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "pages/blocks/quote.html"


class PlaceCardBlock(blocks.StructBlock):
    """A card of a destination, with its facts as they are now."""

    page = blocks.PageChooserBlock(label=_("destination"), page_type="pages.DestinationPage")

    class Meta:
        icon = "site"
        label = _("Destination")
        template = "pages/blocks/card.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The card that the page looked up."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        page = value.get("page")
        context["card"] = (
            (parent_context or {}).get("block_places", {}).get(str(page.translation_key)) if page else None
        )
        return context


class ListingCardBlock(blocks.StructBlock):
    """A card of something for sale, with its price as it is now."""

    listing = blocks.CharBlock(
        label=_("listing"),
        max_length=200,
        help_text=_("The last part of its address: keripik-sanjai of /produk/keripik-sanjai/."),
    )

    class Meta:
        icon = "tag"
        label = _("Product or ticket")
        template = "pages/blocks/card.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The card that the page looked up; what is no longer for sale leaves no gap."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        slug = str(value.get("listing", "")).strip("/ ").rpartition("/")[2]
        context["card"] = (parent_context or {}).get("block_listings", {}).get(slug)
        return context


class ArticleBlocks(blocks.StreamBlock):
    """The body of a page."""

    text = blocks.RichTextBlock(label=_("Text"), features=RICH, template="pages/blocks/text.html")
    picture = PictureBlock()
    gallery = GalleryBlock()
    quote = QuoteBlock()
    place = PlaceCardBlock()
    listing = ListingCardBlock()


class SectionBlocks(blocks.StreamBlock):
    """More sections of a home page."""

    text = blocks.RichTextBlock(label=_("Text"), features=RICH, template="pages/blocks/text.html")
    picture = PictureBlock()
    quote = QuoteBlock()
    place = PlaceCardBlock()
    listing = ListingCardBlock()


class ThingBlock(blocks.StructBlock):
    """One thing to do: a few words that lead somewhere."""

    title = blocks.CharBlock(label=_("what to do"), max_length=60)
    note = blocks.CharBlock(label=_("a few words more"), required=False, max_length=60)
    page = blocks.PageChooserBlock(label=_("leads to this page"), required=False)
    listing = blocks.CharBlock(label=_("or to this listing"), required=False, max_length=200)

    class Meta:
        icon = "list-ol"
        label = _("Thing to do")


class ThingBlocks(blocks.StreamBlock):
    """Three things to do."""

    thing = ThingBlock()

    class Meta:
        max_num = 3
        required = False


class WayBlock(blocks.StructBlock):
    """One way of getting here."""

    KINDS: ClassVar = [
        ("bus", _("by road")),
        ("ship", _("by boat")),
        ("plane", _("by air")),
        ("footprints", _("on foot")),
    ]

    kind = blocks.ChoiceBlock(label=_("by"), choices=KINDS, default="bus")
    title = blocks.CharBlock(label=_("from where"), max_length=80)
    text = blocks.TextBlock(label=_("how"), required=False, max_length=300)

    class Meta:
        icon = "arrow-right"
        label = _("Way")


class WayBlocks(blocks.StreamBlock):
    """How to get here."""

    way = WayBlock()

    class Meta:
        required = False
