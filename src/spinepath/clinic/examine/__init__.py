"""Screen and examine: the neurological grid, vital signs, images, files."""
