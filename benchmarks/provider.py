"""A provider that costs nothing: nginx answering 201, at once or a little later."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.stage import Stage, free_port, listens, need, until

MODULE = "/usr/lib/nginx/modules/ngx_http_echo_module.so"
# Where nginx, not being run as root, may write.
FOLDERS = """
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
"""
CONFIGURATION = f"""
load_module {MODULE};
daemon off; worker_processes 1; pid {{folder}}/pid; error_log {{folder}}/error.log crit;
events {{{{ worker_connections 4096; }}}}
http {{{{
    access_log off; keepalive_requests 1000000; client_body_buffer_size 16k;
    {FOLDERS}
    server {{{{
        listen 127.0.0.1:{{port}} backlog=4096;
        default_type application/json;
        location / {{{{ {{answer}} }}}}
    }}}}
}}}}
"""
BODY = '{"sid": "SM00000000000000000000000000000000", "status": "queued"}'


@contextmanager
def free_provider(stage: Stage, delay_ms: int) -> Iterator[str]:
    """Yield the address of a running nginx.

    Raises:
        SystemExit: nginx is missing and cannot be installed from here.
    """
    need("nginx", "nginx-light", "libnginx-mod-http-echo")
    port, home = free_port(), stage.folder / f"nginx-{delay_ms}"
    home.mkdir(exist_ok=True)
    home.chmod(0o777)
    path = home / "nginx.conf"
    path.write_text(CONFIGURATION.format(folder=home, port=port, answer=_answer(delay_ms)))
    with stage.programs(["nginx", "-c", str(path), "-e", str(home / "start.log")]):
        until(lambda: listens(port))
        yield f"http://127.0.0.1:{port}"


def _answer(delay_ms: int) -> str:
    if not delay_ms:
        return f"return 201 '{BODY}';"
    return f"echo_read_request_body; echo_sleep {delay_ms / 1000}; echo_status 201; echo '{BODY}';"
