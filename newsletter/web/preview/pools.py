"""Threads for the page's work: some for the email, one for all checks.

asyncio's own pool is shared by every route: a few slow calls in it would delay the email.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

_THREADS = 4
"""For the email: one thread makes it, others wait for it or read titles and entries."""


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
        """Drop the work that has not begun; do not wait for the rest."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class SharedWork(Generic[T]):
    """Work by name, one at a time, and each name at most once in the queue.

    Requests for work that is still in the queue share its answer: it reads the files when it
    begins, so it is as new as the newest request. A request for work that runs is queued anew: a
    file may have been saved since it began.
    """

    def __init__(self, name: str, work: Callable[[str], T]) -> None:
        self._pool = Pool(name, threads=1)
        self._work = work
        self._waiting: dict[str, asyncio.Future[T]] = {}

    async def ask(self, name: str) -> T:
        """Return the result of the work for a name."""
        work = self._waiting.get(name)
        if work is None:
            work = self._waiting[name] = asyncio.ensure_future(self._pool.run(self._run, name))
        return await asyncio.shield(work)  # others may wait for it, too

    def _run(self, name: str) -> T:
        del self._waiting[name]  # a later save may be missed, so later requests queue anew
        return self._work(name)

    def close(self) -> None:
        """Drop the queue."""
        self._pool.close()
