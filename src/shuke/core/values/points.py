"""Points as people read them: amounts count the smallest parts of a unit, `scale` decimal places below a whole one."""


def written(amount: int, scale: int) -> str:
    """Write an amount that is not negative: 600_000 of scale 2 is 6,000.00."""
    whole, part = divmod(amount, 10**scale)
    return f"{whole:,}" + (f".{part:0{scale}d}" if scale else "")


def change_written(amount: int, scale: int) -> str:
    """Write what came (above 0) or went (below 0), with its sign: 5 of scale 1 is +0.5."""
    return f"{'+' if amount > 0 else '-'}{written(abs(amount), scale)}"
