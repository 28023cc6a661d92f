"""Addresses of the office under /admin/."""

from django.urls import path

from frontend.office.views import closings, deliveries, money, orders, receipts, refunds, reports, trade

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
    path("niaga/uang/kembali/<int:pk>/", refunds.RefundView.as_view(), name="refund"),
    path("niaga/uang/bayar/<int:pk>/", money.PaymentDecisionView.as_view(), name="payment_decision"),
    path("niaga/penutupan/", closings.ClosingsView.as_view(), name="closings"),
    path("niaga/penutupan/baru/", closings.NewClosingView.as_view(), name="close_dates"),
    path("niaga/penutupan/<int:pk>/", closings.ClosingView.as_view(), name="closing"),
    path("niaga/laporan-midtrans/", reports.ReportsView.as_view(), name="reports"),
    path("niaga/laporan-midtrans/<int:pk>/", reports.ReportView.as_view(), name="report"),
    path("retribusi-kembali/", refunds.TreasuryRefundsView.as_view(), name="treasury_refunds"),
    path("retribusi-kembali/<int:pk>/surat/", refunds.TreasuryRequestView.as_view(), name="treasury_request"),
    path("niaga/kiriman/", deliveries.DeliveriesView.as_view(), name="deliveries"),
    path("niaga/kiriman/hasil/", deliveries.DeliveriesView.as_view(results_only=True), name="deliveries_results"),
    path("niaga/kiriman/<int:pk>/ulang/", deliveries.DeliveryAgainView.as_view(), name="delivery_again"),
]
