"""OGC API - Processes 1.0 (OGC 18-062r2): the landing page, the one process, its jobs and their results."""
