"""dbt's own macros, as far as the tests call them, for the linter."""


def datediff(first: str, second: str, part: str) -> str:
    """How many boundaries of a part of the calendar lie between two dates."""
    return f"datediff('{part}', {first}, {second})"
