"""The same broadcast with more worker processes, on either broker."""

from collections.abc import Sequence
from subprocess import Popen
from typing import Final

from benchmarks.data import subscribe
from benchmarks.provider import free_provider
from benchmarks.rabbitmq import rabbitmq
from benchmarks.stage import PYTHON, Figure, Section, Stage, hear, measure_calls, say, until
from notifications.delivery.models import Delivery

RECIPIENTS: Final = 40_000
PROCESSES: Final = (1, 2, 4)
DELAY_MS: Final = 50
WORKER: Final = (*PYTHON, "celery", "-A", "statuspage", "worker", "-l", "ERROR", "-c")
QUIET: Final = ("--without-mingle", "--without-gossip")


def measure(stage: Stage) -> Section:
    """From the publication to the last message, with real Celery workers."""
    section = Section(
        "Scaling",
        f"{RECIPIENTS:,} recipients, the provider takes {DELAY_MS} ms; from the publication until"
        " the last message is sent, expanding included. One Celery worker with so many processes.",
        ("broker", "processes", "messages/s", "times one process", "CPU s per 1,000"),
    )
    with free_provider(stage, DELAY_MS) as provider, rabbitmq(stage) as amqp:
        for name, url in (("Redis", stage.environment["REDIS_URL"]), ("RabbitMQ", amqp)):
            figures = [_broadcast(stage, provider, url, count) for count in PROCESSES]
            section.rows += [
                _row(name, count, figure, figures[0])
                for count, figure in zip(PROCESSES, figures, strict=True)
            ]
    return section


def _broadcast(stage: Stage, provider: str, broker: str, processes: int) -> Figure:
    subscribe(RECIPIENTS)
    worker = (*WORKER, str(processes), *QUIET)
    publisher = (*PYTHON, "benchmarks.publisher")
    engines = {"TWILIO_BASE_URL": provider, "BROKER_URL": broker}
    with stage.programs(worker, publisher, **engines) as (celery, publishing):
        hear([publishing], "ready")
        return measure_calls(
            RECIPIENTS, [celery.pid, stage.postmaster], lambda: _publish(publishing)
        )


def _publish(publishing: Popen[str]) -> None:
    say([publishing], "go")
    until(lambda: Delivery.objects.filter(state="sent").count() == RECIPIENTS, pause=0.1)


def _row(broker: str, processes: int, figure: Figure, one: Figure) -> Sequence[str]:
    times = figure.per_second / one.per_second
    return (
        broker,
        str(processes),
        f"{figure.per_second:,.0f}",
        f"{times:.2f}",
        f"{figure.cpu:.2f}",
    )
