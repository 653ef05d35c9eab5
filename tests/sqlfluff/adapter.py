"""dbt's `adapter`, as far as the models ask it, for the linter."""

from collections.abc import Callable


def dispatch(name: str) -> Callable[..., str]:
    """Return what stands for the macro of that name: a call of a function of that name."""
    return lambda *arguments: f"{name}({', '.join(expression(str(a)) for a in arguments)})"


def expression(argument: str) -> str:
    """Return the argument as SQL: a mark between words is a text, and an order a column."""
    return argument.removesuffix(" desc") if any(map(str.isalnum, argument)) else f"'{argument}'"
