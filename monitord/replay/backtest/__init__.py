"""Many recordings under one protocol, or under a grid of its settings.

Input: a folder of recordings. Output: alarm load, detection delay and coverage as a table, CSV and HTML.
"""

from monitord.replay.backtest.backtest_run import backtest

__all__ = ["backtest"]
