from django.urls import path

from frontend.gate import views
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
]
