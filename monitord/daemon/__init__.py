"""The running service: the only clock, the only task group, and everybody's introduction."""
