"""Hints to workers over the broker; losing one changes nothing but the hour."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

from statuspage.operations.logs import current_request

logger = logging.getLogger(__name__)


def hint(task: str, *arguments: object, expires: float | None = None) -> None:
    """Ask a worker to run a task soon. A sweep does the same work when the hint is lost.

    A hint that has waited for `expires` seconds is dropped.
    """
    try:
        # Not retried: a broker that is down must not hold up a publisher, a merchant or a provider.
        current_app.send_task(
            task,
            args=arguments,
            retry=False,
            ignore_result=True,
            expires=expires,
            headers={"request": current_request()},
        )
    except OperationalError as error:
        logger.warning("could not wake %s: %s; the sweep will", task, type(error).__name__)
