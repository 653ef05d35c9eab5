"""dbt's `adapter`, as far as the models ask it, for the linter."""

from collections.abc import Callable


def dispatch(name: str) -> Callable[..., str]:
    """What stands for the macro of that name: a call of a function of that name."""
    return lambda *arguments: f"{name}({', '.join(map(str, arguments))})"
