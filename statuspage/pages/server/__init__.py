"""The page server, which answers public pages from memory."""
