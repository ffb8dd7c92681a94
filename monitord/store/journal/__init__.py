"""The journal: events and effects in order.

Input: entries of the sequencer. Output: rows of one transaction, linked by a hash chain, and the same events
again.
"""
