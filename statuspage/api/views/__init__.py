"""The resources: each reads the request, calls a service or a selector, and shows the result."""
