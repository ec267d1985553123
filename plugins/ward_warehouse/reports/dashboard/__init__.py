"""The dashboard without a server: pages of a district, its wards and its indicators in a year, on any file share.

`reading` takes the figures from the published warehouse, as readers see them: what is hidden is hidden. `pages` makes
each page by itself, with its figures and its filters in it, and `site` puts the folder where it is opened.
"""
