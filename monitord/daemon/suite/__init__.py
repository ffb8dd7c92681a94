"""The suite that runs now.

Input: suite files, reloads and swaps of devices. Output: the engines' settings and the bindings of devices.
"""
