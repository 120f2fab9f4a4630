"""Small pieces on all threads: numpy lets go of the interpreter, and inside a piece BLAS has one thread."""

from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits


def in_parallel(function, pieces, threads):
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, pieces))
