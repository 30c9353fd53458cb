"""The bubbles and cards of a phone's screen, by day."""

from itertools import groupby
from typing import Final

from notifications.simulator import sms
from notifications.simulator.labels import status_label
from notifications.simulator.markup import Safe, clock, day, fill, join, web_link
from notifications.simulator.store import Message, Provider, Store, Table

ARRIVED: Final = frozenset({"delivered", "received"})


def followers_of(store: Store, number: str) -> list[str]:
    """The OpenIDs linked to a phone; a follower without a phone is named by the OpenID itself."""
    rows = store.tables[Table.FOLLOWERS].items()
    return [openid for openid, row in rows if number in (openid, row.get("phone"))]


def messages_of(store: Store, number: str) -> list[Message]:
    """What the phone shows, oldest first."""
    found = sms.messages_with(store, number)
    for openid in followers_of(store, number):
        found += store.newest_first(Provider.WECHAT, openid)
    return sorted(found, key=lambda message: message.accepted_at)


def unread(store: Store, number: str) -> int:
    """How many messages came since the phone was last looked at."""
    return max(_received(store, number) - _seen(store, number), 0)


def mark_seen(store: Store, number: str) -> None:
    """The phone was looked at."""
    received = _received(store, number)
    if received != _seen(store, number):
        store.put(Table.SEEN, number, {"count": received})


def timeline(messages: list[Message]) -> Safe:
    """The messages under a heading a day."""
    if not messages:
        return fill("empty.html", text="还没有消息", hint="No messages yet")
    days = groupby(messages, key=lambda message: day(message.accepted_at))
    return join(fill("day.html", day=name, items=join(map(_item, rows))) for name, rows in days)


def _received(store: Store, number: str) -> int:
    return sum(not message.inbound for message in messages_of(store, number))


def _seen(store: Store, number: str) -> int:
    return int(store.tables[Table.SEEN].get(number, {}).get("count", 0))


def _item(message: Message) -> Safe:
    if message.details.get("event"):
        return fill("event.html", text=f"{message.body}公众号", time=clock(message.accepted_at))
    if message.provider == Provider.WECHAT and "data" in message.details:
        return _card(message)
    return _bubble(message)


def _bubble(message: Message) -> Safe:
    label = sms.LABELS.get(Provider(message.provider))
    return fill(
        "bubble.html",
        side="mine" if message.inbound else "theirs",
        kind="sms" if label else "wechat",
        arrival="" if message.status in ARRIVED else "pending",
        sid=message.sid,
        text=message.body,
        provider=label or "微信 WeChat",
        parts=f"{message.segments} 段 · " if label else "",
        status=_status(message),
        time=clock(message.accepted_at),
    )


def _card(message: Message) -> Safe:
    rows = message.details["data"].items()
    return fill(
        "card.html",
        arrival="" if message.status in ARRIVED else "pending",
        sid=message.sid,
        template=message.details.get("template_id") or "",
        rows=join(fill("card_row.html", name=name, value=row["value"]) for name, row in rows),
        link=_card_link(message.details.get("url")),
        status=_status(message),
        time=clock(message.accepted_at),
    )


def _card_link(url: object) -> Safe:
    return fill("card_link.html", url=web_link(url)) if isinstance(url, str) and url else Safe()


def _status(message: Message) -> str:
    label = "已发送" if message.inbound else status_label(message.status)
    return f"{label} {message.error_code}" if message.error_code else label
