"""Money: what came in, what the shop is owed and when it comes, why it is that much, and where it goes."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import DomainError
from foundation.site import site_name
from frontend.seller.counter import for_managers, frame
from frontend.seller.deadlines import language
from frontend.seller.forms import BankAccountForm
from frontend.seller.money import groups, movements
from marketplace.payouts.models import Settlement
from marketplace.payouts.papers import statement_csv, statement_pdf, sums
from marketplace.payouts.queries import next_closing, owed, settlement_page, settlements_of
from marketplace.shops.models import BankAccount, BankAccountStatus, Member, MemberRole, Shop, ShopKind
from marketplace.shops.services import give_bank_account

PAGE_SIZE = 50
MOST_SHOWN = 1000
MOST_SETTLEMENTS = 12


@require_safe
@for_managers
def money(request: HttpRequest, shop: Shop) -> HttpResponse:
    """The balance first, then closed periods, then each movement with its reason."""
    shown = request.GET.get("tampil", "")
    limit = min(int(shown), MOST_SHOWN) if shown.isdecimal() and len(shown) < 5 else PAGE_SIZE
    statement = owed(shop.pk, limit=limit)
    context = frame(shop, "money") | {
        "statement": statement,
        "owed": statement.owed,
        "is_dinas": shop.kind == ShopKind.DINAS,
        "groups": groups(movements(shop, statement)),
        "more": limit + PAGE_SIZE if len(statement.rows) == limit else 0,
        "settlements": settlements_of(shop_id=shop.pk, limit=MOST_SETTLEMENTS),
        "next_closing": next_closing(timezone.now()),
        "account": account_of(shop),
    }
    return render(request, "seller/money.html", context)


@require_safe
@for_managers
def statement(request: HttpRequest, shop: Shop, settlement: int) -> HttpResponse:
    """One closed period; with ``?format=`` as paper or for a spreadsheet."""
    found = Settlement.objects.filter(shop=shop, party=None, pk=settlement).first()
    if found is None:
        raise Http404
    page = settlement_page(found)
    name = f"rincian-{shop.slug}-{found.until_date.isoformat()}"
    match request.GET.get("format"):
        case "pdf":
            paper = statement_pdf(page, site_name=site_name(), language=language())
            return as_file(paper, f"{name}.pdf", "application/pdf")
        case "csv":
            return as_file(statement_csv(page, language=language()), f"{name}.csv", "text/csv; charset=utf-8")
    return render(request, "seller/statement.html", frame(shop, "money") | {"page": page, "sums": sums(page)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def bank_account(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Say where the money goes; an owner alone may."""
    if not Member.objects.filter(shop=shop, user_id=int(request.user.pk or 0), role=MemberRole.OWNER).exists():
        raise Http404
    present = account_of(shop)
    initial = {"bank": present.bank, "holder": present.holder} if present else {}
    form = BankAccountForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            give_bank_account(shop_id=shop.pk, by_id=request.user.pk, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Saved. The bank is asked whether name and number fit."))
            return redirect("seller:money", shop=shop.slug)
    context = frame(shop, "money") | {"form": form, "account": present}
    return render(request, "seller/bank_account.html", context, status=422 if form.errors else 200)


def account_of(shop: Shop) -> BankAccount | None:
    """The shop's own bank account, checked or not."""
    rows = BankAccount.objects.filter(shop=shop, party=None).exclude(status=BankAccountStatus.REPLACED)
    return rows.first()


def as_file(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
