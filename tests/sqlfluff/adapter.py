"""dbt's `adapter`, as far as the models ask it, for the linter."""

from collections.abc import Callable


def dispatch(name: str) -> Callable[..., str]:
    """Return what stands for the macro of that name: a call of a function of that name.

    A mark that is no expression, such as a comma, is left out.
    """

    def call(*arguments: str) -> str:
        return f"{name}({', '.join(text for text in map(str, arguments) if text.strip(',; '))})"

    return call
