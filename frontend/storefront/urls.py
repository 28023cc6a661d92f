"""Addresses of what can be found and chosen, and of the fragments that other pages ask for."""

from django.urls import include, path

from frontend.storefront.views import browsing, fragments, listings, searching, words

pages = [
    path("cari/", searching.results, name="search"),
    path("cari/saran/", searching.suggestions, name="suggest"),
    path("cari/dihitung/", searching.counted, name="counted"),
    path("kategori/<slug:slug>/", searching.category, name="category"),
    path("belanja/<slug:slug>/", searching.region, name="region"),
    path("belanja/", browsing.shelves, name="shelves"),
    path("hari-ini/", browsing.today, name="today"),
    path("toko/<slug:slug>/", browsing.shop, name="shop"),
    path("produk/<slug:slug>/", listings.goods, name="goods"),
    path("tiket/<slug:slug>/", listings.ticket, name="ticket"),
    path("cara-membeli/", words.how_to_buy, name="help"),
    path("data-pribadi/", words.privacy, name="privacy"),
    path("sumber/", words.credits, name="credits"),
]
fragment_pages = [
    path("pribadi/", fragments.personal, name="personal"),
    path("tempat/", fragments.places, name="places"),
]

urlpatterns = [
    path("", include((pages, "storefront"))),
    path("potongan/", include((fragment_pages, "fragments"))),
]
