"""What the daemon gives the station: its host, the server that is kept running, tests before opening.

Input: the running parts of the daemon. Output: the station's `Host` and its HTTP server.
"""
