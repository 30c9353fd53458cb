"""The URL of the verification page."""

from django.urls import path

from notifications.verification.views import verify

app_name = "verification"
urlpatterns = [path("verify/", verify, name="verify")]
