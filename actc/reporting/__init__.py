"""What was found out, as text for people and as documents for programs. Strings only: the command line prints them."""
