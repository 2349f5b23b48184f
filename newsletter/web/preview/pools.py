"""Threads for the desk's work: the email has its own, and the checks have one for all.

asyncio's own pool is shared by every route: a few slow ones that wait in it would hold the email.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

_THREADS = 4
"""For the email; a view is made by one at a time, and its words are asked for beside it."""


class Pool:
    """Threads of its own for one kind of work."""

    def __init__(self, name: str, threads: int = _THREADS) -> None:
        self._name, self._threads = name, threads
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function returns, in one of the threads."""
        loop = asyncio.get_running_loop()
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix=self._name)
        return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Drop what has not begun; what runs is not waited for."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class SharedWork(Generic[T]):
    """Work that is asked for by a name, one at a time, and at most once in the queue.

    Who asks while it waits gets the same answer: the work reads the files when it begins, so it
    is as new as the newest request. Who asks while it runs waits for the next run, for a file
    may have been saved since it began.
    """

    def __init__(self, name: str, work: Callable[[str], T]) -> None:
        self._pool = Pool(name, threads=1)
        self._work = work
        self._waiting: dict[str, asyncio.Future[T]] = {}

    async def ask(self, name: str) -> T:
        """Return what the work says of a name."""
        work = self._waiting.get(name)
        if work is None:
            work = self._waiting[name] = asyncio.ensure_future(self._pool.run(self._run, name))
        return await asyncio.shield(work)  # others may wait for it, too

    def _run(self, name: str) -> T:
        del self._waiting[name]  # from here on a save may be missed: the next one asks anew
        return self._work(name)

    def close(self) -> None:
        """Drop the queue."""
        self._pool.close()
