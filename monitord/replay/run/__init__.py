"""One recording through the engine.

Input: a recording, export or journal and a protocol. Output: alarm lines, the same bytes each time.
"""
