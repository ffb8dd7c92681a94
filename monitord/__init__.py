"""Bedside vital-sign monitoring for infusion suites."""

from importlib.metadata import version

__version__ = version("monitord")
