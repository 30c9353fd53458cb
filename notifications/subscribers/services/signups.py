"""From a typed number to a confirmed subscription: request, resend, confirm, forget."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from redis.exceptions import RedisError

from notifications.channels.addresses import AddressKind
from notifications.hints import hint
from notifications.subscribers.choices import Choices
from notifications.subscribers.contacts import Contact
from notifications.subscribers.crypto import blind_index
from notifications.subscribers.models import CodeRequest, SignUp
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.agreements import agreement_keep
from notifications.subscribers.services.calls import call_start
from notifications.subscribers.services.code_counts import code_book, code_entered
from notifications.subscribers.services.codes import (
    CodeRefused,
    SignupRefusal,
    clean_code,
    code_matches,
)
from notifications.subscribers.services.subscriptions import subscription_confirm
from statuspage.lib.database_clock import database_now
from statuspage.lib.rate_limits import Limit, take

KEPT_FOR: Final = timedelta(days=1)
# Numbers that differ only in these last digits are bought in one block: toll fraud's pattern.
BLOCK_DIGITS: Final = 4


def signup_request(
    *,
    contact: Contact,
    choices: Choices,
    client_ip: str,
    purpose: str = SignUp.Purpose.SUBSCRIBE,
    transfer: bool = False,
    calls: bool = False,
) -> SignUp:
    """Ask for a code. Whether the address is known is neither looked up nor shown.

    `transfer`: they separately agreed that their number goes to the provider abroad. `calls`: they
    want to be called as well, in critical moments.

    Raises:
        CodeRefused: too many codes were asked for.
    """
    count_code(contact, client_ip)
    agreed = agreement_keep(transfer=transfer)

    def ask() -> SignUp:
        signup = SignUp.objects.create(
            purpose=purpose,
            calls=calls,
            language=choices.language,
            category=choices.category,
            topics=list(choices.topics),
            components=list(choices.components),
            **choices.attributes.columns(),
            **agreed.columns(),
            **contact.columns(),
        )
        _wake(signup)
        return signup

    return code_book(contact, ask)


def signup_resend(*, signup: SignUp, client_ip: str) -> None:
    """Ask for a new code; the old one stops working, and the tries are not given back.

    Raises:
        CodeRefused: the sign-up is used, or too many codes were asked for or tried.
    """
    _check_open(signup)
    contact = Contact(signup.channel, AddressKind(signup.kind), clear_address(signup))
    count_code(contact, client_ip)

    def ask_again() -> SignUp:
        SignUp.objects.filter(pk=signup.pk, used_at=None).update(
            code_hash="", code_sent_at=None, failure="", requested_at=database_now()
        )
        _wake(signup)
        return signup

    code_book(contact, ask_again)


def signup_confirm(*, signup: SignUp, typed: str) -> None:
    """Take the code, and do what it was asked for: at most once, even if tried in parallel.

    Not to be called inside a transaction: a try must stay counted when the code is refused.

    Raises:
        CodeRefused: the code is malformed, wrong, expired or used, or there were too many tries.
    """
    code = clean_code(typed)
    signup.refresh_from_db()
    _check_open(signup)
    _check_code_is_out(signup)
    left = _count_try(signup)
    if not code_matches(signup, code):
        raise CodeRefused(SignupRefusal.WRONG, left=left)
    with transaction.atomic():
        _use(signup)
        code_entered(signup)
        if signup.purpose == SignUp.Purpose.SUBSCRIBE:
            address = subscription_confirm(signup=signup)
            if signup.calls:
                call_start(address)


def count_code(contact: Contact, client_ip: str) -> None:
    """Count a code that is about to be requested: by number, network address and prefix.

    Raises:
        CodeRefused: nothing may be sent there, nobody can send there, one of the limits is reached,
            or Redis cannot say whether it is.
    """
    if not contact.permitted:
        raise CodeRefused(SignupRefusal.COUNTRY)
    if not contact.served:
        phone = contact.kind == AddressKind.PHONE
        raise CodeRefused(SignupRefusal.COUNTRY if phone else SignupRefusal.UNAVAILABLE)
    counted = [
        (settings.SIGNUP_PER_NUMBER_HOUR, "number", contact.index),
        (settings.SIGNUP_PER_IP_HOUR, "ip", client_ip),
    ]
    if contact.kind == AddressKind.PHONE:
        block = contact.clear[:-BLOCK_DIGITS]
        counted.append((settings.SIGNUP_PER_PREFIX_HOUR, "prefix", block))
    limits = (
        Limit(f"{per_hour}/hour", f"signup-{what}", blind_index(value, f"ratelimit:{what}"))
        for per_hour, what, value in counted
    )
    try:
        wait = take(*limits)
    except RedisError as error:
        # Without the counters a fraud could run up any bill, so we fail closed.
        raise CodeRefused(SignupRefusal.UNAVAILABLE) from error
    if wait:
        raise CodeRefused(SignupRefusal.RATE_LIMITED)


def signups_forget() -> int:
    """Delete sign-ups older than a day, with the sealed addresses in them; codes count two days."""
    CodeRequest.objects.filter(at__lt=database_now() - 2 * KEPT_FOR).delete()
    deleted, _ = SignUp.objects.filter(created_at__lt=database_now() - KEPT_FOR).delete()
    return deleted


def _check_open(signup: SignUp) -> None:
    if signup.used_at:
        raise CodeRefused(SignupRefusal.USED)
    if signup.tries >= settings.SIGNUP_CODE_TRIES:
        raise CodeRefused(SignupRefusal.TOO_MANY_TRIES)


def _check_code_is_out(signup: SignUp) -> None:
    if not signup.code_hash or signup.code_sent_at is None:
        raise CodeRefused(SignupRefusal.NOT_SENT_YET)
    age = database_now() - signup.code_sent_at
    if age > timedelta(seconds=settings.SIGNUP_CODE_SECONDS):
        raise CodeRefused(SignupRefusal.EXPIRED)


def _count_try(signup: SignUp) -> int:
    """Use up one try, safely against parallel requests; return how many are left."""
    limit = settings.SIGNUP_CODE_TRIES
    counted = SignUp.objects.filter(pk=signup.pk, tries__lt=limit).update(tries=F("tries") + 1)
    if not counted:
        raise CodeRefused(SignupRefusal.TOO_MANY_TRIES)
    return max(0, limit - signup.tries - 1)


def _use(signup: SignUp) -> None:
    """Mark it used, unless someone was quicker or a newer code has been asked for."""
    now = database_now()
    same = SignUp.objects.filter(pk=signup.pk, used_at=None, code_hash=signup.code_hash)
    if not same.update(used_at=now):
        raise CodeRefused(SignupRefusal.USED)
    signup.used_at = now


def _wake(signup: SignUp) -> None:
    transaction.on_commit(lambda: hint("subscribers.send_code", signup.pk))
