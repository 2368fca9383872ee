"""The named roundings of an exact rational n/d, d > 0, in plain integers that numba compiles unchanged."""


def floor_of(n: int, d: int) -> int:
    """Round towards minus infinity."""
    return n // d


def ceil_of(n: int, d: int) -> int:
    """Round towards plus infinity."""
    return -(-n // d)


def half_up_of(n: int, d: int) -> int:
    """Round to the nearest; halves go away from zero."""
    if n < 0:
        return -((-2 * n + d) // (2 * d))
    return (2 * n + d) // (2 * d)


def half_even_of(n: int, d: int) -> int:
    """Round to the nearest; halves go to the even neighbour."""
    q = (2 * n + d) // (2 * d)
    if (2 * n + d) % (2 * d) == 0 and q % 2 != 0:
        q -= 1
    return q


FUNCTIONS = (floor_of, ceil_of, half_up_of, half_even_of)
