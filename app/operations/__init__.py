"""What keeps a server running, and tells how it runs: probes, metrics, logs, traces, expiry."""
