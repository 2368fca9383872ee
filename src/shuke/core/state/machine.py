"""The two things that can happen to a member: `advance`, all that time does, and a fact, one verb for each kind.

Written once, in the part of Python that numba compiles: integers and flat integer sequences, no allocation, no text.
CPython runs these very functions online; the backtest hands the same function objects to numba. What a state must have
loaded for a step is said by `engine.online.Desk.needs`. A verb is called after `advance` to the fact's instant; one
that returns False has changed nothing.
"""

from shuke.core.state import conversions, earning, endings, ladders, lots, passing, spending, windows

MODULES = (windows, endings, lots, conversions, ladders, passing, earning, spending)
FUNCTIONS = tuple(function for module in MODULES for function in module.FUNCTIONS)
