"""The delivery of messages: the outbox, its workers, and one file a notifier.

Input: notifications that are in the journal. Output: messages to destinations, the result of each attempt,
and faults.
"""
