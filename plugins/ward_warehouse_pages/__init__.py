"""The status pages behind Airflow's login: its users, rights, tasks and links, handed to the library's pages."""
