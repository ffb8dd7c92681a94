"""Devices behind an MQTT broker.

Input: messages on topics. Output: frames of samples and faults.
"""
