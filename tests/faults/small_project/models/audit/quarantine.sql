select * from raw.quarantine
