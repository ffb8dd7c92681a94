"""Simulated devices that speak the real wire protocols on real ports; all they say is simulated."""
