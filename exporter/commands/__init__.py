"""What the command line calls, one module a command or two, imported when it is needed."""
