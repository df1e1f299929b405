"""The web server: routes, and the process around them."""
