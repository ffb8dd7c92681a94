"""What is done with recordings: read, replay, compare, count.

Input: recordings, journals and protocols. Output: alarm lines, differences and reports; no notification.
"""
