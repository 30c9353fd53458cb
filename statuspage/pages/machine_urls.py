"""Feeds and machine-readable addresses, the same in every language."""

from django.urls import URLPattern, URLResolver

app_name = "machine"
urlpatterns: list[URLPattern | URLResolver] = []
