"""WeChat: its providers, one file each."""
