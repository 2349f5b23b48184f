"""Our own SMTP client: a protocol core without sockets, and the connection around it."""
