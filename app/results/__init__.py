"""What is handed out of a finished map: descriptions for catalogues, and downloads."""
