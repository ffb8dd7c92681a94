"""Monitors and gateways that speak HL7 v2: the listener behind one port, and the client of Mindray's data port.

Input: ORU^R01 messages over MLLP, or what comes near. Output: frames of samples and faults for each bed, and an
answer to each message.
"""
