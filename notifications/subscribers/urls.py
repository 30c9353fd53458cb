"""URLs of subscribing and managing: none of the pages may be cached."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from notifications.subscribers.models import SignUp
from notifications.subscribers.views import manage, prove, subscribe, unsubscribe


def _page(name: str) -> Callable[..., HttpResponseBase]:
    return require_safe(
        TemplateView.as_view(template_name=f"notifications/subscribers/{name}.html")
    )


app_name = "subscribers"
urlpatterns = [
    path(route + end, never_cache(view), {"purpose": purpose}, name=f"{purpose}-{name}")
    for route, purpose in (
        ("subscribe/<slug:public_id>/", SignUp.Purpose.SUBSCRIBE),
        ("manage/code/<slug:public_id>/", SignUp.Purpose.MANAGE),
        ("transactions/phone/<slug:public_id>/", SignUp.Purpose.LOOKUP),
    )
    for end, view, name in (("", subscribe.code, "code"), ("again/", subscribe.resend, "resend"))
] + [
    path(route, never_cache(view), name=name)
    for route, view, name in (
        ("subscribe/", subscribe.subscribe, "subscribe"),
        ("subscribe/<slug:public_id>/done/", subscribe.subscribed, "subscribed"),
        ("transactions/phone/", prove.prove, "prove"),
        ("unsubscribe/", unsubscribe.unsubscribe_page, "unsubscribe"),
        ("unsubscribe/<str:token>/", unsubscribe.unsubscribe, "unsubscribe-one"),
        # Not redirected: mail programs follow nothing with a POST (RFC 8058, 3.1).
        ("unsubscribe/<str:token>", unsubscribe.unsubscribe, "unsubscribe-bare"),
        ("unsubscribe/<str:token>/=", unsubscribe.unsubscribe, "unsubscribe-padded"),
        ("manage/", manage.manage, "manage"),
        ("manage/none/", _page("manage_none"), "manage-unknown"),
        ("manage/erased/", _page("manage_erased"), "manage-erased"),
        ("manage/<str:token>/", manage.manage_one, "manage-one"),
        ("manage/<str:token>/stop/", manage.manage_stop, "manage-stop"),
        ("manage/<str:token>/resume/", manage.manage_resume, "manage-resume"),
        ("manage/<str:token>/wechat/", manage.manage_wechat, "manage-wechat"),
        ("manage/<str:token>/merchant/", manage.manage_merchant, "manage-merchant"),
        ("manage/<str:token>/erase/", manage.manage_erase, "manage-erase"),
        ("manage/<str:token>/data/", manage.manage_data, "manage-data"),
    )
]
