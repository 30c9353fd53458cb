"""URLs of the public pages."""

from django.urls import path

from statuspage.pages import arrival, transactions, views
from statuspage.pages.log.page import log_page
from statuspage.pages.pictures.views import schedule_picture
from statuspage.pages.privacy import privacy_page
from statuspage.pages.transparency.page import transparency_page
from statuspage.pages.uptime.page import uptime_page

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("incidents/<slug:public_id>/", views.incident, name="incident"),
    path("maintenances/<slug:public_id>/", views.maintenance, name="maintenance"),
    path("history/", views.history, name="history"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/<slug:public_id>/", views.notice, name="notice"),
    path("notices/<slug:public_id>/picture.png", schedule_picture, name="notice_picture"),
    path("arrival/", arrival.arrival_page, name="arrival"),
    path("ledger/", views.ledger, name="ledger"),
    path("transactions/", transactions.transaction_page, name="transactions"),
    path("uptime/", uptime_page, name="uptime"),
    path("transparency/", transparency_page, name="transparency"),
    path("log/", log_page, name="log"),
    path("privacy/", privacy_page, name="privacy"),
]
