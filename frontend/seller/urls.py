"""Addresses of sellers. The shop is in each address: two tabs with two shops never mix."""

from django.urls import path

from frontend.seller.views import closings, dates, home, listings, money, numbers, opening, orders, settings

app_name = "seller"
urlpatterns = [
    path("buka-toko/", opening.open_shop, name="open"),
    path("toko-saya/", home.home, name="home"),
    path("toko-saya/<slug:shop>/", home.todo, name="shop"),
    path("toko-saya/<slug:shop>/pesanan/", orders.orders, name="orders"),
    path("toko-saya/<slug:shop>/pesanan/<int:order>/", orders.order, name="order"),
    path("toko-saya/<slug:shop>/pesanan/<int:order>/langkah/", orders.step, name="step"),
    path("toko-saya/<slug:shop>/pesanan/<int:order>/batal/", orders.cancel, name="cancel"),
    path("toko-saya/<slug:shop>/pesanan/<int:order>/slip/", orders.slip, name="slip"),
    path("toko-saya/<slug:shop>/barang/", listings.listings, name="listings"),
    path("toko-saya/<slug:shop>/jual/", listings.new, name="new"),
    path("toko-saya/<slug:shop>/jual/terima/", listings.take_home, name="take_home"),
    path("toko-saya/<slug:shop>/barang/<int:listing>/", listings.listing, name="listing"),
    path("toko-saya/<slug:shop>/barang/<int:listing>/tampil/", listings.show_or_hide, name="show"),
    path("toko-saya/<slug:shop>/barang/<int:listing>/stok/<int:variant>/", listings.stock, name="stock"),
    path("toko-saya/<slug:shop>/barang/<int:listing>/stok/", numbers.history, name="history"),
    path("toko-saya/<slug:shop>/barang/<int:listing>/batas/", numbers.limits, name="limits"),
    path("toko-saya/<slug:shop>/jadwal/", dates.listings, name="dates"),
    path("toko-saya/<slug:shop>/jadwal/<int:listing>/", dates.month, name="month"),
    path("toko-saya/<slug:shop>/jadwal/<int:listing>/pola/", dates.pattern, name="pattern"),
    path("toko-saya/<slug:shop>/jadwal/<int:listing>/<slug:day>/", dates.day, name="day"),
    path("toko-saya/<slug:shop>/penutupan/", closings.closings, name="closings"),
    path("toko-saya/<slug:shop>/penutupan/baru/", closings.close, name="close_dates"),
    path("toko-saya/<slug:shop>/penutupan/<int:closing>/", closings.closing, name="closing"),
    path("toko-saya/<slug:shop>/uang/", money.money, name="money"),
    path("toko-saya/<slug:shop>/uang/rekening/", money.bank_account, name="bank_account"),
    path("toko-saya/<slug:shop>/uang/rincian/<int:settlement>/", money.statement, name="statement"),
    path("toko-saya/<slug:shop>/pengaturan/", settings.settings, name="settings"),
]
