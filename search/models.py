"""What the search knows of each document: its content, its version, and what the index was last sent."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from search.querysets import DocumentQuerySet


class Document(models.Model):
    """One thing that can be found, or could once: a deleted one stays as a tombstone, so that its version goes on counting.

    The indexer locks this row, re-reads the source and raises the version in one transaction; versions of a document therefore
    order its contents, whoever sends them and whenever they arrive.
    """

    source = models.CharField(_("source"), max_length=20)
    object_id = models.BigIntegerField(_("object"))
    version = models.PositiveBigIntegerField(_("version"), default=0)
    indexed_version = models.PositiveBigIntegerField(_("indexed version"), default=0)
    is_dirty = models.BooleanField(_("waits to be indexed"), default=True)
    is_deleted = models.BooleanField(_("deleted"), default=False)
    digest = models.CharField(_("fingerprint"), max_length=64, blank=True)
    content = models.JSONField(_("content"), null=True)
    # For the plain list that stands in when the search server does not answer.
    kind = models.CharField(_("kind"), max_length=12, blank=True)
    region = models.CharField(_("region"), max_length=13, blank=True)
    category = models.CharField(_("category"), max_length=60, blank=True)
    price = models.BigIntegerField(_("price"), null=True)
    popularity = models.FloatField(_("popularity"), default=0)
    title_words = models.TextField(_("words of the title"), blank=True)
    words = models.TextField(_("words"), blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("changed at"), null=True)
    indexed_at = models.DateTimeField(_("indexed at"), null=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "object_id"], name="document_once_per_object"),
            models.CheckConstraint(condition=Q(indexed_version__lte=F("version")), name="document_not_indexed_ahead"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(is_dirty=True), name="document_dirty"),
            models.Index(fields=["kind", "-popularity"], condition=Q(is_deleted=False), name="document_listed"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The document's name in every index."""
        return f"{self.source}:{self.object_id}"
