"""Addresses of buying."""

from django.urls import path

from frontend.checkout.views import adding, carts, orders, paying

app_name = "checkout"
urlpatterns = [
    path("keranjang/", carts.cart, name="cart"),
    path("keranjang/tambah/", adding.add, name="add"),
    path("bayar/", paying.checkout, name="checkout"),
    path("pesanan/<str:code>/", orders.order, name="order"),
    path("pesanan/<str:code>/keadaan/", orders.state, name="state"),
    path("pesanan/<str:code>/periksa/", orders.check, name="check"),
    path("pesanan/<str:code>/bayar/", orders.pay, name="pay"),
    path("pesanan/<str:code>/batal/", orders.cancel, name="cancel"),
    path("pesanan/<str:code>/ulas/<uuid:line>/", orders.review, name="review"),
    path("pesanan/<str:code>/terima/<int:part>/", orders.receive, name="receive"),
]
