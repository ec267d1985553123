"""The status pages: nights by wards, what was refused, the message for a ward, closing a period, every other page.

They know no web server and no login: whoever serves them says who asks and what that person may do.
"""
