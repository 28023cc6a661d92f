"""Editorial: pages, brands, pictures, and who may edit what."""
