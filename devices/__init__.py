"""The bundled device drivers and their twins; entry points announce them, as for any other package.

Input: bytes from ports and messages from a broker. Output: frames of samples, waves and device states.
"""
