"""The ways to tell somebody, one file each.

Input: messages of the outbox. Output: requests, lines, calls and mails, and the answers that come back by
them.
"""
