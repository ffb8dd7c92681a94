"""The sheet of a protocol: all that a medical director signs, in words, and what changed since it was signed.

Input: protocols, overlays, a suite. Output: sections of lines, for a terminal or for paper; differences of two
protocols, value by value.
"""
