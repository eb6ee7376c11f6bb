"""A command's project: its configuration, its source files, and the checks that span them."""
