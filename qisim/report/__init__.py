"""What all reports share: the page, its macros, rows and pictures."""
