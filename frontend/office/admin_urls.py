"""Addresses of the office under /admin/."""

from django.urls import path

from frontend.office.views import deliveries, deposits, finance, money, orders, payouts, rates, receipts, trade

app_name = "office"
urlpatterns = [
    path("penerimaan/", receipts.ReceiptsView.as_view(), name="receipts"),
    path("penerimaan/unduh/", receipts.ReceiptsXlsxView.as_view(), name="receipts_xlsx"),
    path("penerimaan/buku/", deposits.BookView.as_view(), name="book"),
    path("penerimaan/buku/<str:kind>/", deposits.BookFileView.as_view(), name="book_file"),
    path("penerimaan/setoran/", deposits.DepositsView.as_view(), name="deposits"),
    path("keuangan/", finance.FinanceView.as_view(), name="finance"),
    path("keuangan/akun/", finance.AccountView.as_view(), name="account"),
    path("keuangan/toko/<int:pk>/", finance.ShopMoneyView.as_view(), name="shop_money"),
    path("keuangan/toko/<int:pk>/surat/", finance.TaxLetterView.as_view(), name="tax_letter"),
    path("keuangan/rekening/", finance.BankAccountsView.as_view(), name="bank_accounts"),
    path("keuangan/rekening/<int:pk>/", finance.BankAccountDecisionView.as_view(), name="bank_account"),
    path("keuangan/rincian/", payouts.SettlementsView.as_view(), name="settlements"),
    path("keuangan/rincian/<int:pk>/", payouts.SettlementView.as_view(), name="settlement"),
    path("keuangan/pencairan/", payouts.PayoutsView.as_view(), name="payouts"),
    path("keuangan/pencairan/tutup/", payouts.CloseView.as_view(), name="close_period"),
    path("keuangan/pencairan/buat/", payouts.MakeBatchView.as_view(), name="make_batch"),
    path("keuangan/pencairan/<int:pk>/", payouts.BatchView.as_view(), name="batch"),
    path("keuangan/pencairan/<int:pk>/putuskan/", payouts.BatchDecisionView.as_view(), name="batch_decision"),
    path("keuangan/pencairan/<int:pk>/berkas/", payouts.BankFileView.as_view(), name="bank_file"),
    path("keuangan/tarif/", rates.RatesView.as_view(), name="rates_home"),
    path("keuangan/tarif/pihak/", rates.PartyView.as_view(), name="party"),
    path("keuangan/tarif/pihak/<int:pk>/rekening/", rates.PartyAccountView.as_view(), name="party_account"),
    path("keuangan/tarif/<str:kind>/", rates.RatesView.as_view(), name="rates"),
    path("keuangan/tarif/<str:kind>/<int:pk>/akhir/", rates.EndRateView.as_view(), name="end_rate"),
    path("keuangan/transfer/<int:pk>/", payouts.OutcomeView.as_view(), name="outcome"),
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
]
