"""Pictures to pass on: drawn on the server, so that a long press in WeChat saves them."""
