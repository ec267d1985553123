select * from raw.partitions
