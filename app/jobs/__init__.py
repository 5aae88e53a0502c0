"""Maps that take longer than a client waits: kept in the database, made by processes of their own, never lost."""
