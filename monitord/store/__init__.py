"""One database: the journal of events and effects, the outbox, snapshots, accounts, audit.

Modules are imported by name (`monitord.store.line_json`), so that a line's JSON does not load the database
library.

Input: entries of the sequencer, in one transaction. Output: rows, the same events again, and engines restored
from them.
"""
