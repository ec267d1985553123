"""What `make bench` measures: each part gives named figures, which end in `bench/results.json`."""
