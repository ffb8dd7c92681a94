"""What the daemon knows and tells of itself.

Input: its counters, clock and journal. Output: signs of life for systemd and the watcher, metrics, faults,
and proof that destinations can be reached.
"""
