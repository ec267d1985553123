"""What people decide: quarantined records let in or refused, periods closed.

It checks who may decide what and appends the decision to a log of the lake; what follows from it the next step does.
"""
