"""The open database.

Input: a URL or path. Output: connections, tables in today's shape, one lock, and every failure as a
`StoreError`.
"""
