"""A session's record: read from the journal, written in the formats that others read."""
