"""What search engines read: robots.txt and the sitemap of each site."""
