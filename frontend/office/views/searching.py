"""The search, for those who look after it: what people asked, what editors say of words and results, and how the index is."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from cms.tenancy.models import Role
from cms.tenancy.queries import is_of_province
from frontend.office import journal
from frontend.office.access import OperatorOnly
from frontend.office.columns import MomentColumn, language, linked
from frontend.office.views.deliveries import AgainColumn
from frontend.parts.addresses import in_this_language
from search import editors, indexer, queries, reports, services
from search.models import Document, Pin, Run, Wording, WordingKind
from search.services import SHOWN_FROM

PERIODS = (7, 30, 90)


def is_editor_of_the_search(user: Any) -> bool:
    """Whether an account edits for the whole province: words and pins count everywhere."""
    return is_of_province(user, roles={Role.EDITOR, Role.MODERATOR})


class EditorsOnly:
    """A view for the province's editors; for anybody else it is not there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """404 for strangers."""
        if not is_editor_of_the_search(request.user):
            raise Http404
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class _Page(WagtailAdminTemplateMixin):
    """A page of the office below the search."""

    header_icon = "search"
    parent: ClassVar[tuple[Any, str] | None] = (gettext_lazy("What people search"), "office:searches")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        above = [{"url": reverse(self.parent[1]), "label": self.parent[0]}] if self.parent else []
        return [*self.breadcrumbs_items, *above, {"url": "", "label": self.get_page_title()}]


class SearchesView(EditorsOnly, _Page, TemplateView):
    """What people searched, what found nothing, how often something was opened."""

    template_name = "office/searches.html"
    page_title = gettext_lazy("What people search")
    parent = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Counts of the chosen days."""
        chosen = self.request.GET.get("hari", "")
        days = int(chosen) if chosen.isdigit() and int(chosen) in PERIODS else 30
        now = timezone.now()
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "periods": [(period, period == days) for period in PERIODS],
            "days": days,
            "shown_from": SHOWN_FROM,
            "total": reports.totals(days=days, now=now),
            "asked": reports.asked(days=days, now=now),
            "nothing": reports.asked(days=days, now=now, nothing_alone=True, limit=50),
            "pins": reports.pins(now=now),
        }


class PinForm(forms.Form):
    """Which result, and while which days."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    first_date = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}))
    last_date = forms.DateField(label=gettext_lazy("Until"), required=False, widget=forms.DateInput({"type": "date"}))


class QuestionView(EditorsOnly, _Page, TemplateView):
    """One question: what visitors see for it, what they opened, and what editors put first."""

    template_name = "office/search_question.html"

    def asked(self) -> str:
        """The question, as it is counted and pinned."""
        return editors.question(self.request.GET.get("q", ""))

    def get_page_title(self) -> str:
        """The question itself."""
        return f"“{self.asked()}”" if self.asked() else _("Look at a question")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Results as a visitor gets them now."""
        now, q = timezone.now(), self.asked()
        found = queries.search(q, now=now, language=language(), page_size=20) if q else None
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "q": q,
            "found": found,
            "results": found.results if found else (),
            "pins": reports.pins(now=now, query=q) if q else (),
            "opened": reports.opened(query=q, days=90, now=now) if q else (),
            "public_url": f"{in_this_language('/cari/')}?{urlencode({'q': q})}",
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Pin a result; a repeat changes its days."""
        form, q = PinForm(request.POST), self.asked()
        if not form.is_valid():
            messages.error(request, _("These days cannot be read."))
            return redirect(self.here(q))
        first, last = form.cleaned_data["first_date"], form.cleaned_data["last_date"]
        try:
            pin = services.pin(
                query=q, key=form.cleaned_data["key"], first_date=first, last_date=last, now=timezone.now()
            )
        except services.NothingToPin as refusal:
            messages.error(request, str(refusal))
        else:
            journal.note(action=journal.PIN_RESULT, about=pin, by=request.user, reason=days_words(first, last))
            messages.success(request, _("It comes first now."))
        return redirect(self.here(q))

    @staticmethod
    def here(q: str) -> str:
        """The address of a question."""
        return f"{reverse('office:search_question')}?{urlencode({'q': q})}"


def days_words(first: date | None, last: date | None) -> str:
    """Days for the log: "2026-12-01 – 2026-12-31"."""
    return f"{first or ''} – {last or ''}" if first or last else ""


class UnpinView(EditorsOnly, View):
    """Let a result find its own place again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the pin away; a repeat changes nothing."""
        pin = get_object_or_404(Pin, pk=pk)
        journal.note(action=journal.UNPIN_RESULT, about=pin, by=request.user)
        services.unpin(pin_id=pin.pk)
        messages.success(request, _("It finds its own place again."))
        return redirect(QuestionView.here(pin.query))


