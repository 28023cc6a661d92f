"""Addresses of the office under /admin/."""

from django.urls import path

from frontend.office.views import deliveries, money, orders, receipts, searching, trade

app_name = "office"
urlpatterns = [
    path("penerimaan/", receipts.ReceiptsView.as_view(), name="receipts"),
    path("penerimaan/unduh/", receipts.ReceiptsXlsxView.as_view(), name="receipts_xlsx"),
    path("niaga/toko/", trade.ShopsView.as_view(), name="shops"),
    path("niaga/toko/hasil/", trade.ShopsView.as_view(results_only=True), name="shops_results"),
    path("niaga/toko/<int:pk>/", trade.ShopView.as_view(), name="shop"),
    path("niaga/barang/", trade.ListingsView.as_view(), name="listings"),
    path("niaga/barang/hasil/", trade.ListingsView.as_view(results_only=True), name="listings_results"),
    path("niaga/barang/<int:pk>/", trade.ListingView.as_view(), name="listing"),
    path("niaga/pesanan/", orders.OrdersView.as_view(), name="orders"),
    path("niaga/pesanan/<str:code>/", orders.OrderView.as_view(), name="order"),
    path("niaga/uang/", money.MoneyView.as_view(), name="money"),
    path("niaga/uang/kembali/<int:pk>/", money.RefundPaidView.as_view(), name="refund_paid"),
    path("niaga/kiriman/", deliveries.DeliveriesView.as_view(), name="deliveries"),
    path("niaga/kiriman/hasil/", deliveries.DeliveriesView.as_view(results_only=True), name="deliveries_results"),
    path("niaga/kiriman/<int:pk>/ulang/", deliveries.DeliveryAgainView.as_view(), name="delivery_again"),
    path("pencarian/", searching.SearchesView.as_view(), name="searches"),
    path("pencarian/pertanyaan/", searching.QuestionView.as_view(), name="search_question"),
    path("pencarian/pilihan/<int:pk>/lepas/", searching.UnpinView.as_view(), name="search_unpin"),
    path("pencarian/kata/", searching.WordingsView.as_view(), name="wordings"),
    path("pencarian/kata/hasil/", searching.WordingsView.as_view(results_only=True), name="wordings_results"),
    path("pencarian/kata/baru/", searching.WordingView.as_view(), name="wording_new"),
    path("pencarian/kata/<int:pk>/", searching.WordingView.as_view(), name="wording"),
    path("pencarian/indeks/", searching.IndexView.as_view(), name="search_index"),
    path("pencarian/indeks/ditolak/", searching.RefusedView.as_view(), name="search_refused"),
    path(
        "pencarian/indeks/ditolak/hasil/",
        searching.RefusedView.as_view(results_only=True),
        name="search_refused_results",
    ),
    path("pencarian/indeks/ditolak/<int:pk>/ulang/", searching.RefusedAgainView.as_view(), name="search_refused_again"),
]
