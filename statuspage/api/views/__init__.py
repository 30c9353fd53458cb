"""The resources of the API: each reads the request, calls a service or selector, and answers."""
