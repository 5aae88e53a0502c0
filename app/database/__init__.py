"""What a server remembers: SQLite in its data folder, or PostgreSQL where `LANDSHOT_DATABASE` says so."""
