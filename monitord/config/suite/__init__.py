"""Suite files.

Input: the document of one suite. Output: one frozen `Suite` with beds, devices, destinations, routes and
station, or every fault at once.
"""
