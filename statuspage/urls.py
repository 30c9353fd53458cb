"""Every address of the site; Chinese at the root, English under /en/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
]
