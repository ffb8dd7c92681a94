"""Many suites on one NATS JetStream cluster: nothing here stands between a sample and its alarm.

A daemon sends what its journal holds, and what its tiles show; workers fold that, bed by bed, with pure code; the
hospital's own daemon shows every suite and tells of alarms that nobody answers.
Input: the journal and the states of a suite. Output: messages, keyed by suite and bed, and the beds as the hospital knows them.
"""
