"""How a verdict reaches people: receivers, routes, and what must not lead nowhere."""
