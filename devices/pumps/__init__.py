"""Infusion pumps, which are read and never driven: one family a file.

Input: bytes of a line. Output: what the pump does. Pure.
"""
