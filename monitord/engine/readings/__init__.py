"""What one reading means, before any rule asks about it.

Input: samples with their times and quality. Output: values such as whether a sample is news, whether it is
plausible, how deep and how long it stood beyond a limit, and which seconds were covered. Pure.
"""
