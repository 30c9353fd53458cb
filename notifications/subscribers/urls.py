"""Addresses of this room: all private, none to be stored by anyone on the way."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from notifications.subscribers.views import manage, subscribe


def _private(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    return path(route, never_cache(view), name=name)


app_name = "subscribers"
urlpatterns = [
    _private("subscribe/", subscribe.subscribe, "subscribe"),
    _private("subscribe/<slug:public_id>/", subscribe.subscribe_code, "subscribe-code"),
    _private("subscribe/<slug:public_id>/again/", subscribe.subscribe_resend, "subscribe-resend"),
    _private("subscribe/<slug:public_id>/done/", subscribe.subscribed, "subscribed"),
    _private("manage/", manage.manage, "manage"),
    _private("manage/none/", manage.manage_unknown, "manage-unknown"),
    _private("manage/erased/", manage.manage_erased, "manage-erased"),
    _private("manage/code/<slug:public_id>/", manage.manage_code, "manage-code"),
    _private("manage/code/<slug:public_id>/again/", manage.manage_resend, "manage-resend"),
    _private("manage/<str:token>/", manage.manage_one, "manage-one"),
    _private("manage/<str:token>/stop/", manage.manage_stop, "manage-stop"),
    _private("manage/<str:token>/resume/", manage.manage_resume, "manage-resume"),
    _private("manage/<str:token>/wechat/", manage.manage_wechat, "manage-wechat"),
    _private("manage/<str:token>/merchant/", manage.manage_merchant, "manage-merchant"),
    _private("manage/<str:token>/erase/", manage.manage_erase, "manage-erase"),
]
