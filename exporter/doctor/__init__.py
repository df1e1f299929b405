"""What stands between an installation and good data: each check says what is wrong, and the fix."""
