"""Pictures from a phone, made fit for pages: upright, without position, at the sizes they are shown in."""

from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from foundation.errors import InvalidInput

register_heif_opener()

MOST_BYTES = 12 * 1024 * 1024
# A phone's 50 megapixels; more would only fill the memory of the server.
MOST_PIXELS = 50_000_000
LEAST_SIDE = 200
# What is kept of a picture; no page shows more.
LONGEST_SIDE = 1920
WIDTHS = (320, 640, 960)
# By file ending, best first: media type, Pillow's name, and what it is saved with.
FORMATS: dict[str, tuple[str, str, dict[str, object]]] = {
    "avif": ("image/avif", "AVIF", {"quality": 44, "speed": 8}),
    "webp": ("image/webp", "WEBP", {"quality": 74, "method": 4}),
    "jpg": ("image/jpeg", "JPEG", {"quality": 78, "optimize": True, "progressive": True}),
}
_ACCEPTED = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")


class PictureRefused(InvalidInput):
    """What was uploaded cannot be shown as a picture."""

    code = "picture_refused"


def normalised(content: bytes) -> bytes:
    """An uploaded picture as it is kept: JPEG, upright, sRGB, no more pixels than pages need, nothing but pixels.

    :raises PictureRefused: it is none, or too large, or too small to be shown.
    """
    if len(content) > MOST_BYTES:
        raise PictureRefused(_("This picture is larger than 12 MB. Choose a smaller one."))
    try:
        with Image.open(BytesIO(content), formats=_ACCEPTED) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureRefused(_("This picture has more than 50 megapixels. Choose a smaller one."))
            if min(picture.size) < LEAST_SIDE:
                raise PictureRefused(_("This picture is too small to be shown well. Choose a larger one."))
            # Decodes at a fraction of the size where the format can; long before the rest needs memory.
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = in_srgb(ImageOps.exif_transpose(picture))
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
            return saved(upright, "JPEG", {"quality": 88, "optimize": True, "progressive": True})
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise PictureRefused(_("This file is not a picture that can be read. Use JPEG, PNG, WebP or HEIC.")) from broken


def in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in plain sRGB on white: phones photograph in wider colours, drawings have see-through parts."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        try:
            mode = "RGBA" if picture.mode == "RGBA" else "RGB"
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
            )
            picture = converted or picture
        except (ImageCms.PyCMSError, OSError):
            # A broken profile: the colours are then taken as they are.
            pass
    if picture.mode in {"RGBA", "LA", "PA", "P"}:
        see_through = picture.convert("RGBA")
        on_white = Image.new("RGB", see_through.size, "white")
        on_white.paste(see_through, mask=see_through.getchannel("A"))
        return on_white
    return picture.convert("RGB")


def saved(picture: Image.Image, pillow_format: str, options: dict[str, object]) -> bytes:
    """The picture's pixels in a format, without anything that came with them."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    content = BytesIO()
    bare.save(content, pillow_format, **options)
    return content.getvalue()


def widths_of(width: int) -> tuple[int, ...]:
    """In which widths a picture of this width is shown; a small one in the smallest only, without being blown up."""
    return tuple(shown for shown in WIDTHS if shown <= width) or WIDTHS[:1]


def middle_of(width: int) -> int:
    """The width that stands for a picture where only one can be named, and the only one until the others are made."""
    widths = widths_of(width)
    return widths[min(1, len(widths) - 1)]


def rendition_name(name: str, width: int, ending: str) -> str:
    """Where a rendition of the file ``name`` is: "listings/2026/11/ab12.jpg" > "listings/2026/11/ab12-640.avif"."""
    stem, _dot, _ending = name.rpartition(".")
    return f"{stem}-{width}.{ending}"


def decoded(content: bytes) -> Image.Image:
    """The pixels of a kept picture."""
    with Image.open(BytesIO(content), formats=_ACCEPTED) as picture:
        return picture.convert("RGB")


def narrowed(picture: Image.Image, width: int) -> Image.Image:
    """A picture at a width; one that is narrower stays as it is."""
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def encoded(picture: Image.Image, ending: str) -> bytes:
    """A picture in the format of this ending."""
    _media_type, pillow_format, options = FORMATS[ending]
    return saved(picture, pillow_format, options)
