"""Monitors that measure several signals: one family a file, decode and encode.

Input: bytes of a line. Output: frames of samples, and for the twins the other way round. Pure.
"""
