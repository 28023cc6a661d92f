"""Addresses of listings in a cart, in the visitor's language."""

from django import template

from frontend.parts.addresses import in_this_language

register = template.Library()


@register.simple_tag
def here(path: str) -> str:
    """A listing's path, which has no language, as the visitor's language writes it."""
    return in_this_language(path)
