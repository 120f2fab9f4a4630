"""Small pieces on all threads: numpy lets go of the interpreter, and inside a piece BLAS has one thread."""

from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import ThreadpoolController


def in_parallel(function, pieces, threads):
    if threads == 1:
        return list(map(function, pieces))
    with blas_threads(1), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, pieces))


def blas_threads(threads):
    """BLAS on so many threads, as a context."""
    global controller
    # It looks through all loaded libraries, which takes longer than many a part.
    controller = controller or ThreadpoolController()
    return controller.limit(limits=threads, user_api="blas")


controller = None
