"""Ward Warehouse: from each ward's own system to a district warehouse of administrative-reform indicators.

The package never imports Airflow: the same functions serve the command line, the DAGs and the tests.
"""
