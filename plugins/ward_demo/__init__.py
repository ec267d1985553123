"""Demonstration districts made of records, and the ward systems that serve them.

Quận 11 (16 wards, 2018) and Thanh Xuân (11 wards and the district's own counter, first half of 2016). The people in
the records do not exist: they are composed from name lists when the records are generated, from fixed seeds. What
these modules start is real: SQLite databases, a JSON server and folders of CSV exports, which the pipeline reads as it
reads any ward's.
"""
