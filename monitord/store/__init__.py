"""One database: the journal of events and effects, the outbox, snapshots, audit.

Its parts are imported by name (`monitord.store.journal`), so that whoever needs a line's JSON
does not load the database library.
"""
