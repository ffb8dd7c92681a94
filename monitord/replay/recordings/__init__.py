"""Readers of recordings.

Input: files of any kind, told apart by their content. Output: one `Recording` of frames in time order with a
report of what was read, assumed and refused.
"""
