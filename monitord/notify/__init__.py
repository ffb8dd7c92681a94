"""Telling somebody: the outbox's workers, and one file a notifier."""
