select ward_key || ':' || source_record_id as dossier_key, ward_key, source_record_id
from raw.changed_records
where record_kind = 'dossiers'
