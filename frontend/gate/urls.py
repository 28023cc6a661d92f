from django.urls import path

from frontend.gate import cash_views, views
from frontend.parts.offline import worker

app_name = "gate"
urlpatterns = [
    path("gerbang/", views.home, name="home"),
    path("gerbang/pekerja.js", worker, name="worker"),
    path("gerbang/<int:gate_id>/", views.scan, name="scan"),
    path("gerbang/<int:gate_id>/periksa/", views.check, name="check"),
    path("gerbang/<int:gate_id>/daftar/", views.day_list, name="list"),
    path("gerbang/<int:gate_id>/unggah/", views.upload, name="upload"),
    path("gerbang/<int:gate_id>/laporan/", views.report, name="report"),
    path("gerbang/<int:gate_id>/jual/", cash_views.sell, name="sell"),
    path("gerbang/<int:gate_id>/jual/unggah/", cash_views.upload, name="upload_sales"),
    path("gerbang/<int:gate_id>/jual/<int:sale_id>/", cash_views.receipt, name="receipt"),
    path("gerbang/<int:gate_id>/jual/<int:sale_id>/masuk/", cash_views.admit, name="admit"),
    path("gerbang/<int:gate_id>/jual/<int:sale_id>/batal/", cash_views.void, name="void"),
    path("gerbang/<int:gate_id>/jual/<int:sale_id>/keputusan/", cash_views.decide, name="decide"),
    path("gerbang/<int:gate_id>/kas/", cash_views.till, name="till"),
]
