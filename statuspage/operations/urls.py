"""Addresses of this room."""

from django.urls import path

from statuspage.operations.metrics import metrics

app_name = "operations"
urlpatterns = [path("metrics", metrics, name="metrics")]
