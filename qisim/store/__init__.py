"""Writing whole or not at all: files, folders and their manifests."""
