"""The frame of the staff desk."""
