"""Maps as tiles: of an adaptation before its map exists, predicted on demand; of a map from its files."""
