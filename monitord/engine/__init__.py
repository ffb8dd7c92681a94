"""The pure core: what a session knows, what the rules find, what an alarm does, who is told.

Input: events and the passing of time. Output: effects with their reasons, and one serialisable state.
"""
