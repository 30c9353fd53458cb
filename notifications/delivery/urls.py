"""URLs of the providers' callbacks."""

from django.urls import path

from notifications.delivery.hooks import ProviderCallback

app_name = "hooks"
urlpatterns = [
    path("<slug:name>/", ProviderCallback.as_view(), name="callback"),
    path("<slug:name>/<path:rest>", ProviderCallback.as_view(), name="callback-at"),
]
