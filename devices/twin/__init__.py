"""Simulated devices that speak the real wire protocols on real ports.

Input: a scenario and live commands. Output: bytes on a port or messages on a broker, always marked as
simulated.
"""
