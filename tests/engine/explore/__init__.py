"""Breadth-first over what an alarm can live through: every distinct state, not random ones.

`search.py` walks, `tables.py` is the alarm's tables alone, `whole.py` the engine with one rule. In
every state reached the invariant holds: somebody was told of the deepest unanswered level within its
bound, or a named suppression that ends says why not. `python -m tests.engine.explore` goes deeper.
"""
