"""Recordings and what is done with them: read, replay, compare, count."""
