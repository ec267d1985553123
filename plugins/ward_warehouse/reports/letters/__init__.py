"""The letter to a ward: a workbook with which its clerk corrects what was refused, in the clerk's own words."""
