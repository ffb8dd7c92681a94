"""An independent model of one rule's alarm, by the alarm model's page alone, and the engine beside it.

Nothing here is shared with `monitord/engine`: the model is slow, keeps a clock of whole seconds and
says each sentence of the page where it is used. Given: a rule, its route, and what happens at each
second. Returned: who was told of what, at which second. `compare` runs the engine on the same.
"""
