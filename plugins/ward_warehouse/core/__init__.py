"""What every room speaks of: errors for people, settings, connections, the contracts of records, the calendar.

It knows no ward, opens no file of a ward and writes nothing.
"""
