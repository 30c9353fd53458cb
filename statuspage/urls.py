"""All URLs of the site; Chinese at the root, English under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from statuspage.api.views.signals import Alertmanager
from statuspage.operations.metrics import metrics

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("console/", include("statuspage.console.sign_in_urls")),
    path("console/", include("statuspage.console.urls")),
    path("api/v1/", include("statuspage.api.urls")),
    path("hooks/alertmanager/", Alertmanager.as_view(), name="alertmanager"),
    path("hooks/", include("notifications.delivery.urls")),
    path("metrics", metrics, name="metrics"),
    path("", include("statuspage.pages.machine_urls")),
    *i18n_patterns(
        path("", include("statuspage.pages.urls")),
        path("", include("notifications.subscribers.urls")),
        path("", include("notifications.verification.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "statuspage.pages.http.bad_request"
handler403 = "statuspage.pages.http.permission_denied"
handler404 = "statuspage.console.views.errors.page_not_found"
handler500 = "statuspage.pages.http.server_error"
