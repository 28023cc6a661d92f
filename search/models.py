"""What the search knows: each document with its version, the long works on the index, what editors say, what people asked."""

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
    # How often the index refused this version, and when it is offered again; none: at once.
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    retry_at = models.DateTimeField(_("tried again at"), null=True)
    is_given_up = models.BooleanField(_("given up, a person must look"), default=False)
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
            models.Index(fields=["-popularity", "id"], condition=Q(is_deleted=False), name="document_popular"),
            models.Index(fields=["id"], condition=Q(is_given_up=True), name="document_given_up"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The document's name in every index."""
        return f"{self.source}:{self.object_id}"


class RunKind(models.TextChoices):
    REBUILD = "REBUILD", _("built again")
    VERIFY = "VERIFY", _("compared with the database")


class Run(models.Model):
    """One long work on the whole index, with how far it is and what it found."""

    kind = models.CharField(_("work"), max_length=10, choices=RunKind)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    total = models.PositiveBigIntegerField(_("documents in all"), default=0)
    done = models.PositiveBigIntegerField(_("documents done"), default=0)
    # Of a comparison: how many documents differed, by kind of difference ("lost", "ghost", ...).
    found = models.JSONField(_("differences"), default=dict)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "-started_at"], name="run_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def drift(self) -> int:
        """How many documents differed; none is what a comparison should find."""
        return sum(self.found.values())


class WordingKind(models.TextChoices):
    TWO_WAY = "TWO_WAY", _("mean the same")
    ONE_WAY = "ONE_WAY", _("also finds")
    MINANGKABAU = "MINANGKABAU", _("Minangkabau form")
    PROTECTED = "PROTECTED", _("name that is never stemmed")


class Wording(models.Model):
    """What the editors say of words, beside the lists that come with the program."""

    kind = models.CharField(_("kind"), max_length=12, choices=WordingKind, default=WordingKind.TWO_WAY)
    words = models.CharField(
        _("words"), max_length=300, help_text=_("One or several, with commas: air terjun, waterfall, sarasah")
    )
    leads_to = models.CharField(
        _("leads to"),
        max_length=300,
        blank=True,
        help_text=_("What else these words find (also finds), or the Indonesian word (Minangkabau form)."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    def __str__(self) -> str:
        return f"{self.words} → {self.leads_to}" if self.leads_to else self.words


class Revision(models.Model):
    """A number that grows with every change of a list, so that every process knows at once that its copy is old."""

    name = models.CharField(_("list"), max_length=20, unique=True)
    number = models.PositiveBigIntegerField(_("number"), default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Pin(models.Model):
    """A document that editors put before all others for one question, while its days last."""

    query = models.CharField(_("question"), max_length=80)
    source = models.CharField(_("source"), max_length=20)
    object_id = models.BigIntegerField(_("object"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    first_date = models.DateField(_("from"), null=True, blank=True)
    last_date = models.DateField(_("until"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["query", "source", "object_id"], name="pin_once_per_question"),
            models.CheckConstraint(
                condition=Q(first_date__isnull=True) | Q(last_date__isnull=True) | Q(first_date__lte=F("last_date")),
                name="pin_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.query}: {self.key}"

    @property
    def key(self) -> str:
        """The document's name."""
        return f"{self.source}:{self.object_id}"


class AskedCount(models.Model):
    """How often a question was asked on a day, by nobody in particular: no person, address or session is kept."""

    day = models.DateField(_("day"))
    query = models.CharField(_("question"), max_length=80)
    searches = models.PositiveIntegerField(_("searches"), default=0)
    found_nothing = models.PositiveIntegerField(_("of these found nothing"), default=0)
    clicks = models.PositiveIntegerField(_("results opened"), default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "query"], name="asked_once_per_day")]
        indexes: ClassVar = [models.Index(fields=["query", "day"], name="asked_by_query")]

    def __str__(self) -> str:
        return f"{self.day} {self.query}"


class OpenedCount(models.Model):
    """How often a result was opened from a question on a day."""

    day = models.DateField(_("day"))
    query = models.CharField(_("question"), max_length=80)
    source = models.CharField(_("source"), max_length=20)
    object_id = models.BigIntegerField(_("object"))
    clicks = models.PositiveIntegerField(_("results opened"), default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "query", "source", "object_id"], name="opened_once_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.query}: {self.source}:{self.object_id}"
