"""The reference target: a sandbox that behaves as the documents say.

It is written from the documents, not from the suite: nothing here knows a check, a contract or the client,
so that both sides cannot share a mistake. Seeded defects bend it, each so that one clause breaks.
"""
