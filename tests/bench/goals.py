"""Verdicts for the tables."""


def goal(value, op, limit):
    """A verdict for a table: the figure beside its goal."""
    ok = value >= limit if op == ">=" else value <= limit
    return f"{'reached' if ok else 'NOT reached'} ({op} {limit:g})"
