"""The usual way to make a Django page fast, for comparison: `cache_page` on Redis."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.urls import path  # noqa: E402
from django.views.decorators.cache import cache_page  # noqa: E402
from django.views.decorators.gzip import gzip_page  # noqa: E402

from statuspage import urls  # noqa: E402
from statuspage.pages import api_v2, views  # noqa: E402

MINUTE = 60
urls.urlpatterns[:0] = [
    path("", cache_page(MINUTE)(gzip_page(views.home))),
    path("api/v2/summary.json", cache_page(MINUTE)(gzip_page(api_v2.summary))),
]
