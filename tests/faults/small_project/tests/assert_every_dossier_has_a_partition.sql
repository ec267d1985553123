select dossiers.source_record_id
from {{ ref('fct_dossiers') }} as dossiers
anti join {{ ref('partitions') }} as partitions using (ward_key, night)
