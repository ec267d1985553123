"""The periodic report: what an office reads, signs and files about a district or a ward and a period.

`reading` takes the figures from the published warehouse, `findings` says in words what they show, and one module per
format writes the same report: a page, a PDF, a document on the office's letterhead, a workbook with evidence.
"""
