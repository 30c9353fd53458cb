"""How many files, and thereby connections, this process may have open."""

import resource


def open_files_allow(count: int) -> None:
    """Allow so many open files, or as many as the system's hard limit grants; never fewer than now.

    The soft limit is 1,024 under most supervisors, and meant to be raised by who needs more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    granted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if resource.RLIM_INFINITY != soft < granted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
