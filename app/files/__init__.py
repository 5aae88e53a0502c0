"""What people bring and take away as files: labels, legends."""
