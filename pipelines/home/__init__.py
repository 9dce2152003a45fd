"""The home of one city's installation: folders, settings, and its doors opened."""