class WordingsView(EditorsOnly, BaseListingView):
    """What editors say of words, newest first."""

    model = Wording
    page_title = gettext_lazy("Words of the search")
    header_icon = "openquote"
    index_url_name = "office:wordings"
    index_results_url_name = "office:wordings_results"
    is_searchable = True
    search_fields: ClassVar = ["words", "leads_to", "note"]
    paginate_by = 50
    verbose_name_plural = gettext_lazy("words")
    columns: ClassVar = [
        linked("words", label=gettext_lazy("Words"), url_name="office:wording", accessor="words"),
        Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
        Column("leads_to", label=gettext_lazy("Leads to")),
        BooleanColumn("is_active", label=gettext_lazy("In use")),
        MomentColumn("changed_at", label=gettext_lazy("Changed")),
    ]

    def get_base_queryset(self) -> QuerySet[Wording]:
        """All of them."""
        return Wording.objects.order_by("-changed_at", "-pk")

    @property
    def header_buttons(self) -> list[Any]:
        """The way to a new one."""
        from wagtail.admin.widgets.button import HeaderButton

        return [HeaderButton(_("Add words"), url=reverse("office:wording_new"), icon_name="plus")]


class WordingForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's has no parameters at run time
    """What words mean; saved by the service, which says what is missing."""

    class Meta:
        model = Wording
        fields = ("kind", "words", "leads_to", "is_active", "note")
        widgets: ClassVar = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = WordingKind.choices  # type: ignore[attr-defined]


class WordingView(EditorsOnly, _Page, FormView):  # type: ignore[type-arg]
    """Say or change what words mean; searches go by it at once."""

    template_name = "office/wording.html"
    form_class = WordingForm
    parent = (gettext_lazy("Words of the search"), "office:wordings")
    header_icon = "openquote"

    def found(self) -> Wording | None:
        """The words that are changed; none for new ones."""
        pk = self.kwargs.get("pk")
        return get_object_or_404(Wording, pk=pk) if pk else None

    def get_page_title(self) -> str:
        """The words."""
        wording = self.found()
        return str(wording) if wording else _("Add words")

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the row that is changed."""
        return super().get_form_kwargs() | {"instance": self.found()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what happened to it."""
        wording = self.found()
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"wording": wording, "history": journal.history(wording) if wording else ()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, or remove."""
        wording = self.found()
        if wording is not None and request.POST.get("decision") == "remove":
            journal.note(action=journal.REMOVE_WORDING, about=wording, by=request.user)
            services.remove_wording(wording_id=wording.pk)
            messages.success(request, _("Removed. Searches no longer go by it."))
            return redirect("office:wordings")
        form = self.get_form()
        if not form.is_valid():
            answer: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
            return answer
        try:
            kept = services.keep_wording(wording=form.save(commit=False), now=timezone.now())
        except services.WordingRefused as refusal:
            form.add_error("words", str(refusal))
            refused: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
            return refused
        journal.note(action=journal.KEEP_WORDING, about=kept, by=request.user, reason=str(kept))
        messages.success(request, _("Saved. Searches go by it from now on."))
        return redirect("office:wordings")


class IndexView(OperatorOnly, _Page, TemplateView):
    """How the index is: whether the engine answers, what waits, what the last comparisons found."""

    template_name = "office/search_index.html"
    page_title = gettext_lazy("Search index")
    parent = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The state now."""
        state = reports.index_state()
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"state": state, "runs": [(run, _how(run)) for run in state.runs]}


def _how(run: Run) -> str:
    """How a long work went, in words."""
    if run.error:
        return run.error
    if run.ended_at is None:
        return _("Under way: %(done)d of %(total)d") % {"done": run.done, "total": run.total}
    if run.found:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(run.found.items()))
    return _("%(done)d documents, nothing differs") % {"done": run.done}


class _OfferAgain(AgainColumn):
    """Offer it to the index again."""

    def get_value(self, instance: Any) -> Any:
        return reverse("office:search_refused_again", args=[instance.pk])


class RefusedView(OperatorOnly, BaseListingView):
    """Documents that the index refused too often."""

    model = Document
    page_title = gettext_lazy("Documents the index refuses")
    header_icon = "warning"
    index_url_name = "office:search_refused"
    index_results_url_name = "office:search_refused_results"
    paginate_by = 50
    verbose_name_plural = gettext_lazy("documents that were given up")
    columns: ClassVar = [
        Column("key", label=gettext_lazy("Document"), accessor="key"),
        Column("title", label=gettext_lazy("Title"), accessor="content.title.id"),
        Column("version", label=gettext_lazy("Version")),
        Column("attempts", label=gettext_lazy("Tries")),
        Column("last_error", label=gettext_lazy("Fault")),
        MomentColumn("changed_at", label=gettext_lazy("Changed")),
        _OfferAgain("again", label=gettext_lazy("Action")),
    ]

    def get_base_queryset(self) -> QuerySet[Document]:
        """Those given up, newest change first."""
        return Document.objects.given_up().order_by("-changed_at", "-pk")


class RefusedAgainView(OperatorOnly, View):
    """Offer one again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set it going; a repeat changes nothing."""
        document = get_object_or_404(Document, pk=pk)
        if indexer.try_again(document_id=document.pk):
            journal.note(action=journal.RETRY_DOCUMENT, about=document, by=request.user)
        messages.success(request, _("It is offered to the index again within a few seconds."))
        return redirect("office:search_refused")
