select * from raw.dossiers
