"""The JSON API and its badges: documents of the view, and the description that they follow."""
