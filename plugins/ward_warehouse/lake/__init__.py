"""The lake: batches, partitions and their manifests, outcomes, locks, deletions, and the logs of what people decided.

The only room that writes records to disk; it knows files and their order, and no rule about what a record says.
"""
