"""RabbitMQ as Debian has it, on ports and in a folder of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.stage import Stage, free_port, listens, need, until

# The one on the path changes to a user of its own, who may not write into the folder.
SERVER: Final = "/usr/lib/rabbitmq/bin/rabbitmq-server"


@contextmanager
def rabbitmq(stage: Stage) -> Iterator[str]:
    """Yield the address of a running RabbitMQ, until the block ends.

    Raises:
        SystemExit: RabbitMQ is missing and cannot be installed from here.
    """
    need("rabbitmq-server", "rabbitmq-server")
    folder = stage.folder / "rabbitmq"
    folder.mkdir()
    names, port, between = free_port(), free_port(), free_port()
    # Without one of ours the server would leave a name server behind that nobody ends.
    with stage.programs(["epmd", "-address", "127.0.0.1", "-port", str(names)]):
        until(lambda: listens(names))
        with stage.programs([SERVER], **_environment(folder, names, port, between)):
            until(lambda: listens(port))
            yield f"amqp://guest:guest@127.0.0.1:{port}//"


def _environment(folder: Path, names: int, port: int, between: int) -> dict[str, str]:
    plugins = folder / "plugins"
    plugins.write_text("[].")
    return {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(names),
        "RABBITMQ_NODENAME": "bench@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(between),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
    }
