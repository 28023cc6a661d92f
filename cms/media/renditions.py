"""The sizes and formats a picture comes in."""

# As wide as a phone's half, a phone, and a desktop's first screen; AVIF for most, WebP for older, JPEG for any browser.
WIDTHS = (320, 640, 1200)
SPECS = (
    *(f"width-{width}|format-avif" for width in WIDTHS),
    *(f"width-{width}|format-webp" for width in WIDTHS),
    "width-640|format-jpeg",
)
# The one picture of lists, search results and messages.
SHARE_SPEC = "width-320|format-webp"
# The same for browsers that read AVIF, at half the bytes; it is made together with the other.
LIGHT_SPEC = "width-320|format-avif"
# Messengers and social networks read JPEG.
SOCIAL_SPEC = "width-640|format-jpeg"
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
